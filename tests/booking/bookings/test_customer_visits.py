from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from booking.bookings.customer_visits import Contact, visits_to_come
from tests.factories import NOW, at, make_booking, make_store

pytestmark = pytest.mark.django_db

PHONE = Contact(phone="+33612345601")


@pytest.mark.parametrize("count", [1, 3])
def test_visits_to_come_takes_one_statement(count: int, django_assert_num_queries: Any) -> None:
    for number in range(count):
        make_booking(make_store(f"shop-{number}"), starts_at=at(11 - number))

    with django_assert_num_queries(1):
        found = [(visit.store.slug, visit.visit_type.slug) for visit in visits_to_come(PHONE, now=NOW)]

    assert found == [(f"shop-{number}", "visit") for number in reversed(range(count))]


def test_visits_to_come_of_an_address_in_any_case() -> None:
    booking = make_booking(make_store(), email="Ada@Example.org")

    assert visits_to_come(Contact(email="aDA@example.ORG"), now=NOW) == [booking]
    assert visits_to_come(Contact(email="ada@example.com"), now=NOW) == []


def test_visits_to_come_are_those_that_are_not_over() -> None:
    booking = make_booking(make_store())

    assert visits_to_come(PHONE, now=at(10, 14)) == [booking]
    assert visits_to_come(PHONE, now=at(10, 15)) == []


@pytest.mark.parametrize("contact", [Contact(), Contact(phone=""), Contact(email="")])
def test_visits_to_come_of_nobody_are_none(contact: Contact) -> None:
    make_booking(make_store(), email="ada@example.org", phone="")

    assert visits_to_come(contact, now=NOW) == []


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL reads a small table whole")
@pytest.mark.parametrize(
    ("contact", "index"),
    [(PHONE, "booking_phone_starts_at"), (Contact(email="ada@example.org"), "booking_email_starts_at")],
)
def test_visits_to_come_are_found_by_an_index(contact: Contact, index: str) -> None:
    with CaptureQueriesContext(connection) as captured:
        visits_to_come(contact, now=NOW)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {captured[0]['sql']}")

        assert any(index in str(line) for line in cursor.fetchall())
