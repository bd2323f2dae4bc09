"""Texts about what the store did at night: they wait for the morning, unless staff send them at once."""

from collections.abc import Collection

from django.db import transaction

from booking.bookings.changes import note_change
from booking.bookings.lifecycle import lock_booking
from booking.bookings.message_plan import AT_NIGHT
from booking.message_kinds import KINDS
from booking.models import Booking, EventKind
from booking.who import Who
from notifications import outbox

_OF_STORE = frozenset(kind for kind, facts in KINDS.items() if facts.must_reach)


@transaction.atomic
def text_at_once(*, booking_id: int, who: Who) -> Booking:
    """Send a visit's texts that wait for the morning now, and note who wanted it; without any, this changes nothing."""
    booking = lock_booking(booking_id)
    if outbox.release(subject=booking.reference, kinds=_OF_STORE, reason=AT_NIGHT, now=who.now):
        note_change(booking, EventKind.TEXTED_AT_NIGHT, who=who, days={booking.visit_date})
    return booking


def waiting_for_morning(references: Collection[str]) -> set[str]:
    """Return those of these visits of which a text waits for the morning. One statement."""
    return outbox.waiting(subjects=references, kinds=_OF_STORE, reason=AT_NIGHT)
