"""A store that must close keeps three other times for each customer: theirs by one tap, free again when they chose."""

from datetime import datetime, time, timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from django.db import IntegrityError
from django.test import Client
from pytest_django import Settings

from booking.bookings import rebooking
from booking.bookings.audit import differences
from booking.bookings.lifecycle import cancel_booking, cancel_locked
from booking.bookings.rebooking import cancel_unanswered, kept_times, take_kept_time
from booking.links import manage_url
from booking.message_kinds import Kind
from booking.models import Booking, EventKind, Hold, Status
from booking.privacy import erase_customer
from booking.refusals import BookingRefused, Refusal
from booking.store_setup.affected_visits import AffectedResolution
from booking.store_setup.hours_changes import change_opening_hours
from booking.store_setup.slot_changes import change_slots
from booking.who import Who
from notifications.models import OutboxMessage, State
from notifications.tasks import deliver_due
from stores.hours import WeeklyInterval
from stores.models import Store
from tests.booking.reading import page
from tests.factories import NOW, at, make_booking, make_store, make_user

pytestmark = pytest.mark.django_db

MORNINGS = [WeeklyInterval(day, time(9), time(12)) for day in range(6)]


@pytest.fixture
def store() -> Store:
    return make_store()


@pytest.fixture
def user(store):
    return make_user(store=store)


def close(store, user, *, from_at: datetime, to_at: datetime, now: datetime = NOW):
    return change_slots(
        store_id=store.pk, from_at=from_at, to_at=to_at, closed=True, then=AffectedResolution.OFFER, now=now, user=user
    )


def at_work(now: datetime = NOW) -> None:
    assert list(differences(now=now)) == []


def test_three_nearest_times_are_kept_and_the_customer_is_told_once(store: Store, user) -> None:
    booking = make_booking(store, starts_at=at(10))
    OutboxMessage.objects.all().delete()

    close(store, user, from_at=at(10), to_at=at(10, 15))

    booking.refresh_from_db()
    times = kept_times(booking, now=NOW)
    assert [one.starts_at for one in times] == [at(9, 30), at(9, 45), at(10, 15)]
    assert booking.status == Status.CONFIRMED
    assert booking.answer_until == min(NOW + timedelta(hours=24), at(10))
    told = OutboxMessage.objects.get()
    assert (told.kind, told.state) == (Kind.CHANGE, State.DUE)
    assert [event.kind for event in booking.events.order_by("pk")] == [EventKind.BOOKED, EventKind.NOTIFIED]
    at_work()


def test_a_visit_is_no_further_one_of_its_kind_beside_itself(store: Store, user) -> None:
    store.visit_types.update(most_at_once=1)
    booking = make_booking(store, starts_at=at(10), visit_type="advice")

    close(store, user, from_at=at(10), to_at=at(10, 15))

    booking.refresh_from_db()
    assert [one.starts_at for one in kept_times(booking, now=NOW)] == [at(9, 30), at(10, 15), at(10, 30)]
    take_kept_time(booking_id=booking.pk, hold_id=Hold.objects.get(starts_at=at(10, 15)).pk, now=NOW)
    at_work()


def test_chosen_time_is_theirs_and_the_others_are_free_again(store: Store, user) -> None:
    booking = make_booking(store, starts_at=at(10))
    close(store, user, from_at=at(10), to_at=at(10, 15))
    wanted = Hold.objects.get(kept_for=booking, starts_at=at(10, 15))

    moved = take_kept_time(booking_id=booking.pk, hold_id=wanted.pk, now=NOW + timedelta(hours=2))

    assert (moved.starts_at, moved.sequence, moved.answer_until) == (at(10, 15), 1, None)
    assert not Hold.objects.exists()
    with pytest.raises(BookingRefused) as refused:
        take_kept_time(booking_id=booking.pk, hold_id=wanted.pk, now=NOW)
    assert refused.value.reason == Refusal.HOLD_EXPIRED
    at_work()


@pytest.mark.parametrize("giving_up", ["cancel", "erase", "unanswered"])
def test_whatever_ends_the_visit_frees_what_was_kept(store: Store, user, giving_up) -> None:
    booking = make_booking(store, starts_at=at(10))
    close(store, user, from_at=at(10), to_at=at(10, 15))
    now = NOW + timedelta(hours=1)
    if giving_up == "cancel":
        cancel_booking(booking_id=booking.pk, who=Who.customer(now))
    elif giving_up == "erase":
        erase_customer(booking_id=booking.pk, who=Who.customer(now))
    else:
        assert cancel_unanswered(now=now) == 0
        until = Booking.objects.get().answer_until
        assert until is not None
        now = until
        assert cancel_unanswered(now=now) == 1
        assert OutboxMessage.objects.filter(kind=Kind.CANCELLATION).exists()
        assert booking.events.last().actor == "system"
    booking.refresh_from_db()
    assert (booking.status, booking.answer_until) == (Status.CANCELLED, None)
    assert not Hold.objects.exists()
    at_work(now)


def test_two_visits_are_never_kept_the_same_last_place(store: Store, user) -> None:
    store.desks.update(capacity=1)
    first = make_booking(store, starts_at=at(10))
    second = make_booking(store, starts_at=at(10, 15), phone="+33612345602")

    close(store, user, from_at=at(10), to_at=at(10, 30))

    kept = [one.starts_at for booking in (first, second) for one in Hold.objects.filter(kept_for=booking)]
    assert len(kept) == len(set(kept)) == 6
    at_work()


