"""The day's sheet, mailed before a store opens, so that a person can work from paper when everything is down."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from notifications import outbox
from notifications.content import NewMessage
from notifications.models import Channel, Kind
from stores.hours import Interval, openings
from stores.models import Store
from stores.queries import store_rules

BEFORE_OPENING = timedelta(minutes=30)
OF_USE_FOR = timedelta(hours=2)
_MARK = "day"


@transaction.atomic
def enqueue_day_sheets(*, now: datetime) -> int:
    """Write the sheets of all stores that want one and open within half an hour; return how many are due.

    Asked again, it writes none twice: the day is part of what the message is about.
    """
    due = [message for store in Store.objects.exclude(day_sheet_email="") for message in _due(store, now=now)]
    outbox.enqueue(due, now=now)
    return len(due)


def store_and_day(subject: str) -> tuple[int, date] | None:
    """Return which store's sheet of which day a message is, None where it is none."""
    mark, _slash, rest = subject.partition("/")
    store_id, _slash, day = rest.partition("/")
    if mark != _MARK or not store_id.isdecimal():
        return None
    return int(store_id), date.fromisoformat(day)


def _due(store: Store, *, now: datetime) -> list[NewMessage]:
    day = now.astimezone(ZoneInfo(store.time_zone)).date()
    first = min(_openings(store, day), default=None)
    if first is None:
        return []
    due_at, not_after = first.starts_at - BEFORE_OPENING, first.starts_at + OF_USE_FOR
    if not due_at <= now < not_after:
        return []
    return [
        NewMessage(
            account=store.slug,
            subject=f"{_MARK}/{store.pk}/{day.isoformat()}",
            kind=Kind.DAY_SHEET,
            sequence=0,
            channel=Channel.EMAIL,
            due_at=due_at,
            not_after=not_after,
            is_limited=False,
        )
    ]


def _openings(store: Store, day: date) -> Sequence[Interval]:
    rules = store_rules(store.slug, from_date=day)
    if rules is None:
        return []
    return openings(rules.weekly, rules.special, first_date=day, last_date=day, zone=rules.zone)
