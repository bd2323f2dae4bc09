"""Queries that are built once give what Django gives that builds them each time."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from booking.bookings.queries import booking_by_reference
from booking.models import Booking
from booking.models.built_queries import BuiltQuery
from booking.places.holds import held_place, hold_places
from booking.tokens import hold_token
from tests.factories import NOW, at, make_booking, make_store

pytestmark = pytest.mark.django_db

WHOLE = ("store", "desk", "visit_type")


def columns(booking: Booking) -> dict[str, dict[str, object]]:
    """Return all columns of a booking and its relations."""
    rows = {"booking": booking, **{name: getattr(booking, name) for name in WHOLE}}
    return {name: {key: value for key, value in vars(row).items() if key != "_state"} for name, row in rows.items()}


def test_a_booking_is_read_with_its_relations_by_the_statement_that_django_makes(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    store = make_store()
    made = [make_booking(store, starts_at=at(hour), phone=f"+3361234560{hour - 9}") for hour in (9, 10)]
    for booking in made:
        with django_assert_num_queries(1), CaptureQueriesContext(connection) as ours:
            found = booking_by_reference(booking.reference)
            assert found
            shown = columns(found)
        with CaptureQueriesContext(connection) as theirs:
            plain = Booking.objects.select_related(*WHOLE).filter(reference=booking.reference)[:1000]
            expected = columns(plain[0])
        assert shown == expected
        assert theirs[0]["sql"].startswith(ours[0]["sql"].removesuffix(" "))
        assert not found._state.adding
        assert found._state.db == found.store._state.db == "default"


def test_nothing_is_found_of_what_is_not_there() -> None:
    make_booking(make_store())

    assert booking_by_reference("00000000") is None
    assert booking_by_reference("no reference") is None


def test_a_row_that_was_read_can_be_written() -> None:
    found = booking_by_reference(make_booking(make_store()).reference)
    assert found
    found.note = "Rings twice"
    found.save(update_fields=["note"])

    assert Booking.objects.get().note == "Rings twice"


def test_values_are_converted_as_django_does_it() -> None:
    booking = make_booking(make_store())
    query = BuiltQuery(
        lambda since, reference: Booking.objects.filter(starts_at__gte=since, reference=reference).values_list(
            "starts_at", "is_simple", "answers", "store__latitude"
        ),
        datetime(1, 1, 2, tzinfo=UTC),
        "a reference",
    )

    assert query.rows(NOW, booking.reference) == [(at(10), False, booking.answers, 46.32)]
    assert query.rows(at(11), booking.reference) == []
    assert query.rows(NOW, "a reference") == []


def test_a_hold_is_found_until_it_expires() -> None:
    store = make_store()
    hold = hold_places(store=store.slug, visit_type="visit", starts_at=at(10), party_size=1, now=NOW)
    found = held_place(hold_token(hold.public_id), now=NOW)

    assert found
    assert (found.store, found.visit_type, found.desk, found.starts_at) == (store.slug, "visit", "", at(10))
    assert found.may_extend is True
    assert found.expires_at == hold.expires_at
    assert held_place(hold_token(hold.public_id), now=hold.expires_at) is None
