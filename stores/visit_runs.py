"""Visits of one kind that a store's rules allow: when they begin, at which desks, in which slots. Pure.

Whatever offers, takes or explains a time asks here, so that all obey the same rules of desks and of kinds of visit
(docs/decisions/0063-kinds-of-visit-have-rules.md).
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from operator import attrgetter
from typing import NamedTuple

from stores.hours import ONE_DAY, Interval, day_start
from stores.slots import SlotTime, StoreRules, VisitTypeRule, slots_by_desk, slots_within, starts_with_runs, week_around

_ends_at = attrgetter("ends_at")


class VisitRun(NamedTuple):
    """The time of a visit at one desk, half-open, in UTC, and the slots that it takes there, also beside that time."""

    starts_at: datetime
    ends_at: datetime
    slots: tuple[SlotTime, ...]


def visits_by_desk(
    rules: StoreRules,
    visit_type: VisitTypeRule,
    *,
    first_date: date,
    last_date: date,
    not_before: datetime | None = None,
) -> dict[int, list[VisitRun]]:
    """Return the visits that may begin on the store's days first..last, by time, for each desk that serves them."""
    own, hours = rules.for_kind(visit_type), kind_hours(rules, visit_type, first_date=first_date, last_date=last_date)
    # One more day, so that a visit may begin before midnight and end after it.
    since = first_date - ONE_DAY if visit_type.minutes_before else first_date
    by_desk = slots_by_desk(own, first_date=since, last_date=last_date + ONE_DAY)
    begin = day_start(first_date, rules.zone)
    not_before = max(begin, not_before) if not_before is not None else begin
    end = day_start(last_date + ONE_DAY, rules.zone)
    found = {}
    for desk_id, slots in by_desk.items():
        runs = _runs(slots, visit_type, hours, not_before=not_before)
        found[desk_id] = runs[: bisect_left(runs, (end,))]
    return found


def kind_hours(
    rules: StoreRules, visit_type: VisitTypeRule, *, first_date: date, last_date: date
) -> list[Interval] | None:
    """Return the own hours of a kind of visit around these days, also past the end of the last; None for any time."""
    if not visit_type.weekly:
        return None
    return week_around(visit_type.weekly, rules, first_date=first_date, last_date=last_date + ONE_DAY)


def has_hours_left(rules: StoreRules, visit_type: VisitTypeRule, *, day: date, at: datetime) -> bool:
    """Tell whether a kind of visit has own hours on a day that are not over; always where it has none of its own."""
    hours = kind_hours(rules, visit_type, first_date=day, last_date=day)
    end = day_start(day + ONE_DAY, rules.zone)
    return hours is None or any(one.starts_at < end and one.ends_at > at for one in hours)


def with_buffers(slots: Sequence[SlotTime], run: Sequence[SlotTime], visit_type: VisitTypeRule) -> VisitRun:
    """Return a visit with all slots of its desk that it overlaps together with the minutes before and after it.

    Where the desk has no slot, before it opens and after it closes, the minutes take nothing.
    """
    starts_at, ends_at = run[0].starts_at, run[-1].ends_at
    taken_from = starts_at - timedelta(minutes=visit_type.minutes_before)
    taken_until = ends_at + timedelta(minutes=visit_type.minutes_after)
    first = bisect_right(slots, taken_from, key=_ends_at)
    return VisitRun(starts_at, ends_at, tuple(slots[first : bisect_left(slots, (taken_until,))]))


def _runs(
    slots: Sequence[SlotTime],
    visit_type: VisitTypeRule,
    hours: Sequence[Interval] | None,
    *,
    not_before: datetime,
) -> list[VisitRun]:
    own = slots if hours is None else slots_within(slots, hours)
    runs = starts_with_runs(own[bisect_left(own, (not_before,)) :], visit_type.slot_count)
    if visit_type.has_buffers:
        return [with_buffers(slots, run, visit_type) for run in runs]
    return [VisitRun(run[0].starts_at, run[-1].ends_at, run) for run in runs]
