"""What managers change: kept as asked, refused with field and code, and told by the version."""

from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError

from stores.hours import WeeklyInterval
from stores.models import OpeningHours, Role, SpecialHours, Store, StoreMembership
from stores.services import (
    BadHours,
    BadValue,
    MembershipResult,
    add_member,
    delete_special_hours,
    save_desk,
    save_notice,
    save_opening_hours,
    save_policy,
    save_special_hours,
    save_visit_type,
)

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
MONDAY = date(2026, 11, 23)
PASSWORD = "correct horse battery staple"
MORNING = WeeklyInterval(0, time(9), time(12))
EVENING = WeeklyInterval(4, time(20), time(2))
POLICY: dict[str, Any] = {
    "slot_minutes": 20,
    "capacity_counts": "visits",
    "minimum_notice_minutes": 0,
    "booking_horizon_days": 60,
    "change_until_minutes": 30,
    "open_bookings_per_customer": 5,
    "keep_days": 30,
}

pytestmark = pytest.mark.django_db


@pytest.fixture
def store() -> Store:
    return make_store("corner-shop")


def make_store(slug: str) -> Store:
    return Store.objects.create(
        slug=slug,
        name="Corner Shop",
        country="FR",
        latitude=46.32,
        longitude=-0.46,
        time_zone="Europe/Paris",
        created_at=NOW,
    )


def week_of(store: Store) -> list[tuple[int, time, time]]:
    return list(OpeningHours.objects.filter(store=store).order_by("weekday", "opens").values_list(*FIELDS))


FIELDS = ("weekday", "opens", "closes")


def version_of(store: Store) -> int:
    return Store.objects.get(pk=store.pk).hours_version


# --- Hours ----------------------------------------------------------------------------------------------


def test_opening_hours_replace_the_whole_week(store: Store) -> None:
    save_opening_hours(store=store, weekly=[WeeklyInterval(2, time(8), time(9))], user=None, now=NOW)
    save_opening_hours(store=store, weekly=[EVENING, MORNING], user=None, now=NOW)
    assert week_of(store) == [(0, time(9), time(12)), (4, time(20), time(2))]
    assert version_of(store) == 3


def test_opening_hours_of_another_store_stay(store: Store) -> None:
    other = make_store("other")
    save_opening_hours(store=other, weekly=[MORNING], user=None, now=NOW)
    save_opening_hours(store=store, weekly=[], user=None, now=NOW)
    assert (len(week_of(other)), version_of(other)) == (1, 2)


@pytest.mark.parametrize(
    ("weekly", "field", "code"),
    [
        ([MORNING, EVENING, MORNING], "opening_hours.2", "duplicate"),
        ([EVENING, WeeklyInterval(5, time(1), time(3))], "opening_hours.1", "overlap"),
        ([WeeklyInterval(9, time(1), time(3))], "opening_hours.0", "invalid"),
        ([MORNING] * 71, "opening_hours", "too_many"),
    ],
)
def test_bad_opening_hours_change_nothing(store: Store, weekly: list[WeeklyInterval], field: str, code: str) -> None:
    save_opening_hours(store=store, weekly=[MORNING], user=None, now=NOW)
    with pytest.raises(BadHours) as refused:
        save_opening_hours(store=store, weekly=weekly, user=None, now=NOW)
    assert (refused.value.field, refused.value.code) == (field, code)
    assert (len(week_of(store)), version_of(store)) == (1, 2)


def test_special_hours_replace_those_of_the_date(store: Store) -> None:
    save_special_hours(store=store, date=MONDAY, intervals=[], user=None, now=NOW)
    save_special_hours(
        store=store, date=MONDAY, intervals=[(time(9), time(10)), (time(15), time(0))], user=None, now=NOW
    )
    rows = SpecialHours.objects.order_by("opens").values_list("date", "opens", "closes")
    assert list(rows) == [(MONDAY, time(9), time(10)), (MONDAY, time(15), time(0))]
    assert version_of(store) == 3


def test_special_hours_without_times_say_closed(store: Store) -> None:
    save_special_hours(store=store, date=MONDAY, intervals=[], user=None, now=NOW)
    assert list(SpecialHours.objects.values_list("date", "opens", "closes")) == [(MONDAY, None, None)]


