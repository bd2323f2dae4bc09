"""Rescheduling of visits: old places are given back and new ones taken in one transaction."""

from dataclasses import replace
from datetime import date, datetime

from django.db import transaction

from booking.bookings.changes import RAISED_BY_CALLER, note_change
from booking.bookings.lifecycle import lock_booking
from booking.bookings.refusals import WrongStatus
from booking.bookings.visit_places import release_places, take_run
from booking.message_kinds import Kind
from booking.models import Actor, Booking, EventKind, Status
from booking.places.claims import claim, claim_anywhere, days_taken, lock_slots
from booking.places.closed_slots import refused_without_place
from booking.places.requests import SlotRequest, resolve_request, retry_after_expired_holds
from booking.places.runs import Run
from booking.policy import may_change, places_needed
from booking.refusals import BookingRefused, Refusal
from booking.who import Who
from stores.models import Store
from stores.slots import StoreRules


def reschedule(*, booking_id: int, starts_at: datetime, who: Who, desk: str = "") -> Booking:
    """Move a visit to another start: same reference, `sequence` + 1. A move to its present place changes nothing.

    `desk` is the slug of the desk that staff chose, "" for any free one. If only the desk changes, the customer is told
    only if they asked for the former desk. If the new start is refused, the visit keeps the old one. Raises
    BookingRefused.
    """
    store = Store.objects.filter(bookings=booking_id).values_list("slug", flat=True).get()
    return retry_after_expired_holds(
        lambda: _reschedule(booking_id, starts_at=starts_at, desk=desk, who=who), store=store, now=who.now
    )


@transaction.atomic
def _reschedule(booking_id: int, *, starts_at: datetime, desk: str, who: Who) -> Booking:
    booking = lock_booking(booking_id)
    if booking.status != Status.CONFIRMED:
        raise WrongStatus(booking)
    if booking.starts_at == starts_at and desk in ("", booking.desk.slug):
        return booking
    if who.actor != Actor.STAFF:
        _refuse_too_late(booking, now=who.now)
    return move_locked(booking, starts_at=starts_at, desk=desk, who=who)


def move_locked(booking: Booking, *, starts_at: datetime, desk: str, who: Who) -> Booking:
    """Move a visit that the caller has locked, and that may be moved. Raises BookingRefused."""
    is_same_time = booking.starts_at == starts_at
    from_starts_at = booking.starts_at
    days = _change_places(booking, starts_at=starts_at, desk=desk, now=who.now, by_staff=who.actor == Actor.STAFF)
    is_told = not is_same_time or booking.desk_was_chosen
    if is_told:
        booking.sequence += 1
    if not is_same_time:
        booking.attendance_confirmed = False
        booking.late_minutes = None
    booking.updated_at = who.now
    booking.save()
    note_change(
        booking,
        EventKind.RESCHEDULED,
        who=who,
        days=days | days_taken(booking, booking.store.time_zone),
        from_starts_at=from_starts_at,
        skip_unsent="moved" if is_told else "",
        tell=Kind.CHANGE if is_told else None,
    )
    return booking


def move_to_other_desk(booking: Booking, rules: StoreRules, run: Run, *, who: Who) -> bool:
    """Let another desk serve a locked visit at its own time; tell whether it has places.

    `run` is what `find_other_desks` found for it. The customer is told only if they asked for the former desk. The
    caller has the store alone, and raises the days.
    """
    asked_until = booking.answer_until
    places = places_needed(party_size=booking.party_size, counts_people=rules.counts_people)
    try:
        with transaction.atomic():
            release_places(booking)  # with the times kept for it, which may be at the other desk
            if not claim(rules.id, run, places=places, from_web=False):
                raise _NoPlaces
    except _NoPlaces:
        booking.answer_until = asked_until
        return False
    take_run(booking, rules, run, from_web=False)
    is_told = booking.desk_was_chosen
    booking.sequence += is_told
    booking.updated_at = who.now
    booking.save()
    note_change(
        booking,
        EventKind.RESCHEDULED,
        who=who,
        days=RAISED_BY_CALLER,
        from_starts_at=booking.starts_at,
        skip_unsent="moved" if is_told else "",
        tell=Kind.CHANGE if is_told else None,
    )
    return True


class _NoPlaces(Exception):
    """The other desk has no places: what was given back is not."""


def _refuse_too_late(booking: Booking, *, now: datetime) -> None:
    is_in_time = may_change(
        status=booking.status,
        starts_at=booking.starts_at,
        now=now,
        change_until_minutes=booking.store.change_until_minutes,
        answer_until=booking.answer_until,
    )
    if not is_in_time:
        raise BookingRefused(Refusal.TOO_LATE)


def _change_places(booking: Booking, *, starts_at: datetime, desk: str, now: datetime, by_staff: bool) -> set[date]:
    """Give a booking's places back and take those of another start; return the days freed. Raises BookingRefused."""
    asked = SlotRequest.to_move(booking, starts_at, by_staff=by_staff)
    rules, kind, runs = resolve_request(replace(asked, desk=desk) if by_staff else asked, now=now, by_staff=by_staff)
    lock_slots(rules.id, [booking, *booking.kept_times.all()] if booking.answer_until else [booking], runs)
    days = release_places(booking)
    run = claim_anywhere(
        rules,
        runs,
        kind,
        now=now,
        party_size=booking.party_size,
        from_web=not by_staff,
        moved=booking,
        prefer_desk_id=booking.desk_id,
    )
    if run is None:
        raise refused_without_place(rules, runs, from_web=not by_staff)
    if run.desk.id != booking.desk_id and not by_staff:
        booking.desk_was_chosen = False  # the former desk is no longer active
    take_run(booking, rules, run, from_web=not by_staff)
    return days
