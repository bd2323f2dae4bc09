"""Many visits from one connection: the manager sees them at once, and takes them back by one press."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from booking.bookings.crowd_removal import take_back
from booking.bookings.lifecycle import book_visit, cancel_booking
from booking.customer_input import CustomerDetails
from booking.message_kinds import Kind
from booking.models import Booking, Hold, Source, Status, WaitingListEntry
from booking.places.holds import hold_places
from booking.waiting_list.entries import join_waiting_list
from booking.who import Who
from notifications.models import OutboxMessage
from stores.models import Slot
from tests.booking.bookings.test_client_digests import client
from tests.booking.reading import page
from tests.booking.staff.staff_room import DAY, SHOP, Room, make_room
from tests.factories import NOW, at

pytestmark = pytest.mark.django_db
CROWDS = f"{SHOP}crowds/"
LINE = "were booked from one connection"


@pytest.fixture(autouse=True)
def _monday_morning():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def room() -> Room:
    return make_room(capacity=50)


def book_many(room: Room, count: int, *, who: int, source: Source = Source.WEB, now=NOW) -> list[Booking]:
    return [
        book_visit(
            store=room.store.slug,
            visit_type="visit",
            starts_at=at(10) + timedelta(minutes=15 * (number % 8)),
            party_size=1,
            customer=CustomerDetails(name="Ada", email=f"ada-{who}-{number}@example.org"),
            note="",
            source=source,
            client=client(who) if source == Source.WEB else None,
            now=now,
        )
        for number in range(count)
    ]


def test_a_family_is_no_crowd(room: Room) -> None:
    book_many(room, 9, who=1)

    assert LINE not in page(room.client().get(DAY)).words


def test_many_visits_from_one_connection_are_told_on_the_day_page(room: Room) -> None:
    book_many(room, 12, who=1)
    book_many(room, 3, who=2)

    told = page(room.client().get(DAY))

    assert f"12 visits to come {LINE}" in told.words.replace("\N{NO-BREAK SPACE}", " ")
    assert CROWDS in told.links
    assert LINE not in page(room.client(room.staff).get(DAY)).words  # staff who may not take them back


def test_what_staff_book_for_callers_is_no_crowd(room: Room) -> None:
    book_many(room, 30, who=1, source=Source.PHONE)

    assert LINE not in page(room.client().get(DAY)).words


@pytest.mark.parametrize(("tell", "told"), [("yes", 12), ("no", 0)])
def test_one_press_takes_all_of_it_back_and_nothing_else(room: Room, tell: str, told: int) -> None:
    theirs, others = book_many(room, 12, who=1), book_many(room, 11, who=2)
    by_phone = book_many(room, 2, who=1, source=Source.PHONE)
    hold_places(store=room.store.slug, visit_type="visit", starts_at=at(15), party_size=1, client=client(1), now=NOW)
    waits: dict[str, Any] = {
        "from_date": at(10).date(),
        "to_date": at(10).date(),
        "visit_type": "visit",
        "party_size": 1,
    }
    join_waiting_list(store=room.store.slug, **waits, customer=CustomerDetails(name="Eve", email="eve@example.org"),
         source=Source.WEB, client=client(1), now=NOW)  # fmt: skip

    answer = room.client().post(CROWDS, {"of": theirs[0].client_digest, "tell": tell}, follow=True)

    assert "12 visits are cancelled." in page(answer).words
    assert set(Booking.objects.filter(status=Status.CANCELLED)) == set(theirs)
    assert Booking.objects.filter(status=Status.CONFIRMED).count() == len(others) + len(by_phone)
    assert sum(Slot.objects.values_list("places_taken", flat=True)) == len(others) + len(by_phone)
    assert not Hold.objects.exists()
    assert WaitingListEntry.objects.get().status == "left"
    assert OutboxMessage.objects.filter(kind=Kind.CANCELLATION).count() == told


def test_a_second_press_says_that_it_is_done(room: Room) -> None:
    digest = book_many(room, 12, who=1)[0].client_digest
    room.client().post(CROWDS, {"of": digest})

    answer = room.client().post(CROWDS, {"of": digest})

    assert answer.status_code == 409
    assert "These visits are cancelled already, or were booked more than two days ago." in page(answer).words


@pytest.mark.parametrize("digest", ["", "0" * 32, "x", "\0"])
def test_nothing_is_taken_back_of_a_connection_that_is_none(room: Room, digest: str) -> None:
    book_many(room, 2, who=1)
    book_many(room, 12, who=3, source=Source.PHONE)

    assert room.client().post(CROWDS, {"of": digest}).status_code == 409
    assert not Booking.objects.filter(status=Status.CANCELLED).exists()


def test_the_page_shows_counts_and_no_address(room: Room) -> None:
    book_many(room, 12, who=1)

    shown = page(room.client().get(CROWDS))

    assert f"12 visits to come {LINE}" in shown.words.replace("\N{NO-BREAK SPACE}", " ")
    assert "example.org" not in shown.text


def test_one_visit_that_cannot_be_cancelled_keeps_none_of_the_others(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = book_many(room, 12, who=1)
    Slot.objects.filter(starts_at=theirs[0].starts_at).update(places_taken=0, places_taken_web=0)  # books gone wrong
    cancel_booking(booking_id=theirs[5].pk, who=Who.customer(NOW))

    count = take_back(store_id=room.store.pk, digest=theirs[0].client_digest, tell=False, user=room.manager, now=NOW)

    assert count >= 9
    assert Booking.objects.filter(status=Status.CONFIRMED).count() == 11 - count


def test_another_store_s_crowd_is_not_ours(room: Room) -> None:
    book_many(room, 12, who=1)

    assert LINE not in page(room.client(room.neighbor).get("/staff/next-door-niort/day/")).words
    assert Client().get(CROWDS).status_code == 302
