"""Stores from outside: made once, brought up to date after, and what their people decided left alone."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from importlib import import_module
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from booking.bookings.audit import differences
from booking.bookings.day_schedule import day_schedule
from booking.models import Hold, Source
from booking.store_setup.affected_visits import AffectedResolution
from booking.store_setup.slot_changes import change_slots
from stores.hours import WeeklyInterval
from stores.imports.geojson import ImportDefaults, Imported, ImportOutcome, import_store
from stores.models import Desk, OpeningHours, Slot, Store, VisitType
from stores.osm.features import StoreFields
from stores.queries import stores_page
from stores.services import save_contact, save_desk, save_notice, save_opening_hours, save_policy
from tests.factories import at, make_booking, make_user

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
MORNING = WeeklyInterval(0, time(9), time(12))
EVENING = WeeklyInterval(4, time(20), time(2))
FIELDS = StoreFields(
    source_id="node/1",
    name="Pharmacie Frigot",
    latitude=46.3246,
    longitude=-0.4617,
    street="7 Rue de la Gare",
    postal_code="79000",
    town="Niort",
    phone="05 49 24 00 41",
    email="shop@example.org",
    website="https://example.org",
    wheelchair="yes",
    weekly=(MORNING, EVENING),
)

pytestmark = pytest.mark.django_db


def imported(
    fields: StoreFields = FIELDS, defaults: ImportDefaults | None = None, slugs_taken: tuple[str, ...] = ()
) -> Imported:
    return import_store(fields=fields, defaults=defaults or ImportDefaults(), now=NOW, slugs_taken=slugs_taken)


def hours_of(store: Store) -> list[WeeklyInterval]:
    rows = OpeningHours.objects.filter(store=store).order_by("weekday", "opens")
    return [WeeklyInterval(row.weekday, row.opens, row.closes) for row in rows]


# --- New ones -------------------------------------------------------------------------------------------


def test_new_store_has_all_that_it_takes_to_be_booked() -> None:
    assert imported() == Imported(ImportOutcome.CREATED, "pharmacie-frigot-niort", "")
    store = Store.objects.get()
    assert (store.source_id, store.name, store.town, store.country) == ("node/1", "Pharmacie Frigot", "Niort", "FR")
    assert (store.phone, store.time_zone, store.created_at) == ("+33549240041", "Europe/Paris", NOW)
    assert (store.slot_minutes, store.capacity_counts, store.hours_version) == (15, "people", 1)
    assert hours_of(store) == [MORNING, EVENING]
    desks = Desk.objects.values_list("slug", "name", "capacity", "kept_back", "is_active")
    assert list(desks) == [("main", "Main desk", 2, 0, True)]
    kinds = VisitType.objects.order_by("position").values_list("slug", "name", "slot_count", "max_party_size")
    assert list(kinds) == [("visit", "Visit", 1, 2), ("advice", "Advice", 2, 2)]


def test_new_store_takes_the_defaults_asked_for() -> None:
    defaults = ImportDefaults(
        slot_minutes=30, capacity=6, capacity_counts="visits", time_zone="America/New_York", country=""
    )
    imported(replace(FIELDS, phone="(212) 555-0100"), defaults)
    store = Store.objects.get()
    assert (store.slot_minutes, store.capacity_counts, store.time_zone) == (30, "visits", "America/New_York")
    assert (store.country, store.phone) == ("US", "+12125550100")
    assert Desk.objects.get().capacity == 6
    assert set(VisitType.objects.values_list("max_party_size", flat=True)) == {4}


@pytest.mark.parametrize(
    ("said", "asked", "zone", "expected"),
    [
        ("BE", "CH", "Europe/Berlin", "BE"),
        ("", "CH", "Europe/Berlin", "CH"),
        ("", "", "Europe/Berlin", "DE"),
        ("", "", "", "FR"),
    ],
)
def test_country_of_a_new_store(said: str, asked: str, zone: str, expected: str) -> None:
    imported(replace(FIELDS, country=said), ImportDefaults(country=asked, time_zone=zone))
    assert Store.objects.get().country == expected


def test_store_without_readable_hours_is_closed_all_week() -> None:
    fields = replace(FIELDS, weekly=(), hours_why_not="no opening_hours")
    assert imported(fields) == Imported(ImportOutcome.CREATED, "pharmacie-frigot-niort", "no opening_hours")
    assert hours_of(Store.objects.get()) == []


def test_imported_store_is_found() -> None:
    imported()
    assert [found.slug for found in stores_page(q="frigot 79000", town="niort").results] == ["pharmacie-frigot-niort"]


# --- Slugs ----------------------------------------------------------------------------------------------


def test_stores_of_one_name_and_town_get_numbers_then_their_ids() -> None:
    slugs = [imported(replace(FIELDS, source_id=f"node/{number}")).slug for number in range(11)]
    base = "pharmacie-frigot-niort"
    assert slugs == [base, *(f"{base}-{number}" for number in range(2, 10)), f"{base}-node-9", f"{base}-node-10"]


def test_ids_that_are_spelled_alike_still_get_slugs_apart() -> None:
    for number in range(9):
        imported(replace(FIELDS, source_id=f"node/{number}"))
    first, second = (imported(replace(FIELDS, source_id=own_id)).slug for own_id in ("way/1", "way 1"))
    assert first == "pharmacie-frigot-niort-way-1"
    assert second.startswith("pharmacie-frigot-niort-")
    assert first != second


@pytest.mark.parametrize(
    ("name", "town", "source_id", "expected"),
    [
        ("薬局", "Niort", "node/738106216", "store-node-738106216"),
        ("薬局", "", "薬", "store"),
        ("Œuf à la coque", "", "node/1", "oeuf-a-la-coque"),
        ("A" * 200, "Niort", "node/1", "a" * 80),
        ("Very long name " * 10, "Niort", "node/1", "very-long-name-" * 5 + "very"),
    ],
)
def test_slug_of_unusual_names(name: str, town: str, source_id: str, expected: str) -> None:
    slug = imported(replace(FIELDS, name=name, town=town, source_id=source_id)).slug
    assert slug == expected
    assert len(slug) <= 80


def test_long_slugs_keep_room_for_a_number() -> None:
    first, second = (imported(replace(FIELDS, name="A" * 200, source_id=own_id)).slug for own_id in ("1", "2"))
    assert (first, second) == ("a" * 80, "a" * 78 + "-2")


def test_slugs_taken_elsewhere_are_avoided() -> None:
    assert imported(slugs_taken=("pharmacie-frigot-niort",)).slug == "pharmacie-frigot-niort-2"


# --- Again ----------------------------------------------------------------------------------------------


def test_second_import_of_the_same_changes_nothing() -> None:
    imported()
    before = Store.objects.values().get()
    assert imported() == Imported(ImportOutcome.UNCHANGED, "pharmacie-frigot-niort", "")
    assert Store.objects.values().get() == before


def test_unchanged_store_costs_one_statement() -> None:
    imported()
    with CaptureQueriesContext(connection) as queries:
        imported()
    locks = 1 if connection.vendor == "postgresql" else 0  # of the store, in its turn
    taken = [query for query in queries.captured_queries if "SAVEPOINT" not in query["sql"]]
    assert len(taken) == 1 + locks


def test_changed_feature_updates_the_store_but_never_its_slug() -> None:
    imported()
    moved = replace(FIELDS, name="Pharmacie Test", town="Aiffres", phone="", latitude=46.3)
    assert imported(moved) == Imported(ImportOutcome.UPDATED, "pharmacie-frigot-niort", "")
    store = Store.objects.get()
    assert (store.name, store.town, store.phone, store.latitude) == ("Pharmacie Test", "Aiffres", "", 46.3)
    assert store.hours_version == 1
    assert [found.slug for found in stores_page(q="test aiffres").results] == ["pharmacie-frigot-niort"]


def test_changed_hours_replace_the_week_and_raise_the_version() -> None:
    imported()
    assert imported(replace(FIELDS, weekly=(EVENING,))).outcome == ImportOutcome.UPDATED
    store = Store.objects.get()
    assert (hours_of(store), store.hours_version) == ([EVENING], 2)


def test_bookings_made_before_a_change_of_hours_keep_their_places() -> None:
    tuesday = WeeklyInterval(1, time(9), time(12))
    imported(replace(FIELDS, weekly=(tuesday,)))
    store = Store.objects.get()
    booking = make_booking(store, starts_at=at(10), party_size=2)
    imported(replace(FIELDS, weekly=(replace(tuesday, opens=time(9, 10)),)))
    booking.refresh_from_db()
    assert booking.status == "confirmed"
    taken = Slot.objects.order_by("starts_at").values_list("starts_at", "places_taken")
    assert list(taken) == [(at(9, 55), 2), (at(10, 10), 2)]


def test_hours_that_became_unreadable_stay_as_they_were() -> None:
    imported()
    lost = imported(replace(FIELDS, weekly=(), hours_why_not="it depends on dates"))
    assert lost.outcome == ImportOutcome.UNCHANGED
    assert lost.hours_problem == "it depends on dates; the hours stay as they were"
    assert hours_of(Store.objects.get()) == [MORNING, EVENING]


def test_what_people_of_the_store_changed_stays() -> None:
    imported()
    store = Store.objects.get()
    save_opening_hours(store=store, weekly=[MORNING], user=None, now=NOW)
    save_desk(store=store, desk=Desk.objects.get(), name="Team", capacity=9, user=None, now=NOW)
    save_notice(store=store, notice="Ring twice.", user=None, now=NOW)
    save_policy(
        store=store,
        slot_minutes=20,
        capacity_counts="visits",
        minimum_notice_minutes=0,
        booking_horizon_days=7,
        change_until_minutes=0,
        open_bookings_per_customer=1,
        keep_days=1,
        user=None,
        now=NOW,
    )
    save_contact(
        store=store, phone="+33549240042", email="", website="https://shop.example", wheelchair="no", user=None, now=NOW
    )
    before = Store.objects.values().get()
    assert imported(defaults=ImportDefaults(slot_minutes=5, capacity=1)).outcome == ImportOutcome.UNCHANGED
    assert Store.objects.values().get() == before
    assert hours_of(store) == [MORNING]
    assert Desk.objects.values_list("name", "capacity").get() == ("Team", 9)


def test_a_changed_contact_stays_until_that_of_the_source_changes() -> None:
    imported()
    save_contact(
        store=Store.objects.get(), phone="", email="mine@example.org", website="", wheelchair="", user=None, now=NOW
    )

    imported(replace(FIELDS, name="Pharmacie Frigot et fils"))
    assert Store.objects.values_list("name", "phone", "email").get() == (
        "Pharmacie Frigot et fils",
        "",
        "mine@example.org",
    )

    assert imported(replace(FIELDS, phone="05 49 24 00 43")).outcome == ImportOutcome.UPDATED
    assert Store.objects.values_list("phone", "email").get() == ("+33549240043", "shop@example.org")


def test_a_store_imported_before_contact_was_noted_keeps_it() -> None:
    imported()
    Store.objects.update(source_contact="")

    import_module("stores.migrations.0004_contact_of_source").note_contact(apps, None)

    assert imported().outcome == ImportOutcome.UNCHANGED


def test_zone_and_country_change_only_where_they_are_asked_for() -> None:
    imported(defaults=ImportDefaults(time_zone="Europe/Brussels"))
    assert imported().outcome == ImportOutcome.UNCHANGED
    assert imported(defaults=ImportDefaults(time_zone="Europe/Paris", country="FR")).outcome == ImportOutcome.UPDATED
    store = Store.objects.get()
    assert (store.time_zone, store.country, store.hours_version) == ("Europe/Paris", "FR", 2)


DAILY = replace(FIELDS, weekly=tuple(WeeklyInterval(day, time(9), time(12)) for day in range(7)))


def test_visits_stand_under_the_days_of_a_new_zone() -> None:
    imported(DAILY, defaults=ImportDefaults(time_zone="Europe/Paris", country="FR"))
    store = Store.objects.get()
    late = make_booking(store, starts_at=at(10), source=Source.PHONE)
    assert late.visit_date.day == 24
    imported(DAILY, defaults=ImportDefaults(time_zone="Pacific/Kiritimati", country="FR"))
    late.refresh_from_db()
    zone = ZoneInfo("Pacific/Kiritimati")
    assert late.visit_date == late.starts_at.astimezone(zone).date()
    for day in (24, 25):
        shown = day_schedule(store=store.slug, date=date(2026, 11, day), now=NOW).bookings
        assert [one.id for one in shown] == ([late.pk] if day == late.visit_date.day else [])
    assert list(differences(now=NOW)) == []


def test_holds_and_kept_times_end_with_hours_that_an_import_takes_away() -> None:
    imported(DAILY)
    store = Store.objects.get()
    visit = make_booking(store, starts_at=at(10), now=NOW)
    user = make_user(store=store)
    change_slots(
        store_id=store.pk,
        from_at=at(10),
        to_at=at(10, 15),
        closed=True,
        then=AffectedResolution.OFFER,
        now=NOW,
        user=user,
    )
    kept = list(Hold.objects.values_list("starts_at", flat=True))
    assert kept
    imported(replace(FIELDS, weekly=(WeeklyInterval(4, time(9), time(12)),)))  # Fridays alone
    visit.refresh_from_db()
    left = Hold.objects.filter(kept_for=visit)
    assert {one.starts_at.astimezone(ZoneInfo("Europe/Paris")).weekday() for one in left} == {4}
    assert visit.answer_until == max(one.expires_at for one in left)
    assert list(differences(now=NOW)) == []
