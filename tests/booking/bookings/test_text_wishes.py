"""Texts about a visit are stopped and started on its page; a press never reaches other visits with the same number."""

import pytest

from booking.bookings.corrections import Details, correct_details
from booking.bookings.customer_visits import Contact
from booking.bookings.text_wishes import resume_texts, stop_texts
from booking.messages.compose import compose
from booking.models import Booking, BookingEvent, EventKind
from notifications.content import Skip, Sms
from notifications.models import Channel, OutboxMessage
from notifications.sms_recipients import opt_out, wants_no_texts
from tests.factories import NOW, at, make_booking, make_store

pytestmark = pytest.mark.django_db

STOPPED, RESUMED = EventKind.TEXTS_STOPPED, EventKind.TEXTS_RESUMED


@pytest.fixture
def booking() -> Booking:
    return make_booking(make_store(), email="ada@example.org")


def noted(booking: Booking) -> list[str]:
    events = BookingEvent.objects.filter(booking=booking, kind__in=(STOPPED, RESUMED)).order_by("pk")
    return list(events.values_list("kind", flat=True))


def reminder(booking: Booking) -> OutboxMessage:
    texts = OutboxMessage.objects.filter(subject=booking.reference, kind="reminder", channel=Channel.SMS)
    return texts.order_by("due_at")[0]


def test_texts_stop_and_start_again_each_noted_once(booking: Booking) -> None:
    for _ in range(2):
        stop_texts(booking_id=booking.pk, now=NOW)
    assert compose(reminder(booking), now=NOW) == Skip("opted_out", instead=Channel.EMAIL)

    for _ in range(2):
        resume_texts(booking_id=booking.pk, now=NOW)

    assert isinstance(compose(reminder(booking), now=NOW), Sms)
    assert noted(booking) == [STOPPED, RESUMED]


def test_who_has_the_number_gets_texts_about_other_visits(booking: Booking) -> None:
    """Anybody may book with any number: a stranger's press must not cost somebody their own reminders."""
    by_stranger = make_booking(booking.store, starts_at=at(11), phone=booking.phone)

    stop_texts(booking_id=by_stranger.pk, now=NOW)

    assert isinstance(compose(reminder(booking), now=NOW), Sms)
    assert not wants_no_texts(booking.phone)


def test_stop_by_text_is_not_undone_by_a_press(booking: Booking) -> None:
    stop_texts(booking_id=booking.pk, now=NOW)
    opt_out(booking.phone, now=NOW)

    resume_texts(booking_id=booking.pk, now=NOW)

    assert wants_no_texts(booking.phone)


def test_another_number_gets_texts(booking: Booking) -> None:
    stop_texts(booking_id=booking.pk, now=NOW)
    contact = Contact("+33612345679", booking.email)
    correct_details(booking_id=booking.pk, details=Details(booking.name, "", contact), number=0, now=NOW)
    booking.refresh_from_db()

    assert not booking.wants_no_texts


def test_another_address_alone_brings_no_text_back(booking: Booking) -> None:
    stop_texts(booking_id=booking.pk, now=NOW)
    contact = Contact(booking.phone, "ada.test@example.org")
    correct_details(booking_id=booking.pk, details=Details(booking.name, "", contact), number=0, now=NOW)
    booking.refresh_from_db()

    assert booking.wants_no_texts


def test_without_a_number_for_texts_nothing_is_noted() -> None:
    booking = make_booking(make_store(), phone="+33549240039", email="ada@example.org")
    stop_texts(booking_id=booking.pk, now=NOW)
    booking.refresh_from_db()

    assert noted(booking) == []
    assert not booking.wants_no_texts
