"""Affected visits, holds, offers and kept times: a change leaves them without a place, or gives one back.

One rule holds for every change of hours, slots, desks or rules. Expired holds and offers do not count. Live holds and
offers without a place are released. A visit without a place is affected if it had one before, or if the change took
away more of its day or its slots: a decision about a former state does not hold for a new one. A visit is also affected
if its customer was asked to choose another time and has none left to choose from. If a visit has its place again, its
customer is no longer asked.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from booking.bookings.changes import RAISED_BY_CALLER, note_change
from booking.bookings.lifecycle import cancel_locked
from booking.bookings.other_desks import find_other_desks
from booking.bookings.rebooking import ask_no_more, offer_other_times
from booking.bookings.rescheduling import move_to_other_desk
from booking.message_kinds import Kind
from booking.models import Booking, EventKind, Hold
from booking.models.partial_rows import known
from booking.places.claims import days_taken, drop_hold
from booking.places.fit import OpenTime, Order, Window, without_place
from booking.places.runs import Run
from booking.refusals import BookingRefused, Refusal
from booking.store_setup.taken_places import TakenPlaces
from booking.waiting_list.ended_offers import take_offer_back
from booking.who import Who
from stores.models import Desk, Store
from stores.slots import StoreRules

_HOLDS = (Order.HOLD, Order.OFFER, Order.KEPT_TIME)


class BookingsAffected(BookingRefused):
    """A change leaves these visits without a place, and nobody has decided what happens to them.

    `free_desks` has the desk that could serve a visit at its own time, by the id of the visit, where one is free: each
    has its place there even if all of them move.
    """

    def __init__(self, affected: Sequence[Booking], free_desks: Mapping[int, Desk] | None = None) -> None:
        super().__init__(Refusal.BOOKINGS_AFFECTED)
        self.affected = tuple(affected)
        self.free_desks = free_desks or {}


class AffectedResolution(StrEnum):
    """The possible decisions about visits that no longer fit."""

    KEEP = "keep"  # they stay; no new visits can be booked
    NOTIFY = "notify"  # they stay; each customer is told once
    CANCEL = "cancel"  # they are cancelled; each customer is told once
    OFFER = "offer"  # three other times are kept for each, and each customer is told once; later they are cancelled
    MOVE = "move"  # another desk serves them at the same time; OFFER where none is free


@dataclass(frozen=True, slots=True)
class Choices:
    """What is to happen with affected visits: `then` with all of them but those that `each` names, by reference."""

    then: AffectedResolution | None
    each: Mapping[str, AffectedResolution]


Then = AffectedResolution | Choices | None
"""What is to happen with affected visits; None where nobody has decided yet."""


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision about affected visits, None without one yet; and what distinguishes messages about it."""

    then: Then
    told_as: str
    who: Who

    def about(self, visit: Booking) -> AffectedResolution | None:
        """Return the decision about one visit."""
        if isinstance(self.then, Choices):
            return self.then.each.get(visit.reference, self.then.then)
        return self.then


@dataclass(frozen=True, slots=True)
class SettledVisit:
    """An affected visit after the decision: what happened to it, and whether its customer must hear of it."""

    visit: Booking
    was: AffectedResolution
    is_news: bool


@dataclass(frozen=True, slots=True)
class ChangeOutcome:
    """The outcome of a change: ids of visits, and the holds without a place."""

    affected: frozenset[int]
    fit_again: frozenset[int]
    lost_holds: tuple[Hold, ...]


def visits_without_place(taken: TakenPlaces, time: OpenTime) -> set[int]:
    """Return the ids of the upcoming visits that have no place."""
    return {one.key for one in without_place(time, taken.takings()) if one.order == Order.VISIT}


def outcome_of(
    taken: TakenPlaces,
    after: OpenTime,
    *,
    had_none: Collection[int],
    windows: Collection[Window] = (),
    off_grid: Collection[int] = (),
) -> ChangeOutcome:
    """Return the outcome of a change for visits that had a place before it, and for those that `had_none`.

    `off_grid` has visits only if the length of slots has changed: they lie across two of the new slots.
    """
    takings = taken.takings()
    visits = [one for one in takings if one.order == Order.VISIT]
    gone = without_place(after, takings)
    have_none = {one.key for one in gone if one.order == Order.VISIT} | {*off_grid}
    again = {one.key for one in visits if any(window.holds(one) for window in windows)} | {*off_grid}
    lost = {one.key for one in gone if one.order in _HOLDS}
    asked = {visit.pk for visit in taken.visits if visit.answer_until is not None}
    fit_again = {key for key in asked if key in had_none and key not in have_none}
    with_choice = {hold.kept_for_id for hold in taken.holds if hold.pk not in lost}
    had_choice = {hold.kept_for_id for hold in taken.holds if hold.pk in lost}
    chooseless = {key for key in asked if key in had_choice and key not in with_choice} - fit_again
    return ChangeOutcome(
        affected=frozenset(chooseless | {key for key in have_none if key not in had_none or key in again}),
        fit_again=frozenset(fit_again),
        lost_holds=tuple(hold for hold in taken.holds if hold.pk in lost),
    )


