"""Visits affected by fewer places, another grid of slots, and slots that are closed."""

from datetime import date, datetime, time
from itertools import pairwise

import pytest

from booking.bookings.lifecycle import cancel_booking
from booking.models import Booking, Source, Status
from booking.refusals import Refusal
from booking.store_setup.affected_visits import AffectedResolution
from booking.store_setup.hours_changes import (
    change_rules,
    change_special_hours,
)
from booking.who import Who
from stores.models import Slot, Store
from stores.services import save_policy
from tests.booking.store_setup.hours_edits import (
    SECOND,
    TUESDAY,
    affected_of,
    book_held,
    books_are_right,
    close_day,
    desk,
    keep_place,
    make_desk,
    open_day,
    refusal,
    reread,
    slots,
)
from tests.factories import NOW, at, make_booking, make_store, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def store():
    return make_store()


@pytest.fixture
def user(store):
    return make_user(store=store)


def rules(store, user, *, then: AffectedResolution | None = None, now: datetime = NOW, **changes):
    values = {
        name: getattr(store, name)
        for name in (
            *("slot_minutes", "capacity_counts", "minimum_notice_minutes", "booking_horizon_days"),
            *("change_until_minutes", "open_bookings_per_customer", "keep_days"),
        )
    }
    return change_rules(
        store_id=store.pk,
        edit=lambda one: save_policy(store=one, **{**values, **changes}, user=user, now=now),
        then=then,
        now=now,
        user=user,
    )


# --- Places ---------------------------------------------------------------------------------------


def test_smaller_desk_asks_about_who_booked_last(store, user) -> None:
    first, last = make_booking(store), make_booking(store, phone=SECOND)
    assert affected_of(desk, store, user, capacity=1) == [last]
    desk(store, user, capacity=1, then=AffectedResolution.CANCEL)
    assert reread(first).status == Status.CONFIRMED
    assert Slot.objects.get().squeezed == 0
    assert desk(store, user, capacity=2).affected == ()
    assert books_are_right()


def test_larger_party_than_before_counts_as_people_and_as_visits(store, user) -> None:
    store.desks.update(capacity=4)
    make_booking(store, party_size=2)
    make_booking(store, party_size=2, phone=SECOND)
    token = keep_place(store, at(11), party_size=2)

    rules(store, user, capacity_counts="visits")
    assert Slot.objects.get(starts_at=at(10)).places_taken == 2
    held = book_held(store, token, at(11), party_size=2)
    assert (held.places, Slot.objects.get(starts_at=at(11)).places_taken) == (1, 1)

    rules(store, user, capacity_counts="people")
    assert set(Booking.objects.values_list("places", flat=True)) == {2}
    assert Slot.objects.get(starts_at=at(10)).places_taken == 4
    for booking in Booking.objects.all():
        cancel_booking(booking_id=booking.pk, who=Who.customer(NOW))
    assert set(Slot.objects.values_list("places_taken", flat=True)) == {0}
    assert books_are_right()


def test_people_counted_where_visits_were_asks_about_those_too_many(store, user) -> None:
    store.capacity_counts = "visits"
    store.save()
    store.visit_types.update(max_party_size=4)
    first, last = make_booking(store, party_size=2), make_booking(store, party_size=2, phone=SECOND)
    assert affected_of(rules, store, user, capacity_counts="people") == [last]
    rules(store, user, capacity_counts="people", then=AffectedResolution.KEEP)
    assert (Slot.objects.get().places_taken, Slot.objects.get().squeezed) == (4, 2)
    assert cancel_booking(booking_id=first.pk, who=Who.customer(NOW)).status == Status.CANCELLED
    assert books_are_right()


def test_places_of_a_hold_change_hands_as_they_were_taken(store) -> None:
    store.desks.update(capacity=4)
    token = keep_place(store, party_size=2)
    Store.objects.update(capacity_counts="visits")  # by hand, past every service
    assert book_held(store, token, party_size=2).places == 2
    assert books_are_right()


# --- The grid -------------------------------------------------------------------------------------


def test_other_length_of_slots_asks_about_visits_across_the_new_ones(store, user) -> None:
    make_booking(store, starts_at=at(10))
    across = make_booking(store, starts_at=at(10, 15), phone=SECOND)
    assert affected_of(rules, store, user, slot_minutes=20) == [across]
    rules(store, user, slot_minutes=20, then=AffectedResolution.OFFER)
    assert reread(across).answer_until is not None
    close_day(store, user, day=date(2026, 11, 27))
    assert reread(across).answer_until is not None
    rules(store, user, slot_minutes=15)
    assert reread(across).answer_until is None
    assert books_are_right()


def test_slots_laid_anew_while_one_runs_never_overlap(store, user) -> None:
    booking = make_booking(store, starts_at=at(9), source=Source.PHONE)
    now = at(9, 16)
    change_special_hours(
        store_id=store.pk, date=TUESDAY, intervals=[(time(9, 10), time(12))], then=None, now=now, user=user
    )
    make_booking(store, starts_at=at(9, 10), phone=SECOND, source=Source.PHONE, now=now)
    assert no_rows_overlap()
    assert books_are_right(now)
    assert cancel_booking(booking_id=booking.pk, who=Who.staff(None, now)).status == Status.CANCELLED
    assert books_are_right(now)


def no_rows_overlap() -> bool:
    rows = list(Slot.objects.order_by("desk_id", "starts_at"))
    return all(a.desk_id != b.desk_id or a.ends_at <= b.starts_at for a, b in pairwise(rows))


def test_closed_slot_is_still_closed_once_a_closed_day_opens_again(store, user) -> None:
    slots(store, user, closed=True)
    slots(store, user, from_at=at(11), to_at=at(11, 15), capacity=0)
    close_day(store, user)
    open_day(store, user)
    for start in (at(10), at(11)):
        assert refusal(make_booking, store, starts_at=start) == Refusal.SLOT_CLOSED


# --- Closed, or full ------------------------------------------------------------------------------


@pytest.mark.parametrize("source", [Source.API, Source.PHONE])
@pytest.mark.parametrize("how", [{"closed": True}, {"capacity": 0}])
def test_closed_slot_is_closed_and_a_full_one_full(store, user, how, source) -> None:
    make_desk(store)
    slots(store, user, desk="main", **how)
    make_booking(store, source=source)
    assert refusal(make_booking, store, source=source, phone=SECOND) == Refusal.SLOT_FULL
    slots(store, user, desk="second", then=AffectedResolution.KEEP, **how)
    assert refusal(make_booking, store, source=source, phone=SECOND) == Refusal.SLOT_CLOSED
    assert refusal(keep_place, store) == Refusal.SLOT_CLOSED


def test_what_is_over_is_not_changed_any_more(store, user) -> None:
    now = at(10, 20)
    assert refusal(slots, store, user, now=now, closed=True) == Refusal.TOO_LATE
    slots(store, user, to_at=at(10, 30), now=now, closed=True)
    assert list(Slot.objects.values_list("starts_at", flat=True)) == [at(10, 15)]
