from collections.abc import Iterator
from datetime import time

import pytest
import time_machine
from django.test import Client

from booking.bookings.lifecycle import cancel_booking
from booking.models import Booking, WaitingListEntry
from booking.tokens import waiting_token
from booking.waiting_list.offers import offer_places
from booking.who import Who
from stores.models import Store
from tests.factories import NOW, make_booking, make_store
from tests.waiters import make_waiting


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def store(db: None) -> Store:
    """A shop with one time a day, for one visitor."""
    return make_store(capacity=1, hours=((time(10), time(10, 15)),))


@pytest.fixture
def full(store: Store) -> Booking:
    """Tuesday has no place left."""
    return make_booking(store)


@pytest.fixture
def entry(full: Booking) -> WaitingListEntry:
    return make_waiting(full.store, phone="+33612345607", email="bea@example.org")


@pytest.fixture
def offered(full: Booking, entry: WaitingListEntry) -> WaitingListEntry:
    cancel_booking(booking_id=full.pk, who=Who.customer(NOW))
    assert offer_places(store_id=full.store_id, now=NOW) == 1
    entry.refresh_from_db()
    return entry


@pytest.fixture
def visitor(entry: WaitingListEntry) -> Client:
    """A browser that has opened the entry by its link."""
    client = Client()
    opened = client.get(f"/w/{entry.reference}/", {"token": waiting_token(entry.reference)})
    assert opened.status_code == 303
    return client
