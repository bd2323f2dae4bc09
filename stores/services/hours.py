"""Changes of opening hours, of the week and of single dates."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time

from django.contrib.auth.models import User
from django.db import transaction

from stores.hours import WeeklyInterval, week_problem
from stores.models import OpeningHours, SpecialHours, Store
from stores.services.changes import hours_in_text, record_change, times_in_text
from stores.services.values import BadHours, lock, raise_version

INTERVALS_MAX = 70


@transaction.atomic
def save_opening_hours(*, store: Store, weekly: Sequence[WeeklyInterval], user: User | None, now: datetime) -> None:
    """Replace the whole week. Locks the store's row. Raises BadHours."""
    check_week(weekly, field="opening_hours")
    lock(store)
    before = {"hours": hours_in_text(weekly_hours(store))}
    replace_opening_hours(store, weekly)
    raise_version(store)
    after = {"hours": hours_in_text(weekly)}
    record_change(store=store, user=user, what="opening_hours", before=before, after=after, now=now)


@transaction.atomic
def save_special_hours(
    *, store: Store, date: date, intervals: Sequence[tuple[time, time]], user: User | None, now: datetime
) -> None:
    """Replace the hours of one date; no interval means closed. Locks the store's row. Raises BadHours."""
    check_week([WeeklyInterval(date.weekday(), opens, closes) for opens, closes in intervals], field="intervals")
    lock(store)
    before = _own_hours(store, date)
    SpecialHours.objects.filter(store=store, date=date).delete()
    rows = [SpecialHours(store=store, date=date, opens=opens, closes=closes) for opens, closes in intervals]
    SpecialHours.objects.bulk_create(rows or [SpecialHours(store=store, date=date)])
    raise_version(store)
    after = {"hours": times_in_text(intervals)}
    record_change(store=store, user=user, what="special_hours", subject=str(date), before=before, after=after, now=now)


@transaction.atomic
def delete_special_hours(*, store: Store, date: date, user: User | None, now: datetime) -> bool:
    """Restore the weekday's hours on a date; tell whether it had hours of its own. Locks the store's row."""
    lock(store)
    before = _own_hours(store, date)
    deleted, _ = SpecialHours.objects.filter(store=store, date=date).delete()
    if deleted:
        raise_version(store)
    record_change(store=store, user=user, what="special_hours", subject=str(date), before=before, after={}, now=now)
    return bool(deleted)


def check_week(weekly: Sequence[WeeklyInterval], *, field: str) -> None:
    """Raise BadHours, with the position of the interval in the list, if these are no valid hours of a week."""
    if len(weekly) > INTERVALS_MAX:
        raise BadHours(field, "too_many")
    problem = week_problem(weekly)
    if problem is not None:
        at, code = problem
        raise BadHours(f"{field}.{at}", code)


def replace_opening_hours(store: Store, weekly: Iterable[WeeklyInterval]) -> None:
    """Replace the whole week; the caller holds the store's lock and raises its version."""
    OpeningHours.objects.filter(store=store).delete()
    OpeningHours.objects.bulk_create(
        OpeningHours(store=store, weekday=one.weekday, opens=one.opens, closes=one.closes) for one in weekly
    )


def weekly_hours(store: Store) -> list[WeeklyInterval]:
    """Return a store's present week, before a change."""
    rows = OpeningHours.objects.filter(store=store)
    return [WeeklyInterval(row.weekday, row.opens, row.closes) for row in rows]


def _own_hours(store: Store, date: date) -> dict[str, list[str]]:
    """Return the hours of one date for the trail; nothing if it has none of its own."""
    rows = list(SpecialHours.objects.filter(store=store, date=date))
    times = [(row.opens, row.closes) for row in rows if row.opens is not None and row.closes is not None]
    return {"hours": times_in_text(times)} if rows else {}
