from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client

from booking.models import Booking, Status
from stores.models import SpecialHours
from tests.booking.reading import Page, markup, page
from tests.booking.staff.staff_room import ARRIVALS, SHOP, Room, make_room
from tests.factories import at, make_booking

pytestmark = pytest.mark.django_db

WALK_IN = f"{SHOP}walk-ins/"
SOMEBODY = {
    "visit_type": "visit",
    "party_size": "1",
    "name": "",
    "key": "0b7a7a52-31b5-4f6e-9f0e-6f8f0c6a9d11",
}


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(at(10, 7), tick=False) as clock:
        yield clock


@pytest.fixture
def room() -> Room:
    return make_room()


def book(room: Room, name: str, hour: int, minute: int = 0) -> Booking:
    number = Booking.objects.count()
    return make_booking(room.store, name=name, starts_at=at(hour, minute), phone=f"+3361234560{number}")


def group(response: Any, slug: str) -> str:
    """Return the words of one group of rows, "" where it is not there."""
    _before, _mark, rest = response.content.decode().partition(f'<section class="group group-{slug}"')
    if not rest:
        return ""
    holder = HttpResponse("<section " + rest.partition("</section>")[0] + "</section>")
    return Page(holder).words


def test_a_walk_in_is_here_at_once(room: Room) -> None:
    client = room.client(room.staff)
    form = page(client.get(ARRIVALS)).forms[WALK_IN]

    response = client.post(WALK_IN, {**form, "visit_type": "visit"})

    booking = Booking.objects.get()
    assert response.status_code == 303
    assert (booking.status, booking.source, booking.starts_at, booking.party_size, booking.name) == (
        Status.CHECKED_IN,
        "walk_in",
        at(10),
        1,
        "",
    )
    assert "Walk-in" in group(client.get(response["Location"]), "waiting")


def test_a_double_tap_lets_in_once(room: Room) -> None:
    client = room.client(room.staff)

    first, second = client.post(WALK_IN, SOMEBODY), client.post(WALK_IN, SOMEBODY)

    assert first["Location"] == second["Location"]
    assert Booking.objects.count() == 1


def test_when_it_is_full_staff_see_the_next_times_and_managers_may_squeeze_in(room: Room) -> None:
    for _number in range(2):
        room.client().post(WALK_IN, SOMEBODY | {"key": ""})
    wish = SOMEBODY | {"name": "Ada Test", "party_size": "2"}

    for_staff = room.client(room.staff).post(WALK_IN, wish)
    for_manager = room.client().post(WALK_IN, wish)

    assert (for_staff.status_code, for_manager.status_code) == (409, 409)
    read = page(for_staff)
    assert read.links["#walk-in"] == "All places of the present time are taken."
    assert (read.forms[WALK_IN]["name"], read.forms[WALK_IN]["party_size"]) == ("Ada Test", "2")
    assert "Tuesday 24 November, 10:15, 2 places left" in read.words
    assert "Let them in all the same" not in read.words
    assert "Let them in all the same" in page(for_manager).words
    link = next(read.links_to("day/book/"))
    assert 'value="2026-11-24T10:15:00+01:00" checked' in markup(room.client().get(link))


def test_a_manager_squeezes_in(room: Room) -> None:
    for _number in range(2):
        room.client().post(WALK_IN, SOMEBODY | {"key": ""})

    response = room.client().post(WALK_IN, SOMEBODY | {"squeeze_in": "on"})

    assert response.status_code == 303
    assert Booking.objects.count() == 3
    day = page(room.client().get(f"{SHOP}day/")).words
    assert "10:00 3 of 2 taken, more than there are" in day


def test_staff_do_not_squeeze_in(room: Room) -> None:
    response = room.client(room.staff).post(WALK_IN, SOMEBODY | {"squeeze_in": "on"})

    assert response.status_code == 403
    assert not Booking.objects.exists()


def test_a_closed_store_takes_no_walk_in(room: Room) -> None:
    SpecialHours.objects.create(store=room.store, date=at(10).date())

    response = room.client().post(WALK_IN, SOMEBODY)

    assert response.status_code == 409
    assert "The store takes no visits right now." in page(response).words
    assert "Let them in all the same" not in page(response).words


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"visit_type": "haircut"}, "This store does not offer this kind of visit."),
        ({"visit_type": ""}, "Say why they come."),
        ({"party_size": "-1"}, "Say how many people come, as a number."),
        ({"party_size": "9" * 30}, "This is more people than one visit of this kind may have."),
        ({"name": "x" * 400}, "This is too long. Please shorten it."),
    ],
)
def test_a_walk_in_that_cannot_be_read_is_named(room: Room, typed: dict[str, str], sentence: str) -> None:
    response = room.client().post(WALK_IN, SOMEBODY | typed)

    assert response.status_code == 400
    assert sentence in page(response).words
    assert not Booking.objects.exists()


def test_more_people_than_a_visit_may_have_are_refused(room: Room) -> None:
    response = room.client().post(WALK_IN, SOMEBODY | {"party_size": "5"})

    assert response.status_code == 409
    assert "This is more people than one visit of this kind may have." in page(response).words


def test_walk_ins_take_a_post_of_members(client: Client, room: Room) -> None:
    assert room.client().get(WALK_IN).status_code == 405
    assert room.client(room.neighbor).post(WALK_IN, SOMEBODY).status_code == 404
    assert client.post(WALK_IN, SOMEBODY)["Location"] == "/staff/sign-in/?next=/staff/corner-shop-niort/typed/"
    assert client.post(WALK_IN)["Location"] == f"/staff/sign-in/?next={ARRIVALS}"


def test_a_store_without_visits_offers_no_walk_in(room: Room) -> None:
    room.store.visit_types.update(is_active=False)

    assert WALK_IN not in page(room.client().get(ARRIVALS)).forms
    assert room.client().post(WALK_IN, SOMEBODY).status_code == 400
