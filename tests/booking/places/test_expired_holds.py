"""Places of expired holds: whoever wants them gets them, whichever process gives them back."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from booking.places.claims import release_expired_holds
from booking.places.days_state import Wish
from booking.places.holds import hold_places
from booking.places.nearest_free import nearest_free
from tests.factories import NOW, at, make_booking, make_store

pytestmark = pytest.mark.django_db(transaction=True)

LATER = NOW + timedelta(minutes=6)


@contextmanager
def released_by_another() -> Iterator[None]:
    """Let another process give the places back once, as soon as this one has seen that there are some."""
    waiting = [True]

    def look(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if waiting and 'FROM "booking_hold"' in sql:
            waiting.clear()
            release_expired_holds(now=LATER)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        yield
    assert not waiting


def test_places_that_another_process_gave_back_meanwhile_are_taken() -> None:
    store = make_store(capacity=1)
    hold_places(store=store.slug, visit_type="visit", starts_at=at(10), party_size=1, now=NOW)

    with released_by_another():
        assert make_booking(store, now=LATER).starts_at == at(10)


def test_times_near_expired_holds_are_read_once_while_nothing_changes() -> None:
    """Versions of days before and after the nearest ones are no change."""
    store = make_store()
    connection.close_at = None  # as in life, a booking does not end the connection
    make_booking(store, starts_at=at(10, day=28))
    hold_places(store=store.slug, visit_type="visit", starts_at=at(10), party_size=1, now=NOW)
    nearest_free(Wish(store.slug, "visit"), at(10), now=NOW)  # the rules are kept from now on

    with CaptureQueriesContext(connection) as asked:
        found = nearest_free(Wish(store.slug, "visit"), at(10), now=LATER, with_wanted=True)

    assert at(10) in [slot.starts_at for slot in found]
    assert len(asked) == 3  # the state, the slots, and the state again, as there are expired holds
