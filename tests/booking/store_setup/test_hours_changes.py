from datetime import date, time

import pytest

from booking.bookings.audit import differences
from booking.bookings.lifecycle import cancel_booking
from booking.models import Booking, Status
from booking.refusals import BookingRefused, Refusal
from booking.store_setup.affected_visits import AffectedResolution
from booking.store_setup.hours_changes import (
    change_hours_of_days,
    change_opening_hours,
    change_rules,
    change_special_hours,
    remove_special_hours,
)
from booking.store_setup.slot_changes import change_slots
from booking.who import Who
from notifications.models import OutboxMessage
from stores.hours import WeeklyInterval
from stores.models import Slot, SpecialHours, Store
from tests.booking.store_setup.hours_edits import affected_of
from tests.factories import NOW, at, make_booking, make_store, make_user

pytestmark = pytest.mark.django_db

MORNINGS = [WeeklyInterval(day, time(9), time(12)) for day in range(6)]


@pytest.fixture
def store():
    return make_store()


@pytest.fixture
def user(store):
    return make_user(store=store)


def test_hours_that_leave_no_booking_out_are_simply_changed(store, user) -> None:
    make_booking(store, starts_at=at(10))

    change = change_opening_hours(store_id=store.pk, weekly=MORNINGS, then=None, now=NOW, user=user)

    assert change.affected == ()
    assert Store.objects.get().hours_version > store.hours_version


def test_hours_that_leave_bookings_out_change_nothing_until_somebody_decides(store, user) -> None:
    afternoon = make_booking(store, starts_at=at(15))

    affected = affected_of(change_opening_hours, store_id=store.pk, weekly=MORNINGS, then=None, now=NOW, user=user)

    assert affected == [afternoon]
    assert store.opening_hours.count() == 12
    assert Store.objects.get().hours_version == store.hours_version


def test_keep_leaves_the_visit_as_it_is_and_takes_no_new_ones(store, user) -> None:
    afternoon = make_booking(store, starts_at=at(15))

    change_opening_hours(store_id=store.pk, weekly=MORNINGS, then=AffectedResolution.KEEP, now=NOW, user=user)

    afternoon.refresh_from_db()
    assert afternoon.status == Status.CONFIRMED
    with pytest.raises(BookingRefused) as refused:
        make_booking(store, starts_at=at(15), phone="+33612345602")
    assert refused.value.reason == Refusal.SLOT_CLOSED
    assert list(differences(now=NOW)) == []
    assert cancel_booking(booking_id=afternoon.pk, who=Who.customer(NOW)).status == Status.CANCELLED


def test_a_visit_kept_before_is_not_affected_again(store, user) -> None:
    make_booking(store, starts_at=at(15))
    change_opening_hours(store_id=store.pk, weekly=MORNINGS, then=AffectedResolution.KEEP, now=NOW, user=user)

    change = change_special_hours(
        store_id=store.pk, date=at(10, day=25).date(), intervals=[], then=None, now=NOW, user=user
    )

    assert change.affected == ()


def test_notify_tells_each_once_even_if_moved_before(store, user) -> None:
    make_booking(store, starts_at=at(15))

    change_opening_hours(store_id=store.pk, weekly=MORNINGS, then=AffectedResolution.NOTIFY, now=NOW, user=user)
    change_opening_hours(store_id=store.pk, weekly=MORNINGS, then=AffectedResolution.NOTIFY, now=NOW, user=user)

    assert OutboxMessage.objects.filter(kind="change").count() == 1
    assert Booking.objects.get().sequence == 0


def test_cancel_cancels_and_tells_each_once(store, user) -> None:
    make_booking(store, starts_at=at(15))

    change_opening_hours(store_id=store.pk, weekly=MORNINGS, then=AffectedResolution.CANCEL, now=NOW, user=user)

    assert Booking.objects.get().status == Status.CANCELLED
    assert OutboxMessage.objects.filter(kind="cancellation", state="due").count() == 1
    assert list(differences(now=NOW)) == []


def test_a_day_closed_and_opened_again(store, user) -> None:
    make_booking(store, starts_at=at(10))
    day = at(10).date()

    affected_of(change_special_hours, store_id=store.pk, date=day, intervals=[], then=None, now=NOW, user=user)
    change_special_hours(store_id=store.pk, date=day, intervals=[], then=AffectedResolution.KEEP, now=NOW, user=user)
    remove_special_hours(store_id=store.pk, date=day, then=None, now=NOW, user=user)

    assert Slot.objects.get().places_taken == 1
    assert list(differences(now=NOW)) == []


