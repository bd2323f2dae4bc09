import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from booking.arrivals.line import call_back, call_turn
from booking.arrivals.steps import take_action
from booking.bookings.lateness import say_late
from booking.bookings.lifecycle import cancel_booking, confirm_attendance
from booking.bookings.rescheduling import reschedule
from booking.models import EventKind, WebhookEvent
from booking.privacy import erase_customer
from booking.refusals import BookingRefused
from booking.webhooks.administration import add_webhook, forget_events, remove_webhook, switch_off
from booking.webhooks.events import TYPES, UNTOLD
from booking.who import Who
from stores.models import Store
from tests.booking.arrivals.people_in_line import NOW as IN_THE_SHOP
from tests.booking.arrivals.people_in_line import here, join
from tests.factories import NOW, at, make_booking, make_store, make_user

pytestmark = pytest.mark.django_db

ADDRESS = "https://till.example.org/hook"


@pytest.fixture
def store() -> Store:
    store = make_store(capacity=4)
    add_webhook(store_id=store.pk, address=ADDRESS, user=None, now=NOW)
    store.refresh_from_db()
    return store


def written() -> list[str]:
    return list(WebhookEvent.objects.order_by("pk").values_list("type", flat=True))


def test_every_line_of_a_visits_history_is_told_or_stays_in_the_house_on_purpose() -> None:
    assert set(TYPES) | UNTOLD == set(EventKind)
    assert not set(TYPES) & UNTOLD


def test_course_of_a_visit_is_told_in_order(store: Store) -> None:
    who = Who.staff(make_user("cleo", store=store), at(10))
    booking = make_booking(store)
    confirm_attendance(booking_id=booking.pk, now=NOW)
    for action in ("check_in", "start", "complete", "undo"):
        take_action(booking_id=booking.pk, action=action, who=who)

    assert written() == [
        "visit.created", "visit.changed", "visit.arrived", "visit.changed", "visit.completed", "visit.changed",
    ]  # fmt: skip
    assert {one.subject for one in WebhookEvent.objects.all()} == {booking.reference}


def test_cancellation_absence_and_erasure_are_told(store: Store) -> None:
    first, second, third = (make_booking(store, phone=f"+3361234560{number}") for number in range(3))
    cancel_booking(booking_id=first.pk, who=Who.customer(NOW))
    take_action(booking_id=second.pk, action="no_show", who=Who.staff(make_user("cleo", store=store), at(11)))
    erase_customer(booking_id=third.pk, who=Who.customer(NOW))

    assert written()[3:] == ["visit.cancelled", "visit.no_show", "visit.cancelled", "visit.changed"]


def test_event_names_things_and_times_and_no_person(store: Store) -> None:
    booking = make_booking(store, name="Canary Person", phone="+33612345601", email="canary@example.org", note="canary")

    event = WebhookEvent.objects.get()

    assert event.facts == {
        "store": store.slug,
        "reference": booking.reference,
        "status": "confirmed",
        "visit_type": "visit",
        "desk": "main",
        "starts_at": "2026-11-24T10:00:00+01:00",
        "ends_at": "2026-11-24T10:15:00+01:00",
        "sequence": 0,
    }
    assert (event.at, event.try_at, event.attempts) == (NOW, NOW, 0)
    assert "canary" not in json.dumps([event.facts, event.subject]).lower()


def test_called_turns_are_told_and_calls_taken_back_are_not(store: Store) -> None:
    visit, ticket = here(store, name="Ada Test", starts_at=at(10)), join(store)
    WebhookEvent.objects.all().delete()
    call_turn(store=store, ticket_id=ticket.pk, reference="", now=IN_THE_SHOP)
    call_turn(store=store, ticket_id=None, reference=visit.reference, now=IN_THE_SHOP)
    call_back(store=store, ticket_id=ticket.pk, reference="", now=IN_THE_SHOP)

    walk_in, booked = WebhookEvent.objects.order_by("pk")

    assert (walk_in.type, booked.type) == ("ticket.called", "ticket.called")
    assert (walk_in.facts["ticket"], walk_in.facts["reference"], walk_in.facts["desk"]) == (1, None, "main")
    assert (booked.facts["ticket"], booked.facts["reference"]) == (None, visit.reference)


def test_what_others_need_not_know_is_not_told(store: Store) -> None:
    booking = make_booking(store)
    say_late(booking_id=booking.pk, minutes=10, now=at(9, 30))

    assert written() == ["visit.created"]


def test_each_webhook_has_an_event_of_its_own_and_those_switched_off_have_none(store: Store) -> None:
    second, _ = add_webhook(store_id=store.pk, address=ADDRESS, user=None, now=NOW)
    make_booking(store, starts_at=at(9))
    switch_off(store_id=store.pk, webhook_id=second.pk, reason="", user=None, now=NOW)
    make_booking(store, starts_at=at(11), phone="+33612345602")

    assert [one.webhook_id == second.pk for one in WebhookEvent.objects.order_by("pk")] == [False, True, False]


def test_refused_change_leaves_no_event(store: Store) -> None:
    booking = make_booking(store)
    with pytest.raises(BookingRefused):
        reschedule(booking_id=booking.pk, starts_at=at(11), who=Who.customer(at(9, 59)))

    assert written() == ["visit.created"]


def statements(store: Store, phone: str = "+33612345601") -> list[str]:
    with CaptureQueriesContext(connection) as caught:
        make_booking(store, phone=phone)
    return [one["sql"] for one in caught]


def test_store_without_webhooks_pays_nothing() -> None:
    store = make_store()
    statements(store, phone="+33612345608")
    with_none = statements(store, phone="+33612345607")

    assert not any("webhook_" in one.replace("webhook_ids", "") or "webhookevent" in one for one in with_none)


def test_webhook_costs_no_statement_where_the_database_joins_writes(store: Store) -> None:
    other = make_store("other-shop", capacity=4)
    make_booking(other, phone="+33612345608")
    without = len(statements(other, phone="+33612345607"))
    more = 0 if connection.vendor == "postgresql" else 1

    assert len(statements(store)) == without + more


def test_events_are_forgotten_after_thirty_days_and_with_their_webhook(store: Store) -> None:
    second, _ = add_webhook(store_id=store.pk, address=ADDRESS, user=None, now=NOW)
    make_booking(store)
    assert forget_events(now=NOW + timedelta(days=29)) == 0
    remove_webhook(store_id=store.pk, webhook_id=second.pk, user=None, now=NOW)
    assert WebhookEvent.objects.count() == 1
    WebhookEvent.objects.create(webhook_id=second.pk, store=store, type="visit.created", subject="A", facts={}, at=NOW,
                                try_at=NOW)  # fmt: skip
    assert forget_events(now=NOW) == 1

    assert forget_events(now=NOW + timedelta(days=31)) == 1
