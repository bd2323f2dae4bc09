"""Distributions of demand have the shape that they promise."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.operations.simulation import demand
from stores.slots import SlotTime

PARIS = ZoneInfo("Europe/Paris")
DRAWS = 4000


@pytest.mark.parametrize("mean", [0.5, 4.0, 29.0, 31.0, 400.0])
def test_count_has_its_mean(mean: float) -> None:
    chance = Random(1)
    counts = [demand.draw_count(chance, mean) for _ in range(DRAWS)]

    assert min(counts) >= 0
    assert sum(counts) / DRAWS == pytest.approx(mean, rel=0.05)


def test_half_of_all_visits_are_booked_on_their_day_or_the_day_before() -> None:
    chance = Random(1)
    days = Counter(demand.draw_lead_days(chance) for _ in range(DRAWS))

    assert (days[0] + days[1]) / DRAWS == pytest.approx(0.52, abs=0.03)
    assert days[0] > days[1] > max(days[day] for day in range(2, demand.HORIZON_DAYS + 1))
    assert max(days) <= demand.HORIZON_DAYS
    assert sum(days[day] for day in range(8, demand.HORIZON_DAYS + 1)) / DRAWS == pytest.approx(0.18, abs=0.03)


@given(
    seed=st.integers(0, 10**6),
    starts_at=st.datetimes(datetime(2026, 1, 1), datetime(2041, 1, 1), timezones=st.just(UTC)),
    lead_days=st.integers(0, demand.HORIZON_DAYS),
)
def test_nobody_books_later_than_the_notice_or_longer_before_than_the_horizon(
    seed: int, starts_at: datetime, lead_days: int
) -> None:
    booked_at = demand.draw_booked_at(Random(seed), starts_at, PARIS, lead_days=lead_days)

    assert booked_at <= starts_at - demand.MINIMUM_NOTICE
    assert booked_at.tzinfo is UTC
    days = (starts_at.astimezone(PARIS).date() - booked_at.astimezone(PARIS).date()).days
    assert days in {lead_days, lead_days + 1}  # the day before, where the notice begins before midnight


@pytest.mark.parametrize("largest", [1, 2, 4])
def test_parties_are_small_and_never_too_large(largest: int) -> None:
    chance = Random(1)
    sizes = Counter(demand.draw_party_size(chance, largest) for _ in range(DRAWS))

    assert set(sizes) == set(range(1, largest + 1))
    assert sizes[1] / DRAWS >= 0.7


def test_slots_before_noon_and_after_work_are_wanted_most() -> None:
    opens = datetime(2026, 11, 24, 9, tzinfo=PARIS).astimezone(UTC)
    quarter = timedelta(minutes=15)
    slots = tuple(SlotTime(opens + quarter * one, opens + quarter * (one + 1)) for one in range(40))
    chance = Random(1)

    hours = Counter(
        slots[demand.draw_slot(chance, slots, PARIS)].starts_at.astimezone(PARIS).hour for _ in range(DRAWS)
    )

    assert set(hours) == set(range(9, 19))
    assert min(hours[11], hours[17]) > 1.3 * max(hours[9], hours[13], hours[15])
