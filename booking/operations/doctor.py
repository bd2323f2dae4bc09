"""The doctor: looks at everything a running installation depends on, and says in a line each what is wrong.

Nothing is changed, and nothing is sent unless an address for it is given.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPException, HTTPMessage, HTTPSConnection
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

import icalendar
import redis
from django.conf import settings
from django.core.checks import ERROR, run_checks

from booking.formats.icalendar_files import booking_calendar
from booking.models import Booking, BooksKey, WorkerBeat
from booking.operations import health
from booking.operations.backup_times import last_backup_at
from booking.operations.findings import Finding, Verdict
from booking.operations.proxy_look import SEEN, asking_headers, read_what_is_seen, what_proxy_does_wrong
from booking.operations.trial_webhooks import WebhookHealth, webhooks_on
from booking.tokens import key_fingerprint
from notifications import circuits, queries
from notifications.models import State
from notifications.provider_checks import look_at_mail_server, look_at_sms_provider
from notifications.provider_texts import count_left

LOOK_SECONDS = 10
OLDEST_BACKUP = timedelta(hours=26)
LARGEST_SKEW_SECONDS = 30
LATEST_ERASURE = timedelta(hours=1)
LONGEST_WAIT_SECONDS = 120  # of a message that is due
FOR_A_PERSON = (State.UNKNOWN, State.DEAD)


def examine(*, now: datetime) -> Iterator[Finding]:
    """Make every look, and yield its result; one that fails in a way nobody thought of says so and stops no other."""
    for look in _LOOKS:
        name = look.__name__.removeprefix("_look_at_").replace("_", " ")
        try:
            yield Finding(name, *look(now))
        except Exception as error:  # noqa: BLE001 -- a look that breaks is a finding like others
            yield Finding(name, Verdict.WRONG, f"cannot be looked at ({type(error).__name__})")


Result = tuple[Verdict, str]


def _look_at_settings(now: datetime) -> Result:
    wrong = [" ".join(str(one.msg).split()) for one in run_checks(tags=("settings", "texts")) if one.level >= ERROR]
    return (Verdict.WRONG, " ".join(wrong)) if wrong else (Verdict.FINE, "can work")


def _look_at_service(now: datetime) -> Result:
    wrong = list(health.what_is_wrong())
    return (Verdict.WRONG, "; ".join(wrong)) if wrong else (Verdict.FINE, "database, tables and worker are ready")


def _look_at_clock_of_the_worker(now: datetime) -> Result:
    beat = WorkerBeat.objects.first()
    if beat is None:
        return Verdict.WRONG, "no worker has looked at the outbox yet; start manage.py up"
    age = (now - beat.executed_at).total_seconds()
    if age < -LARGEST_SKEW_SECONDS:
        return Verdict.WRONG, f"the worker's clock is {-age:.0f} s ahead of this one"
    return Verdict.FINE, f"a task was executed {max(0.0, age):.0f} s ago"


def _look_at_key(now: datetime) -> Result:
    noted = BooksKey.objects.values_list("fingerprint", flat=True).first()
    if noted is None:
        return Verdict.NOTE, "not noted yet; the next start of manage.py up notes it"
    if noted != key_fingerprint():
        return Verdict.WRONG, "SECRET_KEY is not the key of these books"
    return Verdict.FINE, "is the key of these books"


def _look_at_redis(now: datetime) -> Result:
    if not settings.REDIS_URL:
        return Verdict.FINE, "is not used"
    try:
        redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=LOOK_SECONDS).ping()
    except (redis.RedisError, ValueError) as error:
        return Verdict.WRONG, f"REDIS_URL cannot be reached ({type(error).__name__})"
    return Verdict.FINE, "answers"


def _look_at_messages(now: datetime) -> Result:
    opened = circuits.opened()
    if opened:
        return Verdict.WRONG, "; ".join(
            f"{channel} waits for its provider ({one.reason})" for channel, one in opened.items()
        )
    waited = queries.oldest_due_seconds(now=now)
    if waited > LONGEST_WAIT_SECONDS:
        return Verdict.WRONG, f"one is due for {waited} s"
    counts = queries.open_counts(now=now)
    left = sum(counts.get(state, 0) for state in FOR_A_PERSON)
    return (Verdict.NOTE, f"{left} want a person: manage.py outbox") if left else (Verdict.FINE, "none waits")


def _look_at_provider_of_texts(now: datetime) -> Result:
    if settings.SMS_GATEWAY != "twilio":
        return Verdict.NOTE, "texts are files: SMS_GATEWAY=console"
    look = look_at_sms_provider(now=datetime.now(UTC))
    if look.wrong:
        return Verdict.WRONG, look.wrong
    if look.seconds_ahead is not None and abs(look.seconds_ahead) > LARGEST_SKEW_SECONDS:
        return Verdict.WRONG, f"its clock and ours differ by {abs(look.seconds_ahead):.0f} s; set this machine's clock"
    return Verdict.FINE, "knows us"


def _look_at_texts_kept_by_the_provider(now: datetime) -> Result:
    left = count_left(now=now - LATEST_ERASURE)
    if left:
        return Verdict.WRONG, f"{left} should have been erased there; the log has provider_keeps_texts with the reason"
    return Verdict.FINE, "none is there longer than needed"


def _look_at_mail_server(now: datetime) -> Result:
    if not settings.EMAIL_URL:
        return Verdict.NOTE, "e-mails are files: EMAIL_URL is empty"
    look = look_at_mail_server()
    return (Verdict.WRONG, look.wrong) if look.wrong else (Verdict.FINE, "lets us in")


def _look_at_public_address(now: datetime) -> Result:
    try:
        alive, _headers = _ask("GET", "/healthz")
        webhook, _headers = _ask("POST", "/webhooks/twilio/status")
    except (OSError, HTTPException) as error:
        return Verdict.WRONG, f"PUBLIC_URL cannot be reached from here ({type(error).__name__})"
    if alive != 200:
        return Verdict.WRONG, f"PUBLIC_URL/healthz answers {alive}"
    if webhook != 403:  # a call without a signature must be refused, and by us
        return Verdict.WRONG, f"an unsigned call of the provider is answered with {webhook}, not 403"
    return Verdict.FINE, "leads here, and unsigned calls of the provider are refused"


def _look_at_proxy(now: datetime) -> Result:
    is_https = settings.PUBLIC_URL.startswith("https:")
    if not (is_https or settings.TRUSTED_PROXIES):
        return Verdict.FINE, "none is before us"
    try:
        _status, headers = _ask("GET", "/healthz", asking_headers(now=datetime.now(UTC)))
    except (OSError, HTTPException) as error:
        return Verdict.WRONG, f"PUBLIC_URL cannot be reached from here ({type(error).__name__})"
    seen = read_what_is_seen(headers.get(SEEN) or "")
    if seen is None:
        return Verdict.NOTE, "does not tell what it passes; is it this installation, and is its clock right?"
    wrong = what_proxy_does_wrong(seen, is_https=is_https)
    return (Verdict.WRONG, wrong) if wrong else (Verdict.FINE, "tells whose request it is")


def _look_at_webhooks(now: datetime) -> Result:
    on = webhooks_on(now=now)
    if not on:
        return Verdict.FINE, "none is switched on"
    resting = [f"{one.host} takes nothing, {_told(one, now)}" for one in on if one.is_resting]
    return (Verdict.NOTE, "; ".join(resting)) if resting else (Verdict.FINE, f"{len(on)} take what they are told")


def _told(one: WebhookHealth, now: datetime) -> str:
    if one.last_told_at is None:
        return "and never took anything"
    return f"and last did {(now - one.last_told_at) / timedelta(hours=1):.0f} hours ago"


def _look_at_calendar_files(now: datetime) -> Result:
    visit = Booking.objects.select_related("store", "visit_type", "desk").order_by("-pk").first()
    if visit is None:
        return Verdict.NOTE, "no visit yet, so none to look at"
    text = booking_calendar(visit, method="PUBLISH", manage_url=None, now=now)
    events = icalendar.Calendar.from_ical(text).walk("VEVENT")
    if [event.decoded("DTSTART") for event in events] != [visit.starts_at]:
        return Verdict.WRONG, "the newest visit reads otherwise in its calendar file"
    return Verdict.FINE, "the newest visit reads as it is booked"


def _look_at_backup(now: datetime) -> Result:
    taken = last_backup_at()
    if taken is None:
        return Verdict.NOTE, "none was taken by manage.py backup with this DATA_DIR"
    hours = (now - taken) / timedelta(hours=1)
    verdict = Verdict.WRONG if now - taken > OLDEST_BACKUP else Verdict.FINE
    return verdict, f"the last was taken {hours:.0f} hours ago"


def _ask(method: str, path: str, headers: Mapping[str, str] = MappingProxyType({})) -> tuple[int, HTTPMessage]:
    """Return status and headers of an answer at the public address."""
    parts = urlsplit(settings.PUBLIC_URL)
    make: Any = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = make(parts.hostname or "", parts.port, timeout=LOOK_SECONDS)
    try:
        body = b"" if method == "POST" else None
        connection.request(method, parts.path + path, body=body, headers=dict(headers))
        answer = connection.getresponse()
        return int(answer.status), answer.headers
    finally:
        connection.close()


_LOOKS: tuple[Callable[[datetime], Result], ...] = (
    _look_at_settings,
    _look_at_service,
    _look_at_clock_of_the_worker,
    _look_at_key,
    _look_at_redis,
    _look_at_messages,
    _look_at_provider_of_texts,
    _look_at_texts_kept_by_the_provider,
    _look_at_mail_server,
    _look_at_public_address,
    _look_at_proxy,
    _look_at_webhooks,
    _look_at_calendar_files,
    _look_at_backup,
)
