"""Texts that are stopped on a visit's page stop for its number, as by STOP; only such a stop is undone there."""

import pytest

from booking.bookings.corrections import Details, correct_details
from booking.bookings.customer_visits import Contact
from booking.bookings.text_wishes import has_stopped_texts, resume_texts, stop_texts
from booking.models import Booking, BookingEvent, EventKind
from notifications.sms_recipients import opt_in, opt_out, wants_no_texts
from tests.factories import NOW, at, make_booking, make_store

pytestmark = pytest.mark.django_db

STOPPED, RESUMED = EventKind.TEXTS_STOPPED, EventKind.TEXTS_RESUMED


@pytest.fixture
def booking() -> Booking:
    return make_booking(make_store(), email="ada@example.org")


def noted(booking: Booking) -> list[str]:
    events = BookingEvent.objects.filter(booking=booking, kind__in=(STOPPED, RESUMED)).order_by("pk")
    return list(events.values_list("kind", flat=True))


def test_texts_stop_for_the_number_and_start_again_each_noted_once(booking: Booking) -> None:
    stop_texts(booking_id=booking.pk, now=NOW)
    stop_texts(booking_id=booking.pk, now=NOW)
    assert (wants_no_texts(booking.phone), has_stopped_texts(booking)) == (True, True)

    resume_texts(booking_id=booking.pk, now=NOW)
    resume_texts(booking_id=booking.pk, now=NOW)

    assert (wants_no_texts(booking.phone), has_stopped_texts(booking)) == (False, False)
    assert noted(booking) == [STOPPED, RESUMED]


@pytest.mark.parametrize("is_first", [True, False])
def test_stop_by_text_is_not_undone_by_a_press(booking: Booking, is_first: bool) -> None:
    """Anybody may book with any number: whoever holds the phone has the last word."""
    if is_first:
        opt_out(booking.phone, now=NOW)
    stop_texts(booking_id=booking.pk, now=NOW)
    if not is_first:
        opt_out(booking.phone, now=NOW)

    resume_texts(booking_id=booking.pk, now=NOW)

    assert wants_no_texts(booking.phone)
    assert not has_stopped_texts(booking)


def test_page_tells_nothing_of_what_was_said_elsewhere(booking: Booking) -> None:
    other = make_booking(booking.store, starts_at=at(11), phone=booking.phone)
    stop_texts(booking_id=other.pk, now=NOW)

    assert not has_stopped_texts(booking)


def test_start_by_text_is_seen_on_the_page(booking: Booking) -> None:
    stop_texts(booking_id=booking.pk, now=NOW)
    opt_in(booking.phone)

    assert not has_stopped_texts(booking)


def test_after_another_number_the_page_knows_of_no_stop(booking: Booking) -> None:
    stop_texts(booking_id=booking.pk, now=NOW)
    opt_out("+33612345679", now=NOW)
    contact = Contact("+33612345679", booking.email)
    correct_details(booking_id=booking.pk, details=Details(booking.name, "", contact), number=0, now=NOW)
    booking.refresh_from_db()

    assert not has_stopped_texts(booking)


def test_without_a_number_for_texts_nothing_is_noted() -> None:
    booking = make_booking(make_store(), phone="+33549240039", email="ada@example.org")
    stop_texts(booking_id=booking.pk, now=NOW)

    assert noted(booking) == []
    assert not wants_no_texts(booking.phone)
