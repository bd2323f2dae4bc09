"""Text messages: the gateways that send them, and the meaning of their answers."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import islice
from typing import Any, Protocol

from django.conf import settings
from twilio.base.exceptions import TwilioRestException, TwilioServiceException
from twilio.rest import Client

from notifications import message_files, twilio_codes
from notifications.answers import Answer, Away, Failure, Later, Sent, Unclear
from notifications.bounded_http import BoundedHttpClient, NotReached
from notifications.digests import body_digest
from notifications.models import State

SEND_SECONDS = 15
LIST_SECONDS = 10
LIST_LENGTH = 1000
# How long the provider may keep a text that it cannot deliver: its own limits, in seconds.
SHORTEST_VALID, LONGEST_VALID = 60, 36_000
LIST_TOO_LONG = "list_too_long"
GONE = 20404  # the provider's own code: any other server's 404 says nothing of a text
NOT_LET = (401, 403, 404, 429)
# A provider dates a message on arrival, we date the call at its beginning; and dates are whole seconds.
SKEW = timedelta(minutes=2)
TRIAL_PREFIX = "Sent from your Twilio trial account - "


_STATES: Mapping[str, State] = {
    "accepted": State.SENT,
    "scheduled": State.SENT,
    "queued": State.SENT,
    "sending": State.SENT,
    "sent": State.SENT,
    "delivered": State.DELIVERED,
    "partially_delivered": State.DELIVERED,
    "read": State.DELIVERED,
    "undelivered": State.FAILED,
    "failed": State.FAILED,
    "canceled": State.FAILED,
}


def state_of(status: str) -> State | None:
    """Return our state for the provider's status; None for an unknown status."""
    return _STATES.get(status)


def failure_of(code: object) -> Failure:
    """Return the meaning of a failure on the way, by the provider's error code."""
    return twilio_codes.failure_on_the_way(_number(code))


class Gateway(Protocol):
    code: str  # the provider's own code in its last answer, "" for none

    def send(self, *, to: str, body: str, key: str, callback_url: str, valid_seconds: int = LONGEST_VALID) -> Answer:
        """Hand a text to the provider, which gives it up after so many seconds; `key` is our name of the message."""
        ...

    def find_sent(self, *, to: str, digest: str, key: str, since: datetime, now: datetime) -> Sequence[Sent] | Unclear:
        """Return what the provider knows of such a text to a number since an instant; Unclear if it cannot be asked."""
        ...

    def erase(self, sid: str, *, is_whole: bool) -> tuple[str, bool]:
        """Empty the body of a text at the provider, or delete its whole record.

        Return why it could not be done, "" if it is, and whether no other text could be erased now either.
        """
        ...

    def erase_talk(self, sid: str) -> tuple[str, bool]:
        """Delete a text that came in, and what was replied to it or after it; return the same as `erase`."""
        ...


def gateway() -> Gateway:
    """Return the gateway that SMS_GATEWAY names."""
    return TwilioGateway() if settings.SMS_GATEWAY == "twilio" else ConsoleGateway()


class ConsoleGateway:
    """A gateway that writes each text to a file, for trials."""

    code = ""

    def send(self, *, to: str, body: str, key: str, callback_url: str, valid_seconds: int = LONGEST_VALID) -> Answer:
        message_files.write(f"{key}.txt", f"To: {to}\n\n{body}\n".encode())
        return Sent(sid="")

    def find_sent(self, *, to: str, digest: str, key: str, since: datetime, now: datetime) -> Sequence[Sent] | Unclear:
        return [Sent(sid="")] if message_files.exists(f"{key}.txt") else []

    def erase(self, sid: str, *, is_whole: bool) -> tuple[str, bool]:
        return "console", True  # what a provider was sent before it was switched off stays noted

    def erase_talk(self, sid: str) -> tuple[str, bool]:
        return "console", True


