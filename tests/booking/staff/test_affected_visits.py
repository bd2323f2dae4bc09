"""The question about affected visits: however many there are, its answer can be sent."""

import re
from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from booking.models import Booking, Status
from booking.staff.affected_visits import MOST_VISITS
from booking.staff.forms.affected_visits import EACH_MOST
from stores.models import SpecialHours
from tests.booking.reading import page
from tests.booking.staff.staff_room import SHOP, Room, fill_day, make_room
from tests.factories import NOW

pytestmark = pytest.mark.django_db

CLOSED = {"date": "2026-11-24", "what": "closed"}
ADDRESS = f"{SHOP}setup/special-hours/"


@pytest.fixture(autouse=True)
def _on_a_monday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def room() -> Room:
    return make_room()


def asked(client: Client) -> tuple[dict[str, str], list[str]]:
    """Close a day; return the fields of the question that a browser sends as they are, and those of single visits."""
    shown = client.post(ADDRESS, CLOSED)
    assert shown.status_code == 409
    assert f"{Booking.objects.count()} visits no longer fit." in page(shown).words
    return page(shown).forms[ADDRESS], re.findall(r'<select name="(then-\w+)"', shown.content.decode())


@pytest.mark.parametrize("count", [EACH_MOST, EACH_MOST + 1, 600])
def test_answer_for_many_visits_is_taken(room: Room, count: int) -> None:
    fill_day(room.store, count, status=Status.CONFIRMED)
    client = room.client()
    fields, each = asked(client)

    done = client.post(ADDRESS, {**fields, **dict.fromkeys(each, ""), "csrfmiddlewaretoken": "x", "then": "keep"})

    assert done.status_code == 303
    assert SpecialHours.objects.exists()
    assert len(each) == (count if count <= EACH_MOST else 0)


def test_texts_of_as_many_visits_as_one_press_sends_fit_into_one_form(room: Room) -> None:
    visits = [f"{number:08d}" for number in range(MOST_VISITS)]

    done = room.client().post(f"{SHOP}day/text-now/", {"csrfmiddlewaretoken": "x", "visit": visits})

    assert done.status_code == 303
