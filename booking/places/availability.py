"""Free times: the starts at a store that can take a party now. Nothing here writes."""

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from hashlib import sha256

from booking.places.at_once import slots_and_kind
from booking.places.free_starts import FreeSlot, starts_with_places, with_room_for_kind
from booking.places.moved_visits import MovedVisit
from booking.places.places_left import ExpiredHold, places_of_rows, what_changed
from booking.policy import first_bookable_start, last_bookable_date, places_needed
from booking.refusals import UnknownVisitType
from stores.hours import ONE_DAY, day_start
from stores.queries import store_rules
from stores.slots import StoreRules, VisitTypeRule, store_slots
from stores.visit_runs import VisitRun, visits_by_desk

_TRIES = 3


@dataclass(frozen=True, slots=True)
class FreeDay:
    date: date
    slots: tuple[FreeSlot, ...]


@dataclass(frozen=True, slots=True)
class Availability:
    rules: StoreRules
    visit_type: VisitTypeRule
    days: tuple[FreeDay, ...]
    first_free: datetime | None


@dataclass(frozen=True, slots=True)
class AvailabilityQuestion:
    """A question about the free times for one visit type and party; the answer costs one statement.

    Building it costs one statement if the rules have been read, else two.
    """

    rules: StoreRules
    visit_type: VisitTypeRule
    from_date: date
    to_date: date
    party_size: int
    by_staff: bool
    first_start: datetime
    last_date: date
    expired_holds: tuple[ExpiredHold, ...]
    days_version: int
    now: datetime
    own_hold: str = ""  # the public id of the asking customer's hold
    moved: MovedVisit | None = None

    @property
    def version(self) -> str:
        """The version of all that the answer depends on, the clock included: an equal one means an equal answer."""
        parts = (
            self.rules.slug, self.rules.hours_version, [desk.id for desk in self.rules.desks],
            self.visit_type.slug, self.from_date, self.to_date,
            self.party_size, self.by_staff, self.days_version, self.holds_here(), self.last_date, self._next_start(),
        )  # fmt: skip
        return sha256("|".join(map(str, parts)).encode()).hexdigest()[:32]

    def holds_here(self) -> list[ExpiredHold]:
        """Return the expired holds of the requested days whose places have not been given back yet."""
        begins = day_start(self.from_date - ONE_DAY, self.rules.zone)  # what is done before a visit may begin then
        ends = day_start(self.to_date + 2 * ONE_DAY, self.rules.zone)  # a visit may end past midnight
        here = [one for one in self.expired_holds if one.starts_at < ends and one.ends_at > begins]
        return sorted(here, key=lambda one: (one.desk_id, one.starts_at, one.ends_at, one.places))

    def is_left_on(self, day: date) -> bool:
        """Tell whether a visit that moves gives back places that may be free for it alone on a day."""
        begins, ends = (day_start(day + number * ONE_DAY, self.rules.zone) for number in (-1, 2))
        return self.moved is not None and any(
            one.starts_at < ends and one.ends_at > begins for one in self.moved.gives_back
        )

    def between(self, from_date: date, to_date: date) -> "AvailabilityQuestion":
        """Return the same question for some of its days; `days_version` still covers all of them."""
        return replace(self, from_date=from_date, to_date=to_date)

    def answer(self) -> Availability:
        """Return the free times, with one statement."""
        found = _free_slots(self)
        days, begin = [], 0
        for number in range((self.to_date - self.from_date).days + 1):
            day = self.from_date + ONE_DAY * number
            end = bisect_left(found, (day_start(day + ONE_DAY, self.rules.zone),), begin) if found else 0
            days.append(FreeDay(day, tuple(found[begin:end])))
            begin = end
        return Availability(
            rules=self.rules,
            visit_type=self.visit_type,
            days=tuple(days),
            first_free=found[0].starts_at if found else None,
        )

    def runs_by_desk(self) -> dict[int, list[VisitRun]]:
        """Return, for each desk, every start that the rules allow now, with the slots it takes."""
        first_date, last_date = self._dates()
        if first_date > last_date or self.party_size > self.visit_type.max_party_size:
            return {}
        return visits_by_desk(
            self.rules, self.visit_type, first_date=first_date, last_date=last_date, not_before=self.first_start
        )

    def _next_start(self) -> datetime | None:
        """Return the first slot that may be booked by now: it moves on with the clock."""
        day, last_date = self._dates()
        while day <= last_date:
            slots = store_slots(self.rules, first_date=day, last_date=day)
            at = bisect_left(slots, (self.first_start,))
            if at < len(slots):
                return slots[at].starts_at
            day += ONE_DAY
        return None

    def _dates(self) -> tuple[date, date]:
        """Return the first and last of the requested days that the clock and the booking horizon allow."""
        return max(self.from_date, self.first_start.astimezone(self.rules.zone).date()), min(
            self.to_date, self.last_date
        )


