"""Visits of one customer, at all stores or at one, found by the phone or the e-mail of the booking."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, Value
from django.db.models.functions import Lower

from booking.models import Booking, Status

MOST_LISTED = 50
_LATEST = 5


@dataclass(frozen=True, slots=True)
class Contact:
    """One phone number in E.164, or one e-mail address; the other is ""."""

    phone: str = ""
    email: str = ""


def visits_to_come(contact: Contact, *, now: datetime) -> list[Booking]:
    """Return the visits booked with a phone or an e-mail that are not over yet, the next one first."""
    if not (contact.phone or contact.email):
        return []
    visits = Booking.objects.filter(status=Status.CONFIRMED, ends_at__gt=now, erased_at=None)
    if contact.phone:
        visits = visits.filter(phone=contact.phone)
    else:
        visits = visits.alias(address=Lower("email")).filter(address=Lower(Value(contact.email)))
    return list(visits.select_related("store", "visit_type").order_by("starts_at", "pk")[:MOST_LISTED])


def visits_among(references: Sequence[str], *, store_id: int, now: datetime) -> list[Booking]:
    """Return those of these visits at a store that are still upcoming, the next one first."""
    visits = Booking.objects.filter(
        reference__in=references, store_id=store_id, status=Status.CONFIRMED, starts_at__gt=now, erased_at=None
    )
    return list(visits.select_related("store", "visit_type").order_by("starts_at", "pk")[:MOST_LISTED])


def visit_of_store(reference: str, *, store_id: int) -> Booking | None:
    """Return a visit of a store by its reference, None for an unknown or an erased one; one statement."""
    visits = Booking.objects.filter(reference=reference, store_id=store_id, erased_at=None)
    return visits.select_related("visit_type").first()


def same_visit(*, store_id: int, visit_type_id: int, starts_at: datetime, phone: str, email: str) -> Booking | None:
    """Return the visit of this kind that is booked at this time with the same phone or e-mail, if any."""
    same = Q()
    if phone:
        same |= Q(phone=phone)
    if email:
        same |= Q(email__iexact=email)
    if not same:
        return None
    visits = Booking.objects.filter(
        same, store_id=store_id, visit_type_id=visit_type_id, starts_at=starts_at, status=Status.CONFIRMED
    )
    return visits.select_related("store", "visit_type").order_by("pk").first()


@dataclass(frozen=True, slots=True)
class CallerRecord:
    """The record of a phone number at one store: its latest visits, and their total number."""

    latest: tuple[Booking, ...]
    count: int
    missed: int


def caller_record(*, store_id: int, phone: str) -> CallerRecord:
    """Return a number's visits at one store, latest first, without erased ones; one statement."""
    if not phone:
        return CallerRecord((), 0, 0)
    visits = Booking.objects.filter(store_id=store_id, phone=phone, erased_at=None)
    newest = list(visits.select_related("visit_type").order_by("-starts_at", "-pk")[:MOST_LISTED])
    missed = sum(visit.status == Status.NO_SHOW for visit in newest)
    return CallerRecord(tuple(newest[:_LATEST]), len(newest), missed)
