"""The stores of a chain come from the seed alone, and an import takes them."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from booking.operations.simulation.stores import CAPACITY_MAX, CAPACITY_MIN, SimulationPlan, draw_stores
from stores.hours import week_problem

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


@given(seed=st.integers(0, 2**31), count=st.integers(1, 30), more=st.integers(0, 20))
def test_larger_chain_of_the_same_seed_begins_with_the_smaller_one(seed, count, more) -> None:
    smaller = list(draw_stores(SimulationPlan(now=NOW, stores=count, seed=seed)))
    larger = list(draw_stores(SimulationPlan(now=NOW, stores=count + more, seed=seed)))

    assert larger[:count] == smaller
    assert len({store.fields.source_id for store in larger}) == count + more
    assert all(week_problem(store.fields.weekly) is None for store in larger)


def test_another_seed_makes_another_chain() -> None:
    one, other = (list(draw_stores(SimulationPlan(now=NOW, stores=12, seed=seed))) for seed in (1, 2))

    assert [store.fields.source_id for store in one] != [store.fields.source_id for store in other]
    assert [store.bookings_per_day for store in one] != [store.bookings_per_day for store in other]


@given(bookings_per_day=st.integers(1, 5000))
def test_busier_stores_have_more_places(bookings_per_day) -> None:
    (store,) = draw_stores(SimulationPlan(now=NOW, stores=1, bookings_per_day=bookings_per_day))
    (busier,) = draw_stores(SimulationPlan(now=NOW, stores=1, bookings_per_day=bookings_per_day * 10))

    assert CAPACITY_MIN <= store.capacity <= busier.capacity <= CAPACITY_MAX
    assert store.largest_party <= store.capacity
