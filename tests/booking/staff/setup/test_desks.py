from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from booking.models import Booking, Status
from booking.places.slot_rows import lay_slots_anew
from stores.models import Desk
from stores.queries import rules_around
from tests.booking.reading import page
from tests.booking.staff.staff_room import SHOP, Room, make_room
from tests.factories import NOW, make_booking

pytestmark = pytest.mark.django_db

SETUP = f"{SHOP}setup/"
DESK = f"{SETUP}desks/main/"
NEW_DESK = f"{SETUP}desks/new/"
CHOICE = f"{SETUP}desk-choice/"


@pytest.fixture(autouse=True)
def _on_a_monday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def room() -> Room:
    return make_room()


def form_of(client: Client, url: str) -> dict[str, str]:
    """Return what the page's form would send if nothing were typed."""
    forms = page(client.get(url)).forms
    return forms[url] if url in forms else forms[""]


def test_fewer_places_ask_about_who_booked_last(room: Room) -> None:
    make_booking(room.store)
    make_booking(room.store, name="Bea Test", phone="+33612345602")
    room.store.visit_types.update(max_party_size=1)
    typed = {"name": "Main", "capacity": "1", "kept_back": "0", "is_active": "on"}

    asked = room.client().post(DESK, typed)

    assert asked.status_code == 409
    assert "Bea Test" in page(asked).words
    assert "Ada Test" not in page(asked).words
    assert room.client().post(DESK, typed | {"asked": "1", "then": "cancel"}).status_code == 303
    assert list(room.store.bookings.filter(status=Status.CONFIRMED).values_list("name", flat=True)) == ["Ada Test"]


def test_desk_put_to_rest_is_out_of_service_on_the_day(room: Room) -> None:
    Desk.objects.create(store=room.store, slug="samir", name="Samir", capacity=2, position=1)
    booking = make_booking(room.store)
    typed = {"name": booking.desk.name, "capacity": "2", "kept_back": "0", "asked": "1", "then": "keep"}
    assert room.client().post(f"{SETUP}desks/{booking.desk.slug}/", typed).status_code == 303

    shown = page(room.client().get(f"{SHOP}day/", {"date": "2026-11-24"})).words

    assert f"{booking.desk.name} Out of service Ada Test" in shown
    assert "Outside the opening hours" not in shown


def desk(**typed: str) -> dict[str, str]:
    return {"name": "Vaccination", "capacity": "3", "kept_back": "1", "is_active": "on", **typed}


def test_a_desk_is_made(room: Room) -> None:
    response = room.client().post(NEW_DESK, desk())

    made = Desk.objects.get(store=room.store, slug="vaccination")
    assert response["Location"] == f"{SETUP}?done=desks#desks"
    assert (made.name, made.capacity, made.kept_back, made.is_active) == ("Vaccination", 3, 1, True)
    assert not made.hours.exists()


def test_a_desk_with_hours_of_its_own(room: Room) -> None:
    client = room.client()
    client.post(NEW_DESK, desk(has_own_hours="on", day_2="14-17"))

    form = form_of(client, f"{SETUP}desks/vaccination/")

    assert (form["has_own_hours"], form["day_2"], form["day_3"]) == ("on", "14:00-17:00", "")


def test_hours_without_the_tick_are_not_the_desks(room: Room) -> None:
    room.client().post(NEW_DESK, desk(day_2="14-17"))

    assert not Desk.objects.get(slug="vaccination").hours.exists()


def test_the_default_desk_keeps_its_name_in_every_language(room: Room) -> None:
    room.store.desks.update(name="Main desk")
    client = room.client()
    french = {"Accept-Language": "fr"}
    form = page(client.get(DESK, headers=french)).forms[""]

    client.post(DESK, {**form, "capacity": "4"}, headers=french)

    main = room.store.desks.get()
    assert (main.name, main.capacity) == ("Main desk", 4)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"name": "\u3164\u2800"}, "Enter a name."),
        ({"name": " "}, "Enter a name."),
        ({"name": "x" * 81}, "This is too long. Please shorten it."),
        ({"capacity": "0"}, "Enter a whole number from 1 to 1000."),
        ({"capacity": "1.5"}, "Enter a whole number from 1 to 1000."),
        ({"capacity": "9" * 40}, "Enter a whole number from 1 to 1000."),
        ({"kept_back": "4"}, "There cannot be more places kept than there are."),
        ({"has_own_hours": "on"}, "Enter the hours of this desk, or take the tick away."),
        ({"has_own_hours": "on", "day_0": "soon"}, "could not be read."),
    ],
)
def test_a_desk_that_cannot_be_kept_is_named(room: Room, typed: dict[str, str], sentence: str) -> None:
    response = room.client().post(NEW_DESK, desk(**typed))

    assert response.status_code == 400
    assert sentence in page(response).words
    assert room.store.desks.count() == 1


