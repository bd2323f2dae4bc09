"""What a usual month of texts costs: the store's own visits of the last 30 days, with a plan and texts."""

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from booking.messages import usual_month as module
from booking.messages.usual_month import usual_month
from booking.models import Source
from notifications.models import OutboxMessage, State
from stores.models import Store
from tests.factories import NOW, at, make_booking, make_store

LATER = at(12, day=30)


@pytest.fixture
def store(db) -> Store:
    store = make_store(time_zone="Europe/Paris", capacity=8)
    for number in range(3):
        make_booking(store, starts_at=at(10, day=30), phone=f"+3361234561{number}", locale="fr")
    return store


def test_each_visit_counts_its_confirmation_and_reminders(store: Store) -> None:
    month = usual_month(store, now=LATER)
    assert (month.visits, month.texts, month.segments) == (3, 9, 9)


def test_plan_and_texts_that_are_not_saved_yet_count(store: Store) -> None:
    store.reminder_days = "1"
    assert usual_month(store, now=LATER).texts == 6
    store.own_texts = {"sms": {"reminder": {"fr": "{store} {date} {time} {link} " + "x" * 150}}}
    month = usual_month(store, now=LATER)
    assert (month.texts, month.segments) == (6, 3 + 3 * 2)


def test_who_gets_no_text_costs_nothing(store: Store) -> None:
    make_booking(store, starts_at=at(11, day=30), phone="", email="ada@example.org")
    store.reminder_channel = "none"
    month = usual_month(store, now=LATER)
    assert (month.visits, month.texts) == (4, 3)


def test_confirmations_by_email_alone_cost_nothing(store: Store) -> None:
    make_booking(store, starts_at=at(11, day=30), phone="+33612345619", email="ada@example.org")
    store.confirms_by_text, store.reminder_days = False, ""
    assert usual_month(store, now=LATER).texts == 3


def test_changes_count_as_they_went(store: Store) -> None:
    OutboxMessage.objects.filter(kind="reminder", offset="3d").update(kind="change", state=State.SENT, segments=1)
    assert usual_month(store, now=LATER).texts == 9 + 3


def test_walk_ins_visits_to_come_and_older_ones_are_no_part_of_it(store: Store) -> None:
    make_booking(store, starts_at=at(10, day=24), phone="+33612345620", source=Source.DESK)
    assert usual_month(store, now=at(9, day=30)).visits == 1
    assert usual_month(store, now=LATER + timedelta(days=31)).visits == 0


def test_newest_visits_stand_for_all_of_a_busy_store(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_LOOKED_AT", 2)
    month = usual_month(store, now=LATER)
    assert (month.visits, month.texts) == (3, 9)


def test_no_visits_cost_nothing(db) -> None:
    month = usual_month(make_store(), now=NOW)
    assert (month.visits, month.texts, month.segments) == (0, 0, 0)


@pytest.mark.parametrize("more", [0, 2])
def test_statements_do_not_grow_with_visits(
    store: Store, more: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(more):
        make_booking(store, starts_at=at(11, day=30), phone=f"+3361234562{number}")
    with django_assert_num_queries(5):  # visits; the store's rules, messages, tidied ones; what to bring
        usual_month(store, now=LATER)
