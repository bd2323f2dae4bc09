"""Changes of a store's hours and places as a manager makes them, and what they are refused for."""

from datetime import date, datetime

import pytest

from booking.bookings.audit import differences
from booking.bookings.lifecycle import book_visit
from booking.customer_input import CustomerDetails
from booking.models import Booking, Source
from booking.places.holds import hold_places
from booking.refusals import BookingRefused, Refusal
from booking.store_setup.affected_visits import AffectedResolution, BookingsAffected
from booking.store_setup.hours_changes import (
    change_rules,
    change_special_hours,
    remove_special_hours,
)
from booking.store_setup.slot_changes import change_slots
from booking.tokens import hold_token
from stores.models import Desk
from stores.services import save_desk
from tests.factories import NOW, at

TUESDAY = date(2026, 11, 24)
SECOND = "+33612345602"


def close_day(store, user, *, then: AffectedResolution | None = None, day: date = TUESDAY, now: datetime = NOW):
    return change_special_hours(store_id=store.pk, date=day, intervals=[], then=then, now=now, user=user)


def open_day(store, user, *, day: date = TUESDAY, now: datetime = NOW):
    return remove_special_hours(store_id=store.pk, date=day, then=None, now=now, user=user)


def slots(
    store, user, *, from_at=None, to_at=None, then: AffectedResolution | None = None, now: datetime = NOW, **changes
):
    from_at, to_at = from_at or at(10), to_at or at(10, 15)
    return change_slots(store_id=store.pk, from_at=from_at, to_at=to_at, then=then, now=now, user=user, **changes)


def desk(store, user, *, slug: str = "main", then: AffectedResolution | None = None, now: datetime = NOW, **changes):
    known = Desk.objects.get(store=store, slug=slug)
    values = {"name": known.name, "capacity": known.capacity, "kept_back": known.kept_back, "is_active": True}
    return change_rules(
        store_id=store.pk,
        edit=lambda one: save_desk(store=one, desk=known, **{**values, **changes}, user=user, now=now),
        then=then,
        now=now,
        user=user,
    )


def keep_place(store, starts_at=None, *, visit_type: str = "visit", party_size: int = 1, now: datetime = NOW, desk=""):
    kept = hold_places(
        store=store.slug,
        visit_type=visit_type,
        starts_at=starts_at or at(10),
        party_size=party_size,
        now=now,
        desk=desk,
    )
    return hold_token(kept.public_id)


def book_held(store, token: str, starts_at=None, *, party_size: int = 1, now: datetime = NOW) -> Booking:
    return book_visit(
        store=store.slug,
        visit_type="visit",
        starts_at=starts_at or at(10),
        party_size=party_size,
        customer=CustomerDetails(name="Ada Test", phone="+33612345601"),
        note="",
        source=Source.API,
        now=now,
        hold=token,
    )


def refusal(call, *args, **kwargs) -> Refusal:
    with pytest.raises(BookingRefused) as refused:
        call(*args, **kwargs)
    return refused.value.reason


def affected_of(call, *args, **kwargs) -> list[Booking]:
    with pytest.raises(BookingsAffected) as refused:
        call(*args, **kwargs)
    assert refused.value.reason == Refusal.BOOKINGS_AFFECTED
    return list(refused.value.affected)


def books_are_right(now: datetime = NOW) -> bool:
    return list(differences(now=now)) == []


def make_desk(store, slug: str = "second", capacity: int = 1) -> Desk:
    return Desk.objects.create(store=store, slug=slug, name=slug.title(), capacity=capacity, position=1)


def reread(booking: Booking) -> Booking:
    return Booking.objects.get(pk=booking.pk)