def settle(taken: TakenPlaces, outcome: ChangeOutcome, *, rules: StoreRules, decision: Decision) -> list[SettledVisit]:
    """Write the outcome of a change according to the decision; return the affected visits.

    Raises BookingsAffected if there are affected visits without a decision.
    """
    affected = [visit for visit in taken.visits if visit.pk in outcome.affected]
    if any(decision.about(visit) is None for visit in affected):
        raise BookingsAffected(affected, _free_desks(affected, rules, now=decision.who.now))
    for hold in outcome.lost_holds:
        _let_go(hold, now=decision.who.now)
    for visit in taken.visits:
        if visit.pk in outcome.fit_again:
            ask_no_more(visit, told_as=decision.told_as, who=decision.who)
        elif visit.answer_until is not None:
            _shorten_question(visit, outcome, taken, now=decision.who.now)
    # Visits move first: the times that are offered may be at the desks they move to.
    moved = _move_all(affected, rules, decision)
    settled = [_settled(visit, decision, is_moved=visit.pk in moved) for visit in affected]
    for one in settled:
        if one.was != AffectedResolution.MOVE:
            _decide(one, decision=decision)
    offered = [one.visit for one in settled if one.was == AffectedResolution.OFFER]
    offer_other_times(offered, rules=rules, told_as=decision.told_as, who=decision.who)
    return settled


def days_settled(settled: Iterable[SettledVisit], store: Store) -> set[date]:
    """Return the days of affected visits, for the caller to raise; the version of the hours covers all other days."""
    return {day for one in settled for day in days_taken(one.visit, store.time_zone)}


def _free_desks(affected: Sequence[Booking], rules: StoreRules, *, now: datetime) -> dict[int, Desk]:
    """Return the desks that could serve visits at their own times, by visit."""
    runs = find_other_desks(affected, rules, now=now)
    return {pk: known(Desk, id=run.desk.id, slug=run.desk.slug, name=run.desk.name) for pk, run in runs.items()}


def _move_all(affected: Sequence[Booking], rules: StoreRules, decision: Decision) -> set[int]:
    """Let other desks serve the visits about which that was decided; return the ids of those for which one is free."""
    meant = [visit for visit in affected if decision.about(visit) == AffectedResolution.MOVE]
    runs = find_other_desks(meant, rules, now=decision.who.now)
    return {visit.pk for visit in meant if visit.pk in runs and _move(visit, rules, runs[visit.pk], decision)}


def _move(visit: Booking, rules: StoreRules, run: Run, decision: Decision) -> bool:
    was_asked = visit.answer_until is not None
    if not move_to_other_desk(visit, rules, run, who=decision.who):
        return False
    if was_asked:
        is_told = not visit.desk_was_chosen  # else the move itself tells them
        ask_no_more(visit, told_as=decision.told_as, who=decision.who, tell=is_told)
    return True


def _settled(visit: Booking, decision: Decision, *, is_moved: bool) -> SettledVisit:
    was = decision.about(visit) or AffectedResolution.KEEP
    if was == AffectedResolution.MOVE and not is_moved:
        was = AffectedResolution.OFFER
    is_news = visit.desk_was_chosen if is_moved else was != AffectedResolution.KEEP
    return SettledVisit(visit, was, is_news=is_news)


def _decide(one: SettledVisit, *, decision: Decision) -> None:
    who, told_as, visit = decision.who, decision.told_as, one.visit
    was_asked = visit.answer_until is not None
    if one.was == AffectedResolution.CANCEL:
        cancel_locked(visit, who=who)
    elif was_asked:  # also for customers who are asked anew: the earlier message is no longer valid
        ask_no_more(visit, told_as=told_as, who=who, tell=one.was != AffectedResolution.OFFER)
    elif one.was == AffectedResolution.NOTIFY:
        note_change(visit, EventKind.NOTIFIED, who=who, days=RAISED_BY_CALLER, tell=Kind.CHANGE, told_as=told_as)


def _let_go(hold: Hold, *, now: datetime) -> None:
    if hold.offered_to_id is not None:
        take_offer_back(hold, hold.offered_to_id, now=now)
    else:
        drop_hold(hold)


def _shorten_question(visit: Booking, outcome: ChangeOutcome, taken: TakenPlaces, *, now: datetime) -> None:
    """Shorten the question to a customer who lost some of the kept times: it ends with the remaining ones."""
    lost = {hold.pk for hold in outcome.lost_holds}
    mine = [hold for hold in taken.holds if hold.kept_for_id == visit.pk]
    left = [hold.expires_at for hold in mine if hold.pk not in lost]
    if left and len(left) < len(mine) and max(left) != visit.answer_until:
        visit.answer_until, visit.updated_at = max(left), now
        visit.save(update_fields=["answer_until", "updated_at"])
