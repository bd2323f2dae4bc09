"""The first steps: one question a page, what is set so far, the way on; the store's own, and they end by themselves."""

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from stores.models import OpeningHours, Store
from tests.booking.reading import page
from tests.booking.staff.staff_room import SHOP, Room, make_room, make_visit
from tests.factories import NOW, make_user

pytestmark = pytest.mark.django_db

START = f"{SHOP}setup/start/"
SETUP = f"{SHOP}setup/"
DAY = f"{SHOP}day/"
GO_ON = "Go on with the first steps"
STEPS = ("hours", "places", "visits", "messages", "try", "poster")


@pytest.fixture(autouse=True)
def _on_a_monday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def room() -> Room:
    return make_room(steps_done=[])


def say(client: Client, what: str) -> str:
    """Press a button of the steps; return where it leads."""
    answer = client.post(START, {"what": what})
    assert answer.status_code == 303
    return answer["Location"]


def test_new_manager_is_led_from_the_day_through_all_steps_to_their_end(room: Room) -> None:
    client = room.client()
    first = page(client.get(DAY))
    assert "First steps: 0 of 6 done. Next: Hours" in first.words
    assert first.links[START] == GO_ON

    led = [say(client, step) for step in STEPS]

    assert led == [f"{START}?step={step}" for step in STEPS[1:]] + [DAY]
    for shown in (DAY, SETUP):
        assert "First steps:" not in page(client.get(shown)).words


def test_questions_in_their_order(room: Room) -> None:
    client = room.client()
    questions = [
        page(client.get(START, {"step": step})).words.partition("Poster ")[2].partition("?")[0] for step in STEPS
    ]

    assert questions == [
        "When is the store open",
        "How many can come at the same time",
        "What do people come for",
        "What do customers read, and whom do they call",
        "Does it work",
        "How do customers learn of it",
    ]


def test_steps_show_what_is_set(room: Room) -> None:
    client = room.client()

    assert "Monday: 09:00-12:00, 14:00-19:00" in page(client.get(START)).words
    assert "A time every 15 minutes Main: 2 places" in page(client.get(START, {"step": "places"})).words
    assert "Visit: 15 minutes Advice: 30 minutes" in page(client.get(START, {"step": "visits"})).words
    assert "By text: Corner Shop" in page(client.get(START, {"step": "messages"})).words
    assert "The first free time is Monday 23 November, 10:00." in page(client.get(START, {"step": "try"})).words


def test_change_of_a_part_ends_its_step(room: Room) -> None:
    client = room.client()
    client.post(f"{SETUP}hours/", {f"day_{day}": "09:00-12:00" for day in range(6)})

    read = page(client.get(SETUP))

    assert "First steps: 1 of 6 done. Next: Places" in read.words
    assert read.links[START] == GO_ON
    assert "How many can come at the same time?" in page(client.get(START)).words


def test_visit_ends_the_trial(room: Room) -> None:
    make_visit(room.store)

    assert "First steps: 1 of 6 done. Next: Hours" in page(room.client().get(DAY)).words


def test_second_manager_goes_on_where_the_first_stopped(room: Room) -> None:
    client = room.client()
    say(client, "hours")
    say(client, "places")

    second = room.client(make_user("second", store=room.store))

    assert "First steps: 2 of 6 done. Next: Kinds of visit" in page(second.get(DAY)).words


def test_steps_end_when_somebody_wants_no_more_and_come_again(room: Room) -> None:
    client = room.client()
    say(client, "hours")
    assert say(client, "end") == DAY
    assert GO_ON not in page(client.get(DAY)).links.values()
    over = page(client.get(START))
    assert "The first steps are over: no other page shows them any more." in over.words

    assert say(client, "again") == START

    assert "First steps: 0 of 6 done." in page(client.get(DAY)).words


def test_step_without_hours_says_that_nobody_can_book_and_cannot_be_right(room: Room) -> None:
    OpeningHours.objects.filter(store=room.store).delete()
    client = room.client()

    read = page(client.get(START))
    assert "Until this is set, nobody can book." in read.words
    assert read.links[f"{SETUP}hours/"] == "Set the hours"
    tried = page(client.get(START, {"step": "try"}))
    assert "Nobody can book in the next seven days." in tried.words
    assert tried.links[f"{SETUP}why/"] == "See why"
    assert page(room.client().get(SETUP)).links[START]
    assert say(client, "hours") == f"{START}?step=hours"
    assert Store.objects.get(pk=room.store.pk).steps_done == []


def test_step_that_is_none_is_the_next_one(room: Room) -> None:
    say(room.client(), "hours")

    assert "How many can come at the same time?" in page(room.client().get(START, {"step": "nonsense"})).words


def test_day_of_a_store_without_hours_says_what_to_do(room: Room) -> None:
    OpeningHours.objects.filter(store=room.store).delete()

    managers, staffs = page(room.client().get(DAY)), page(room.client(room.staff).get(DAY))

    sentence = "Nobody can book yet: the store has no opening hours."
    assert sentence in managers.words
    assert managers.links[START] == "Take the first steps"
    assert f"{sentence} Please tell a manager of the store." in staffs.words
    assert START not in staffs.links


def test_staff_are_not_asked(room: Room) -> None:
    assert "First steps:" not in page(room.client(room.staff).get(DAY)).words
    assert room.client(room.staff).post(START, {"what": "end"}).status_code == 403


def test_store_that_works_for_long_has_none(room: Room) -> None:
    Store.objects.filter(pk=room.store.pk).update(steps_done=["end"])

    read = page(room.client().get(SETUP))

    assert "First steps:" not in read.words
    assert read.links[START] == "Take the first steps"
