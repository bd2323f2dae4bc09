"""Changes of opening hours, of the week and of single dates."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, time

from django.contrib.auth.models import User
from django.db import transaction

from stores.hours import WeeklyInterval, week_problem
from stores.models import OpeningHours, SpecialHours, Store
from stores.services.changes import change_line, hours_in_text, record_change, record_changes, times_in_text
from stores.services.values import BadHours, lock, raise_version

INTERVALS_MAX = 70
SPECIAL_DAYS_MAX = 62


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
    *, store: Store, dates: Collection[date], intervals: Sequence[tuple[time, time]], user: User | None, now: datetime
) -> None:
    """Replace the hours of each of these dates; no interval means closed. Locks the store's row. Raises BadHours.

    The number of statements does not depend on the number of dates. Each date has its own line in the trail.
    """
    if len(dates) > SPECIAL_DAYS_MAX:
        raise BadHours("dates", "too_many")
    # The hours of one day overlap each other or they do not, whatever its weekday is.
    check_week([WeeklyInterval(0, opens, closes) for opens, closes in intervals], field="intervals")
    lock(store)
    before = special_hours_in_trail(store, dates)
    SpecialHours.objects.filter(store=store, date__in=dates).delete()
    times: Sequence[tuple[time | None, time | None]] = intervals or [(None, None)]
    rows = [SpecialHours(store=store, date=day, opens=opens, closes=closes) for day in dates for opens, closes in times]
    SpecialHours.objects.bulk_create(rows)
    raise_version(store)
    after = {"hours": times_in_text(intervals)}
    record_changes(
        change_line(
            store=store,
            user=user,
            what="special_hours",
            subject=str(day),
            before=before.get(day, {}),
            after=after,
            now=now,
        )
        for day in sorted(dates)
    )


@transaction.atomic
def delete_special_hours(*, store: Store, date: date, user: User | None, now: datetime) -> bool:
    """Restore the weekday's hours on a date; tell whether it had hours of its own. Locks the store's row."""
    lock(store)
    before = special_hours_in_trail(store, [date]).get(date, {})
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


def special_hours_in_trail(store: Store, dates: Collection[date]) -> dict[date, dict[str, list[str]]]:
    """Return the hours of these dates for the trail, of those that have some of their own."""
    found: dict[date, list[tuple[time, time]]] = {}
    for row in SpecialHours.objects.filter(store=store, date__in=dates):
        times = found.setdefault(row.date, [])
        if row.opens is not None and row.closes is not None:
            times.append((row.opens, row.closes))
    return {day: {"hours": times_in_text(times)} for day, times in found.items()}
