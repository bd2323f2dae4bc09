"""The button that lets the sheet of the day come to an address, pressed by two people at once."""

from functools import partial
from threading import Barrier
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.utils.timezone import now as clock_now

from booking.links import day_sheet_link
from booking.messages.day_sheet_schedule import change_address
from stores.models import SetupChange, Store
from stores.queries.day_sheets import DAY_SHEET
from stores.services import day_sheets
from tests.factories import make_store, make_user
from tests.threads import at_once

NEW = "till@example.org"
HANDS = 2


def asked() -> str:
    """Return the link by which a store's new address says yes, less the host."""
    store = make_store(day_sheet_email="counter@example.org", day_sheet_language="en")
    user = make_user("ada", store=store)
    change_address(store=store, email=NEW, language="en", user=user, now=clock_now())
    return urlsplit(day_sheet_link(SetupChange.objects.get(what=DAY_SHEET))).path


def press(path: str) -> int:
    return Client().post(path).status_code


def told(path: str) -> list[int]:
    return at_once([partial(press, path)] * HANDS)


def changes() -> int:
    """Return how many lines of the trail say that the sheet comes to the new address."""
    lines = SetupChange.objects.filter(what=DAY_SHEET).values_list("after", flat=True)
    return sum(after.get("day_sheet_email") == NEW for after in lines)


def test_rig_sees_the_address_changed_twice_where_the_guard_is_off(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, all_have_looked = asked(), Barrier(HANDS)

    def look_without_a_lock(store: Store) -> Store:
        found = Store.objects.get(pk=store.pk)
        if connection.vendor == "postgresql":
            all_have_looked.wait(timeout=60)
        return found

    monkeypatch.setattr(day_sheets, "lock", look_without_a_lock)

    told(path)

    assert changes() == (HANDS if connection.vendor == "postgresql" else 1)  # SQLite's one writer is guard enough


def test_address_is_changed_once_and_both_who_pressed_are_told_so(transactional_db: None) -> None:
    assert told(asked()) == [303] * HANDS
    assert changes() == 1
    assert Store.objects.get().day_sheet_email == NEW