def test_who_gets_no_message_keeps_the_visit_until_somebody_phones(store: Store, user) -> None:
    booking = make_booking(store, starts_at=at(10), phone="+33549240039")
    close(store, user, from_at=at(10), to_at=at(10, 15))
    booking.refresh_from_db()
    assert (booking.status, booking.answer_until) == (Status.CONFIRMED, None)
    assert not Hold.objects.exists()


def test_where_no_other_time_is_free_the_visit_is_cancelled_and_told(store: Store, user) -> None:
    booking = make_booking(store, starts_at=at(10))
    change_opening_hours(store_id=store.pk, weekly=[], then=AffectedResolution.OFFER, now=NOW, user=user)
    booking.refresh_from_db()
    assert booking.status == Status.CANCELLED
    assert OutboxMessage.objects.filter(kind=Kind.CANCELLATION, state=State.DUE).exists()
    at_work()


def test_new_hours_offer_times_within_them(store: Store, user) -> None:
    booking = make_booking(store, starts_at=at(15))
    change_opening_hours(store_id=store.pk, weekly=MORNINGS, then=AffectedResolution.OFFER, now=NOW, user=user)
    times = kept_times(Booking.objects.get(), now=NOW)
    assert len(times) == 3
    assert all(one.starts_at.astimezone(at(9).tzinfo).hour < 12 for one in times)
    assert booking.pk == times[0].kept_for_id
    at_work()


def test_message_says_so_and_its_page_moves_the_visit_by_one_tap(store: Store, user, settings: Settings) -> None:
    booking = make_booking(store, starts_at=at(10))
    with time_machine.travel(NOW, tick=False):
        close(store, user, from_at=at(10), to_at=at(10, 15))
        deliver_due()
        texts = [file.read_text() for file in settings.MESSAGES_DIR.glob("*") if file.suffix != ".eml"]
        assert sum("Choose another by " in text for text in texts) == 1

        client = Client(headers={"accept-language": "en"})
        link = urlsplit(manage_url(booking.reference))
        shown = page(client.get(f"{link.path}?{link.query}", follow=True))
        assert "Your visit cannot take place at this time. Please choose another one." in shown.text
        assert "You can change the time here until" not in shown.text
        address = f"/b/{booking.reference}/choose/"
        kept = kept_times(Booking.objects.get(), now=NOW)
        simple = page(client.get(f"/simple/b/{booking.reference}/"))
        assert "This time is not possible any more." in simple.text
        assert client.get(address)["Location"] == f"/b/{booking.reference}/"
        assert client.post(address, {"time": "x"}).status_code == 303
        assert client.post(address, {"time": "9" * 30}, follow=True).status_code == 409
        moved = client.post(address, {"time": str(kept[2].pk)}, follow=True)
    assert "Your visit has been moved." in page(moved).text
    booking.refresh_from_db()
    assert booking.starts_at == at(10, 15)


def test_visit_may_be_moved_anywhere_else_though_it_is_late_for_that(store: Store, user) -> None:
    booking = make_booking(store, starts_at=at(10))
    late = at(9)
    close(store, user, from_at=at(10), to_at=at(10, 15), now=late)
    client = Client(headers={"accept-language": "en"})
    link = urlsplit(manage_url(booking.reference))
    with time_machine.travel(late, tick=False):
        client.get(f"{link.path}?{link.query}")
        wanted = at(15).isoformat()
        moved = client.post(f"/b/{booking.reference}/change/", {"starts_at": wanted})
    assert moved.status_code == 303
    booking.refresh_from_db()
    assert (booking.starts_at, booking.answer_until) == (at(15), None)
    assert not Hold.objects.exists()
    at_work(late)


def test_reminder_of_a_visit_to_be_moved_stays_here(store: Store, user) -> None:
    make_booking(store, starts_at=at(10, day=30))
    day_before = at(9, day=29)
    close(store, user, from_at=at(10, day=30), to_at=at(10, 15, day=30), now=day_before)
    with time_machine.travel(at(10, 1, day=29), tick=False):
        deliver_due()
    reminder = OutboxMessage.objects.get(kind=Kind.REMINDER, offset="1d")
    assert (reminder.state, reminder.reason) == (State.SKIPPED, "to_be_moved")


def test_one_unanswered_visit_that_fails_keeps_no_other(
    store: Store, user, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    first, _second = (make_booking(store, starts_at=at(hour), phone=f"+3361234560{hour - 9}") for hour in (10, 11))
    Booking.objects.update(answer_until=NOW)
    careful = cancel_locked

    def fails_for_the_first(booking, **named):
        if booking.pk == first.pk:
            raise IntegrityError("counters")
        careful(booking, **named)

    monkeypatch.setattr(rebooking, "cancel_locked", fails_for_the_first)

    assert cancel_unanswered(now=NOW) == 1
    assert [record.message for record in caplog.records] == ["unanswered_not_cancelled"]
    assert list(Booking.objects.order_by("pk").values_list("status", flat=True)) == ["confirmed", "cancelled"]
