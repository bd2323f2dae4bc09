"""Corrections of a visit's details by its customer: the name, the note, and a mistyped phone number or e-mail address.

A contact that was mistyped may be a stranger's. So the link that went there ends with the correction, nothing more is
written there, and the confirmation goes to the new contact with a new link
(docs/decisions/0062-another-contact-is-another-link.md).
"""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import Q

from booking.bookings.changes import note_change
from booking.bookings.customer_visits import Contact
from booking.bookings.lifecycle import lock_booking
from booking.bookings.link_renewal import LinkForm
from booking.bookings.message_plan import plan_reminders
from booking.bookings.rebooking import OFFER, is_asked_again
from booking.bookings.refusals import WrongStatus
from booking.idempotency import FormUsed, do_once, subject_of_form
from booking.message_kinds import Kind
from booking.models import Booking, EventKind, Status
from booking.places.claims import raise_days
from booking.places.locks import lock_customer
from booking.refusals import BookingRefused, Refusal
from booking.who import Who
from notifications import outbox

CORRECTED = "contact_corrected"  # why an unsent message to the former contact does not go
_ROUTE = "page:details"
_CORRECTED_FIELDS = ("name", "note", "phone", "email", "link_number", "sequence", "wants_no_texts")


class CorrectedMeanwhile(Exception):
    """Another form corrected the contact, or ended the link, since this one was shown: it knows the former contact."""


@dataclass(frozen=True, slots=True)
class Details:
    """The details of a visit as its customer corrects them: the phone number in E.164, the e-mail in lower case."""

    name: str
    note: str
    contact: Contact


def has_other_contact(booking: Booking, contact: Contact) -> bool:
    """Tell whether a contact differs from the one that a visit was booked with."""
    return (booking.phone, booking.email.lower()) != (contact.phone, contact.email.lower())


def may_correct_contact(booking: Booking, *, now: datetime) -> bool:
    """Tell whether a visit's phone and e-mail may be corrected: until it begins, as messages are about what comes."""
    return booking.erased_at is None and booking.status == Status.CONFIRMED and booking.starts_at > now


@transaction.atomic
def correct_details(*, booking_id: int, number: int, details: Details, now: datetime) -> Booking:
    """Correct a visit's details; values that are correct already change nothing.

    Another contact ends the visit's link, skips what is unsent, and has the visit confirmed and reminded of anew.
    `number` is that of the link by which the form was shown: with a link that has ended, no contact is corrected.
    Raises BookingRefused, CorrectedMeanwhile.
    """
    booking = lock_booking(booking_id)
    if booking.erased_at is not None:
        return booking
    is_other_contact, former_phone = has_other_contact(booking, details.contact), booking.phone
    if not is_other_contact and (booking.name, booking.note) == (details.name, details.note):
        return booking
    if is_other_contact:
        if booking.link_number != number:
            raise CorrectedMeanwhile
        _refuse_contact(booking, details.contact, now=now)
        booking.wants_no_texts = booking.wants_no_texts and booking.phone == details.contact.phone  # said of a number
        booking.phone, booking.email = details.contact.phone, details.contact.email
        booking.link_number += 1
        booking.sequence += 1  # what was planned for the former contact is planned anew
    booking.name, booking.note, booking.updated_at = details.name, details.note, now
    booking.save(update_fields=[*_CORRECTED_FIELDS, "updated_at"])
    if not is_other_contact:
        raise_days(booking.store_id, {booking.visit_date})
        return booking
    _tell_new_contact(booking, former_phone, now=now)
    return booking


def correct_details_once(form: LinkForm, *, booking: Booking, details: Details, now: datetime) -> Booking:
    """Correct a contact by a form that may be sent twice; return the booking as it is then.

    Raises BookingRefused, CorrectedMeanwhile, InProgress.
    """
    correct = partial(correct_details, booking_id=booking.pk, number=form.number, details=details, now=now)
    try:
        return do_once(form.sent, route=_ROUTE, now=now, do=correct, subject_of=_reference_of, find=_with_reference)
    except FormUsed:
        return _with_reference(booking.reference)


def corrected_before(form: LinkForm, *, reference: str, now: datetime) -> Booking | None:
    """Return the booking whose contact this very form has corrected, in the same browser; None if it changed since."""
    try:
        subject = subject_of_form(form.sent, route=_ROUTE, now=now)
    except FormUsed:
        return None
    corrected = Booking.objects.filter(reference=reference, link_number=form.number + 1, erased_at=None)
    return corrected.first() if subject == reference else None


def _tell_new_contact(booking: Booking, former_phone: str, *, now: datetime) -> None:
    """Close a correction: the new contact gets the confirmation, or the question that waits for an answer."""
    is_asked = is_asked_again(booking, now=now)
    outbox.skip_open(subject=booking.reference, reason=CORRECTED, now=now)
    if former_phone and former_phone != booking.phone:
        outbox.note_former_number(subject=booking.reference, phone=former_phone, now=now)
    if is_asked:  # reminders go only if the visit stays after all
        outbox.enqueue(plan_reminders(booking, now=now), now=now)
    note_change(
        booking,
        EventKind.CONTACT_CORRECTED,
        who=Who.customer(now),
        days={booking.visit_date},
        tell=Kind.CHANGE if is_asked else Kind.CONFIRMATION,
        told_as=f"{OFFER}-{CORRECTED}" if is_asked else "",
    )


def _refuse_contact(booking: Booking, contact: Contact, *, now: datetime) -> None:
    """Refuse a contact where nothing may be written any more, or with as many visits as one person may have here."""
    if booking.status != Status.CONFIRMED:
        raise WrongStatus(booking)
    if booking.starts_at <= now:
        raise BookingRefused(Refusal.TOO_LATE)
    phone = contact.phone if contact.phone != booking.phone else ""
    email = contact.email if contact.email.lower() != booking.email.lower() else ""
    lock_customer(phone, email)
    same = Q()
    if phone:
        same |= Q(phone=phone)
    if email:
        same |= Q(email__iexact=email)
    if not same:
        return
    others = Booking.objects.filter(same, store_id=booking.store_id, status=Status.CONFIRMED, starts_at__gt=now)
    if others.exclude(pk=booking.pk).count() >= booking.store.open_bookings_per_customer:
        raise BookingRefused(Refusal.TOO_MANY_OPEN_BOOKINGS)


def _reference_of(booking: Booking) -> str:
    return booking.reference


def _with_reference(reference: str) -> Booking:
    return Booking.objects.select_related("store", "desk", "visit_type").get(reference=reference)
