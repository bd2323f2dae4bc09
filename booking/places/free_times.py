"""Free times from days that this process has worked out before, as long as their versions are true.

One statement says what the days of a store are made of now: the version of its rules, the versions of its days, the
holds that have expired. A kept day is used only if these are the same as when it was worked out; the clock then takes
away what is too near or too far ahead. So an answer never shows a place that is gone (docs/decisions/0043). Nothing
here writes, and booking asks nothing of it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby
from typing import NamedTuple

from django.db import connection

from booking.places.availability import Availability, AvailabilityQuestion, FreeDay
from booking.places.days_state import DaysState, Wish, read_state
from booking.places.places_left import ExpiredHold
from booking.policy import first_bookable_start, first_start_changes_at, last_bookable_date
from booking.refusals import UnknownVisitType
from stores.bounded_cache import BoundedCache
from stores.hours import ONE_DAY, day_start
from stores.queries import UnknownStore, kept_rules
from stores.slots import StoreRules

MOST_DAYS = 1024
_TRIES = 3


@dataclass(frozen=True, slots=True)
class FreeTimes:
    """Free times, which stay the same as long as the state does, and until an instant at most."""

    answer: Availability
    until: datetime


class _Stamp(NamedTuple):
    """What a day without the clock is made of."""

    hours_version: int
    version_of_day_before: str | None
    version: str | None
    version_of_day_after: str | None
    holds: tuple[ExpiredHold, ...]


class _Kept(NamedTuple):
    """A day without the clock, and what it was made of."""

    stamp: _Stamp
    day: FreeDay


class _Meanwhile(Exception):
    """The state is another one than when it was read."""

    def __init__(self, state: DaysState) -> None:
        super().__init__()
        self.state = state


_days: BoundedCache[tuple[object, ...], _Kept] = BoundedCache(MOST_DAYS)


def kept_availability(wish: Wish, from_date: date, to_date: date, *, now: datetime) -> Availability:
    """Return the free times of days `from_date` to `to_date`, both included.

    One statement, and those of `free_times`. Raises UnknownStore, UnknownVisitType.
    """
    state = read_state(wish, from_date, to_date, now=now)
    if state is None:
        raise UnknownStore(wish.store)
    return free_times(wish, state, now=now).answer


def free_times(wish: Wish, state: DaysState, *, now: datetime, rules: StoreRules | None = None) -> FreeTimes:
    """Return the free times for a state just read; no statement where the days are kept.

    Else one for each stretch of days that are not, and one where the rules are not kept either. `rules` are those that
    the caller has just read, with special hours from the day before the first day on. One more statement where there
    are expired holds: if their places came back before the slots were read, they would be counted twice, so all is read
    again. Raises UnknownStore, UnknownVisitType.
    """
    for _ in range(_TRIES):
        try:
            return _free_times(wish, state, rules, now=now)
        except _Meanwhile as meanwhile:
            state = meanwhile.state
    return _free_times(wish, state, rules, now=now, is_last=True)


def _free_times(
    wish: Wish, state: DaysState, known: StoreRules | None, *, now: datetime, is_last: bool = False
) -> FreeTimes:
    rules = known if known and _made_of(known) == _versions_of(state) else _kept_rules(wish, state)
    is_same = _made_of(rules) == _versions_of(state)  # no change was committed between the two statements
    rules = rules.chosen(wish.desk, wish.language)
    kind = (
        rules.booked_type(wish.visit_type, party_size=wish.party_size)
        if wish.is_booked
        else rules.visit_type(wish.visit_type)
    )
    if kind is None:
        raise UnknownVisitType(wish.visit_type)
    question = AvailabilityQuestion(
        rules=rules,
        visit_type=kind,
        from_date=state.from_date,
        to_date=state.to_date,
        party_size=wish.party_size,
        by_staff=wish.by_staff,
        first_start=now if wish.by_staff else first_bookable_start(now=now, rules=rules, kind=kind),
        last_date=last_bookable_date(now=now, zone=rules.zone, rules=rules),
        expired_holds=state.holds(),
        days_version=0,
        now=now,
        own_hold=wish.own_hold,
        moved=wish.moved,
    )
    look_again = None if is_last else now
    if not is_same or connection.in_atomic_block:  # what a transaction sees may never be committed
        answer = question.answer()
        _refuse_change(wish, state, question.holds_here(), look_again)
        return FreeTimes(answer, now)
    days = _days_now(wish, question, state, look_again)
    first_free = next((day.slots[0].starts_at for day in days if day.slots), None)
    answer = Availability(rules=rules, visit_type=kind, days=days, first_free=first_free)
    return FreeTimes(answer, _true_until(answer, question, by_staff=wish.by_staff))


def _true_until(answer: Availability, question: AvailabilityQuestion, *, by_staff: bool) -> datetime:
    """Return until when an answer stays true if nothing is booked: the day's end, or the first time's notice."""
    rules, now = answer.rules, question.now
    until = day_start(now.astimezone(rules.zone).date() + ONE_DAY, rules.zone)
    jumps_at = None if by_staff else first_start_changes_at(now=now, rules=rules, kind=answer.visit_type)
    if jumps_at is not None:
        return min(until, jumps_at)
    if answer.first_free is not None:
        return min(until, answer.first_free - (question.first_start - now))
    return until


def _kept_rules(wish: Wish, state: DaysState) -> StoreRules:
    return kept_rules(wish.store, from_date=state.from_date, store_id=state.store_id, version=state.hours_version)


def _made_of(rules: StoreRules) -> tuple[int, int]:
    return rules.id, rules.hours_version


def _versions_of(state: DaysState) -> tuple[int, int]:
    return state.store_id, state.hours_version


def _refuse_change(wish: Wish, state: DaysState, holds: Sequence[ExpiredHold], look_again: datetime | None) -> None:
    """Raise _Meanwhile if one of these expired holds has come back since the state was read; one statement for some.

    Whatever else has changed meanwhile makes the slots newer than the state, and is counted once all the same.
    """
    if not holds or look_again is None:
        return
    newer = read_state(wish, state.from_date, state.to_date, now=look_again)
    if newer is not None and sorted(newer.expired_holds.split(",")) != sorted(state.expired_holds.split(",")):
        raise _Meanwhile(newer)


def _days_now(
    wish: Wish, question: AvailabilityQuestion, state: DaysState, look_again: datetime | None
) -> tuple[FreeDay, ...]:
    """Return the wished days as the clock leaves them."""
    first = max(state.from_date, question.first_start.astimezone(question.rules.zone).date())
    last = min(state.to_date, question.last_date)
    whole = _whole_days(wish, question, state, first, last, look_again) if first <= last else {}
    days = []
    for number in range((state.to_date - state.from_date).days + 1):
        date_ = state.from_date + ONE_DAY * number
        day = whole.get(date_) or FreeDay(date_, ())
        if date_ == first and day.slots and day.slots[0].starts_at < question.first_start:
            day = FreeDay(date_, tuple(slot for slot in day.slots if slot.starts_at >= question.first_start))
        days.append(day)
    return tuple(days)


def _whole_days(
    wish: Wish, question: AvailabilityQuestion, state: DaysState, first: date, last: date, look_again: datetime | None
) -> dict[date, FreeDay]:
    """Return the days first..last without the clock; each stretch of days that are not kept costs one statement.

    Raises _Meanwhile if one of them has expired holds, and the state is another by then; never without `look_again`.
    """
    stamps = _stamps(question, state, first, last)
    # What a replica said is used for nobody whom the database itself answers.
    whose = (
        *(connection.alias, state.store_id, wish.visit_type, wish.party_size),
        *(wish.by_staff, wish.desk, wish.is_booked, wish.language),
    )
    found = {}
    for day, stamp in stamps.items():
        kept = _days.get((*whose, day))
        if kept is not None and kept.stamp == stamp and not question.is_left_on(day):
            found[day] = kept.day
    missing = [day for day in stamps if day not in found]
    for begins, ends in _stretches(missing):
        whole = replace(
            question,
            from_date=begins,
            to_date=ends,
            first_start=day_start(begins, question.rules.zone),
            last_date=ends,
        )
        found |= {day.date: day for day in whole.answer().days}
    _refuse_change(wish, state, [hold for day in missing for hold in stamps[day].holds], look_again)
    for day in missing:
        # Others see that hold, and the visit that moves, as taken.
        if not (wish.own_hold and stamps[day].holds) and not question.is_left_on(day):
            _days.keep((*whose, day), _Kept(stamps[day], found[day]))
    return found


def _stretches(days: Sequence[date]) -> Iterator[tuple[date, date]]:
    """Yield the first and last day of each stretch of days that follow each other."""
    for _, stretch in groupby(enumerate(days), key=lambda numbered: numbered[1].toordinal() - numbered[0]):
        found = [day for _, day in stretch]
        yield found[0], found[-1]


def _stamps(question: AvailabilityQuestion, state: DaysState, first: date, last: date) -> dict[date, _Stamp]:
    """Return what each day is made of: the rules, its own version and those of the days around it, the holds on them.

    A visit that begins before midnight may take places of the day after, and one that begins soon after it, with what
    is done before it, of the day before.
    """
    versions = state.versions()
    zone, holds = question.rules.zone, question.expired_holds
    stamps: dict[date, _Stamp] = {}
    for number in range((last - first).days + 1):
        day = first + ONE_DAY * number
        here: Sequence[ExpiredHold] = ()
        if holds:
            begins, ends = day_start(day - ONE_DAY, zone), day_start(day + 2 * ONE_DAY, zone)
            here = sorted(
                (hold for hold in holds if hold.starts_at < ends and hold.ends_at > begins),
                key=lambda hold: (hold.desk_id, hold.starts_at, hold.ends_at, hold.places),
            )
        before, own, after = (versions.get((day + number * ONE_DAY).isoformat()) for number in (-1, 0, 1))
        stamps[day] = _Stamp(state.hours_version, before, own, after, tuple(here))
    return stamps
