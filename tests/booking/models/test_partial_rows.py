import pytest
from pytest_django import DjangoAssertNumQueries

from booking.models import Booking
from booking.models.partial_rows import known_rows, set_related
from tests.factories import make_booking, make_store

pytestmark = pytest.mark.django_db


def test_rows_are_stored_ones_and_read_the_rest_when_it_is_asked_for(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    booking = make_booking(make_store(), note="A note")

    (row,) = known_rows(Booking, ("id", "name"), [(booking.pk, "Ada")])

    assert (row, row.name, row.get_deferred_fields() >= {"note", "phone"}) == (booking, "Ada", True)
    with django_assert_num_queries(1):
        assert row.note == "A note"


def test_related_objects_at_hand_are_not_asked_for(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    booking = make_booking(make_store())
    (row,) = known_rows(Booking, ("id", "desk_id"), [(booking.pk, booking.desk_id)])

    set_related(row, {"desk": booking.desk})

    with django_assert_num_queries(0):
        assert row.desk is booking.desk
