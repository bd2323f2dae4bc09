"""Unmet demand: counts of people who looked for a time and found none (docs/decisions/0049-looked-for-in-vain.md).

A request only adds to a sum in its process. The web process writes the sums of a minute in a thread of its own
(`booking.operations.demand_writer`). What a killed process had not written is lost.
"""

import logging
from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from threading import Lock
from typing import NamedTuple

from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction

from booking.models import UnmetDemand
from booking.places.slot_wording import afternoon_hour
from booking.policy import first_bookable_start, places_needed
from stores.hours import ONE_DAY
from stores.queries import first_day_around, listed_stores
from stores.slots import StoreRules, VisitTypeRule, slots_by_desk
from stores.visit_runs import visits_by_desk

DAYS_A_LOOK = 7  # more would count somebody twice for the same weekday
DAYS_KEPT = 35  # after the day of the wanted visit
MOST_LOOKS = 10_000  # different ones that a process keeps until it writes them
_ROWS_A_STATEMENT = 1_000
_COUNTED = """
INSERT INTO booking_unmetdemand AS demand (store_id, date, is_afternoon, visit_type_id, places, slots) VALUES {rows}
ON CONFLICT (store_id, date, is_afternoon, visit_type_id)
DO UPDATE SET places = demand.places + excluded.places, slots = excluded.slots
"""

log = logging.getLogger(__name__)


class Look(NamedTuple):
    """What somebody looked for in vain: any start on some days, or the one start. The names are slugs."""

    store: str
    visit_type: str
    desk: str  # "" for any
    party_size: int
    dates: tuple[date, ...] = ()
    starts_at: datetime | None = None
    language: str = ""


class HalfDay(NamedTuple):
    """A half-day of a store's kind of visit, in the order in which its rows are locked."""

    store_id: int
    date: date
    is_afternoon: bool
    visit_type_id: int


class _Part(NamedTuple):
    """The starts of a half-day at any desk, and the slots of the desk that has most."""

    starts: set[datetime]
    slots: int


class Sums:
    """Looks that were not written yet."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._looks: Counter[Look] = Counter()

    def add(self, looks: Mapping[Look, int]) -> None:
        """Add looks; a new one is dropped where there are too many different ones."""
        with self._lock:
            for look, count in looks.items():
                if look in self._looks or len(self._looks) < MOST_LOOKS:
                    self._looks[look] += count

    def take(self) -> Counter[Look]:
        """Return all looks and begin anew."""
        with self._lock:
            taken, self._looks = self._looks, Counter()
        return taken


_of_this_process = Sums()


def note_look(look: Look) -> None:
    """Count that somebody has looked for this in vain. Nothing is read or written."""
    _of_this_process.add({look: 1})


def first_days(first: date, last: date) -> tuple[date, ...]:
    """Return the days of a range for a look: each weekday once, from its first day on."""
    return tuple(first + number * ONE_DAY for number in range(min(DAYS_A_LOOK, (last - first).days + 1)))


def write_looks(sums: Sums = _of_this_process, *, now: datetime) -> int:
    """Write the looks that this process has counted, or others, and return the number of half-days.

    What cannot be written because the database is away is kept for the next time, and nothing is raised. One statement
    reads the stores, one writes a thousand half-days.
    """
    looks = sums.take()
    if not looks:
        return 0
    try:
        with transaction.atomic():
            return _write(looks, now=now)
    except (OperationalError, InterfaceError) as error:
        sums.add(looks)
        log.warning("unmet_demand_kept", extra={"reason": type(error).__name__})
    except DatabaseError:
        log.exception("unmet_demand_lost")
    return 0


def forget_unmet_demand(*, store_id: int, today: date) -> None:
    """Delete a store's counts of days long over."""
    UnmetDemand.objects.filter(store_id=store_id, date__lt=today - DAYS_KEPT * ONE_DAY).delete()


def _write(looks: Mapping[Look, int], *, now: datetime) -> int:
    slugs = sorted({look.store for look in looks})
    rules = {one.rules.slug: one.rules for one in listed_stores(slugs, from_date=first_day_around(now))}
    places: Counter[HalfDay] = Counter()
    slots: dict[HalfDay, int] = {}
    for look, count in looks.items():
        if look.store in rules:
            for half_day, found in _half_days(look, rules[look.store], now=now).items():
                needed = places_needed(party_size=look.party_size, counts_people=rules[look.store].counts_people)
                places[half_day] += count * needed
                slots[half_day] = max(found, slots.get(half_day, 0))
    rows = [(*half_day, places[half_day], slots[half_day]) for half_day in sorted(places)]
    with connection.cursor() as cursor:
        for first in range(0, len(rows), _ROWS_A_STATEMENT):
            batch = rows[first : first + _ROWS_A_STATEMENT]
            cursor.execute(
                _COUNTED.format(rows=", ".join(["(%s, %s, %s, %s, %s, %s)"] * len(batch))),
                [value for row in batch for value in row],
            )
    return len(rows)


def _half_days(look: Look, rules: StoreRules, *, now: datetime) -> dict[HalfDay, int]:
    """Return the half-days in which one more place could have met the look, each with its number of slots."""
    kind = rules.visit_type(look.visit_type)
    if kind is None:
        return {}
    wanted = rules.chosen(look.desk, look.language)
    found: dict[HalfDay, int] = {}
    if look.starts_at is not None:
        day = look.starts_at.astimezone(rules.zone).date()
        for is_afternoon, part in _parts(wanted, kind, day).items():
            if look.starts_at in part.starts:
                found[HalfDay(rules.id, day, is_afternoon, kind.id)] = part.slots
        return found
    soonest = first_bookable_start(now=now, rules=rules, kind=kind)
    for day in look.dates:
        for is_afternoon, part in _parts(wanted, kind, day).items():
            if max(part.starts) >= soonest:
                found[HalfDay(rules.id, day, is_afternoon, kind.id)] = part.slots
    return found


def _parts(rules: StoreRules, kind: VisitTypeRule, day: date) -> dict[bool, _Part]:
    """Return the morning (False) and the afternoon (True) of a day, those that have a start for this kind."""
    noon = afternoon_hour(day, rules)

    def is_afternoon(moment: datetime) -> bool:
        return moment.astimezone(rules.zone).hour >= noon

    starts: dict[bool, set[datetime]] = {False: set(), True: set()}
    most = {False: 0, True: 0}
    for runs in visits_by_desk(rules, kind, first_date=day, last_date=day).values():
        for run in runs:
            starts[is_afternoon(run.starts_at)].add(run.starts_at)
    for slots in slots_by_desk(rules.for_kind(kind), first_date=day, last_date=day).values():
        for half, count in Counter(is_afternoon(slot.starts_at) for slot in slots).items():
            most[half] = max(most[half], count)
    return {half: _Part(starts[half], most[half]) for half in (False, True) if starts[half]}