def test_overlapping_special_hours_are_refused(store: Store) -> None:
    with pytest.raises(BadHours) as refused:
        save_special_hours(
            store=store, date=MONDAY, intervals=[(time(9), time(12)), (time(11), time(13))], user=None, now=NOW
        )
    assert (refused.value.field, refused.value.code) == ("intervals.1", "overlap")


def test_special_hours_are_removed_once(store: Store) -> None:
    save_special_hours(store=store, date=MONDAY, intervals=[], user=None, now=NOW)
    assert delete_special_hours(store=store, date=MONDAY, user=None, now=NOW)
    assert not delete_special_hours(store=store, date=MONDAY, user=None, now=NOW)
    assert version_of(store) == 3


# --- Desks and visit types ----------------------------------------------------------------------------------


def test_desks_get_slugs_of_their_own_and_stand_in_order(store: Store) -> None:
    desks = [
        save_desk(store=store, name=name, capacity=2, user=None, now=NOW)
        for name in ("Conseil santé", "Conseil Santé!", "薬局")
    ]
    assert [(desk.slug, desk.position) for desk in desks] == [("conseil-sante", 0), ("conseil-sante-2", 1), ("desk", 2)]
    assert version_of(store) == 4


def test_desk_changes_and_keeps_its_slug(store: Store) -> None:
    save_desk(store=store, name="Main desk", capacity=2, user=None, now=NOW)
    desk = save_desk(store=store, name="Ada Test", capacity=2, weekly=[MORNING], user=None, now=NOW)
    save_desk(
        store=store,
        desk=desk,
        name=" Grace\nTest ",
        capacity=5,
        kept_back=5,
        weekly=[EVENING],
        is_active=False,
        user=None,
        now=NOW,
    )
    desk.refresh_from_db()
    assert (desk.slug, desk.name, desk.capacity, desk.kept_back) == ("ada-test", "Grace Test", 5, 5)
    assert not desk.is_active
    assert list(desk.hours.values_list(*FIELDS)) == [(4, time(20), time(2))]


@pytest.mark.parametrize(
    ("values", "field", "code"),
    [
        ({"name": " \x00"}, "name", "required"),
        ({"name": "N" * 81}, "name", "too_long"),
        ({"capacity": 0}, "capacity", "out_of_range"),
        ({"capacity": 1001}, "capacity", "out_of_range"),
        ({"kept_back": 3}, "kept_back", "out_of_range"),
        ({"kept_back": -1}, "kept_back", "out_of_range"),
        ({"weekly": [MORNING, MORNING]}, "hours.1", "duplicate"),
        ({"is_active": False}, "is_active", "last_one"),
    ],
)
def test_bad_desk_is_refused(store: Store, values: dict[str, Any], field: str, code: str) -> None:
    with pytest.raises(BadValue) as refused:
        save_desk(store=store, **{"name": "Main desk", "capacity": 2, **values}, user=None, now=NOW)
    assert (refused.value.field, refused.value.code) == (field, code)
    assert not store.desks.exists()


def test_visit_types_change_and_keep_their_slug(store: Store) -> None:
    save_visit_type(store=store, name="Visit", slot_count=1, max_party_size=4, user=None, now=NOW)
    kind = save_visit_type(store=store, name="Vaccin", slot_count=1, max_party_size=1, user=None, now=NOW)
    save_visit_type(
        store=store,
        visit_type=kind,
        name="Vaccination",
        slot_count=2,
        max_party_size=3,
        what_to_bring="Your card",
        is_active=False,
        user=None,
        now=NOW,
    )
    kind.refresh_from_db()
    assert (kind.slug, kind.name, kind.position) == ("vaccin", "Vaccination", 1)
    assert (kind.slot_count, kind.max_party_size, kind.what_to_bring) == (2, 3, "Your card")
    assert version_of(store) == 4


@pytest.mark.parametrize(
    ("values", "field", "code"),
    [
        ({"name": ""}, "name", "required"),
        ({"what_to_bring": "x" * 301}, "what_to_bring", "too_long"),
        ({"slot_count": 0}, "slot_count", "out_of_range"),
        ({"slot_count": 97}, "slot_count", "out_of_range"),
        ({"max_party_size": 0}, "max_party_size", "out_of_range"),
        ({"is_active": False}, "is_active", "last_one"),
    ],
)
def test_bad_visit_type_is_refused(store: Store, values: dict[str, Any], field: str, code: str) -> None:
    with pytest.raises(BadValue) as refused:
        save_visit_type(
            store=store, **{"name": "Visit", "slot_count": 1, "max_party_size": 4, **values}, user=None, now=NOW
        )
    assert (refused.value.field, refused.value.code) == (field, code)
    assert not store.visit_types.exists()


