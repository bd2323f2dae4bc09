"""Reminders of booked visits follow their store's plan, as far as they are to come, and each goes once."""

from datetime import datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from booking.bookings import reminder_plans
from booking.bookings.audit import differences
from booking.bookings.reminder_plans import count_touched, follow_plan, stores_with_stale_reminders
from booking.bookings.rescheduling import reschedule
from booking.message_kinds import Kind
from booking.messages.compose import compose
from booking.models import Actor, Booking
from booking.tasks import follow_plans
from booking.who import Who
from notifications.content import Skip, Sms
from notifications.models import OutboxMessage, State
from stores.models import Store
from tests.factories import NOW, at, make_booking, make_store

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def store() -> Store:
    return make_store(time_zone="Europe/Paris", capacity=4)


def plan(store: Store, **fields: object) -> None:
    Store.objects.filter(pk=store.pk).update(has_stale_reminders=True, **fields)


def rows(booking: Booking | None = None) -> dict[tuple[str, str], tuple[str, str]]:
    found = OutboxMessage.objects.filter(kind=Kind.REMINDER)
    found = found.filter(subject=booking.reference, sequence=booking.sequence) if booking else found
    zone = at(10).tzinfo
    return {(one.offset, one.channel): (f"{one.due_at.astimezone(zone):%d %H:%M}", one.state) for one in found}


def test_days_are_taken_away_and_added(store: Store) -> None:
    make_booking(store, starts_at=at(10, day=30))
    plan(store, reminder_days="5,1")
    assert follow_plan(store.pk, now=NOW) == 1
    assert rows() == {
        ("5d", "sms"): ("25 10:00", "due"),
        ("3d", "sms"): ("27 10:00", "skipped"),
        ("1d", "sms"): ("29 10:00", "due"),
    }
    assert not stores_with_stale_reminders()


def test_what_was_left_out_comes_back_as_the_same_row(store: Store) -> None:
    make_booking(store, starts_at=at(10, day=30))
    before = set(OutboxMessage.objects.values_list("pk", flat=True))
    for days in ("", "3,1"):
        plan(store, reminder_days=days)
        assert follow_plan(store.pk, now=NOW) == 1
    assert set(OutboxMessage.objects.values_list("pk", flat=True)) == before
    assert rows() == {("3d", "sms"): ("27 10:00", "due"), ("1d", "sms"): ("29 10:00", "due")}


def test_hours_move_what_is_to_come(store: Store) -> None:
    make_booking(store, starts_at=at(18, 30, day=30))
    plan(store, messages_until="17:00")
    assert follow_plan(store.pk, now=NOW) == 1
    assert rows() == {("3d", "sms"): ("27 17:00", "due"), ("1d", "sms"): ("29 17:00", "due")}
    moved = OutboxMessage.objects.filter(kind=Kind.REMINDER).order_by("try_at")
    assert list(moved.values_list("try_at", "reason")) == [
        (at(17, day=27), ""),
        (at(17, day=29), ""),
    ]


@pytest.mark.parametrize(
    ("channel", "left"),
    [
        ("email_first", {("3d", "email"), ("1d", "email")}),
        ("both", {("3d", "email"), ("1d", "email"), ("3d", "sms"), ("1d", "sms")}),
        ("none", set()),
        ("text_first", {("3d", "sms"), ("1d", "sms")}),
    ],
)
def test_channel_changes(store: Store, channel: str, left: set[tuple[str, str]]) -> None:
    make_booking(store, starts_at=at(10, day=30), email="ada@example.org")
    plan(store, reminder_channel=channel)
    follow_plan(store.pk, now=NOW)
    assert {place for place, (_due, state) in rows().items() if state == "due"} == left


def test_one_whose_time_is_past_is_not_sent_and_nobody_is_reminded_twice_in_six_hours(store: Store) -> None:
    make_booking(store, starts_at=at(10, day=30))
    gone = OutboxMessage.objects.get(offset="3d")
    OutboxMessage.objects.filter(pk=gone.pk).update(state=State.SENT, attempted_at=gone.due_at)
    later = gone.due_at + timedelta(minutes=5)
    plan(store, reminder_days="5,3,2,1", messages_from="10:00")
    Store.objects.filter(pk=store.pk).update(reminder_channel="email_first")
    follow_plan(store.pk, now=later)
    assert rows() == {
        ("3d", "sms"): ("27 10:00", "sent"),
        ("2d", "sms"): ("28 10:00", "due"),
        ("1d", "sms"): ("29 10:00", "due"),
    }


def test_reminder_of_the_day_is_kept_six_hours_from_one_that_went(store: Store) -> None:
    make_booking(store, starts_at=at(10, day=30))
    plan(store, reminder_days="1", reminder_hours=2)
    follow_plan(store.pk, now=NOW)
    assert {place for place, (_due, state) in rows().items() if state == "due"} == {("1d", "sms"), ("2h", "sms")}


