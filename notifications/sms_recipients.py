"""Limits of messages per contact, number range, store and in total; and opt-outs from text messages.

Contacts are stored as keyed digests. Messages that the store or the plan causes are limited only by the store's budget:
nobody can stop a reminder or a message of the store by using up a customer's limits.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Count

from notifications.digests import lock_key, prefix_digest, recipient_digest
from notifications.models import Channel, OptOut, OutboxMessage

NUMBER_WINDOW = timedelta(hours=24)
NUMBER_MESSAGES = 5
HOUR = timedelta(hours=1)
PREFIX_TEXTS = 10  # per hour, to the ten thousand numbers that differ only in their last four digits
# Part of a store's daily budget is reserved for the plan; a budget of a few texts is not divided.
KEPT_PART, SMALLEST_DIVIDED = 3, 30
RANGES_KEPT = timedelta(hours=24)


def opt_out(phone: str, *, now: datetime) -> None:
    """Stop text messages to a number."""
    OptOut.objects.get_or_create(phone_digest=recipient_digest(phone), defaults={"created_at": now})


def opt_in(phone: str) -> None:
    """Allow text messages to a number again."""
    OptOut.objects.filter(phone_digest=recipient_digest(phone)).delete()


def reason_against_texting(
    phone: str, *, account: str, budget_since: datetime, is_counted: bool, is_limited: bool, now: datetime
) -> str:
    """Return why a text must not go to a number now, or ""; `is_counted` marks one that was sent before.

    `is_limited`: it was caused in a customer's name. Texts that the store or the plan causes also count for the number,
    but are never dropped because of its limit.

    Takes locks until the caller's transaction ends, so that two workers do not both take the last text of a limit: that
    of the number, that of the account and, if a customer caused the text, those of its range and of all texts.
    """
    number = recipient_digest(phone)
    shared = [("number", number), ("account", account)]
    _lock([*shared, ("prefix", prefix_digest(phone)), ("texts", "all")] if is_limited else shared)
    if OptOut.objects.filter(phone_digest=number).exists():
        return "opted_out"
    if is_counted:
        return ""
    if settings.RATE_LIMITS and is_limited:
        reason = _over_a_customers_limit(phone, now=now)
        if reason:
            return reason
    texts = OutboxMessage.objects.filter(channel=Channel.SMS, account=account, attempted_at__gte=budget_since)
    budget = customers_budget() if is_limited else settings.SMS_DAILY_BUDGET
    return "budget" if texts.count() >= budget else ""


def reason_against_mailing(address: str, *, now: datetime) -> str:
    """Return why an e-mail caused by a customer must not go to an address now, or "". Locks as above."""
    if not settings.RATE_LIMITS:
        return ""
    _lock([("number", recipient_digest(address))])
    return "number_limit" if _has_had_its_five(address, Channel.EMAIL, now=now) else ""


def customers_budget() -> int:
    """Return how many texts of a store's daily budget its customers may cause."""
    budget: int = settings.SMS_DAILY_BUDGET
    return budget - budget // KEPT_PART if budget >= SMALLEST_DIVIDED else budget


def texts_of_hour(*, now: datetime) -> int:
    """Return how many texts customers have caused at all stores in the last hour."""
    return OutboxMessage.objects.filter(prefix_digest__gt="", attempted_at__gt=now - HOUR).count()


def most_texts_of_day(*, now: datetime) -> int:
    """Return the most texts that customers of one store have caused in the last 24 hours."""
    texts = OutboxMessage.objects.filter(prefix_digest__gt="", attempted_at__gt=now - timedelta(days=1))
    counted = texts.order_by().values("account").annotate(count=Count("pk")).order_by("-count")
    return int(counted.values_list("count", flat=True).first() or 0)


def forget_ranges(*, now: datetime) -> int:
    """Delete digests of ranges that no longer count for a limit; return how many."""
    old = OutboxMessage.objects.filter(prefix_digest__gt="", attempted_at__lte=now - RANGES_KEPT)
    return old.update(prefix_digest="")


def last_text_to(phone: str) -> OutboxMessage | None:
    """Return the text message last sent to a number."""
    texts = OutboxMessage.objects.filter(channel=Channel.SMS, recipient_digest=recipient_digest(phone))
    return texts.exclude(attempted_at=None).order_by("-attempted_at", "-pk").first()


def _over_a_customers_limit(phone: str, *, now: datetime) -> str:
    if _has_had_its_five(phone, Channel.SMS, now=now):
        return "number_limit"
    near = OutboxMessage.objects.filter(prefix_digest=prefix_digest(phone), attempted_at__gt=now - HOUR)
    if near.count() >= PREFIX_TEXTS:
        return "prefix_limit"
    return "hourly_budget" if texts_of_hour(now=now) >= settings.SMS_HOURLY_BUDGET else ""


def _has_had_its_five(contact: str, channel: Channel, *, now: datetime) -> bool:
    recent = OutboxMessage.objects.filter(
        channel=channel, recipient_digest=recipient_digest(contact), attempted_at__gt=now - NUMBER_WINDOW
    )
    return recent.count() >= NUMBER_MESSAGES


def _lock(what: list[tuple[str, str]]) -> None:
    """Take locks in a fixed order, so that equal checks wait for each other. SQLite has one writer and needs none."""
    if connection.vendor == "postgresql":
        keys = sorted(lock_key(purpose, value) for purpose, value in what)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {', '.join(['pg_advisory_xact_lock(%s)'] * len(keys))}", keys)
