"""Affected visits, holds, offers and kept times: a change leaves them without a place, or gives one back.

One rule holds for every change of hours, slots, desks or rules. Expired holds and offers do not count. Live holds and
offers without a place are released. A visit without a place is affected if it had one before, or if the change took
away more of its day or its slots: a decision about a former state does not hold for a new one. A visit is also affected
if its customer was asked to choose another time and has none left to choose from. If a visit has its place again, its
customer is no longer asked.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from booking.bookings.changes import RAISED_BY_CALLER, note_change
from booking.bookings.lifecycle import cancel_locked
from booking.bookings.rebooking import ask_no_more, offer_other_times
from booking.message_kinds import Kind
from booking.models import Booking, EventKind, Hold
from booking.places.claims import drop_hold
from booking.places.fit import OpenTime, Order, Window, without_place
from booking.refusals import BookingRefused, Refusal
from booking.store_setup.taken_places import TakenPlaces
from booking.waiting_list.ended_offers import take_offer_back
from booking.who import Who
from stores.slots import StoreRules

_HOLDS = (Order.HOLD, Order.OFFER, Order.KEPT_TIME)


class BookingsAffected(BookingRefused):
    """A change leaves these visits without a place, and nobody has decided what happens to them."""

    def __init__(self, affected: Sequence[Booking]) -> None:
        super().__init__(Refusal.BOOKINGS_AFFECTED)
        self.affected = tuple(affected)


class AffectedResolution(StrEnum):
    """The possible decisions about visits that no longer fit."""

    KEEP = "keep"  # they stay; no new visits can be booked
    NOTIFY = "notify"  # they stay; each customer is told once
    CANCEL = "cancel"  # they are cancelled; each customer is told once
    OFFER = "offer"  # three other times are kept for each, and each customer is told once; later they are cancelled


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision about affected visits, None without one yet; and what distinguishes messages about it."""

    then: AffectedResolution | None
    told_as: str
    who: Who


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


def settle(taken: TakenPlaces, outcome: ChangeOutcome, *, rules: StoreRules, decision: Decision) -> list[Booking]:
    """Write the outcome of a change according to the decision; return the affected visits.

    Raises BookingsAffected if there are affected visits and no decision.
    """
    affected = [visit for visit in taken.visits if visit.pk in outcome.affected]
    if affected and decision.then is None:
        raise BookingsAffected(affected)
    for hold in outcome.lost_holds:
        _let_go(hold, now=decision.who.now)
    for visit in taken.visits:
        if visit.pk in outcome.fit_again:
            ask_no_more(visit, told_as=decision.told_as, who=decision.who)
        elif visit.answer_until is not None:
            _shorten_question(visit, outcome, taken, now=decision.who.now)
    _decide(affected, rules=rules, decision=decision)
    return affected


def _decide(affected: Sequence[Booking], *, rules: StoreRules, decision: Decision) -> None:
    who, told_as = decision.who, decision.told_as
    for visit in affected:
        was_asked = visit.answer_until is not None
        if decision.then == AffectedResolution.CANCEL:
            cancel_locked(visit, who=who)
        elif was_asked:  # also for customers who are asked anew: the earlier message is no longer valid
            is_told = decision.then != AffectedResolution.OFFER
            ask_no_more(visit, told_as=told_as, who=who, tell=is_told)
        elif decision.then == AffectedResolution.NOTIFY:
            note_change(visit, EventKind.NOTIFIED, who=who, days=RAISED_BY_CALLER, tell=Kind.CHANGE, told_as=told_as)
    if decision.then == AffectedResolution.OFFER:
        offer_other_times(affected, rules=rules, told_as=told_as, who=who)


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
