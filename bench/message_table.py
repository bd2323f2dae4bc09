"""What is measured of a large table of messages, inside a process that has the settings of a house.

    python -m bench.message_table '{"fill": 1000000}'

Fills the table, claims and settles fifty at a time, or gives the first store webhooks, and prints figures as JSON.
"""

import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TypeVar

import django

Value = TypeVar("Value")

SETTLED_DAYS, A_DAY = 90, 86_400
LATER, AT_ONCE, ROUNDS = 20_000, 50, 20
# Each message is of its own visit; four in ten were caused by customers. Those of the last days keep their ranges.
_COLUMNS = """uuid, account, subject, kind, sequence, "offset", channel, due_at, not_after, try_at, is_planned, state,
reason, attempts, failures, left_behind, attempted_at, recipient_digest, prefix_digest, body_digest, provider_sid,
returns, returned_sid, is_limited, segments, created_at, updated_at"""
_SELECT = """SELECT {uuid}, 's' || (n % 30), 'R' || n, CASE WHEN n % 10 < 4 THEN 'confirmation' ELSE 'reminder' END, 0,
CASE WHEN n % 10 < 4 THEN '' ELSE '3d' END, CASE WHEN n % 2 = 0 THEN 'sms' ELSE 'email' END, {at}, {at}, {at},
n % 10 >= 4, CASE WHEN n % 100 = 0 THEN 'failed' ELSE 'delivered' END, '', 1, 0, 0, {at}, {digest},
CASE WHEN n % 10 < 4 AND n % 2 = 0 AND n > {recent} THEN {digest} ELSE '' END, {digest}, {digest}, 0, '', n % 10 < 4,
1, {at}, {at}"""
_POSTGRESQL = {
    "uuid": "gen_random_uuid()", "digest": "md5(n::text) || md5((-n)::text)",
    "at": "now() - ({count} - n) * interval '1 second' * {step}",
}  # fmt: skip
_SQLITE = {
    "uuid": "lower(hex(randomblob(16)))", "digest": "lower(hex(randomblob(32)))",
    "at": "strftime('%Y-%m-%d %H:%M:%f', 'now', '-' || (({count} - n) * {step}) || ' seconds')",
}  # fmt: skip


def fill(count: int) -> None:
    """Fill the table with messages settled in the last ninety days, and twenty thousand that are due in three days."""
    from django.db import connection  # noqa: PLC0415 -- settings are read first

    is_postgresql = connection.vendor == "postgresql"
    own = _POSTGRESQL if is_postgresql else _SQLITE
    step = SETTLED_DAYS * A_DAY / count
    words = {name: text.format(count=count, step=step) for name, text in own.items()}
    select = _SELECT.format(**words, recent=count - int(A_DAY / step))
    numbers = (
        f"generate_series(1, {count}) AS numbers(n)"
        if is_postgresql
        else f"(WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count}) "
        "SELECT n FROM numbers)"
    )
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO notifications_outboxmessage ({_COLUMNS}) {select} FROM {numbers}")
    _enqueue(LATER, timedelta(days=3))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE notifications_outboxmessage" if is_postgresql else "ANALYZE")


def _enqueue(count: int, later: timedelta) -> None:
    from django.utils import timezone  # noqa: PLC0415 -- settings are read first

    from notifications.models import Channel, OutboxMessage  # noqa: PLC0415 -- likewise

    now = timezone.now()
    first = OutboxMessage.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    OutboxMessage.objects.bulk_create(
        (
            OutboxMessage(
                account=f"s{number % 30}", subject=f"N{first + number}", kind="reminder", sequence=0, offset="3d",
                channel=Channel.SMS, due_at=now + later, try_at=now + later, not_after=now + later + timedelta(days=3),
                is_planned=True, is_limited=False, created_at=now, updated_at=now,
            )
            for number in range(count)
        ),
        batch_size=1000,
    )  # fmt: skip


def claim_and_settle() -> dict[str, float]:
    """Return the medians, in milliseconds, of claiming fifty, noting that they may leave, and settling them."""
    from django.conf import settings  # noqa: PLC0415 -- settings are read first
    from django.utils import timezone  # noqa: PLC0415 -- likewise

    from notifications import attempts, claims, outcomes  # noqa: PLC0415 -- likewise
    from notifications.answers import Sent  # noqa: PLC0415 -- likewise
    from notifications.content import Sms  # noqa: PLC0415 -- likewise
    from notifications.lanes import Call, Result  # noqa: PLC0415 -- likewise
    from notifications.models import Channel  # noqa: PLC0415 -- likewise

    times: dict[str, list[float]] = {"claim": [], "begin": [], "settle": []}

    def timed(what: str, call: Callable[[], Value]) -> Value:
        begun = time.perf_counter()
        value = call()
        times[what].append((time.perf_counter() - begun) * 1000)
        return value

    # The texts of the last hours are counted, as they always are, but a large table has had more than a store may send.
    settings.SMS_DAILY_BUDGET = sys.maxsize
    for round_number in range(ROUNDS):
        _enqueue(AT_ONCE, timedelta(seconds=-1))
        now = timezone.now()
        claimed = timed("claim", lambda: claims.claim_due(now=now, limit=AT_ONCE, channel=Channel.SMS))  # noqa: B023
        assert len(claimed) == AT_ONCE, len(claimed)
        since = now - timedelta(hours=8)
        texts = [(one, Sms(f"+3361{one.pk % 10**7:07d}", "Bench: visite demain", since)) for one in claimed]
        reasons = set(timed("begin", lambda: attempts.begin(texts, now=now)).values())  # noqa: B023
        assert reasons == {""}, reasons
        results = [
            Result(
                call=Call(message=message, content=text, callback_url="", handed_over_at=now, begin_by=0.0),
                answer=Sent(f"SM{round_number:03d}{message.pk:029d}"), milliseconds=120,
            )
            for message, text in texts
        ]  # fmt: skip
        timed("settle", lambda: outcomes.settle_sent(results, now=now))  # noqa: B023
    return {what: statistics.median(taken) for what, taken in times.items()}


def add_webhooks(addresses: Sequence[str]) -> None:
    """Give the first store these webhooks; without any, switch off those it has."""
    from django.utils import timezone  # noqa: PLC0415 -- settings are read first

    from booking.models import Webhook  # noqa: PLC0415 -- likewise
    from booking.webhooks.administration import add_webhook, remove_webhook  # noqa: PLC0415 -- likewise
    from stores.models import Store  # noqa: PLC0415 -- likewise

    store, now = Store.objects.get(slug="s0"), timezone.now()
    for pk in Webhook.objects.filter(store=store).values_list("pk", flat=True):
        remove_webhook(store_id=store.pk, webhook_id=pk, user=None, now=now)
    for address in addresses:
        add_webhook(store_id=store.pk, address=address, user=None, now=now)


def main() -> None:
    options = json.loads(sys.argv[1])
    django.setup()
    if "fill" in options:
        fill(options["fill"])
        print(json.dumps(claim_and_settle()))
    if "add_webhooks" in options:
        add_webhooks(options["add_webhooks"])


if __name__ == "__main__":
    main()
