"""A contact corrected many times at once: one link, one sequence, no more visits than one person may have."""

import contextlib
from functools import partial

import pytest

from booking.bookings.corrections import CorrectedMeanwhile, Details, correct_details, correct_details_once
from booking.bookings.customer_visits import Contact
from booking.bookings.link_renewal import LinkForm
from booking.models import Booking
from booking.refusals import BookingRefused
from notifications.models import OutboxMessage
from tests.factories import NOW, at, make_booking, make_store
from tests.threads import at_once

HANDS = 6
RIGHT = "+33612345699"
DETAILS = Details("Ada Test", "", Contact(RIGHT, ""))

pytestmark = pytest.mark.django_db(transaction=True)


def test_one_form_pressed_by_many_hands_corrects_once() -> None:
    booking = make_booking(make_store())
    form = LinkForm("one", 0, "browser")

    at_once([partial(correct_details_once, form, booking=booking, details=DETAILS, now=NOW)] * HANDS)

    corrected = Booking.objects.get()
    assert (corrected.phone, corrected.link_number, corrected.sequence) == (RIGHT, 1, 1)
    assert OutboxMessage.objects.filter(kind="confirmation", sequence=1).count() == 1


def test_of_two_forms_sent_at_once_one_corrects_and_the_other_is_told() -> None:
    booking = make_booking(make_store())
    told: list[CorrectedMeanwhile] = []

    def correct(number: int) -> None:
        details = Details("Ada Test", "", Contact(f"+3361234569{number}", ""))
        try:
            correct_details_once(LinkForm(f"{number}", 0, "browser"), booking=booking, details=details, now=NOW)
        except CorrectedMeanwhile as meanwhile:
            told.append(meanwhile)

    at_once([partial(correct, number) for number in range(HANDS)])

    corrected = Booking.objects.get()
    assert (corrected.link_number, corrected.sequence, len(told)) == (1, 1, HANDS - 1)


def test_visits_corrected_to_one_number_at_once_are_no_more_than_one_person_may_have() -> None:
    store = make_store(open_bookings_per_customer=2)
    visits = [make_booking(store, starts_at=at(9, 15 * n), phone=f"+3361234560{n}") for n in range(4)]

    def correct(booking: Booking) -> None:
        with contextlib.suppress(BookingRefused):
            correct_details(booking_id=booking.pk, number=0, details=DETAILS, now=NOW)

    at_once([partial(correct, booking) for booking in visits])

    assert Booking.objects.filter(phone=RIGHT).count() == 2
