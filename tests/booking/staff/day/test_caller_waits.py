"""Somebody who waits is booked by staff, from the waiting list: the entry ends with the booking, or not at all."""

from collections.abc import Iterator
from datetime import time
from functools import partial

import pytest
import time_machine
from django.test import Client

from booking.bookings.audit import differences
from booking.bookings.lifecycle import cancel_booking
from booking.bookings.offered_place import book_for_waiting
from booking.models import Booking, Source, WaitingListEntry
from booking.tokens import waiting_token
from booking.waiting_list.offers import offer_places
from booking.who import Who
from notifications.models import OutboxMessage
from tests.booking.reading import page
from tests.booking.staff.day.test_caller import BOOK, TEN
from tests.booking.staff.staff_room import Room, make_room
from tests.factories import NOW, at, make_booking, make_store
from tests.waiters import make_waiting

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def room() -> Room:
    return make_room(capacity=20)


def book_from_list(room: Room, entry: WaitingListEntry, **typed: str) -> int:
    """Send the form that a link from the waiting list opens, at ten; return the status of the answer."""
    client = room.client(room.staff)
    form = page(client.get(BOOK, {"waiting": entry.reference, "date": "2026-11-24"})).forms[BOOK]
    return client.post(BOOK, {**form, "starts_at": TEN, **typed}).status_code


def test_somebody_who_is_booked_from_the_list_waits_no_longer(room: Room) -> None:
    entry = make_waiting(room.store, name="Bea Test", phone="+33612345603")

    status = book_from_list(room, entry)

    entry.refresh_from_db()
    assert status == 303
    assert (entry.status, entry.booking, entry.name, entry.phone) == ("booked", Booking.objects.get(), "", "")
    assert Booking.objects.get().name == "Bea Test"
    assert list(differences(now=NOW)) == []


def test_a_corrected_name_is_of_the_same_customer(room: Room) -> None:
    entry = make_waiting(room.store, name="Bea Test", phone="+33612345603")

    book_from_list(room, entry, name="Beatrice Test")

    entry.refresh_from_db()
    assert (entry.status, entry.booking) == ("booked", Booking.objects.get())


@pytest.mark.parametrize("typed", [{"phone": "06 12 34 56 99"}, {"email": "bea@example.com"}])
def test_the_link_of_a_corrected_contact_opens_no_visit(room: Room, typed: dict[str, str]) -> None:
    entry = make_waiting(room.store, name="Bea Test", phone="+33612345603", email="bea@example.org")
    link = f"/w/{entry.reference}/"
    reader = Client()
    reader.get(link, {"token": waiting_token(entry.reference)})

    book_from_list(room, entry, **typed)
    answer = reader.post(f"{link}take/")

    entry.refresh_from_db()
    assert (entry.status, entry.booking, entry.name, entry.phone, entry.email) == ("left", None, "", "", "")
    assert "booked" not in answer.headers.get("Location", "")
    assert reader.get(f"/b/{Booking.objects.get().reference}/").status_code == 404
    assert reader.get(link).status_code == 200


def test_somebody_else_on_the_same_form_leaves_the_entry_on_the_list(room: Room) -> None:
    entry = make_waiting(room.store, name="Bea Test", phone="+33612345603")

    book_from_list(room, entry, name="Ada Test", phone="06 12 34 56 99")

    entry.refresh_from_db()
    assert (entry.status, entry.name, Booking.objects.get().name) == ("waiting", "Bea Test", "Ada Test")


def test_a_refused_booking_leaves_the_entry_on_the_list(room: Room) -> None:
    entry = make_waiting(room.store, name="Bea Test", phone="+33612345603")

    status = book_from_list(room, entry, party_size="21")

    entry.refresh_from_db()
    assert (status, entry.status) == (409, "waiting")


@pytest.mark.parametrize("named", ["another store's", "\0", "x" * 65, "nonsense"])
def test_an_entry_that_is_not_the_stores_own_changes_nothing(room: Room, named: str) -> None:
    other = make_waiting(make_store("other-shop"), name="Bea Test", phone="+33612345603")
    own = make_waiting(room.store, name="Bea Test", phone="+33612345603")

    status = book_from_list(room, own, waiting=other.reference if named == "another store's" else named)

    other.refresh_from_db()
    assert (status, other.status, Booking.objects.count()) == (303, "waiting", 1)


def test_an_offer_of_somebody_who_is_booked_goes_to_the_next(room: Room) -> None:
    store = make_store("small-shop", capacity=1, hours=((time(10), time(10, 30)),))
    first, second = (make_booking(store, starts_at=at(10, minute), phone="") for minute in (0, 15))
    entry, following = make_waiting(store, phone="+33612345603"), make_waiting(store)
    cancel_booking(booking_id=first.pk, who=Who.customer(NOW))
    offer_places(store_id=store.pk, now=NOW)
    cancel_booking(booking_id=second.pk, who=Who.customer(NOW))
    book = partial(
        make_booking, store, starts_at=at(10, 15), name="Bea Test", phone="+33612345603", source=Source.PHONE
    )

    book_for_waiting(entry.reference, store_id=store.pk, now=NOW, book=book)
    offer_places(store_id=store.pk, now=NOW)

    entry.refresh_from_db()
    following.refresh_from_db()
    assert (entry.status, following.status, following.offered_start) == ("booked", "offered", at(10))
    assert not OutboxMessage.objects.filter(subject__contains=entry.reference, state="due").exists()
    assert list(differences(now=NOW)) == []
