"""Phone numbers, as keyed digests: who wants no text messages, and how many one number and one store may have."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection

from notifications.digests import lock_key, recipient_digest
from notifications.models import Channel, OptOut, OutboxMessage

NUMBER_WINDOW = timedelta(hours=24)
NUMBER_MESSAGES = 5


def opt_out(phone: str, *, now: datetime) -> None:
    """Send no more text messages to a number."""
    OptOut.objects.get_or_create(phone_digest=recipient_digest(phone), defaults={"created_at": now})


def opt_in(phone: str) -> None:
    """Send text messages to a number again."""
    OptOut.objects.filter(phone_digest=recipient_digest(phone)).delete()


def reason_against_texting(
    phone: str, *, account: str, budget_since: datetime, is_counted: bool, is_limited: bool, now: datetime
) -> str:
    """Return why a text must not go to a number now, "" where it may; `is_counted` tells one that was sent before.

    `is_limited`: a customer set it off, or somebody who says so. What the store or the plan sets off counts among a
    number's texts as well, and is never dropped for being one too many.

    Takes the locks of the number and of the account until the caller's transaction ends, so that two workers do not
    both take the last one of a share. SQLite's one writer needs none.
    """
    number = recipient_digest(phone)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for key in sorted((lock_key("number", number), lock_key("account", account))):
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])
    if OptOut.objects.filter(phone_digest=number).exists():
        return "opted_out"
    if is_counted:
        return ""
    texts = OutboxMessage.objects.filter(channel=Channel.SMS)
    if settings.RATE_LIMITS and is_limited:
        recent = texts.filter(recipient_digest=number, attempted_at__gt=now - NUMBER_WINDOW)
        if recent.count() >= NUMBER_MESSAGES:
            return "number_limit"
    if texts.filter(account=account, attempted_at__gte=budget_since).count() >= settings.SMS_DAILY_BUDGET:
        return "budget"
    return ""


def last_text_to(phone: str) -> OutboxMessage | None:
    """Return the text message last sent to a number."""
    texts = OutboxMessage.objects.filter(channel=Channel.SMS, recipient_digest=recipient_digest(phone))
    return texts.exclude(attempted_at=None).order_by("-attempted_at", "-pk").first()
