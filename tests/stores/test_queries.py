"""What is asked of stores, under a literal number of statements."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from threading import Thread
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from stores.hours import WeeklyInterval
from stores.models import Desk, DeskHours, OpeningHours, SpecialHours, Store, VisitType
from stores.queries import (
    BadCursor,
    StoreDetail,
    StoresPage,
    StoreSummary,
    UnknownStore,
    VisitTypeDetail,
    rules_around,
    store_detail,
    store_rules,
    stores_page,
)
from stores.search.index import index_store
from stores.slots import DeskRule, StoreRules, VisitTypeRule
from stores.words import search_text

MONDAY = date(2026, 11, 23)


def make_store(slug: str = "corner-shop", **fields: Any) -> Store:
    values: dict[str, Any] = {
        "name": "Corner Shop",
        "town": "Niort",
        "postal_code": "79000",
        "country": "FR",
        "latitude": 46.32,
        "longitude": -0.46,
        "time_zone": "Europe/Paris",
        "created_at": datetime(2026, 11, 1, tzinfo=UTC),
        **fields,
    }
    text = search_text(name=str(values["name"]), town=str(values["town"]), postal_code=str(values["postal_code"]))
    store = Store.objects.create(slug=slug, search_text=text, **values)
    index_store(store=store)
    return store


def make_full_store() -> Store:
    """Return a store with everything, its parts made in another order than they stand in."""
    store = make_store(street="1 Rue de la Gare", phone="+33549240039", notice="Ring twice.", wheelchair="yes")
    for weekday, opens, closes in ((4, time(20), time(2)), (0, time(14), time(19)), (0, time(9), time(12, 30))):
        OpeningHours.objects.create(store=store, weekday=weekday, opens=opens, closes=closes)
    SpecialHours.objects.create(store=store, date=MONDAY, opens=time(15), closes=time(16))
    SpecialHours.objects.create(store=store, date=MONDAY, opens=time(10), closes=time(11))
    SpecialHours.objects.create(store=store, date=MONDAY - timedelta(days=1))
    SpecialHours.objects.create(store=store, date=MONDAY - timedelta(days=2))
    second = Desk.objects.create(store=store, slug="ada", name="Ada Test", capacity=1, position=1)
    DeskHours.objects.create(desk=second, weekday=0, opens=time(9), closes=time(10))
    Desk.objects.create(store=store, slug="main", name="Main desk", capacity=3, kept_back=1, position=0)
    Desk.objects.create(store=store, slug="old", name="Old desk", capacity=3, position=2, is_active=False)
    VisitType.objects.create(store=store, slug="advice", name="Advice", slot_count=2, position=1)
    VisitType.objects.create(store=store, slug="visit", name="Visit", what_to_bring="A card", position=0)
    VisitType.objects.create(store=store, slug="old", name="Old", position=2, is_active=False)
    return store


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
        booking.join(0.5)
        assert booking.is_alive()  # it waits for the row
    booking.join()
    (rules,) = read
    assert rules is not None
    assert (rules.hours_version, rules.weekly) == (2, ())


@pytest.mark.django_db
def test_store_detail_holds_what_the_public_may_know() -> None:
    make_full_store()
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
        visit_types=(
            VisitTypeDetail("visit", "Visit", 15, "A card", 4),
            VisitTypeDetail("advice", "Advice", 30, "", 4),
        ),
    )
    without_special = store_detail("corner-shop")
    assert without_special == replace(detail, special={})


# --- Stores found -----------------------------------------------------------------------------------------


def slugs(page: StoresPage) -> list[str]:
    return [store.slug for store in page.results]


@pytest.fixture
def some_stores() -> None:
    make_store("frigot-niort", name="Pharmacie Frigot", latitude=46.3246, longitude=-0.4617)
    make_store("geant-chauray", name="Pharmacie du Géant", town="Chauray", postal_code="79180", latitude=46.352)
    make_store("donjon-angely", name="Le Donjon", town="Saint-Jean-d'Angély", postal_code="17400", latitude=45.94)
    make_store("paris", name="Pharmacie 100%", town="Paris", postal_code="75011", latitude=48.85, longitude=2.37)


@pytest.mark.django_db
@pytest.mark.usefixtures("some_stores")
@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, ["donjon-angely", "frigot-niort", "geant-chauray", "paris"]),
        ({"q": "  "}, ["donjon-angely", "frigot-niort", "geant-chauray", "paris"]),
        ({"q": "pharmacie"}, ["frigot-niort", "geant-chauray", "paris"]),
        ({"q": "GEANT"}, ["geant-chauray"]),
        ({"q": "niort frigot"}, ["frigot-niort"]),
        ({"q": "niort géant"}, []),
        ({"q": "saint jean"}, ["donjon-angely"]),
        ({"q": "saint-jean d'ang"}, ["donjon-angely"]),
        ({"q": "791"}, ["geant-chauray"]),
        ({"q": "%"}, []),
        ({"q": "_"}, []),
        ({"q": "100%"}, ["paris"]),
        ({"q": "a\0\ud800"}, ["donjon-angely"]),
        ({"town": "niort"}, ["frigot-niort"]),
        ({"town": "Saint Jean d Angely"}, ["donjon-angely"]),
        ({"town": "Nior"}, []),
        ({"postal_code": "79180"}, ["geant-chauray"]),
        ({"postal_code": "79 180"}, ["geant-chauray"]),
        ({"postal_code": "791\0"}, []),
        ({"q": "pharmacie", "town": "Paris", "postal_code": "75011"}, ["paris"]),
    ],
)
def test_stores_page_finds_by_words_town_and_postal_code(asked: dict[str, Any], expected: list[str]) -> None:
    assert slugs(stores_page(**asked)) == expected


@pytest.mark.django_db
@pytest.mark.usefixtures("some_stores")
def test_stores_near_a_place_come_nearest_first() -> None:
    with CaptureQueriesContext(connection) as queries:
        page = stores_page(near=(46.32, -0.46))
    assert len(queries) == 5  # within 5 km, within 50 km, anywhere; their slugs; what is to be said of them
    assert slugs(page) == ["frigot-niort", "geant-chauray", "donjon-angely", "paris"]
    distances = [store.distance_km for store in page.results]
    assert distances == pytest.approx([0.527, 3.558, 42.254, 350.0], rel=0.01)
    assert slugs(stores_page(near=(46.32, -0.46), radius_km=10)) == ["frigot-niort", "geant-chauray"]
    assert slugs(stores_page(near=(46.32, -0.46), radius_km=10, q="geant")) == ["geant-chauray"]


@pytest.mark.django_db
def test_stores_on_the_other_side_of_the_date_line_are_near() -> None:
    make_store("taveuni", latitude=-16.8, longitude=-179.99)
    assert slugs(stores_page(near=(-16.8, 179.99), radius_km=10)) == ["taveuni"]


@pytest.mark.django_db
@pytest.mark.usefixtures("some_stores")
@pytest.mark.parametrize("near", [None, (46.32, -0.46)])
def test_pages_follow_each_other_without_gap_or_repeat(near: tuple[float, float] | None) -> None:
    whole = slugs(stores_page(near=near))
    found: list[str] = []
    cursor, pages = "", 0
    while pages == 0 or cursor:
        page = stores_page(near=near, page_size=1, cursor=cursor)
        found += slugs(page)
        cursor, pages = page.next_cursor or "", pages + 1
    assert (found, pages) == (whole, 4)


@pytest.mark.django_db
@pytest.mark.usefixtures("some_stores")
@pytest.mark.parametrize(("size", "found"), [(-1, 1), (0, 1), (2, 2), (1000, 4)])
def test_page_size_is_kept_within_bounds(size: int, found: int) -> None:
    assert len(stores_page(page_size=size).results) == found


@pytest.mark.django_db
def test_one_and_three_stores_take_the_same_statements() -> None:
    make_store("one")
    for slug in ("two", "three"):
        for near, statements in ((None, 2), ((46.3, -0.4), 5)):
            with CaptureQueriesContext(connection) as queries:
                stores_page(near=near)
            assert len(queries) == statements
        make_store(slug)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "cursor",
    ["x", "é", "!!!", "bnVsbA", "WzFd", "WyJhXHUwMDAwIl0", "W1tbW1s", "WyJhIiwgImIiXQ", "eyJhIjogMX0", "\ud800"],
)
@pytest.mark.parametrize("near", [None, (46.3, -0.4)])
def test_cursor_that_no_page_gave_is_refused(cursor: str, near: tuple[float, float] | None) -> None:
    with pytest.raises(BadCursor):
        stores_page(near=near, cursor=cursor)


@pytest.mark.django_db
def test_summary_of_a_store_found() -> None:
    make_store(phone="+33549240039", website="https://example.org")
    (found,) = stores_page().results
    assert found == StoreSummary(
        slug="corner-shop",
        name="Corner Shop",
        street="",
        postal_code="79000",
        town="Niort",
        country="FR",
        latitude=46.32,
        longitude=-0.46,
        time_zone="Europe/Paris",
        phone="+33549240039",
        website="https://example.org",
        wheelchair="",
        notice="",
    )
