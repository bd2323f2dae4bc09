"""The first steps: one question a page, what is set so far, what is missing, and the way on."""

from collections.abc import Iterator

import pytest
import time_machine

from stores.models import OpeningHours
from tests.booking.reading import page
from tests.booking.staff.staff_room import SHOP, Room, make_room
from tests.factories import NOW

pytestmark = pytest.mark.django_db

START = f"{SHOP}setup/start/"
SETUP = f"{SHOP}setup/"


@pytest.fixture(autouse=True)
def _on_a_monday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def room() -> Room:
    return make_room()


def test_steps_lead_from_one_to_the_next(room: Room) -> None:
    client, seen, address = room.client(), [], START
    while address:
        read = page(client.get(address))
        seen.append(read.words.partition("Poster ")[2].partition("?")[0])
        address = next((link for link, words in read.links.items() if words.endswith("This is right, go on")), "")

    assert seen == [
        "When is the store open",
        "How many can come at the same time",
        "What do people come for",
        "Does it work",
        "How do customers learn of it",
    ]


def test_steps_show_what_is_set(room: Room) -> None:
    client = room.client()

    assert "Monday: 09:00-12:00, 14:00-19:00" in page(client.get(START)).words
    assert "A time every 15 minutes Main: 2 places" in page(client.get(START, {"step": "places"})).words
    assert "Visit: 15 minutes Advice: 30 minutes" in page(client.get(START, {"step": "visits"})).words
    assert "The first free time is Monday 23 November, 10:00." in page(client.get(START, {"step": "try"})).words


def test_step_without_hours_says_that_nobody_can_book(room: Room) -> None:
    OpeningHours.objects.filter(store=room.store).delete()
    client = room.client()

    read = page(client.get(START))
    assert "Until this is set, nobody can book." in read.words
    assert read.links[f"{SETUP}hours/"] == "Set the hours"
    tried = page(client.get(START, {"step": "try"}))
    assert "Nobody can book in the next seven days." in tried.words
    assert tried.links[f"{SETUP}why/"] == "See why"
    assert page(room.client().get(SETUP)).links[START] == "Take the first steps"


def test_set_up_leads_back_to_the_step(room: Room) -> None:
    client = room.client()
    client.get(START, {"step": "places"})

    assert page(client.get(SETUP)).links[f"{START}?step=places"] == "Go on with the first steps"


def test_step_that_is_none_is_the_first(room: Room) -> None:
    assert "When is the store open?" in page(room.client().get(START, {"step": "nonsense"})).words


def test_steps_end_where_somebody_says_that_they_are_done(room: Room) -> None:
    client = room.client()
    (done,) = page(client.get(START, {"step": "poster"})).links_to("step=done")

    response = client.get(done)

    assert response["Location"] == f"{SHOP}day/"
    links = page(client.get(SETUP)).links
    assert "Go on with the first steps" not in links.values()
    assert links[f"{SETUP}why/"] == "Why can nobody book this time?"


def test_warning_stands_while_somebody_is_at_the_steps(room: Room) -> None:
    OpeningHours.objects.filter(store=room.store).delete()
    client = room.client()
    client.get(START, {"step": "places"})

    read = page(client.get(SETUP))

    assert "Nobody can book yet: the store has no opening hours." in read.words
    assert read.links[f"{START}?step=places"] == "Go on with the first steps"


def test_day_of_a_store_without_hours_says_what_to_do(room: Room) -> None:
    OpeningHours.objects.filter(store=room.store).delete()

    managers, staffs = page(room.client().get(f"{SHOP}day/")), page(room.client(room.staff).get(f"{SHOP}day/"))

    sentence = "Nobody can book yet: the store has no opening hours."
    assert sentence in managers.words
    assert managers.links[START] == "Take the first steps"
    assert f"{sentence} Please tell a manager of the store." in staffs.words
    assert START not in staffs.links
