"""Limits of messages per contact, number range, store and in total; and opt-outs from text messages.

Contacts are stored as keyed digests. `shares` holds messages against the limits.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection

from notifications.digests import recipient_digest
from notifications.models import Channel, OptOut, OutboxMessage

NUMBER_WINDOW = timedelta(hours=24)
NUMBER_MESSAGES = 5
HOUR = timedelta(hours=1)
PREFIX_TEXTS = 10  # per hour, to the ten thousand numbers that differ only in their last four digits
# Part of a store's daily budget is reserved for the plan; a budget of a few texts is not divided.
KEPT_PART, SMALLEST_DIVIDED = 3, 30
RANGES_KEPT = timedelta(hours=24)
# The condition stands as it does in the index, which SQLite would not use for a parameter.
_CUSTOMERS_TEXTS = """
SELECT COUNT(*) FROM notifications_outboxmessage WHERE prefix_digest > '' AND attempted_at > %s
"""
# Grouped by an expression: SQLite reads the whole table by the index of accounts to count in its order.
_MOST_OF_A_STORE = """
SELECT MAX(count) FROM (
    SELECT COUNT(*) AS count FROM notifications_outboxmessage
    WHERE prefix_digest > '' AND attempted_at > %s GROUP BY account || ''
) AS counted
"""


def opt_out(phone: str, *, now: datetime) -> None:
    """Stop text messages to a number, as a text from it asked."""
    OptOut.objects.get_or_create(phone_digest=recipient_digest(phone), defaults={"created_at": now})


def opt_in(phone: str) -> None:
    """Allow text messages to a number again."""
    OptOut.objects.filter(phone_digest=recipient_digest(phone)).delete()


def wants_no_texts(phone: str) -> bool:
    """Tell whether a number asked for no more text messages."""
    return OptOut.objects.filter(phone_digest=recipient_digest(phone)).exists()


def customers_budget() -> int:
    """Return how many texts of a store's daily budget its customers may cause."""
    budget: int = settings.SMS_DAILY_BUDGET
    return budget - budget // KEPT_PART if budget >= SMALLEST_DIVIDED else budget


def texts_of_hour(*, now: datetime) -> int:
    """Return how many texts customers have caused at all stores in the last hour."""
    return _first_number(_CUSTOMERS_TEXTS, now - HOUR)


def most_texts_of_day(*, now: datetime) -> int:
    """Return the most texts that customers of one store have caused in the last 24 hours."""
    return _first_number(_MOST_OF_A_STORE, now - timedelta(days=1))


def forget_ranges(*, now: datetime) -> int:
    """Delete digests of ranges that no longer count for a limit; return how many."""
    old = OutboxMessage.objects.filter(prefix_digest__gt="", attempted_at__lte=now - RANGES_KEPT)
    return old.update(prefix_digest="")


def last_text_to(phone: str) -> OutboxMessage | None:
    """Return the text message last sent to a number."""
    texts = OutboxMessage.objects.filter(channel=Channel.SMS, recipient_digest=recipient_digest(phone))
    return texts.exclude(attempted_at=None).order_by("-attempted_at", "-pk").first()


def _first_number(sql: str, since: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, [connection.ops.adapt_datetimefield_value(since)])
        return int(cursor.fetchone()[0] or 0)
