"""Steps of arrivals: check in, start, complete, no-show, undo."""

from datetime import datetime
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction

from booking.arrivals.step_rules import STEPS, UNDO, is_same_night, may_step
from booking.bookings.changes import note_change
from booking.bookings.lifecycle import lock_booking
from booking.bookings.refusals import VisitMoved, WrongStatus
from booking.message_kinds import Kind
from booking.models import Booking, BookingEvent, EventKind, Status
from booking.tokens import keyed_digest
from booking.who import Who
from notifications import outbox

_EVENTS = {name: EventKind(taken.event) for name, taken in STEPS.items()}


def take_action(
    *,
    booking_id: int,
    action: str,
    who: Who,
    happened_at: datetime | None = None,
    action_id: UUID | None = None,
    seen_starts_at: datetime | None = None,
    undoes: str = "",
) -> Booking:
    """Do one action of a page, a tablet or the API: `action` is one of `step_rules.ACTIONS`.

    `seen_starts_at` applies to steps, `undoes` to an undo. Raises BookingRefused WRONG_STATUS.
    """
    take = (
        partial(undo_step, undoes=undoes)
        if action == UNDO
        else partial(take_step, step=action, seen_starts_at=seen_starts_at)
    )
    try:
        return take(booking_id=booking_id, who=who, happened_at=happened_at, action_id=action_id)
    except IntegrityError:
        if not _is_repeated(action_id):
            raise
        # A parallel request took a step of another visit with the same `action_id`.
        return Booking.objects.select_related("store", "desk", "visit_type").get(pk=booking_id)


@transaction.atomic
def take_step(
    *,
    booking_id: int,
    step: str,
    who: Who,
    happened_at: datetime | None = None,
    action_id: UUID | None = None,
    seen_starts_at: datetime | None = None,
) -> Booking:
    """Take a visit one step further: by one of `STEPS`.

    `happened_at` is when the tap was made, for a tablet that was offline; a clock ahead of ours counts as now.
    `seen_starts_at` is the start that the tablet showed: a visit that was moved since then does not take the step. An
    `action_id` seen before changes nothing. Raises BookingRefused WRONG_STATUS, with the booking as it is.
    """
    booking = lock_booking(booking_id)
    if _is_repeated(action_id):
        return booking
    if seen_starts_at not in (None, booking.starts_at):
        raise VisitMoved(booking)
    at = min(happened_at or who.now, who.now)
    _refuse_impossible(booking, step, at=at)
    from_status = booking.status
    _take(booking, step, at=at)
    _save(booking, now=who.now)
    note_change(
        booking,
        _EVENTS[step],
        who=who,
        days={booking.visit_date},
        happened_at=at,
        from_status=from_status,
        action_id=action_id,
        tell=Kind.FEEDBACK if step == "complete" and booking.store.feedback_when else None,
    )
    return booking


@transaction.atomic
def undo_step(
    *,
    booking_id: int,
    who: Who,
    happened_at: datetime | None = None,
    action_id: UUID | None = None,
    undoes: str = "",
) -> Booking:
    """Take back the last step that has not been taken back yet, on the day or in the night it was made.

    `undoes` is the `step_key` of the intended step, so that a later step of somebody else is not taken back instead.
    Raises BookingRefused WRONG_STATUS if there is no such step, or if the visit is no longer in the state the step led
    to: a visit that was cancelled since then has no place to return to.
    """
    booking = lock_booking(booking_id)
    if _is_repeated(action_id):
        return booking
    at = min(happened_at or who.now, who.now)
    last = _step_to_undo(booking, undoes, at=at)
    from_status = booking.status
    _take_back(booking, last)
    _save(booking, now=who.now)
    if last.kind == EventKind.COMPLETED:
        outbox.withdraw(subject=booking.reference, kinds=[Kind.FEEDBACK], reason="undone", now=who.now)
    note_change(
        booking,
        EventKind.UNDONE,
        who=who,
        days={booking.visit_date},
        happened_at=at,
        from_status=from_status,
        action_id=action_id,
        undoes=last,
    )
    return booking


def step_key(event_id: int, action_id: UUID | None) -> str:
    """Return the name of one step for tablets: the id of its tap, else a digest that hides the database id."""
    return str(action_id or keyed_digest("step", str(event_id))[:32])


def is_undone(booking: Booking, undoes: str) -> bool:
    """Tell whether the step that `undoes` names has been taken back."""
    undone = BookingEvent.objects.filter(booking=booking, undone_by__isnull=False).values_list("pk", "action_id")
    return bool(undoes) and any(undoes == step_key(pk, action_id) for pk, action_id in undone)


def _refuse_impossible(booking: Booking, step: str, *, at: datetime) -> None:
    """Raise WrongStatus if a visit cannot take this step now."""
    is_possible = may_step(
        step=step,
        status=booking.status,
        starts_at=booking.starts_at,
        visit_date=booking.visit_date,
        today=at.astimezone(ZoneInfo(booking.store.time_zone)).date(),
        at=at,
    )
    if not is_possible:
        raise WrongStatus(booking)


def _step_to_undo(booking: Booking, undoes: str, *, at: datetime) -> BookingEvent:
    """Return the last step of a visit if it is the intended one and may still be taken back. Raises WrongStatus."""
    steps = BookingEvent.objects.filter(booking=booking, kind__in=_EVENTS.values(), undone_by=None)
    last = steps.order_by("-pk").first()
    if last is None or booking.status != last.to_status:
        raise WrongStatus(booking)
    if undoes and undoes != step_key(last.pk, last.action_id):
        raise WrongStatus(booking)
    zone = ZoneInfo(booking.store.time_zone)
    days = {last.happened_at.astimezone(zone).date(), booking.visit_date}
    if at.astimezone(zone).date() not in days and not is_same_night(at, last.happened_at):
        raise WrongStatus(booking)
    return last


def _take(booking: Booking, step: str, *, at: datetime) -> None:
    """Set what a step changes; a customer who is served without a check-in has also arrived."""
    booking.status = STEPS[step].leads_to
    if step in ("check_in", "start") and booking.checked_in_at is None:
        booking.checked_in_at = at
    if step == "start":
        booking.started_at = at
    if step == "complete":
        booking.completed_at = at


def _take_back(booking: Booking, step: BookingEvent) -> None:
    """Restore what a step had changed."""
    booking.status = step.from_status
    if booking.status == Status.CONFIRMED:
        booking.checked_in_at = None
    if step.kind == EventKind.STARTED:
        booking.started_at = None
    if step.kind == EventKind.COMPLETED:
        booking.completed_at = None


def _is_repeated(action_id: UUID | None) -> bool:
    return action_id is not None and BookingEvent.objects.filter(action_id=action_id).exists()


def _save(booking: Booking, *, now: datetime) -> None:
    booking.updated_at = now
    booking.save(update_fields=["status", "checked_in_at", "started_at", "completed_at", "updated_at"])
