"""Free times while somebody writes: between two statements of one answer, places come back and are taken again."""

import re
from collections.abc import Callable
from contextlib import contextmanager
from datetime import date, time, timedelta
from functools import partial

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from booking.places.availability import availability
from booking.places.claims import release_expired_holds
from booking.places.days_state import Wish
from booking.places.first_free import first_free_of
from booking.places.free_times import kept_availability
from booking.places.holds import hold_places
from booking.places.nearest_free import nearest_free
from stores.bounded_cache import forget_kept
from stores.models import Store
from stores.queries import rules_around
from tests.factories import NOW, at, make_booking, make_store

LATER = NOW + timedelta(minutes=6)
TUESDAY = date(2026, 11, 24)
READS_SLOTS = re.compile(r'\s*SELECT "?(stores_slot"?\."?)?desk_id\b.*FROM "?stores_slot\b', re.DOTALL)


@contextmanager
def before_slots_are_read(act: Callable[[], object]):
    """Let something happen once, just before the first statement that reads slots."""
    waiting = [act]

    def look(execute, sql, params, many, context):
        if waiting and READS_SLOTS.match(sql):
            waiting.pop()()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        yield
    assert not waiting


def is_free_in_kept_days(store: Store) -> bool:
    found = kept_availability(Wish(store.slug, "visit"), TUESDAY, TUESDAY, now=LATER)
    return any(slot.starts_at == at(10) for slot in found.days[0].slots)


def is_free_in_a_transaction(store: Store) -> bool:
    with transaction.atomic():
        return is_free_in_kept_days(store)


def is_free_anew(store: Store) -> bool:
    found = availability(
        store=store.slug, visit_type="visit", from_date=TUESDAY, to_date=TUESDAY, party_size=1, now=LATER
    )
    return any(slot.starts_at == at(10) for slot in found.days[0].slots)


def is_near(store: Store) -> bool:
    near = nearest_free(Wish(store.slug, "visit"), at(10), now=LATER, with_wanted=True)
    return any(slot.starts_at == at(10) for slot in near)


def is_first(store: Store) -> bool:
    rules = rules_around(store.slug, LATER)
    return first_free_of([rules], now=LATER)[store.slug].starts_at == at(10)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_free", [is_free_in_kept_days, is_free_in_a_transaction, is_free_anew, is_near, is_first])
def test_places_of_an_expired_hold_are_counted_once(is_free: Callable[[Store], bool]) -> None:
    """The hold is read as expired, then its places are given back and booked, then the slots are read."""
    store = make_store(capacity=1, hours=((time(10), time(12)),), days=(1,))
    connection.close_at = None  # as in life, a booking does not end the connection
    hold_places(store=store.slug, visit_type="visit", starts_at=at(10), party_size=1, now=NOW)

    def sweep_and_book() -> None:
        release_expired_holds(now=LATER)
        make_booking(store, now=LATER)

    assert is_free(store)
    forget_kept()
    with before_slots_are_read(sweep_and_book):
        assert not is_free(store)
    assert not is_free(store)


@pytest.mark.django_db(transaction=True)
def test_what_else_happens_meanwhile_is_no_reason_to_read_all_again() -> None:
    store = make_store(capacity=1, hours=((time(10), time(12)),), days=(1,))
    connection.close_at = None  # as in life, a booking does not end the connection
    hold_places(store=store.slug, visit_type="visit", starts_at=at(10), party_size=1, now=NOW)
    forget_kept()
    book = partial(make_booking, store, starts_at=at(11), now=LATER)
    with before_slots_are_read(book), CaptureQueriesContext(connection) as asked:
        assert is_free_in_kept_days(store)

    assert sum("store.hours_version,\n       (SELECT" in one["sql"] for one in asked) == 2
