"""The page of one visit, and the part of it that its row of the day schedule opens."""

from collections.abc import Iterator

import pytest
import time_machine
from pytest_django import DjangoAssertNumQueries, Settings

from booking.models import Booking, Source, Status
from notifications.models import OutboxMessage, State
from tests.booking.reading import page
from tests.booking.staff.staff_room import DAY, SESSIONS_IN_DATABASE, Room, act_url, make_room, visit_url
from tests.factories import NOW, at, make_booking

pytestmark = pytest.mark.django_db

PART = {"part": ""}


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def room() -> Room:
    return make_room()


def test_a_visits_page_tells_all_that_is_known_of_it(room: Room) -> None:
    booking = make_booking(room.store, visit_type="advice", party_size=2, note="Second floor", email="ada@example.org")
    OutboxMessage.objects.filter(subject=booking.reference, kind="confirmation").update(state=State.DELIVERED)

    read = page(room.client(room.staff).get(visit_url(booking)))

    for words in (
        "Ada Test",
        "Tuesday 24 November, 10:00",
        "Advice, 2 people",
        "Now Booked",
        "Second floor",
        "Confirmation by text message: delivered",
        "Reminder by text message: will be sent",
        f"Reference {booking.reference[:4]}-{booking.reference[4:]}",
    ):
        assert words in read.words
    assert read.links[f"tel:{booking.phone}"] == "06 12 34 56 01"
    assert read.links["mailto:ada@example.org"] == "ada@example.org"
    assert read.links[f"{DAY}?date=2026-11-24&visit={booking.reference}#visit-{booking.reference}"] == "Back to the day"


def test_a_visits_page_does_all_that_can_be_done_with_it(room: Room, clock: time_machine.Traveller) -> None:
    booking = make_booking(room.store)
    clock.move_to(at(10, 20))
    client = room.client(room.staff)

    read = page(client.get(visit_url(booking)))

    steps = [act_url(booking, step) for step in ("check-in", "start", "no-show")]
    assert [button["formaction"] for button in read.buttons if "formaction" in button] == steps
    assert {act_url(booking, "move"), act_url(booking, "cancel")} <= set(read.links)
    done = client.post(steps[0], {"page": "day"})
    assert done["Location"].endswith(f"#visit-{booking.reference}")
    after = page(client.get(visit_url(booking)))
    assert act_url(booking, "undo") in [button.get("formaction") for button in after.buttons]
    assert act_url(booking, "cancel") not in after.links


def test_the_part_for_the_row_has_what_the_row_has_not(room: Room, clock: time_machine.Traveller) -> None:
    booking = make_booking(room.store)
    clock.move_to(at(10, 20))

    response = room.client(room.staff).get(visit_url(booking), PART)

    read = page(response)
    assert b"<html" not in response.content
    assert b"<form" not in response.content  # its buttons belong to the board's
    assert [button["formaction"] for button in read.buttons] == [act_url(booking, "start"), act_url(booking, "no-show")]
    assert f"tel:{booking.phone}" in read.links
    assert response["Cache-Control"] == "no-store, private"


@pytest.mark.parametrize(
    ("phone", "words"),
    [
        ("", "Left no phone number and no e-mail address."),
        ("+33549000000", "Gets no messages: please phone if something changes."),
    ],
)
def test_a_customer_whom_no_message_reaches_is_marked(room: Room, phone: str, words: str) -> None:
    booking = make_booking(room.store, phone=phone, source=Source.DESK)

    assert words in page(room.client().get(visit_url(booking), PART)).words


@pytest.mark.parametrize("status", Status)
def test_a_visit_of_any_state_has_a_page(room: Room, status: Status) -> None:
    booking = make_booking(room.store)
    Booking.objects.filter(pk=booking.pk).update(status=status)

    assert room.client().get(visit_url(booking)).status_code == 200
    assert room.client().get(visit_url(booking), PART).status_code == 200


def test_a_visit_of_another_store_is_unknown(room: Room) -> None:
    booking = make_booking(room.store)

    assert room.client(room.neighbor).get(visit_url(booking)).status_code == 404
    assert room.client(room.neighbor).get(visit_url(booking), PART).status_code == 404
    assert room.client().get(visit_url(booking).replace("corner-shop", "next-door")).status_code == 404


def test_a_visits_part_costs_five_statements(
    room: Room, django_assert_num_queries: DjangoAssertNumQueries, settings: Settings
) -> None:
    settings.SESSION_ENGINE = SESSIONS_IN_DATABASE
    booking = make_booking(room.store)
    client = room.client()

    with django_assert_num_queries(5):  # session, user; visit; rules, messages
        client.get(visit_url(booking), PART)