def test_the_last_desk_stays(room: Room) -> None:
    response = room.client().post(DESK, {"name": "Main", "capacity": "2", "kept_back": "0"})

    assert response.status_code == 400
    assert "This is the last one in use. Make another one first." in page(response).words
    assert room.store.desks.get().is_active


def test_closing_a_desk_with_visits_asks_first(room: Room) -> None:
    booking = make_booking(room.store)
    client = room.client()
    client.post(NEW_DESK, desk())

    response = client.post(DESK, {"name": "Main", "capacity": "2", "kept_back": "0"})

    read = page(response)
    assert response.status_code == 409
    assert "Who is affected by the change of this desk?" in read.words
    assert client.post(DESK, {**read.forms[DESK], "then": "cancel"}).status_code == 303
    booking.refresh_from_db()
    assert booking.status == Status.CANCELLED
    assert not room.store.desks.get(slug="main").is_active
    assert "Not in use" in page(client.get(SETUP)).words


# --- Who chooses ------------------------------------------------------------------------------------


def test_customers_may_choose_between_the_names_they_would_read(room: Room) -> None:
    client = room.client()
    client.post(NEW_DESK, desk(name="Ada Test"))
    client.post(NEW_DESK, desk(name="Resting Test", is_active=""))

    read = page(client.get(CHOICE))
    assert "Customers would choose between these names: Main Ada Test They are" in read.words
    assert "is_offered" not in read.forms[""]

    response = client.post(CHOICE, {"is_offered": "on"})
    room.store.refresh_from_db()
    assert response["Location"] == f"{SETUP}?done=desks#desks"
    assert room.store.offers_desk_choice
    assert "Customers may choose who serves them." in page(client.get(SETUP)).words

    client.post(CHOICE, {})
    room.store.refresh_from_db()
    assert not room.store.offers_desk_choice


def test_one_desk_alone_is_no_choice_and_the_page_says_so(room: Room) -> None:
    assert "There is one desk alone" in page(room.client().get(CHOICE)).words


def test_kind_taken_from_a_desk_asks_about_its_visits_and_can_be_given_back(room: Room) -> None:
    samir = Desk.objects.create(store=room.store, slug="samir", name="Samir", capacity=2, position=1)
    make_booking(room.store, visit_type="advice")
    stays = make_booking(room.store, name="Bea Test", phone="+33612345602")
    Booking.objects.update(desk=samir)
    lay_slots_anew(rules_around(room.store.slug, NOW), now=NOW)
    address = f"{SETUP}desks/samir/"
    visit = room.store.visit_types.get(slug="visit")
    typed = {"name": "Samir", "capacity": "2", "kept_back": "0", "is_active": "on", "visit_types": [str(visit.pk)]}
    client = room.client()

    asked = client.post(address, typed)

    assert asked.status_code == 409
    assert "Ada Test" in page(asked).words
    assert stays.name not in page(asked).words
    assert not samir.visit_types.exists()  # nothing has changed before the answer
    assert client.post(address, typed | {"asked": "1", "then": "keep"}).status_code == 303
    assert [kind.slug for kind in samir.visit_types.all()] == ["visit"]
    assert client.post(address, typed).status_code == 303  # the same once more asks nothing
    assert client.post(address, typed | {"visit_types": []}).status_code == 303
    assert not samir.visit_types.exists()


def test_no_kind_of_visit_is_left_without_a_desk(room: Room) -> None:
    samir = Desk.objects.create(store=room.store, slug="samir", name="Samir", capacity=2, position=1)
    visit, advice = room.store.visit_types.order_by("position")
    samir.visit_types.set([visit])
    typed = {"name": "Main", "capacity": "2", "kept_back": "0", "is_active": "on", "visit_types": [str(visit.pk)]}

    refused = room.client().post(DESK, typed)
    at_rest = room.client().post(DESK, {**typed, "is_active": "", "visit_types": []})

    assert (refused.status_code, at_rest.status_code) == (400, 400)
    assert "No other desk serves “Advice”" in page(refused).words
    assert "No other desk serves “Advice”" in page(at_rest).words
    assert room.client().post(DESK, {**typed, "visit_types": [str(advice.pk)]}).status_code == 303


def test_largest_party_needs_a_desk_that_serves_its_kind(room: Room) -> None:
    samir = Desk.objects.create(store=room.store, slug="samir", name="Samir", capacity=1, position=1)
    visit, advice = room.store.visit_types.order_by("position")
    typed = {"name": "Main", "capacity": "2", "kept_back": "0", "is_active": "on", "visit_types": [str(visit.pk)]}

    refused = room.client().post(DESK, typed)  # Samir alone would be left for Advice, with a place for one

    assert refused.status_code == 400
    assert "Up to 2 people may come together for “Advice”" in page(refused).words
    assert samir.capacity < advice.max_party_size
