"""Distributions of demand: how many people come on a day, when, how long before they book, how many together. Pure.

The shares are of the size that shops report: half of all visits are booked on their day or the day before.
"""

from datetime import datetime, timedelta
from functools import lru_cache
from math import exp, sqrt
from random import Random
from zoneinfo import ZoneInfo

from stores.slots import SlotTime

HORIZON_DAYS = 28  # a new store's booking horizon: nobody books longer before
MINIMUM_NOTICE = timedelta(minutes=60)  # a new store's
WALK_IN_SHARE = 0.15
ADVICE_SHARE = 0.2
_BUSINESS_OF_WEEKDAY = (1.1, 0.9, 1.0, 0.9, 1.1, 1.0, 0.6)
_BUSINESS_OF_HOUR = {8: 0.7, 9: 1.0, 10: 1.6, 11: 1.8, 12: 0.9, 13: 0.6, 14: 0.9, 15: 1.0, 16: 1.3, 17: 1.9, 18: 1.7}
_SAME_DAY, _NEXT_DAY, _SAME_WEEK = 0.30, 0.22, 0.30  # shares of the lead times; the rest is longer
_LARGEST_POISSON = 30.0  # beyond it the normal distribution is as good, and faster
_WAKES, _SLEEPS, _MOST_AT = 7, 23, 19  # hours of local time at which people book
_PARTY_SIZES, _PARTY_SHARES = (1, 2, 3, 4), (0.78, 0.94, 0.98, 1.0)


def draw_count(chance: Random, mean: float) -> int:
    """Return how many visits are wanted where `mean` are on average, by the Poisson distribution."""
    if mean > _LARGEST_POISSON:
        return max(0, round(chance.gauss(mean, sqrt(mean))))
    limit, product, count = exp(-mean), chance.random(), 0
    while product > limit:
        product *= chance.random()
        count += 1
    return count


def day_mean(mean: float, weekday: int) -> float:
    """Return the mean of a weekday (`date.weekday()`) where the six days from Monday have this mean together."""
    return mean * _BUSINESS_OF_WEEKDAY[weekday]


def draw_lead_days(chance: Random) -> int:
    """Return how many days before the visit it is booked: 0 on its day, at most HORIZON_DAYS."""
    share = chance.random()
    if share < _SAME_DAY:
        return 0
    if share < _SAME_DAY + _NEXT_DAY:
        return 1
    if share < _SAME_DAY + _NEXT_DAY + _SAME_WEEK:
        return chance.randint(2, 7)
    return min(HORIZON_DAYS, 8 + int(chance.expovariate(1 / 6)))


def draw_booked_at(chance: Random, starts_at: datetime, zone: ZoneInfo, *, lead_days: int) -> datetime:
    """Return the instant, in UTC, at which a visit was booked, never later than the minimum notice allows."""
    latest = starts_at - MINIMUM_NOTICE
    day = starts_at.astimezone(zone).date() - timedelta(days=lead_days)
    wakes_at = datetime(day.year, day.month, day.day, _WAKES, tzinfo=zone).astimezone(starts_at.tzinfo)
    if lead_days == 0:
        since = max(0, int((latest - wakes_at).total_seconds()))
        return latest - timedelta(seconds=int(since * chance.random()))
    seconds = (chance.triangular(_WAKES, _SLEEPS, _MOST_AT) - _WAKES) * 3600
    return min(latest, wakes_at + timedelta(seconds=int(seconds)))


def draw_party_size(chance: Random, largest: int) -> int:
    """Return how many people come together, at most `largest`."""
    share = chance.random()
    size = next(size for size, up_to in zip(_PARTY_SIZES, _PARTY_SHARES, strict=True) if share <= up_to)
    return min(size, largest)


def draw_slot(chance: Random, slots: tuple[SlotTime, ...], zone: ZoneInfo) -> int:
    """Return the number of the slot that somebody wants: late in the morning or after work, more often than else."""
    return chance.choices(range(len(slots)), cum_weights=_weights(slots, zone))[0]


@lru_cache(maxsize=1024)
def _weights(slots: tuple[SlotTime, ...], zone: ZoneInfo) -> tuple[float, ...]:
    total, sums = 0.0, []
    for slot in slots:
        total += _BUSINESS_OF_HOUR.get(slot.starts_at.astimezone(zone).hour, 0.5)
        sums.append(total)
    return tuple(sums)
