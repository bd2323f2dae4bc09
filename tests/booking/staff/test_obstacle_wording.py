"""While nobody can book, staff are told so where they look, with the one step that mends it."""

from collections.abc import Iterator

import pytest
import time_machine

from tests.booking.reading import page
from tests.booking.staff.staff_room import SHOP, Room, make_room
from tests.factories import NOW

pytestmark = pytest.mark.django_db
PAGES = (f"{SHOP}day/", f"{SHOP}arrivals/", f"{SHOP}setup/")


@pytest.fixture(autouse=True)
def _on_a_monday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def room() -> Room:
    return make_room()


@pytest.mark.parametrize("path", PAGES)
def test_manager_is_led_to_what_is_missing(room: Room, path: str) -> None:
    assert "Nobody can book" not in page(room.client().get(path)).words
    room.store.desks.update(is_active=False)

    shown = page(room.client().get(path))

    assert "Nobody can book: no desk is in use." in shown.words
    assert shown.links[f"{SHOP}setup/#desks"] == "See the desks"


@pytest.mark.parametrize("path", PAGES[:2])
def test_staff_are_told_whom_to_tell(room: Room, path: str) -> None:
    room.store.visit_types.update(is_active=False)

    shown = page(room.client(room.staff).get(path))

    assert "Nobody can book: no kind of visit is offered. Please tell a manager of the store." in shown.words
    assert not [*shown.links_to("setup/#")]


def test_store_without_hours_is_led_to_the_first_steps(room: Room) -> None:
    room.store.opening_hours.all().delete()

    for path in PAGES:
        shown = page(room.client().get(path))
        assert "Nobody can book yet: the store has no opening hours." in shown.words
        assert shown.links[f"{SHOP}setup/start/"]
