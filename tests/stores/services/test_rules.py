"""A store's rules and its notice: kept as asked, refused with field and code."""

from typing import Any

import pytest

from stores.models import Store
from stores.services import (
    BadValue,
    save_notice,
    save_policy,
)
from tests.stores.services.shop import NOW, make_store, version_of

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
