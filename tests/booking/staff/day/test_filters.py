"""The visits of a day by what is to be done: all, still to come, to phone, touched by a change."""

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from booking.bookings.lifecycle import cancel_booking
from booking.models import Booking, Status
from booking.who import Who
from notifications.models import OutboxMessage, State
from stores.models import Slot
from tests.booking.reading import page
from tests.booking.staff.staff_room import DAY, TUESDAY, Room, make_room
from tests.factories import NOW, at, make_booking

pytestmark = pytest.mark.django_db
PEOPLE = ("Done", "Coming", "Unreached", "Asked", "Shut", "Gone")


@pytest.fixture(autouse=True)
def _on_a_monday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def room() -> Room:
    room = make_room()
    visits = {
        name: make_booking(
            room.store,
            name=f"{name} Test",
            starts_at=at(10 + number % 2, 15 * (number // 2)),
            phone=f"+3361234560{number}",
        )
        for number, name in enumerate(PEOPLE)
    }
    Booking.objects.filter(pk=visits["Done"].pk).update(status=Status.COMPLETED)
    told = OutboxMessage.objects.filter(subject=visits["Unreached"].reference, kind="confirmation")
    told.update(state=State.FAILED)
    Booking.objects.filter(pk=visits["Asked"].pk).update(answer_until=at(9))
    Slot.objects.filter(starts_at=visits["Shut"].starts_at).update(closed=True)
    cancel_booking(booking_id=visits["Gone"].pk, who=Who.staff(None, NOW))
    return room


@pytest.fixture
def client(room: Room) -> Client:
    return room.client(room.staff)


def names_in(words: str) -> list[str]:
    return [name for name in PEOPLE if f"{name} Test Booked" in words or f"{name} Test Done" in words]


@pytest.mark.parametrize(
    ("show", "names"),
    [
        ("", ["Done", "Coming", "Unreached", "Asked", "Shut"]),
        ("to_come", ["Coming", "Unreached", "Asked", "Shut"]),
        ("to_phone", ["Unreached"]),
        ("touched", ["Asked", "Shut"]),
        ("nonsense", ["Done", "Coming", "Unreached", "Asked", "Shut"]),
    ],
)
def test_a_filter_shows_its_visits_alone(client: Client, show: str, names: list[str]) -> None:
    words = page(client.get(DAY, {**TUESDAY, "show": show})).words

    assert names_in(words) == names
    assert "All 5 Still to come 4 To phone 1 Touched by a change 2" in words
    assert "5 visits, 5 people" in words


def test_a_filter_is_a_link_that_keeps_the_day_and_closes_the_folds(client: Client) -> None:
    links = page(client.get(DAY, {**TUESDAY, "show": "touched", "open": "0900", "changed": "X"})).links

    assert links[f"{DAY}?date=2026-11-24&show=to_come"] == "Still to come 4"
    assert links[f"{DAY}?date=2026-11-24"] == "All 5"


def test_under_a_filter_no_row_is_empty_and_none_is_folded(client: Client) -> None:
    content = client.get(DAY, {**TUESDAY, "show": "touched"}).content.decode()

    assert content.count('<th scope="row">') == 2
    assert "is-folded" not in content
    assert "Gone Test" not in content


def test_without_a_choice_there_is_no_filter(client: Client) -> None:
    Booking.objects.update(status=Status.CONFIRMED, answer_until=None)
    Slot.objects.update(closed=False)
    OutboxMessage.objects.update(state=State.SENT)

    assert "Still to come" not in page(client.get(DAY, TUESDAY)).words


def test_a_filter_that_finds_nothing_says_so(client: Client) -> None:
    Booking.objects.update(status=Status.COMPLETED)

    words = page(client.get(DAY, {**TUESDAY, "show": "touched"})).words

    assert "Touched by a change 0" in words
    assert "There is no such visit on this day." in words
