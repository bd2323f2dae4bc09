"""A tablet that sends its taps."""

from datetime import datetime
from uuid import uuid4

from booking.arrivals.offline_actions import Tap, TapResult, take_tap
from booking.models import Booking
from tests.booking.staff.staff_room import Room
from tests.factories import at

NOON = at(10, 30)


def tap(step: str, booking: Booking | None = None, **fields: object) -> Tap:
    values = {"happened_at": at(10, 5), "reference": booking.reference if booking else "", **fields}
    return Tap(action_id=uuid4(), step=step, **values)  # type: ignore[arg-type]


def take(room: Room, one: Tap, *, is_manager: bool = False, now: datetime = NOON) -> TapResult:
    return take_tap(store=room.store, tap=one, now=now, user=room.staff, is_manager=is_manager)
