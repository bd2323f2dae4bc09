from collections.abc import Iterator
from ipaddress import ip_network

import pytest
import time_machine

from booking.desk_calendars.reading import read_due_calendars
from stores.models import DeskCalendar
from tests import calendar_server
from tests.booking.reading import page
from tests.booking.staff.staff_room import SHOP, Room, make_room
from tests.calendar_server import calendar, event
from tests.factories import NOW, at, make_booking

pytestmark = pytest.mark.django_db
CALENDAR = f"{SHOP}setup/desks/main/calendar/"


@pytest.fixture(autouse=True)
def _on_a_monday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def room() -> Room:
    return make_room()


def test_a_manager_follows_a_calendar_sees_how_fresh_it_is_and_which_visits_it_contradicts(room, settings) -> None:
    settings.CALENDAR_NETWORKS = [ip_network("127.0.0.0/8")]
    manager, visit = room.client(), make_booking(room.store, starts_at=at(10))
    with calendar_server.running() as server:
        server.content = calendar(event("1", at(10), at(11)))
        typed = {"address": server.url.replace("localhost", "127.0.0.1")}
        assert manager.post(CALENDAR, typed)["Location"] == CALENDAR
        assert "Follows a calendar at 127.0.0.1 from now on" in page(manager.get(CALENDAR)).words

        read_due_calendars(now=NOW)
        shown = page(manager.get(CALENDAR))
        assert "last read on Monday 23 November" in shown.words
        assert "It is busy once in the time that can be booked." in shown.words
        assert list(shown.links_to(f"/visits/{visit.reference}/move/"))
        assert "ada.ics" not in shown.words

        server.status = 403
        read_due_calendars(now=DeskCalendar.objects.get().next_at)
    assert "The calendar refuses to be read." in page(manager.get(CALENDAR)).words

    assert manager.post(CALENDAR, {"what": "end"}).status_code == 302
    assert not DeskCalendar.objects.exists()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Enter the address of the calendar."),
        ("calendar of Ada", "This is no address of a calendar."),
        ("http://calendar.example.org/a.ics", "This address begins with http."),
        (f"https://calendar.example.org/{'a' * 1000}", "This is too long."),
    ],
)
def test_what_is_no_address_is_said_beside_the_field(room: Room, typed: str, said: str) -> None:
    answer = room.client().post(CALENDAR, {"address": typed})

    assert answer.status_code == 400
    assert said in page(answer).words
    assert not DeskCalendar.objects.exists()


def test_a_desk_that_is_not_there_has_no_calendar(room: Room) -> None:
    assert room.client().get(f"{SHOP}setup/desks/other/calendar/").status_code == 404
