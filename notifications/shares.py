"""Shares: how many messages one contact, one range of numbers, one store and all customers together may have.

Messages that the store or the plan causes are limited only by the store's budget: nobody can stop a reminder or a
message of the store by using up a customer's limits. They count all the same.
"""

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.db import connection
from django.db.models import Count

from notifications.digests import lock_key, prefix_digest, recipient_digest
from notifications.models import Channel, OptOut, OutboxMessage
from notifications.sms_recipients import (
    HOUR,
    NUMBER_MESSAGES,
    NUMBER_WINDOW,
    PREFIX_TEXTS,
    customers_budget,
    texts_of_hour,
)

# Whatever was attempted was changed then: the index by the time of the change finds it. One condition for all accounts
# together would make SQLite read the whole table.
_OF_TODAY = """
SELECT given.account, (
    SELECT COUNT(*) FROM notifications_outboxmessage AS message
    WHERE message.account = given.account AND message.updated_at >= given.start
      AND message.attempted_at >= given.start AND message.channel = 'sms'
)
FROM {given}
"""
_GIVEN = {
    True: 'jsonb_to_recordset(%s::jsonb) AS given(account varchar(80), "start" timestamptz)',
    False: "(SELECT json_extract(value, '$.account') AS account, json_extract(value, '$.start') AS start"
    " FROM json_each(%s)) AS given",
}


@dataclass(frozen=True, slots=True)
class Wish:
    """A message that is to go to a contact now."""

    message: OutboxMessage
    to: str  # a phone number, or an e-mail address
    budget_since: datetime | None  # for a text: from when on the store's daily budget counts

    @property
    def is_counted(self) -> bool:
        """Tell whether it was sent before, so that it is among the messages that were counted."""
        return self.message.attempted_at is not None


@dataclass(slots=True)
class _Counts:
    """What was sent before, and what has been allowed since."""

    opted_out: Collection[str]
    contacts: Counter[tuple[str, str]] = field(default_factory=Counter)  # by channel and recipient's digest
    ranges: Counter[str] = field(default_factory=Counter)
    accounts: Counter[str] = field(default_factory=Counter)
    hour: int = 0


def reasons_against(wishes: Sequence[Wish], *, now: datetime) -> Mapping[int, str]:
    """Return why messages must not go now, by the message's id, or "" for those that may.

    At most seven statements, for any number of wishes. Takes locks until the caller's transaction ends, so that two
    workers do not both take the last message of a share: that of the contact, that of the account and, for texts that
    customers caused, those of the range and of all texts.
    """
    _lock(wishes)
    counts = _count(wishes, now=now)
    return {wish.message.pk: _reason_against(wish, counts) for wish in wishes}


def _reason_against(wish: Wish, counts: _Counts) -> str:
    """Return why a message must not go, or "" once it is counted as one that goes."""
    message, is_text = wish.message, wish.message.channel == Channel.SMS
    contact = recipient_digest(wish.to)
    if is_text and contact in counts.opted_out:
        return "opted_out"
    if wish.is_counted:
        return ""
    has_limits = settings.RATE_LIMITS and message.is_limited
    if has_limits and counts.contacts[message.channel, contact] >= NUMBER_MESSAGES:
        return "number_limit"
    if is_text:
        if has_limits and counts.ranges[prefix_digest(wish.to)] >= PREFIX_TEXTS:
            return "prefix_limit"
        if has_limits and counts.hour >= settings.SMS_HOURLY_BUDGET:
            return "hourly_budget"
        if counts.accounts[message.account] >= (
            customers_budget() if message.is_limited else settings.SMS_DAILY_BUDGET
        ):
            return "budget"
        counts.accounts[message.account] += 1
        if message.is_limited:
            counts.ranges[prefix_digest(wish.to)] += 1
            counts.hour += 1
    counts.contacts[message.channel, contact] += 1
    return ""


def _count(wishes: Sequence[Wish], *, now: datetime) -> _Counts:
    new = [wish for wish in wishes if not wish.is_counted]
    texts = [wish for wish in wishes if wish.message.channel == Channel.SMS]
    numbers = [recipient_digest(wish.to) for wish in texts]
    opted_out = OptOut.objects.filter(phone_digest__in=numbers).values_list("phone_digest", flat=True)
    counts = _Counts(opted_out=set(opted_out) if numbers else ())
    limited = [wish for wish in new if wish.message.is_limited] if settings.RATE_LIMITS else []
    if limited:
        contacts = {recipient_digest(wish.to) for wish in limited}
        recent = OutboxMessage.objects.filter(recipient_digest__in=contacts, attempted_at__gt=now - NUMBER_WINDOW)
        rows = recent.order_by().values_list("channel", "recipient_digest").annotate(Count("pk"))
        counts.contacts.update({(channel, contact): count for channel, contact, count in rows})
    ranges = {prefix_digest(wish.to) for wish in limited if wish.message.channel == Channel.SMS}
    if ranges:
        near = OutboxMessage.objects.filter(prefix_digest__in=ranges, attempted_at__gt=now - HOUR)
        counts.ranges.update(dict(near.order_by().values_list("prefix_digest").annotate(Count("pk"))))
        counts.hour = texts_of_hour(now=now)
    since = {
        wish.message.account: wish.budget_since
        for wish in new
        if wish.message.channel == Channel.SMS and wish.budget_since is not None
    }
    if since:
        counts.accounts.update(_texts_of_today(since))
    return counts


def _texts_of_today(since: Mapping[str, datetime]) -> Mapping[str, int]:
    """Return how many texts stores have had, each since an instant of its own, with one look by index for each."""
    given = [
        {"account": account, "start": connection.ops.adapt_datetimefield_value(start)}
        for account, start in since.items()
    ]
    is_postgresql = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        cursor.execute(_OF_TODAY.format(given=_GIVEN[is_postgresql]), [json.dumps(given, default=str)])
        return dict(cursor.fetchall())


def _lock(wishes: Sequence[Wish]) -> None:
    """Take locks in a fixed order, so that equal checks wait for each other. SQLite has one writer and needs none."""
    if connection.vendor != "postgresql":
        return
    what: set[tuple[str, str]] = set()
    for wish in wishes:
        is_text, is_limited = wish.message.channel == Channel.SMS, wish.message.is_limited
        if is_text or (is_limited and not wish.is_counted and settings.RATE_LIMITS):
            what.add(("number", recipient_digest(wish.to)))
        if is_text:
            what.add(("account", wish.message.account))
        if is_text and is_limited:
            what |= {("prefix", prefix_digest(wish.to)), ("texts", "all")}
    keys = sorted(lock_key(purpose, value) for purpose, value in what)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(key) FROM unnest(%s::bigint[]) AS keys(key)", [keys])
