"""The question after a visit is off until a store chooses when it goes."""

import pytest

from stores.models import SetupChange
from tests.booking.reading import page
from tests.booking.staff.staff_room import SHOP, Room, make_room

pytestmark = pytest.mark.django_db

FEEDBACK = f"{SHOP}setup/feedback/"


@pytest.fixture
def room() -> Room:
    return make_room()


@pytest.mark.parametrize("when", ["hours", "morning"])
def test_a_manager_switches_it_on_and_off(room: Room, when: str) -> None:
    client = room.client()
    assert room.store.feedback_when == ""

    assert client.post(FEEDBACK, {"feedback_when": when}).status_code == 303
    room.store.refresh_from_db()
    assert room.store.feedback_when == when
    assert "Customers are asked one question" in page(client.get(f"{SHOP}setup/")).words

    client.post(FEEDBACK, {"feedback_when": ""})
    room.store.refresh_from_db()
    assert room.store.feedback_when == ""
    assert SetupChange.objects.filter(what="feedback").count() == 2


def test_the_page_shows_what_customers_read(room: Room) -> None:
    words = page(room.client().get(FEEDBACK)).words

    assert "Corner Shop: thank you for your visit." in words
    assert "Did the visit give you what you came for?" in words
    assert "Corner Shop : merci pour ce rendez-vous." in words


def test_what_does_not_exist_is_refused(room: Room) -> None:
    assert room.client().post(FEEDBACK, {"feedback_when": "never-ever"}).status_code == 400


def test_staff_who_manage_nothing_may_not(room: Room) -> None:
    assert room.client(room.staff).get(FEEDBACK).status_code in (403, 404)