@pytest.mark.parametrize(
    "fields",
    [
        {"state": State.SENDING},
        {"state": State.DUE, "reason": "night"},
        {"state": State.DUE, "attempted_at": NOW},
        {"state": State.SKIPPED, "reason": "opted_out"},
        {"state": State.UNKNOWN, "attempted_at": NOW},
    ],
)
def test_what_is_on_its_way_or_settled_stays(store: Store, fields: dict[str, object]) -> None:
    booking = make_booking(store, starts_at=at(10, day=30), email="ada@example.org")
    OutboxMessage.objects.filter(offset="3d").update(**fields)
    plan(store, reminder_days="3", messages_from="11:00", reminder_channel="email_first")
    follow_plan(store.pk, now=NOW)
    assert ("3d", "email") not in rows(booking)
    assert rows(booking)["3d", "sms"] == ("27 10:00", fields["state"])


def test_late_reminder_is_not_given_up_for_one_that_was_left_out(store: Store) -> None:
    booking = make_booking(store, starts_at=at(10, day=30))
    plan(store, reminder_days="3")
    follow_plan(store.pk, now=NOW)
    late = compose(OutboxMessage.objects.get(offset="3d"), now=at(9, day=29))
    assert isinstance(late, Sms)
    assert late.to == booking.phone


def test_reminder_that_is_planned_no_longer_is_not_sent_where_nobody_has_followed_yet(store: Store) -> None:
    make_booking(store, starts_at=at(10, day=30))
    plan(store, reminder_days="1")
    message = OutboxMessage.objects.get(offset="3d")
    assert compose(message, now=message.due_at) == Skip("replanned")


def test_other_visits_are_left_alone(store: Store) -> None:
    make_booking(make_store("other-shop"), starts_at=at(10, day=30))
    cancelled = make_booking(store, starts_at=at(10, day=30), phone="+33612345602")
    Booking.objects.filter(pk=cancelled.pk).update(status="cancelled")
    before = rows()
    plan(store, reminder_days="2")
    assert follow_plan(store.pk, now=NOW) == 0
    assert rows() == before


def test_a_plan_that_is_followed_changes_nothing(store: Store) -> None:
    for hour, phone in ((10, "+33612345601"), (11, "+33612345602")):
        make_booking(store, starts_at=at(hour, day=30), phone=phone, email="ada@example.org")
    reschedule(
        booking_id=Booking.objects.first().pk, starts_at=at(16, day=28), who=Who(Actor.CUSTOMER, None, NOW + DAY)
    )
    store.refresh_from_db()
    assert count_touched(store, now=NOW + DAY) == 0
    assert list(differences(now=NOW)) == []


@pytest.mark.parametrize("visits", [1, 3])
def test_following_takes_the_same_statements_for_any_number_of_visits(
    store: Store, visits: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(visits):
        make_booking(store, starts_at=at(18, 30, day=30), phone=f"+3361234561{number}")
    plan(store, reminder_days="5,1", messages_until="17:00")
    store.refresh_from_db()
    locked = Store.objects.get(pk=store.pk)
    with django_assert_num_queries(8):  # visits, messages; a savepoint, dropped, moved, added, its release; the store
        reminder_plans.follow_next(locked, after=0, now=NOW)
    with django_assert_num_queries(2):
        assert count_touched(store, now=NOW) == 0


def test_many_visits_are_followed_by_the_task_some_at_a_time(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        make_booking(store, starts_at=at(10, day=30), phone=f"+3361234561{number}")
    monkeypatch.setattr(reminder_plans, "AT_ONCE", 2)
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    plan(store, reminder_days="2")
    store.refresh_from_db()
    assert count_touched(store, now=NOW) is None
    assert follow_plans() == 3
    assert {place for place, (_due, state) in rows().items() if state == "due"} == {("2d", "sms")}
    assert follow_plans() == 0


@pytest.mark.parametrize(("moved_at", "has_it"), [(at(7), False), (at(3, day=25), True)])
def test_reminder_of_the_day_comes_not_soon_after_the_visit_was_moved(
    store: Store, moved_at: datetime, has_it: bool
) -> None:
    """Somebody who was told of the new time at 7 needs no word at 9, whenever the plan got that reminder."""
    booking = make_booking(store, starts_at=at(10, day=30))
    day = moved_at.day
    reschedule(booking_id=booking.pk, starts_at=at(16 if day == 25 else 11, day=day), who=Who.customer(moved_at))
    plan(store, reminder_days="", reminder_hours=2)
    follow_plan(store.pk, now=moved_at + timedelta(minutes=5))
    booking.refresh_from_db()

    assert (("2h", "sms") in rows(booking)) == has_it


def test_text_about_a_move_that_waits_for_the_morning_counts_from_then(store: Store) -> None:
    booking = make_booking(store, starts_at=at(10, day=30))
    Store.objects.update(reminder_days="", reminder_hours=2)
    night = at(1, day=25)
    reschedule(booking_id=booking.pk, starts_at=at(14, day=25), who=Who.staff(None, night))
    booking.refresh_from_db()
    assert ("2h", "sms") not in rows(booking)  # at 12, as the text about the move goes at 8

    plan(store, reminder_days="1")
    follow_plan(store.pk, now=night + timedelta(minutes=1))
    assert ("2h", "sms") not in rows(booking)
