"""A plan of messages: what it means is shown before it is saved, and the outbox holds to it, for booked visits too."""

from datetime import time, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
import time_machine
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from booking.message_kinds import Kind
from booking.sending_times import MessagePlan, is_quiet, reminder_times
from booking.waiting_list.offers import offer_channels
from notifications.models import Channel, OutboxMessage, State
from notifications.tasks import deliver_due
from stores.models import SetupChange, Store
from stores.services import BadValue, save_messages
from tests.booking.reading import page
from tests.factories import NOW, PARIS, at, make_booking, make_store, make_user
from tests.waiters import make_waiting

DAYS = st.lists(st.integers(1, 14), max_size=3, unique=True)


@pytest.fixture
def store(db) -> Store:
    return make_store(time_zone="Europe/Paris")


@pytest.fixture
def manager(store) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(make_user("ada", store=store))
    return client


def address(store: Store) -> str:
    return f"/staff/{store.slug}/setup/messages/"


def form(**changes: object) -> dict[str, object]:
    typed = {"reminder_days": ["2"], "messages_from": "9", "messages_until": "18"}
    return typed | changes


def reminders() -> dict[str, str]:
    found = OutboxMessage.objects.filter(kind=Kind.REMINDER, state=State.DUE)
    return {one.offset: f"{one.due_at.astimezone(at(10).tzinfo):%d %H:%M}" for one in found}


def test_plan_is_the_contracts_until_a_store_changes_it(store: Store) -> None:
    make_booking(store, starts_at=at(10, day=30))
    assert reminders() == {"3d": "27 10:00", "1d": "29 10:00"}


def test_store_chooses_days_and_hours_for_booked_visits_too(store: Store, manager: Client) -> None:
    make_booking(store, starts_at=at(10, day=30))
    with time_machine.travel(NOW, tick=False):
        assert manager.post(address(store), form()).status_code == 303
    assert reminders() == {"2d": "28 10:00"}

    store.refresh_from_db()
    OutboxMessage.objects.all().delete()
    make_booking(store, starts_at=at(18, 30, day=30), phone="+33612345602")
    assert reminders() == {"2d": "28 18:00"}
    assert "Reminders go 2 days before." in page(manager.get(f"/staff/{store.slug}/setup/")).text
    change = SetupChange.objects.get(what="messages")
    assert (change.before["reminder_days"], change.after["reminder_days"]) == ("3,1", "2")


def test_page_says_how_many_visits_a_plan_touches_and_saves_nothing(store: Store, manager: Client) -> None:
    for day in (28, 30):
        make_booking(store, starts_at=at(10, day=day))
    before = reminders()
    with time_machine.travel(NOW, tick=False):
        shown = page(manager.post(address(store), form(what="preview"))).words
        same = {"reminder_days": ["3", "1"], "messages_from": "8", "messages_until": "20"}
        unchanged = page(manager.post(address(store), form(**same, what="preview"))).words
    assert "The reminders of 2 visits that are booked will change." in shown
    assert "No reminder of a visit that is booked changes by this." in unchanged
    assert (reminders(), Store.objects.get().reminder_days) == (before, "3,1")


def test_channel_and_the_reminder_of_the_day_are_chosen(store: Store, manager: Client) -> None:
    with time_machine.travel(NOW, tick=False):
        manager.post(address(store), form(reminder_channel="both", reminder_hours="2", confirms_by_email_alone="on"))
    store.refresh_from_db()
    assert (store.reminder_channel, store.reminder_hours, store.confirms_by_text) == ("both", 2, False)
    make_booking(store, starts_at=at(15, day=30), email="ada@example.org")
    told = OutboxMessage.objects.order_by("kind", "offset", "channel").values_list("kind", "offset", "channel")
    assert list(told) == [
        ("confirmation", "", "email"),
        *(("reminder", "2d", "email"), ("reminder", "2d", "sms")),
        *(("reminder", "2h", "email"), ("reminder", "2h", "sms")),
    ]


