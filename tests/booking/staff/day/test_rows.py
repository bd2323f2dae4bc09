"""Rows are put together by hand: nothing that anybody typed may come out as anything but words."""

from collections.abc import Iterator

import pytest
import time_machine

from booking.models import Booking
from tests.booking.reading import page
from tests.booking.staff.staff_room import DAY, TUESDAY, Room, make_room
from tests.factories import NOW, make_booking

pytestmark = pytest.mark.django_db

HOSTILE = "\"><script>alert('1')</script>{{ 0 }}{0}%s&amp;"


@pytest.fixture(autouse=True)
def _on_a_monday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def room() -> Room:
    return make_room(desks=("main", "window"))


@pytest.mark.parametrize("cancelled", [False, True])
@pytest.mark.parametrize("field", ["name", "note", "phone", "email", "answers", "visit_type", "desk"])
def test_whatever_is_typed_comes_out_as_words(room: Room, field: str, cancelled: bool) -> None:
    booking = make_booking(room.store, visit_type="advice")
    typed: dict[str, object] = {"desk_was_chosen": True, "status": "cancelled" if cancelled else "confirmed"}
    match field:
        case "visit_type":
            room.store.visit_types.update(name=HOSTILE)
        case "desk":
            room.store.desks.update(name=HOSTILE)
        case "answers":
            typed["answers"] = [{"question": HOSTILE, "answer": HOSTILE}]
        case "phone":
            typed["phone"] = HOSTILE[:20]
        case _:
            typed[field] = HOSTILE
    Booking.objects.filter(pk=booking.pk).update(**typed)

    response = room.client().get(DAY, TUESDAY)

    assert (HOSTILE[:20] if field == "phone" else HOSTILE) in page(response).words
    assert b"<script>alert" not in response.content
