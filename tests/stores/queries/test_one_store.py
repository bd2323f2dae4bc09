"""What is asked of one store: its rules, locked or not, and what the public may know of it."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta, timezone
from threading import Thread
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from stores.hours import WeeklyInterval
from stores.models import Desk, OpeningHours, SpecialHours, Store, VisitType
from stores.queries import (
    StoreDetail,
    UnknownStore,
    VisitTypeDetail,
    rules_around,
    store_detail,
    store_rules,
)
from stores.slots import DeskRule, StoreRules, VisitTypeRule
from tests.stores.queries.stored import MONDAY, make_full_store, make_store
from tests.threads import until_somebody_waits

WEEKLY = (
    WeeklyInterval(0, time(9), time(12, 30)),
    WeeklyInterval(0, time(14), time(19)),
    WeeklyInterval(4, time(20), time(2)),
)


# --- One store ------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_store_rules_hold_all_that_slots_are_made_from() -> None:
    store = make_full_store()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        rules = store_rules("corner-shop", from_date=MONDAY)
    assert len(queries) == 1
    main, ada = Desk.objects.get(slug="main"), Desk.objects.get(slug="ada")
    visit, advice = VisitType.objects.get(slug="visit"), VisitType.objects.get(slug="advice")
    assert rules == StoreRules(
        id=store.pk,
        slug="corner-shop",
        name="Corner Shop",
        country="FR",
        zone=ZoneInfo("Europe/Paris"),
        slot_minutes=15,
        counts_people=True,
        minimum_notice_minutes=60,
        booking_horizon_days=28,
        change_until_minutes=120,
        open_bookings_per_customer=2,
        keep_days=90,
        hours_version=1,
        offers_desk_choice=False,
        weekly=WEEKLY,
        special={MONDAY: ((time(10), time(11)), (time(15), time(16))), MONDAY - timedelta(days=1): ()},
        desks=(
            DeskRule(main.pk, "main", "Main desk", 3, 1, ()),
            DeskRule(ada.pk, "ada", "Ada Test", 1, 0, (WeeklyInterval(0, time(9), time(10)),)),
        ),
        visit_types=(
            VisitTypeRule(visit.pk, "visit", "Visit", 1, 4, "A card"),
            VisitTypeRule(advice.pk, "advice", "Advice", 2, 4, ""),
        ),
        resting_types=(VisitTypeRule(VisitType.objects.get(slug="old").pk, "old", "Old", 1, 4, "", is_active=False),),
    )


@pytest.mark.django_db
def test_store_rules_of_a_store_with_nothing() -> None:
    make_store(capacity_counts="visits")
    rules = store_rules("corner-shop", from_date=MONDAY)
    assert (rules.weekly, rules.special, rules.desks, rules.visit_types) == ((), {}, (), ())
    assert not rules.counts_people


@pytest.mark.django_db
def test_store_rules_locked_are_the_same() -> None:
    make_full_store()
    with CaptureQueriesContext(connection) as queries, transaction.atomic():
        locked = store_rules("corner-shop", from_date=MONDAY, lock=True)
        statements = [query for query in queries.captured_queries if "SAVEPOINT" not in query["sql"]]
        assert len(statements) == 1
    assert locked == store_rules("corner-shop", from_date=MONDAY)


@pytest.mark.django_db
@pytest.mark.parametrize("slug", ["other", "", "a\0b", "\ud800", "x" * 100, "corner-shop' OR 1=1 --", "Ünknown"])
def test_unknown_store_has_no_rules_and_no_detail(slug: str) -> None:
    make_store()
    with pytest.raises(UnknownStore):
        store_rules(slug, from_date=MONDAY)
    assert store_detail(slug) is None


@pytest.mark.django_db
def test_rules_around_an_instant_know_special_hours_of_four_days_before_it_and_all_after() -> None:
    store = make_store()
    days = [MONDAY + timedelta(days=number) for number in (-5, -4, 0, 1, 300)]
    SpecialHours.objects.bulk_create(SpecialHours(store=store, date=day) for day in days)

    rules = rules_around("corner-shop", datetime(2026, 11, 24, 1, tzinfo=timezone(timedelta(hours=2))))

    assert sorted(rules.special) == days[1:]


@pytest.mark.django_db
@pytest.mark.parametrize("day", [date.min, date.max])
def test_store_rules_at_the_calendars_ends(day: date) -> None:
    make_store()
    assert store_rules("corner-shop", from_date=day).slug == "corner-shop"


@pytest.mark.django_db(transaction=True)
def test_store_rules_cannot_be_locked_without_a_transaction() -> None:
    with pytest.raises(TransactionManagementError):
        store_rules("corner-shop", from_date=MONDAY, lock=True)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no row locks, and one writer at a time")
def test_store_rules_that_waited_for_a_change_are_the_new_ones() -> None:
    store = make_full_store()
    read: list[StoreRules | None] = []

    def book() -> None:
        with transaction.atomic():
            read.append(store_rules("corner-shop", from_date=MONDAY, lock=True))
        connection.close()

    with transaction.atomic():
        Store.objects.filter(pk=store.pk).update(hours_version=F("hours_version") + 1)
        OpeningHours.objects.filter(store=store).delete()
        booking = Thread(target=book)
        booking.start()
        until_somebody_waits(1)  # for the row
        assert booking.is_alive()
    booking.join()
    (rules,) = read
    assert rules is not None
    assert (rules.hours_version, rules.weekly) == (2, ())


@pytest.mark.django_db
def test_store_detail_holds_what_the_public_may_know() -> None:
    store = make_full_store()
    kinds = dict(VisitType.objects.filter(store=store).values_list("slug", "pk"))
    with CaptureQueriesContext(connection) as queries:
        detail = store_detail("corner-shop", from_date=MONDAY)
    assert len(queries) == 1
    assert detail == StoreDetail(
        slug="corner-shop",
        name="Corner Shop",
        street="1 Rue de la Gare",
        postal_code="79000",
        town="Niort",
        country="FR",
        latitude=46.32,
        longitude=-0.46,
        time_zone="Europe/Paris",
        phone="+33549240039",
        website="",
        wheelchair="yes",
        notice="Ring twice.",
        slot_minutes=15,
        capacity_counts="people",
        minimum_notice_minutes=60,
        booking_horizon_days=28,
        change_until_minutes=120,
        open_bookings_per_customer=2,
        keep_days=90,
        weekly=WEEKLY,
        special={MONDAY: ((time(10), time(11)), (time(15), time(16)))},
        closings=(),
        visit_types=(
            VisitTypeDetail("visit", "Visit", 15, "A card", 4, id=kinds["visit"]),
            VisitTypeDetail("advice", "Advice", 30, "", 4, id=kinds["advice"]),
        ),
    )
    without_special = store_detail("corner-shop")
    assert without_special == replace(detail, special={})