class TwilioGateway:
    """A gateway to Twilio's Messages API, or to any server that speaks it (TWILIO_API_URL)."""

    def __init__(self) -> None:
        self.code = ""

    def send(self, *, to: str, body: str, key: str, callback_url: str, valid_seconds: int = LONGEST_VALID) -> Answer:
        if settings.TWILIO_MESSAGING_SERVICE_SID:
            sender = {"messaging_service_sid": settings.TWILIO_MESSAGING_SERVICE_SID}
        else:
            sender = {"from_": settings.TWILIO_FROM}
        http = BoundedHttpClient(SEND_SECONDS)
        try:
            message = _client(http).messages.create(
                to=to, body=body, status_callback=callback_url, validity_period=valid_seconds, **sender
            )
        except NotReached as error:
            return Away(str(error))
        except (TwilioRestException, TwilioServiceException) as error:
            self.code = str(_number(error.code) or _number(error.status))
            return _refusal(_number(error.status), _number(error.code), http)
        except Exception as error:  # noqa: BLE001 -- it was sent, so whatever is wrong with the answer, it may have left
            return Unclear(f"no_answer {type(error).__name__}")
        return Sent(sid=str(message.sid)[:64]) if message.sid else Unclear("no_answer")

    def find_sent(self, *, to: str, digest: str, key: str, since: datetime, now: datetime) -> Sequence[Sent] | Unclear:
        # First by date; then without, because a message still queued at the provider has no date of sending yet.
        http = BoundedHttpClient(LIST_SECONDS)
        try:
            for wanted in ({"date_sent_after": since - timedelta(days=1)}, {}):
                texts = list(islice(_client(http).messages.stream(to=to, page_size=100, **wanted), LIST_LENGTH + 1))
                if len(texts) > LIST_LENGTH:
                    return Unclear(LIST_TOO_LONG)
                # The provider's clock dates its messages, so we count back from that clock.
                earliest = _clock_of(http, now) - (now - since) - SKEW
                if found := list(_alike(texts, digest, earliest)):
                    return found
        except Exception as error:  # noqa: BLE001 -- a list nobody can read is no list, whatever is wrong with it
            return Unclear(f"list_not_to_be_had {type(error).__name__}")
        return []

    def erase(self, sid: str, *, is_whole: bool) -> tuple[str, bool]:
        text = _client(BoundedHttpClient(LIST_SECONDS)).messages(sid)
        try:
            if is_whole:
                text.delete()
            else:
                text.update(body="")
        except Exception as error:  # noqa: BLE001 -- whatever is wrong, it is tried again later
            return _why_kept(error)
        return "", False

    def erase_talk(self, sid: str) -> tuple[str, bool]:
        # Nobody tells us the ids of replies that a webhook's answer holds: they are listed by the two numbers.
        http = BoundedHttpClient(LIST_SECONDS)
        try:
            came = _client(http).messages(sid).fetch()
            texts = _client(http).messages.stream(to=came.from_, from_=came.to, page_size=100)
            sids = [str(one.sid) for one in islice(texts, LIST_LENGTH) if _replies_to(one, came)]
        except Exception as error:  # noqa: BLE001 -- whatever is wrong, it is tried again later
            return _why_kept(error)
        for one in (*sids, sid):  # the text that came in last: it leads to its replies
            reason, is_hopeless = self.erase(one, is_whole=True)
            if reason:
                return reason, is_hopeless
        return "", False


def _client(http: BoundedHttpClient) -> Client:
    return Client(settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN, http_client=http)


def _why_kept(error: Exception) -> tuple[str, bool]:
    """Return why a text could not be erased, "" if it was gone already, and whether none could be erased now."""
    if not isinstance(error, TwilioRestException | TwilioServiceException):
        return f"not_reached {type(error).__name__}", True
    status = _number(error.status)
    if status == 404 and _number(error.code) == GONE:
        return "", False
    return f"http_{status} {error.code or ''}".strip(), status in NOT_LET or status >= 500


def _replies_to(text: Any, came: Any) -> bool:
    """Tell whether a listed text is a reply that a webhook's answer held, to this text or to a later one."""
    is_later = not (text.date_created and came.date_created) or text.date_created >= came.date_created - SKEW
    return str(text.direction) == "outbound-reply" and is_later


def _refusal(status: int, code: int, http: BoundedHttpClient) -> Answer:
    """Return the meaning of a status other than 2xx."""
    wait = _number(http.headers.get("Retry-After"))
    if status == 429 or (status == 503 and wait):
        return Later("busy", after_seconds=min(wait, 3600))
    if status >= 500 or status == 408:
        return Unclear(f"http_{status}")
    return twilio_codes.refusal(status=status, code=code)


def _alike(texts: Sequence[Any], digest: str, earliest: datetime) -> Iterator[Sent]:
    """Yield the listed messages that have the same text and are not older."""
    for text in texts:
        dated = text.date_created or text.date_sent
        is_older = isinstance(dated, datetime) and dated.replace(tzinfo=dated.tzinfo or UTC) < earliest
        body = str(text.body or "")
        if not is_older and digest in (body_digest(body), body_digest(body.removeprefix(TRIAL_PREFIX))):
            state = state_of(str(text.status)) or State.SENT
            failure = failure_of(text.error_code) if state == State.FAILED else None
            yield Sent(str(text.sid)[:64], state, failure.reason if failure else "", failure)


def _clock_of(http: BoundedHttpClient, now: datetime) -> datetime:
    """Return the provider's time: its clock and ours may differ."""
    try:
        return parsedate_to_datetime(http.headers.get("Date") or "").astimezone(UTC)
    except (TypeError, ValueError):
        return now


def _number(value: object) -> int:
    """Return a small whole number from the provider's text; 0 for anything else."""
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0