def test_several_days_are_one_change_with_one_decision(store, user) -> None:
    visits = [make_booking(store, starts_at=at(10, day=day), phone=f"+336123456{day}") for day in (24, 26)]
    closed = {"store_id": store.pk, "dates": [date(2026, 11, day) for day in (24, 25, 26)], "intervals": []}
    version = Store.objects.get().hours_version

    assert affected_of(change_hours_of_days, **closed, then=None, now=NOW, user=user) == visits
    assert not SpecialHours.objects.exists()
    change_hours_of_days(**closed, then=AffectedResolution.CANCEL, now=NOW, user=user)

    assert SpecialHours.objects.count() == 3
    assert Store.objects.get().hours_version == version + 1
    assert set(Booking.objects.values_list("status", flat=True)) == {Status.CANCELLED}
    assert OutboxMessage.objects.filter(kind="cancellation", state="due").count() == 2
    assert list(differences(now=NOW)) == []


def test_slots_laid_anew_count_every_visit_they_overlap(store, user) -> None:
    make_booking(store, starts_at=at(10))
    make_booking(store, starts_at=at(10, 15), phone="+33612345602")

    change_rules(
        store_id=store.pk,
        edit=lambda one: Store.objects.filter(pk=one.pk).update(slot_minutes=20, hours_version=one.hours_version + 1),
        then=AffectedResolution.KEEP,
        now=NOW,
        user=user,
    )

    rows = Slot.objects.order_by("starts_at").values_list("starts_at", "places_taken")
    assert list(rows) == [(at(10), 2), (at(10, 20), 1)]
    assert list(differences(now=NOW)) == []


def change(store, user, **changes):
    values = {"from_at": at(10), "to_at": at(10, 30), "then": None, "now": NOW}
    return change_slots(store_id=store.pk, user=user, **{**values, **changes})


def test_closing_slots_names_those_in_them(store, user) -> None:
    inside = make_booking(store, starts_at=at(10, 15))
    make_booking(store, starts_at=at(10, 30), phone="+33612345602")

    assert affected_of(change, store=store, user=user, closed=True) == [inside]
    change(store, user, closed=True, then=AffectedResolution.KEEP)

    assert list(Slot.objects.order_by("starts_at").values_list("closed", flat=True)) == [True, True, False]
    with pytest.raises(BookingRefused):
        make_booking(store, starts_at=at(10), phone="+33612345603")
    assert change(store, user, closed=False).affected == ()
    assert make_booking(store, starts_at=at(10), phone="+33612345603").status == Status.CONFIRMED


def test_a_smaller_capacity_names_those_who_booked_last(store, user) -> None:
    first = make_booking(store)
    last = make_booking(store, phone="+33612345602")

    assert affected_of(change, store=store, user=user, capacity=1) == [last]
    change(store, user, capacity=1, then=AffectedResolution.CANCEL)

    assert list(Booking.objects.filter(status=Status.CONFIRMED)) == [first]
    slot = Slot.objects.get(starts_at=at(10))
    assert (slot.capacity, slot.places_taken, slot.squeezed) == (1, 1, 0)


def test_a_smaller_capacity_kept_counts_the_rest_as_squeezed_in(store, user) -> None:
    make_booking(store)
    make_booking(store, phone="+33612345602")

    change(store, user, capacity=1, then=AffectedResolution.KEEP)

    slot = Slot.objects.get(starts_at=at(10))
    assert (slot.capacity, slot.places_taken, slot.squeezed) == (1, 2, 1)
    assert list(differences(now=NOW)) == []


def test_a_larger_capacity_lets_more_in(store, user) -> None:
    change(store, user, capacity=3)

    for number in range(3):
        make_booking(store, phone=f"+3361234560{number}")
    with pytest.raises(BookingRefused):
        make_booking(store, phone="+33612345609")


def test_slots_where_none_are_or_of_an_unknown_desk_are_refused(store, user) -> None:
    for changes, reason in (
        ({"from_at": at(12), "to_at": at(13), "closed": True}, Refusal.SLOT_CLOSED),
        ({"desk": "elsewhere", "closed": True}, Refusal.NOT_FOUND),
    ):
        with pytest.raises(BookingRefused) as refused:
            change(store, user, **changes)
        assert refused.value.reason == reason