def ask_availability(  # noqa: PLR0913 -- one for each thing a wish says
    *,
    store: str,
    visit_type: str,
    from_date: date,
    to_date: date,
    party_size: int,
    now: datetime,
    by_staff: bool = False,
    desk: str = "",
    language: str = "",
    own_hold: str = "",
    is_booked: bool = False,
    moved: MovedVisit | None = None,
) -> AvailabilityQuestion:
    """Return the question, with the rules of its store; `desk` limits it to one desk.

    `language` limits it to desks that speak it.
    `is_booked` is for a visit that is being moved: its type may no longer be offered. What `moved` takes is free.

    Raises UnknownStore, UnknownVisitType.
    """
    rules = store_rules(store, from_date=from_date).chosen(desk, language)
    kind = rules.booked_type(visit_type, party_size=party_size) if is_booked else rules.visit_type(visit_type)
    if kind is None:
        raise UnknownVisitType(visit_type)
    return ask_by_rules(
        rules,
        kind,
        from_date=from_date,
        to_date=to_date,
        party_size=party_size,
        now=now,
        by_staff=by_staff,
        own_hold=own_hold,
        moved=moved,
    )


def ask_by_rules(
    rules: StoreRules,
    visit_type: VisitTypeRule,
    *,
    from_date: date,
    to_date: date,
    party_size: int,
    now: datetime,
    by_staff: bool = False,
    own_hold: str = "",
    moved: MovedVisit | None = None,
) -> AvailabilityQuestion:
    """Return the question for a store whose rules have been read, with special hours from `from_date` on.

    `own_hold` is the public id of the asking customer's own hold: it never hides a time from them.
    """
    expired_holds, days_version = what_changed(
        rules.id, from_date=from_date, to_date=to_date, now=now, own_hold=own_hold
    )
    return AvailabilityQuestion(
        rules=rules,
        visit_type=visit_type,
        from_date=from_date,
        to_date=to_date,
        party_size=party_size,
        by_staff=by_staff,
        first_start=now if by_staff else first_bookable_start(now=now, rules=rules, kind=visit_type),
        last_date=last_bookable_date(now=now, zone=rules.zone, rules=rules),
        expired_holds=expired_holds,
        days_version=days_version,
        now=now,
        own_hold=own_hold,
        moved=moved,
    )


def availability(  # noqa: PLR0913 -- one for each thing a wish says
    *,
    store: str,
    visit_type: str,
    from_date: date,
    to_date: date,
    party_size: int,
    now: datetime,
    by_staff: bool = False,
    desk: str = "",
    language: str = "",
    own_hold: str = "",
    is_booked: bool = False,
    moved: MovedVisit | None = None,
) -> Availability:
    """Return the free times of days `from_date` to `to_date`, both included. Raises as `ask_availability`."""
    ask = partial(
        ask_availability,
        store=store,
        visit_type=visit_type,
        from_date=from_date,
        to_date=to_date,
        party_size=party_size,
        now=now,
        by_staff=by_staff,
        desk=desk,
        language=language,
        own_hold=own_hold,
        is_booked=is_booked,
        moved=moved,
    )
    return answer_settled(ask(), ask)


def answer_settled(question: AvailabilityQuestion, ask: Callable[[], AvailabilityQuestion]) -> Availability:
    """Return the answer to a question whose expired holds were the same before and after the slots were read.

    If the places of one came back in between, they would be counted twice, so all is asked again. One statement; where
    there are expired holds, those of `ask` more.
    """
    for _ in range(_TRIES):
        answer = question.answer()
        if not question.holds_here():
            return answer
        newer = ask()
        if (newer.holds_here(), newer.days_version) == (question.holds_here(), question.days_version):
            return answer
        question = newer
    return question.answer()


def _free_slots(question: AvailabilityQuestion) -> list[FreeSlot]:
    """Return the starts at which some desk can take the whole party, and its kind one more visit, by time."""
    rules, runs_by_desk = question.rules, question.runs_by_desk()
    bounds = [(runs[0].slots[0].starts_at, runs[-1].slots[-1].ends_at) for runs in runs_by_desk.values() if runs]
    if not bounds:
        return []
    moved = question.moved
    rows, there = slots_and_kind(
        rules.id,
        question.visit_type,
        first=min(first for first, _ in bounds),
        last=max(last for _, last in bounds),
        now=question.now,
        moved_id=moved.booking_id if moved else None,
        own_hold=question.own_hold,
    )
    back = (*question.expired_holds, *moved.gives_back) if moved else question.expired_holds
    left = places_of_rows(rules, rows, back, by_staff=question.by_staff)
    needed = places_needed(party_size=question.party_size, counts_people=rules.counts_people)
    found = starts_with_places(rules, runs_by_desk, left, needed=needed, by_staff=question.by_staff)
    if moved and rules.desk(moved.desk_id):  # where it is already
        found = [slot for slot in found if slot.starts_at != moved.starts_at]
    return with_room_for_kind(found, there, counts_people=rules.counts_people)