# --- Policy and texts ---------------------------------------------------------------------------------------


def test_policy_is_kept(store: Store) -> None:
    save_policy(store=store, **POLICY, user=None, now=NOW)
    assert Store.objects.values(*POLICY).get() == POLICY
    assert version_of(store) == 2


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("slot_minutes", 4, "out_of_range"),
        ("slot_minutes", 481, "out_of_range"),
        ("minimum_notice_minutes", -1, "out_of_range"),
        ("booking_horizon_days", 0, "out_of_range"),
        ("change_until_minutes", -1, "out_of_range"),
        ("open_bookings_per_customer", 0, "out_of_range"),
        ("keep_days", 0, "out_of_range"),
        ("capacity_counts", "dogs", "invalid_choice"),
    ],
)
def test_bad_policy_is_refused(store: Store, field: str, value: object, code: str) -> None:
    with pytest.raises(BadValue) as refused:
        save_policy(store=store, **{**POLICY, field: value}, user=None, now=NOW)
    assert (refused.value.field, refused.value.code) == (field, code)
    assert version_of(store) == 1


def test_notice_is_one_clean_line_and_no_rule(store: Store) -> None:
    save_notice(store=store, notice=" Closed\nfor lunch ", user=None, now=NOW)
    assert Store.objects.values_list("notice", "hours_version").get() == ("Closed for lunch", 1)
    with pytest.raises(BadValue):
        save_notice(store=store, notice="x" * 301, user=None, now=NOW)
    save_notice(store=store, notice="", user=None, now=NOW)
    assert Store.objects.get().notice == ""


# --- People -------------------------------------------------------------------------------------------------


def test_new_member_gets_a_user_with_that_password(store: Store) -> None:
    assert (
        add_member(store=store, username="ada", role=Role.MANAGER, password=PASSWORD, now=NOW, user=None)
        == MembershipResult.CREATED
    )
    user = User.objects.get()
    assert (user.username, user.date_joined, user.is_staff, user.is_superuser) == ("ada", NOW, False, False)
    assert user.check_password(PASSWORD)
    assert StoreMembership.objects.values_list("user", "store", "role").get() == (user.pk, store.pk, "manager")


def test_user_joins_one_more_store_with_the_password_as_it_was(store: Store) -> None:
    add_member(store=store, username="ada", role=Role.MANAGER, password=PASSWORD, now=NOW, user=None)
    other = make_store("other")
    assert (
        add_member(store=other, username="ada", role=Role.STAFF, password="another", now=NOW, user=None)
        == MembershipResult.ADDED
    )
    assert User.objects.get().check_password(PASSWORD)
    roles = StoreMembership.objects.order_by("store").values_list("store__slug", "role")
    assert set(roles) == {("corner-shop", "manager"), ("other", "staff")}


def test_member_gets_another_role_in_the_same_store(store: Store) -> None:
    add_member(store=store, username="ada", role=Role.MANAGER, password=PASSWORD, now=NOW, user=None)
    assert (
        add_member(store=store, username="ada", role=Role.STAFF, password=None, now=NOW, user=None)
        == MembershipResult.CHANGED
    )
    assert (
        add_member(store=store, username="ada", role=Role.STAFF, password=None, now=NOW, user=None)
        == MembershipResult.UNCHANGED
    )
    assert StoreMembership.objects.get().role == "staff"


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("ada", "short"),
        ("ada", "password1234"),
        ("margaret-hamilton", "margaret-hamilton"),
        ("a b", PASSWORD),
        ("", PASSWORD),
        ("x" * 151, PASSWORD),
    ],
)
def test_bad_name_or_password_makes_no_user(store: Store, username: str, password: str) -> None:
    with pytest.raises(ValidationError):
        add_member(store=store, username=username, role=Role.STAFF, password=password, now=NOW, user=None)
    assert not User.objects.exists()


@pytest.mark.parametrize("password", [None, ""])
def test_new_user_needs_a_password(store: Store, password: str | None) -> None:
    with pytest.raises(BadValue):
        add_member(store=store, username="ada", role=Role.STAFF, password=password, now=NOW, user=None)
    assert not User.objects.exists()
