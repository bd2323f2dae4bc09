"""A rush for the last places of desks of unequal capacity, each customer trying them in an order of their own."""

from collections import Counter
from contextlib import nullcontext
from functools import partial
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from booking.bookings.audit import differences
from booking.models import Source
from booking.places import claims
from booking.places.claims import claim, claim_anywhere
from booking.places.runs import Run, runs_at
from booking.places.seen_slots import SeenSlots
from booking.refusals import BookingRefused, Refusal
from stores.models import Desk, Slot, Store
from stores.queries import store_rules
from stores.slots import StoreRules
from tests.factories import NOW, at, make_booking, make_store
from tests.threads import Meeting, at_once

CROWD = 24


def shop_of_desks(*capacities: int) -> Store:
    names = tuple(f"desk-{number}" for number in range(len(capacities)))
    store = make_store(capacity=4, desks=names, open_bookings_per_customer=99)
    for name, capacity in zip(names, capacities, strict=True):
        Desk.objects.filter(store=store, slug=name).update(capacity=capacity)
    return store


def runs_of(store: Store) -> tuple[StoreRules, list[Run]]:
    rules = store_rules(store.slug, from_date=at(10).date())
    assert rules is not None
    kind = rules.visit_type("visit")
    assert kind is not None
    return rules, runs_at(rules, kind, at(10))


def outcome(call: Any) -> str:
    """Return "ok", the reason of a refusal, or what else was raised."""
    try:
        return "ok" if call() else str(Refusal.SLOT_FULL)
    except BookingRefused as refused:
        return str(refused.reason)
    except OperationalError as error:
        return type(error.__cause__).__name__


def tried_in_two_orders(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Two customers, each refused by one of two full desks before the other is tried; return what they are told.

    Both desks were free when the customers looked at them, and are full when they claim a place.
    """
    store = shop_of_desks(1, 1)
    rules, runs = runs_of(store)
    for run in runs:
        assert claim(rules.id, run, places=1, from_web=True)
    both = Meeting(2)

    def claim_and_wait(*args: Any, **kwargs: Any) -> bool:
        taken = claim(*args, **kwargs)
        if connection.vendor == "postgresql":  # SQLite's writers come one after the other
            both.wait()
        return taken

    monkeypatch.setattr(claims, "claim", claim_and_wait)
    monkeypatch.setattr(claims, "see_slots", lambda store_id, runs: SeenSlots({}))

    def try_all(first: Run) -> Run | None:
        with transaction.atomic():
            return claim_anywhere(
                rules, runs, rules.visit_types[0], now=NOW, party_size=1, from_web=True, prefer_desk_id=first.desk.id
            )

    return Counter(at_once([partial(outcome, partial(try_all, run)) for run in runs]))


def test_rig_sees_two_customers_lock_each_other_out_where_a_full_desk_keeps_its_rows(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "_one_of", lambda runs: nullcontext())

    told = tried_in_two_orders(monkeypatch)

    assert told["DeadlockDetected"] == (1 if connection.vendor == "postgresql" else 0)


def test_two_orders_of_desks_never_lock_each_other_out(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert tried_in_two_orders(monkeypatch) == {"slot_full": 2}


@pytest.mark.parametrize("visit_type", ["visit", "advice"])
def test_rush_over_desks_sells_each_place_once_and_refuses_the_rest(transactional_db: None, visit_type: str) -> None:
    store = shop_of_desks(4, 1, 3, 2)
    sizes = [1 + number % 4 for number in range(CROWD)]

    def book(size: int, number: int) -> Any:
        return make_booking(
            store, visit_type=visit_type, party_size=size, source=Source.PHONE, phone=f"+336123451{number:02d}"
        )

    told = at_once([partial(outcome, partial(book, size, number)) for number, size in enumerate(sizes)])

    assert set(told) == {"ok", "slot_full"}
    booked = sum(size for size, one in zip(sizes, told, strict=True) if one == "ok")
    refused = min(size for size, one in zip(sizes, told, strict=True) if one != "ok")
    first = Slot.objects.filter(starts_at=at(10)).values_list("places_taken", "capacity")
    assert sum(taken for taken, _capacity in first) == booked
    assert all(capacity - taken < refused for taken, capacity in first)  # whoever was refused fitted nowhere
    assert list(differences(now=NOW)) == []
