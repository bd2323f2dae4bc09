"""Rows are put together by hand: nothing that anybody typed may come out as anything but words."""

import re
import uuid
from collections.abc import Iterator

import pytest
import time_machine

from booking.models import Booking
from booking.staff.wording import BADGES
from tests.booking.reading import page
from tests.booking.staff.staff_room import DAY, TUESDAY, Room, make_room
from tests.factories import NOW, at, make_booking

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


def test_a_name_is_not_more_than_a_name_to_a_screen_reader(room: Room) -> None:
    booking = make_booking(room.store)
    Booking.objects.filter(pk=booking.pk).update(name=HOSTILE)

    with time_machine.travel(at(10), tick=False):
        read = page(room.client().get(DAY))

    (main,) = [button for button in read.buttons if button.get("class") == "act act-main"]
    seen = f"{booking.reference} check_in confirmed {booking.updated_at.isoformat()}"
    assert main["value"] == str(uuid.uuid5(uuid.NAMESPACE_URL, seen))
    assert main["aria-label"] == f"Arrived, {HOSTILE}"
    assert not [
        button for button in read.buttons if set(button) - {"class", "formaction", "name", "value", "aria-label"}
    ]


def test_an_address_adds_nothing_to_the_mail_that_staff_begin(room: Room) -> None:
    booking = make_booking(room.store)
    Booking.objects.filter(pk=booking.pk).update(email="ada?bcc=all&body=%41+x@example.org")

    read = page(room.client().get(DAY, TUESDAY))

    (href,) = read.links_to("mailto:")
    assert href == "mailto:ada%3Fbcc=all%26body=%2541+x@example.org"


def test_all_buttons_of_the_rows_belong_to_one_form(room: Room) -> None:
    bookings = [make_booking(room.store, phone=f"+3361234560{number}") for number in range(2)]

    with time_machine.travel(at(10), tick=False):
        response = room.client().get(DAY)

    sent = f'formaction="/staff/{room.store.slug}/visits/{bookings[0].reference}/check-in/"'
    content = response.content.decode()
    inside = content[content.index('name="page" value="day"') : content.index("</form>", content.index(sent))]
    assert inside.count('class="act act-main"') == len(bookings)
    assert content.count("csrfmiddlewaretoken") == 2  # the board's, and that of signing out


def test_the_signs_of_all_states_are_drawn_once(room: Room) -> None:
    make_booking(room.store)

    content = room.client().get(DAY, TUESDAY).content.decode()

    drawn = set(re.findall('<symbol id="([^"]+)"', content))
    assert drawn == {f"sign-{name}" for name in (*BADGES, "grip")}
    assert set(re.findall('<use href="#([^"]+)"', content)) <= drawn
