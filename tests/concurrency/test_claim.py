"""The claim of places by many threads at once; first, that this rig does see places sold twice."""

from collections.abc import Callable
from contextlib import nullcontext
from functools import partial

import pytest
from django.db import connection, transaction

from booking.places.claims import claim
from booking.places.runs import Run, runs_at
from stores.models import Slot
from stores.queries import store_rules
from tests.factories import at, make_store
from tests.threads import Meeting, at_once

THREADS = 40

Claim = Callable[..., bool]


def run_of_a_visit(*, capacity: int, visit_type: str = "visit") -> tuple[int, Run]:
    make_store(capacity=capacity)
    rules = store_rules("corner-shop-niort", from_date=at(10).date())
    assert rules is not None
    kind = rules.visit_type(visit_type)
    assert kind is not None
    return rules.id, runs_at(rules, kind, at(10))[0]


def careless_claim(others: Meeting, store_id: int, run: Run, *, places: int, from_web: bool) -> bool:
    """Look, wait until all others have looked, then write: what `claim` would be without its guard.

    SQLite's transactions stand in line from their beginning, so there it looks outside of one.
    """
    slot = Slot.objects.filter(store_id=store_id, desk_id=run.desk.id, starts_at=run.starts_at)
    with transaction.atomic() if connection.vendor == "postgresql" else nullcontext():
        taken = slot.values_list("places_taken", flat=True).get()
        if taken + places > run.desk.capacity:
            return False
        others.wait()
        slot.update(places_taken=taken + places)
        return True


def claimed_at_once(how: Claim, store_id: int, run: Run, sizes: list[int]) -> list[int]:
    """Return the sizes of the parties that were told that they have their places."""

    def one(places: int) -> int:
        with transaction.atomic() if how is claim else nullcontext():
            return places if how(store_id, run, places=places, from_web=True) else 0

    return [size for size in at_once([partial(one, size) for size in sizes]) if size]


def test_rig_sees_places_sold_twice_where_the_guard_is_off(transactional_db: None) -> None:
    store_id, run = run_of_a_visit(capacity=5)
    assert claim(store_id, run, places=1, from_web=True)

    winners = claimed_at_once(partial(careless_claim, Meeting(THREADS)), store_id, run, [1] * THREADS)

    assert len(winners) > 4


@pytest.mark.parametrize("capacity", [1, 5, THREADS + 10])
def test_claim_is_exact(transactional_db: None, capacity: int) -> None:
    store_id, run = run_of_a_visit(capacity=capacity)

    winners = claimed_at_once(claim, store_id, run, [1] * THREADS)

    assert len(winners) == min(capacity, THREADS)
    assert Slot.objects.get().places_taken == len(winners)


def test_claim_by_parties_of_all_sizes_never_exceeds_the_capacity(transactional_db: None) -> None:
    store_id, run = run_of_a_visit(capacity=30)
    sizes = [1 + number % 4 for number in range(THREADS)]

    winners = claimed_at_once(claim, store_id, run, sizes)

    taken = Slot.objects.get().places_taken
    assert sum(winners) == taken
    assert 30 - 4 < taken <= 30  # whoever was refused did not fit


def test_claim_of_two_slots_takes_both_or_none(transactional_db: None) -> None:
    store_id, run = run_of_a_visit(capacity=3, visit_type="advice")

    winners = claimed_at_once(claim, store_id, run, [1] * THREADS)

    assert len(winners) == 3
    assert list(Slot.objects.values_list("places_taken", flat=True)) == [3, 3]
