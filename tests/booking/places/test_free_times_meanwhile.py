"""Free times while somebody writes: between two statements of one answer, places come back and are taken again."""

from collections.abc import Callable
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from django.db import connection

from booking.places.claims import release_expired_holds
from booking.places.free_times import Wish, free_times, read_state
from booking.places.holds import hold_places
from stores.models import Store
from tests.factories import NOW, at, make_booking, make_store

LATER = NOW + timedelta(minutes=6)


@contextmanager
def before_slots_are_read(act: Callable[[], object]):
    """Let something happen once, just before the first statement that reads slots."""
    waiting = [act]

    def look(execute, sql, params, many, context):
        if waiting and sql.lstrip().startswith("SELECT desk_id") and "FROM stores_slot" in sql:
            waiting.pop()()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        yield
    assert not waiting


def places_at_ten(store: Store) -> int:
    wish = Wish(store.slug, "visit", date(2026, 11, 24), date(2026, 11, 24), party_size=1)
    state = read_state(wish, now=LATER)
    assert state
    slots = free_times(wish, state, now=LATER).answer.days[0].slots
    return next((slot.places_left for slot in slots if slot.starts_at == at(10)), 0)


@pytest.mark.django_db(transaction=True)
def test_places_of_an_expired_hold_are_counted_once() -> None:
    """The hold is read as expired, then its places are given back and booked, then the slots are read."""
    store = make_store(capacity=1)
    connection.close_at = None  # as in life, a booking does not end the connection
    hold_places(store=store.slug, visit_type="visit", starts_at=at(10), party_size=1, now=NOW)

    def sweep_and_book() -> None:
        release_expired_holds(now=LATER)
        make_booking(store, now=LATER)

    with before_slots_are_read(sweep_and_book):
        assert places_at_ten(store) == 0
    assert places_at_ten(store) == 0
