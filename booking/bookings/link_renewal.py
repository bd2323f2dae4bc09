"""Renewal of the link to a booking by its customer; the old link no longer works."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.db import transaction

from booking.bookings.lifecycle import lock_booking
from booking.idempotency import FormUsed, SentForm, do_once, subject_of_form
from booking.models import Booking
from booking.places.claims import raise_days

_ROUTE = "page:link"


@dataclass(frozen=True, slots=True)
class LinkForm:
    """A sent form that asks for a new link: its key, the number of the link it showed, and a digest of its browser."""

    key: str
    number: int
    browser: str

    @property
    def sent(self) -> SentForm:
        return SentForm(self.key, str(self.number), self.browser)


@transaction.atomic
def renew_link(*, booking_id: int, number: int, now: datetime) -> Booking:
    """End every link to a booking, also in messages already sent; later messages have the new link.

    `number` is that of the link to end. If it has ended already nothing changes: another page of the customer shows the
    link that came after it.
    """
    booking = lock_booking(booking_id)
    if booking.link_number == number:
        booking.link_number += 1
        booking.updated_at = now
        booking.save(update_fields=["link_number", "updated_at"])
        raise_days(booking.store_id, {booking.visit_date})
    return booking


def renew_link_once(form: LinkForm, *, booking: Booking, now: datetime) -> Booking:
    """Renew a link for a form that may be sent twice; return the booking as it is then. Raises InProgress.

    A form about a link that is not made yet is none of ours. It is not kept: it would open that link's successor.
    """
    if form.number > booking.link_number:
        return booking
    renew = partial(renew_link, booking_id=booking.pk, number=form.number, now=now)
    try:
        return do_once(form.sent, route=_ROUTE, now=now, do=renew, subject_of=_reference_of, find=_with_reference)
    except FormUsed:
        return _with_reference(booking.reference)


def renewed_before(form: LinkForm, *, reference: str, now: datetime) -> Booking | None:
    """Return the booking whose link this very form has renewed, in the same browser; None if another ended it since."""
    try:
        subject = subject_of_form(form.sent, route=_ROUTE, now=now)
    except FormUsed:
        return None
    renewed = Booking.objects.filter(reference=reference, link_number=form.number + 1, erased_at=None)
    return renewed.first() if subject == reference else None


def _reference_of(booking: Booking) -> str:
    return booking.reference


def _with_reference(reference: str) -> Booking:
    return Booking.objects.select_related("store", "desk", "visit_type").get(reference=reference)
