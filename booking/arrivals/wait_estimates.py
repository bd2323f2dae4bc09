"""Estimates of waits in the line, as a range, from the real lengths of the day's visits. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil, floor

ENOUGH = 3  # with this many visits, they say more than the plan
STEP = 5  # minutes: a finer estimate is impossible
_SHORTER, _LONGER = 0.5, 1.5  # share of the planned minutes, without enough visits of the day


@dataclass(frozen=True, slots=True)
class Wait:
    """A likely wait in minutes, from least to most; both are 0 if their turn is now.

    `is_until_own_time`: the line is shorter than the time until their booked start.
    """

    least: int
    most: int
    is_until_own_time: bool = False


@dataclass(frozen=True, slots=True)
class InLine:
    """One turn in a line; `starts_at` is the time of a booked visit, None for a walk-in."""

    key: str
    starts_at: datetime | None
    came_at: datetime


def in_order(line: Sequence[InLine], *, now: datetime) -> list[InLine]:
    """Return a line in the order of calling: first people with bookings whose time has come, by that time.

    Then come walk-ins in the order of arrival, and last people with bookings who are early, by their time.
    """

    def turn(one: InLine) -> tuple[int, datetime, datetime]:
        if one.starts_at is None:
            return 1, one.came_at, one.came_at
        return (0 if one.starts_at <= now else 2), one.starts_at, one.came_at

    return sorted(line, key=turn)


def estimated_wait(
    *, before: int, at_once: int, minutes: Sequence[float], planned_minutes: int, early_minutes: float = 0
) -> Wait:
    """Return how long somebody waits with `before` people before them, those being served among them.

    `at_once` people are served side by side; `minutes` is how long the day's visits took, `planned_minutes` how long
    one is meant to take; `early_minutes` is how long before their own time they came.
    """
    early = max(0.0, early_minutes)
    if before < at_once and early < 1:
        return Wait(0, 0)
    least = most = 0.0
    if before >= at_once:
        short, long = _likely(minutes, planned_minutes)
        rounds = (before - at_once) / at_once
        # The first place comes free at some moment of a running visit: now at the earliest, at its end at the latest.
        least, most = rounds * short, (rounds + 1) * long
    is_until_own_time = early >= 1 and most <= early
    least, most = max(least, early), max(most, early)
    return Wait(floor(least / STEP) * STEP, max(STEP, ceil(most / STEP) * STEP), is_until_own_time)


def _likely(minutes: Sequence[float], planned_minutes: int) -> tuple[float, float]:
    """Return the range of the middle half of the day's visits; with few visits, the plan with a margin."""
    if len(minutes) < ENOUGH:
        return planned_minutes * _SHORTER, planned_minutes * _LONGER
    ordered = sorted(minutes)
    last = len(ordered) - 1
    return ordered[floor(last * 0.25)], ordered[ceil(last * 0.75)]
