"""A plan of messages and a sentence of the store's own: shown before it is sent, held to by the outbox."""

from datetime import time, timedelta

import pytest
import time_machine
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from booking.message_kinds import Kind
from booking.policy import MessagePlan, is_quiet, reminder_times
from booking.waiting_list.offers import offer_channels
from notifications.models import Channel, OutboxMessage
from notifications.segments import segments
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
    typed = {"reminder_days": ["2"], "messages_from": "9", "messages_until": "18", "words_fr": "", "words_en": ""}
    return typed | changes


def reminders() -> dict[str, str]:
    found = OutboxMessage.objects.filter(kind=Kind.REMINDER)
    return {one.offset: f"{one.due_at.astimezone(at(10).tzinfo):%d %H:%M}" for one in found}


def test_plan_is_the_contracts_until_a_store_changes_it(store: Store) -> None:
    make_booking(store, starts_at=at(10, day=30))
    assert reminders() == {"3d": "27 10:00", "1d": "29 10:00"}


def test_store_chooses_days_and_hours_for_visits_booked_from_then_on(store: Store, manager: Client) -> None:
    make_booking(store, starts_at=at(10, day=30))
    before = reminders()
    assert manager.post(address(store), form()).status_code == 303
    assert reminders() == before

    OutboxMessage.objects.all().delete()
    store.refresh_from_db()
    make_booking(store, starts_at=at(18, 30, day=30), phone="+33612345602")
    assert reminders() == {"2d": "28 18:00"}
    assert "Reminders go 2 days before." in page(manager.get(f"/staff/{store.slug}/setup/")).text
    change = SetupChange.objects.get(what="messages")
    assert (change.before["reminder_days"], change.after["reminder_days"]) == ("3,1", "2")


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


def test_own_sentence_is_shown_with_its_price_before_it_is_sent(
    store: Store, manager: Client, settings: Settings
) -> None:
    settings.SMS_CENTS = 8
    typed = form(words_en="Please bring your card, and come to the side entrance on rainy days.", what="preview")
    shown = page(manager.post(address(store), typed))
    assert "side entrance on rainy days." in shown.words
    assert "charged as 2 segments · a hundred cost 16.00" in shown.words
    assert "charged as 1 segment · a hundred cost 8.00" in shown.words
    assert not SetupChange.objects.exists()


def test_own_sentence_stands_in_texts_of_its_language_alone(store: Store, manager: Client, settings: Settings) -> None:
    manager.post(address(store), form(words_fr="Pensez à votre carte."))
    store.refresh_from_db()
    make_booking(store, starts_at=at(10, day=30), locale="fr")
    make_booking(store, starts_at=at(10, day=30), locale="en", phone="+33612345602")
    with time_machine.travel(NOW, tick=False):
        deliver_due()
    texts = [file.read_text() for file in settings.MESSAGES_DIR.glob("*") if file.suffix != ".eml"]
    assert len(texts) == 2
    assert sum("Pensez à votre carte." in text for text in texts) == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"reminder_days": ["14", "7", "3", "1"]}, "Three reminders at most"),
        ({"reminder_days": ["4"]}, "Choose one of these."),
        ({"messages_from": "7"}, "Choose one of these."),
        ({"messages_until": "21"}, "Choose one of these."),
        ({"messages_from": "17"}, "Leave two hours at least"),
        ({"words_fr": "Apportez 🐈 svp"}, "Text messages cannot carry these signs: 🐈"),
        ({"words_en": "x" * 81}, "This is too long."),
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
        ({"sms_words": {"fr": "x" * 81}}, "sms_words.fr"),
    ],
)
def test_service_keeps_no_plan_that_breaks_what_customers_are_promised(changes, field) -> None:
    plan = {"reminder_days": [3, 1], "messages_from": time(8), "messages_until": time(20), "sms_words": {}}
    with pytest.raises(BadValue) as refused:
        save_messages(store=make_store(), user=None, now=NOW, **{**plan, **changes})
    assert refused.value.field == field


@given(days=DAYS, first=st.integers(8, 18), hours=st.integers(2, 12), before=st.integers(0, 24 * 40))
def test_any_plan_wakes_nobody_and_reminds_of_nothing_over(days, first, hours, before) -> None:
    plan = MessagePlan(tuple(days), time(first), time(min(first + hours, 20)))
    starts_at = at(9, 30, day=30) + timedelta(days=60)
    zone = PARIS
    now = starts_at - timedelta(hours=before)
    found = reminder_times(starts_at=starts_at, zone=zone, now=now, plan=plan)
    assert set(found) <= {f"{day}d" for day in days}
    for moment in found.values():
        assert now < moment < starts_at
        assert plan.earliest <= moment.astimezone(zone).time() <= plan.latest
        assert not is_quiet(moment - timedelta(seconds=1), zone=zone, plan=plan) or (
            moment.astimezone(zone).time() == plan.earliest
        )


def test_longest_sentence_costs_two_segments_at_most(store: Store) -> None:
    Store.objects.update(name="A very long name of a store that sells many things " * 2, sms_words={"fr": "é" * 80})
    store.refresh_from_db()
    booking = make_booking(store, starts_at=at(10, day=30), locale="fr")
    with time_machine.travel(NOW, tick=False):
        deliver_due()
    sent = OutboxMessage.objects.get(subject=booking.reference, kind=Kind.CONFIRMATION)
    assert sent.segments == 2
    assert segments("é" * 80) == 1
