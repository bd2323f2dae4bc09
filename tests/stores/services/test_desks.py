"""Desks and visit types: kept as asked under a slug that stays, refused with field and code."""

from datetime import time
from typing import Any

import pytest

from stores.models import Store
from stores.services import (
    BadValue,
    save_desk,
    save_visit_type,
)
from tests.stores.services.shop import EVENING, FIELDS, MORNING, NOW, make_store, version_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def store() -> Store:
    return make_store("corner-shop")


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
