"""Busy times of desks, by the calendars they follow; what they are busy with is nowhere."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from stores.models import BusyTime


class Timed(Protocol):
    """Anything with a start and an end."""

    @property
    def starts_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime: ...


class BusyTimes:
    """Stretches of time, sorted and joined where they touch."""

    def __init__(self, times: Iterable[tuple[datetime, datetime]] = ()) -> None:
        joined: list[tuple[datetime, datetime]] = []
        for starts_at, ends_at in sorted(times):
            if joined and starts_at <= joined[-1][1]:
                joined[-1] = (joined[-1][0], max(joined[-1][1], ends_at))
            elif starts_at < ends_at:
                joined.append((starts_at, ends_at))
        self.times = tuple(joined)
        self._starts = [starts_at for starts_at, _ in joined]
        self._ends = [ends_at for _, ends_at in joined]

    @property
    def until(self) -> datetime:
        """The end of the last one; there must be one."""
        return self._ends[-1]

    def overlap(self, one: Timed) -> bool:
        """Tell whether one of them overlaps something."""
        return bisect_left(self._starts, one.ends_at) > bisect_right(self._ends, one.starts_at)

    def differing(self, other: "BusyTimes") -> "BusyTimes":
        """Return the stretches that only one of the two has, as they are there."""
        return BusyTimes(set(self.times) ^ set(other.times))


def busy_times_of(store_id: int, since: datetime) -> dict[int, BusyTimes]:
    """Return the busy times of a store's desks that are not over by then; one statement."""
    found: defaultdict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    rows = BusyTime.objects.filter(desk__store_id=store_id, ends_at__gt=since)
    for desk_id, starts_at, ends_at in rows.values_list("desk_id", "starts_at", "ends_at"):
        found[desk_id].append((starts_at, ends_at))
    return {desk_id: BusyTimes(times) for desk_id, times in found.items()}