def test_page_says_what_a_usual_month_costs_and_what_was_sent(
    store: Store, manager: Client, settings: Settings
) -> None:
    settings.SMS_CENTS = Decimal(8)
    make_booking(store, starts_at=at(10, day=30), locale="fr")
    with time_machine.travel(NOW, tick=False):
        deliver_due()
    with time_machine.travel(at(12, day=30), tick=False):
        before = page(manager.get(address(store))).words
        fewer = page(manager.post(address(store), form(reminder_days=[], what="preview"))).words
    assert (
        "For the 1 visit of the last 30 days: 3 text messages, charged as 3 segments. That costs about 0.24." in before
    )
    assert "1 text message was sent. That is 1 segment at 8 cents: 0.08." in before
    assert "1 text message, charged as 1 segment. That costs about 0.08." in fewer


def test_store_without_reminders_sends_none(store: Store, manager: Client) -> None:
    manager.post(address(store), form(reminder_days=[]))
    store.refresh_from_db()
    make_booking(store, starts_at=at(10, day=30))
    assert reminders() == {}


def test_texts_about_free_places_keep_to_the_stores_hours(store: Store) -> None:
    entry = make_waiting(store)
    Store.objects.update(messages_until=time(18))
    store.refresh_from_db()
    assert Channel.SMS in offer_channels(entry, store=store, now=at(17, 59))
    assert Channel.SMS not in offer_channels(entry, store=store, now=at(18))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"reminder_days": ["14", "7", "3", "1"]}, "Three reminders at most"),
        ({"reminder_days": ["4"]}, "Choose one of these."),
        ({"messages_from": "7"}, "Choose one of these."),
        ({"messages_until": "21"}, "Choose one of these."),
        ({"messages_from": "17"}, "Leave two hours at least"),
        ({"reminder_channel": "pigeon"}, "Choose one of these."),
        ({"reminder_hours": "3"}, "Choose one of these."),
    ],
)
def test_what_cannot_be_kept_is_said_and_stays_typed(store: Store, manager: Client, changes, said) -> None:
    answer = manager.post(address(store), form(**changes))
    assert answer.status_code == 400
    assert said in page(answer).text
    assert not SetupChange.objects.exists()
    preview = manager.post(address(store), form(**changes, what="preview"))
    assert preview.status_code in (200, 400)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"reminder_days": [15]}, "reminder_days"),
        ({"reminder_days": [1, 2, 3, 4]}, "reminder_days"),
        ({"messages_from": time(7, 59)}, "messages_from"),
        ({"messages_until": time(20, 1)}, "messages_until"),
        ({"messages_from": time(12), "messages_until": time(13)}, "messages_until"),
        ({"reminder_channel": "pigeon"}, "reminder_channel"),
        ({"reminder_hours": 3}, "reminder_hours"),
    ],
)
def test_service_keeps_no_plan_that_breaks_what_customers_are_promised(changes, field) -> None:
    plan = {"reminder_days": [3, 1], "messages_from": time(8), "messages_until": time(20)}
    with pytest.raises(BadValue) as refused:
        save_messages(store=make_store(), user=None, now=NOW, **{**plan, **changes})
    assert refused.value.field == field


@given(
    days=DAYS,
    first=st.integers(8, 18),
    hours=st.integers(2, 12),
    before=st.integers(0, 24 * 40),
    same_day=st.sampled_from([0, 2]),
    visit=st.integers(0, 95),
)
def test_any_plan_wakes_nobody_and_reminds_of_nothing_over(days, first, hours, before, same_day, visit) -> None:
    plan = MessagePlan(tuple(days), time(first), time(min(first + hours, 20)), same_day)
    starts_at = at(0, 0, day=30) + timedelta(days=60, minutes=15 * visit)
    zone = PARIS
    now = starts_at - timedelta(hours=before)
    found = reminder_times(starts_at=starts_at, zone=zone, now=now, plan=plan)
    assert set(found) <= {f"{day}d" for day in days} | ({"2h"} if same_day else set())
    moments = sorted(found.values())
    assert all(later - earlier >= timedelta(hours=6) for earlier, later in pairwise(moments))
    assert "2h" not in found or found["2h"] - now >= timedelta(hours=6)
    for moment in found.values():
        assert now < moment < starts_at
        assert plan.earliest <= moment.astimezone(zone).time() <= plan.latest
        assert not is_quiet(moment - timedelta(seconds=1), zone=zone, plan=plan) or (
            moment.astimezone(zone).time() == plan.earliest
        )
