"""Explanations why a time can or cannot be booked, for each desk: the first rule that refuses."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from booking.models import Booking
from booking.places.at_once import KindVisits, kind_visits
from booking.places.availability import AvailabilityQuestion, ask_by_rules
from booking.places.explanations import DayExplanation, DeskExplanation, Explanation, SlotExplanation
from booking.places.moved_visits import moved_visit
from booking.places.places_left import places_left
from booking.policy import places_needed
from booking.refusals import UnknownVisitType
from stores.closings import store_open_time
from stores.hours import ONE_DAY, day_start
from stores.models import Slot
from stores.queries import rules_around, store_rules
from stores.slots import DeskRule, SlotTime, StoreRules, VisitTypeRule, away_until, run_of, slots_by_desk, store_slots
from stores.visit_runs import kind_hours, with_buffers


@dataclass(frozen=True, slots=True)
class _Times:
    """The slots around a time and their places, by desk and start; `left` are those that the asker may take."""

    of_all: list[SlotTime]
    by_desk: dict[int, list[SlotTime]]
    left: dict[tuple[int, datetime], int]
    left_staff: dict[tuple[int, datetime], int]
    capacity: dict[tuple[int, datetime], int]


def explain_slot(
    *,
    store: str,
    visit_type: str,
    starts_at: datetime,
    party_size: int,
    now: datetime,
    by_staff: bool = False,
    desk: str = "",
    language: str = "",
    moved: Booking | None = None,
) -> SlotExplanation:
    """Return what rules out a start, with at most six statements. Raises UnknownStore, UnknownVisitType.

    It answers for the web or for staff; `desk` limits it to one desk, `language` says which one is wished. `moved` is
    the visit where one is to move: its own places are free for it, and its wish holds. One statement more if other
    times are kept for it.
    """
    language = moved.language if moved else language
    rules = rules_around(store, starts_at)
    kind = rules.booked_type(visit_type, party_size=party_size) if moved else rules.visit_type(visit_type)
    if kind is None:
        raise UnknownVisitType(visit_type)
    rules = rules.with_desk(desk) if desk else rules
    day = starts_at.astimezone(rules.zone).date()
    asked = ask_by_rules(rules, kind, from_date=day, to_date=day, party_size=party_size, now=now, by_staff=by_staff)
    end = starts_at + timedelta(minutes=rules.slot_minutes * kind.slot_count)
    there = kind_visits(rules.id, kind, first=starts_at, last=end, now=now, moved_id=moved.pk if moved else None)
    of_store = _of_store(asked, starts_at, there)
    if of_store is not None:
        desks: tuple[DeskExplanation, ...] = (DeskExplanation(None, of_store),)
    else:
        times = _times_around(asked, day, _taken_around(rules, kind, starts_at, end), moved)
        desks = tuple(_of_desk(asked, desk, starts_at, times, language) for desk in rules.desks)
    return SlotExplanation(rules, starts_at, desks, rules.slot_minutes * kind.slot_count, kind)


def explain_day(
    *,
    store: str,
    visit_type: str,
    day: date,
    party_size: int,
    now: datetime,
    moved: Booking,
) -> DayExplanation:
    """Return, for staff, what rules out moving a visit to each start of a day, with four statements.

    One more for a kind of visit with a largest number at once, and one if other times are kept for the visit, whose
    own places are free for it. Raises UnknownStore, UnknownVisitType.
    """
    rules = store_rules(store, from_date=day)
    kind = rules.booked_type(visit_type, party_size=party_size)
    if kind is None:
        raise UnknownVisitType(visit_type)
    asked = ask_by_rules(rules, kind, from_date=day, to_date=day, party_size=party_size, now=now, by_staff=True)
    first, last = day_start(day - ONE_DAY, rules.zone), day_start(day + 2 * ONE_DAY, rules.zone)
    there = kind_visits(rules.id, kind, first=first, last=last, now=now, moved_id=moved.pk)
    times = _times_around(asked, day, (first, last), moved)
    answers = {}
    for starts_at, _ends_at in store_slots(rules, first_date=day, last_date=day):
        of_store = _of_store(asked, starts_at, there)
        for desk in rules.desks:
            answers[starts_at, desk.slug] = (
                DeskExplanation(None, of_store) if of_store else _of_desk(asked, desk, starts_at, times, moved.language)
            )
    return DayExplanation(rules, answers, rules.slot_minutes * kind.slot_count)


def _times_around(
    asked: AvailabilityQuestion, day: date, taken: tuple[datetime, datetime], moved: Booking | None
) -> _Times:
    """Return the slots around a day, and the places of those that begin in `taken`; what `moved` takes is free."""
    rules, (first, last) = asked.rules, taken
    back = (*asked.expired_holds, *(moved_visit(moved).gives_back if moved else ()))
    left = places_left(rules, back, first=first, last=last, by_staff=asked.by_staff)
    return _Times(
        of_all=store_slots(rules, first_date=day, last_date=day + ONE_DAY),
        by_desk=slots_by_desk(rules, first_date=day - ONE_DAY, last_date=day + ONE_DAY),
        left=left,
        left_staff=left if asked.by_staff else places_left(rules, back, first=first, last=last, by_staff=True),
        capacity=_capacities(rules, first=first, last=last),
    )


def _taken_around(
    rules: StoreRules, kind: VisitTypeRule, starts_at: datetime, ends_at: datetime
) -> tuple[datetime, datetime]:
    """Return the stretch in which the slots that a visit takes begin, the minutes before and after it included."""
    before = timedelta(minutes=kind.minutes_before + (rules.slot_minutes if kind.minutes_before else 0))
    return starts_at - before, ends_at + timedelta(minutes=kind.minutes_after)


def _capacities(rules: StoreRules, *, first: datetime, last: datetime) -> dict[tuple[int, datetime], int]:
    """Return the places of slot rows in [first, last), by desk and start; a closed slot has none."""
    rows = Slot.objects.filter(store_id=rules.id, starts_at__gte=first, starts_at__lt=last)
    columns = rows.values_list("desk_id", "starts_at", "capacity", "closed")
    return {(desk_id, at): 0 if closed else places for desk_id, at, places, closed in columns}


def _of_store(asked: AvailabilityQuestion, starts_at: datetime, there: KindVisits) -> Explanation | None:
    """Return what closes a start at every desk."""
    rules, day = asked.rules, starts_at.astimezone(asked.rules.zone).date()
    if not rules.desks:
        return Explanation.NO_DESK
    if asked.party_size > asked.visit_type.max_party_size:
        return Explanation.PARTY_TOO_LARGE
    if day > asked.last_date:
        return Explanation.TOO_FAR_AHEAD
    slots = store_slots(rules, first_date=day, last_date=day)
    if run_of(slots, starts_at, 1) is None:
        if run_of(store_slots(replace(rules, closings=()), first_date=day, last_date=day), starts_at, 1) is not None:
            return Explanation.CLOSING
        hours = store_open_time(rules, first_date=day - ONE_DAY, last_date=day)
        if any(one.starts_at <= starts_at < one.ends_at for one in hours):
            return Explanation.NO_START
        return Explanation.SPECIAL_HOURS if day in rules.special else Explanation.OUTSIDE_HOURS
    if not _is_in_kind_hours(asked, starts_at):
        return Explanation.KIND_HOURS
    if starts_at >= asked.first_start:
        ends_at = starts_at + timedelta(minutes=rules.slot_minutes * asked.visit_type.slot_count)
        return None if there.have_room(SlotTime(starts_at, ends_at)) else Explanation.AT_ONCE
    return Explanation.OVER if asked.by_staff else Explanation.TOO_SOON


def _is_in_kind_hours(asked: AvailabilityQuestion, starts_at: datetime) -> bool:
    """Tell whether the whole visit lies within the own hours of its kind, if that has any."""
    day = starts_at.astimezone(asked.rules.zone).date()
    hours = kind_hours(asked.rules, asked.visit_type, first_date=day, last_date=day)
    ends_at = starts_at + timedelta(minutes=asked.rules.slot_minutes * asked.visit_type.slot_count)
    return hours is None or any(one.starts_at <= starts_at and ends_at <= one.ends_at for one in hours)


def _of_desk(
    asked: AvailabilityQuestion, desk: DeskRule, starts_at: datetime, times: _Times, language: str
) -> DeskExplanation:
    """Return what closes a start at one desk."""
    if not desk.speaks(language):
        return DeskExplanation(desk, Explanation.NOT_SPOKEN)
    if not desk.serves(asked.visit_type.id):
        return DeskExplanation(desk, Explanation.NOT_SERVED)
    slots = times.by_desk[desk.id]
    run = run_of(slots, starts_at, asked.visit_type.slot_count)
    if run is None:
        return _without_run(asked, desk, starts_at, times)
    return _by_places(asked, desk, with_buffers(slots, run, asked.visit_type).slots, times)


def _without_run(asked: AvailabilityQuestion, desk: DeskRule, starts_at: datetime, times: _Times) -> DeskExplanation:
    """Return why a desk has not all the slots of a visit: its absence, its hours, or the closing time."""
    slots, count = times.by_desk[desk.id], asked.visit_type.slot_count
    away = away_until(asked.rules, desk, starts_at, starts_at + timedelta(minutes=asked.rules.slot_minutes * count))
    if away is not None:
        return DeskExplanation(desk, Explanation.AWAY, until=away)
    if run_of(slots, starts_at, 1) is None or run_of(times.of_all, starts_at, count) is not None:
        return DeskExplanation(desk, Explanation.DESK_HOURS)
    return DeskExplanation(desk, Explanation.TOO_LONG, until=_end_of_run(slots, starts_at))


def _by_places(asked: AvailabilityQuestion, desk: DeskRule, run: Sequence[SlotTime], times: _Times) -> DeskExplanation:
    """Return whether the slots of a visit have places for it, and which slot has the fewest."""
    needed = places_needed(party_size=asked.party_size, counts_people=asked.rules.counts_people)
    has = {slot.starts_at: times.capacity.get((desk.id, slot.starts_at), desk.capacity) for slot in run}
    smallest = min(run, key=lambda slot: has[slot.starts_at])
    if (places := has[smallest.starts_at]) < needed:
        answer = Explanation.TOO_SMALL if places else Explanation.CLOSED
        return DeskExplanation(desk, answer, places, needed, smallest.starts_at)
    untouched = desk.capacity - (0 if asked.by_staff else desk.kept_back)
    left = {slot.starts_at: times.left.get((desk.id, slot.starts_at), untouched) for slot in run}
    worst = min(run, key=lambda slot: left[slot.starts_at])
    if left[worst.starts_at] >= needed:
        return DeskExplanation(desk, Explanation.FREE, left[worst.starts_at], needed)
    by_staff = min(times.left_staff.get((desk.id, slot.starts_at), desk.capacity) for slot in run)
    answer = Explanation.KEPT_BACK if by_staff >= needed else Explanation.FULL
    return DeskExplanation(desk, answer, max(0, left[worst.starts_at]), needed, worst.starts_at)


def _end_of_run(slots: Sequence[SlotTime], starts_at: datetime) -> datetime | None:
    """Return when the slots that follow each other from a start on end."""
    end = None
    for slot in slots:
        if slot.starts_at == starts_at or slot.starts_at == end:
            end = slot.ends_at
    return end
