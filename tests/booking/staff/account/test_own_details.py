"""The name that colleagues see, and the address for a forgotten password."""

from collections.abc import Iterator

import pytest
import time_machine

from stores.models import SetupChange
from tests.booking.reading import page
from tests.booking.staff.staff_room import SHOP, Room, make_room
from tests.factories import NOW, PASSWORD

pytestmark = pytest.mark.django_db

DETAILS = "/staff/account/details/"


@pytest.fixture(autouse=True)
def _on_a_monday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def room() -> Room:
    return make_room()


def test_name_needs_no_password_and_colleagues_see_it(room: Room) -> None:
    answer = room.client().post(DETAILS, {"name": "Zoe Test", "email": "", "current": ""})

    assert answer["Location"] == "/staff/account/?done=details"
    assert "Zoe Test manager · Manager" in page(room.client(room.manager).get(f"{SHOP}setup/members/")).words
    assert "Signed in as Zoe Test" in page(room.client().get(f"{SHOP}day/")).words


@pytest.mark.parametrize(("current", "sentence"), [("", "Enter the password"), ("wrong", "This is not your password.")])
def test_another_address_needs_the_password(room: Room, current: str, sentence: str) -> None:
    refused = room.client().post(DETAILS, {"name": "", "email": "me@example.org", "current": current})

    room.manager.refresh_from_db()
    assert (refused.status_code, room.manager.email) == (400, "")
    assert sentence in page(refused).words
    assert page(refused).forms[""]["email"] == "me@example.org"

    assert room.client().post(DETAILS, {"name": "", "email": "Me@Example.org", "current": PASSWORD}).status_code == 303
    room.manager.refresh_from_db()
    assert room.manager.email == "me@example.org"


def test_trail_tells_that_the_address_is_another_one_but_not_which(room: Room) -> None:
    room.client().post(DETAILS, {"name": "Zoe", "email": "me@example.org", "current": PASSWORD})

    (line,) = SetupChange.objects.filter(what="member")

    assert line.after == {"name": "Zoe", "has_email": True, "has_new_email": True}


def test_address_that_is_none_is_named(room: Room) -> None:
    refused = room.client().post(DETAILS, {"name": "", "email": "nonsense", "current": PASSWORD})

    assert refused.status_code == 400
    assert "e-mail address" in page(refused).words


def test_name_stands_in_the_trail(room: Room) -> None:
    room.client().post(DETAILS, {"name": "Zoe", "email": "", "current": ""})

    assert "Zoe" in page(room.client().get(f"{SHOP}setup/changes/")).words
