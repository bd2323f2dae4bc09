"""Rebooking offers: up to three other times, kept for a day, for a visit that the store had to give up.

Until the customer chooses, the visit stays as booked. If they never choose, it is cancelled and they are told.
"""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from booking.bookings.changes import RAISED_BY_CALLER, note_change
from booking.bookings.lifecycle import cancel_locked, lock_booking
from booking.bookings.message_plan import message_channels
from booking.bookings.refusals import WrongStatus
from booking.bookings.rescheduling import move_locked
from booking.message_kinds import Kind
from booking.models import Booking, EventKind, Hold, Status
from booking.places.claims import claim_anywhere, days_taken, drop_hold, raise_days, store_hold
from booking.places.days_state import Wish
from booking.places.moved_visits import MovedVisit
from booking.places.nearest_free import nearest_free
from booking.places.runs import runs_at
from booking.policy import HOLD_EXTENSIONS, notice_ends
from booking.refusals import BookingRefused, Refusal
from booking.who import Who
from notifications import outbox
from stores.slots import StoreRules

log = logging.getLogger(__name__)

KEPT_FOR = timedelta(hours=24)
TIMES = 3
_TRIED = 12  # starts considered for one visit: several visits may compete for the same
OFFER = "offer"  # start of the offset of a message about such times


def offer_other_times(bookings: Iterable[Booking], *, rules: StoreRules, told_as: str, who: Who) -> None:
    """Keep other times for locked visits and tell each customer once; the caller has locked the store too.

    A customer who cannot get a message keeps the visit: somebody has to phone. If no other time is free, the visit is
    cancelled, and the message says how to book again.
    """
    for booking in bookings:
        if booking.status != Status.CONFIRMED or not message_channels(booking.phone, booking.email):
            continue
        holds = _keep(booking, rules, now=who.now)
        if not holds:
            cancel_locked(booking, who=who)
            continue
        booking.answer_until = max(one.expires_at for one in holds)
        booking.updated_at = who.now
        booking.save(update_fields=["answer_until", "updated_at"])
        note_change(
            booking,
            EventKind.NOTIFIED,
            who=who,
            days=RAISED_BY_CALLER,
            tell=Kind.CHANGE,
            told_as=f"{OFFER}-{told_as}",
        )


def ask_no_more(booking: Booking, *, told_as: str, who: Who, tell: bool = True) -> None:
    """Withdraw the question about another time for a visit that the caller has locked; the visit stays.

    A customer who received the question is told that the visit stays, unless `tell` is false. An unsent message is
    never sent.
    """
    for hold in booking.kept_times.select_related("store").order_by("pk"):
        drop_hold(hold)
    booking.answer_until, booking.updated_at = None, who.now
    booking.save(update_fields=["answer_until", "updated_at"])
    raise_days(booking.store_id, {booking.visit_date})
    channels = message_channels(booking.phone, booking.email)
    not_left = outbox.skip_open(
        subject=booking.reference, reason="answered", now=who.now, kinds=[Kind.CHANGE], offset=f"{OFFER}-"
    )
    if tell and not_left < len(channels):
        note_change(booking, EventKind.NOTIFIED, who=who, days=RAISED_BY_CALLER, tell=Kind.CHANGE, told_as=told_as)


def is_asked_again(booking: Booking, *, now: datetime) -> bool:
    """Tell whether the customer may still choose one of the times kept for them."""
    return booking.answer_until is not None and now < booking.answer_until and booking.status == Status.CONFIRMED


def kept_times(booking: Booking, *, now: datetime) -> list[Hold]:
    """Return the times kept for a visit, in order; none after the answer or after the deadline."""
    if not is_asked_again(booking, now=now):
        return []
    return list(Hold.objects.filter(kept_for=booking, expires_at__gt=now).order_by("starts_at", "pk"))


@transaction.atomic
def take_kept_time(*, booking_id: int, hold_id: int, now: datetime) -> Booking:
    """Move a visit to one of the times kept for it; the other times become free.

    Raises BookingRefused: HOLD_EXPIRED if the time is no longer kept, WRONG_STATUS if the visit is over.
    """
    booking = lock_booking(booking_id)
    if booking.status != Status.CONFIRMED:
        raise WrongStatus(booking)
    hold = Hold.objects.filter(kept_for=booking, pk=hold_id, expires_at__gt=now).first()
    if hold is None:
        raise BookingRefused(Refusal.HOLD_EXPIRED)
    return move_locked(booking, starts_at=hold.starts_at, desk="", who=Who.customer(now))


def cancel_unanswered(*, now: datetime) -> int:
    """Cancel the visits whose customers chose none of the times kept for them; return how many.

    An error with one visit does not stop the others.
    """
    due = Booking.objects.filter(answer_until__lte=now, status=Status.CONFIRMED).order_by("pk")
    cancelled = 0
    for booking_id in due.values_list("pk", flat=True):
        try:
            cancelled += _cancel_unanswered(booking_id, now=now)
        except Exception:
            log.exception("unanswered_not_cancelled", extra={"booking_id": booking_id})
    return cancelled


@transaction.atomic
def _cancel_unanswered(booking_id: int, *, now: datetime) -> bool:
    booking = lock_booking(booking_id)
    is_due = booking.answer_until is not None and booking.answer_until <= now and booking.status == Status.CONFIRMED
    if is_due:
        cancel_locked(booking, who=Who.system(now))
    return is_due


def _keep(booking: Booking, rules: StoreRules, *, now: datetime) -> list[Hold]:
    """Take and keep the free times nearest to a visit's own."""
    # Until it has moved it keeps its places. Of its kind, however many may go on at once, it is no further one.
    moved = MovedVisit(booking.pk, desk_id=0, starts_at=booking.starts_at, gives_back=())
    wish = Wish(rules.slug, booking.visit_type.slug, booking.party_size, desk=booking.desk_kept, is_booked=True,
                moved=moved, language=booking.language)  # fmt: skip
    # The visit's own time may be free at another desk.
    free = nearest_free(wish, booking.starts_at, now=now, limit=_TRIED, with_wanted=True)
    holds: list[Hold] = []
    for slot in sorted(free, key=lambda slot: abs(slot.starts_at - booking.starts_at)):
        if len(holds) == TIMES:
            break
        found = _keep_one(booking, rules, slot.starts_at, now=now)
        holds += [found] if found else []
    return holds


def _keep_one(booking: Booking, rules: StoreRules, starts_at: datetime, *, now: datetime) -> Hold | None:
    kind = rules.booked_type(booking.visit_type.slug, party_size=booking.party_size)
    if kind is None:
        return None
    # The answer has the same latest moment as any other booking of these times, and never comes after the visit itself.
    until = notice_ends(starts_at=starts_at, rules=rules, kind=kind)
    expires_at = min(now + KEPT_FOR, until, booking.starts_at)
    own = rules.chosen(booking.desk_kept, booking.language)
    if expires_at <= now:
        return None
    runs = runs_at(own, kind, starts_at)
    run = claim_anywhere(own, runs, kind, now=now, party_size=booking.party_size, from_web=True, moved=booking)
    if run is None:
        return None
    hold = store_hold(
        rules,
        run,
        visit_type_id=kind.id,
        party_size=booking.party_size,
        expires_at=expires_at,
        desk_was_chosen=bool(booking.desk_kept),
        extensions=HOLD_EXTENSIONS,
        kept_for=booking,
    )
    raise_days(rules.id, days_taken(run, rules.zone.key))
    return hold
