"""Other desks that could serve visits at their own times, found for any number of visits at once.

The counters of slots are read once, and the moves tried on them in memory: whoever asks has the store alone.
"""

from bisect import bisect_left, insort
from collections import ChainMap, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any, NamedTuple

from django.db.models import BigIntegerField, F, Value

from booking.models import Booking, Hold, Status
from booking.places.at_once import KindVisits
from booking.places.runs import Run, runs_at
from booking.places.seen_slots import SeenSlot, SeenSlots
from booking.places.slot_statements import as_stored
from booking.policy import places_needed
from stores.models import Slot
from stores.slots import StoreRules, VisitTypeRule

_starts_at = attrgetter("starts_at")


def find_other_desks(visits: Sequence[Booking], rules: StoreRules, *, now: datetime) -> dict[int, Run]:
    """Return where other desks could serve visits at their own times, by the id of the visit, as far as one is free.

    Each has its place there even if all of them move, in this order. The caller has the store alone. One statement for
    all visits, one more if other times are kept for some, and one more if some are of kinds with a largest number at
    once; none where no other desk could serve by the rules.
    """
    wanted = [one for one in (_wanted(visit, rules) for visit in visits) if one is not None]
    if not wanted:
        return {}
    kept = _kept_times([one.visit for one in wanted])
    slots, kinds = _Slots.of(wanted, rules), _Kinds.of(wanted, now=now)
    found: dict[int, Run] = {}
    for one in wanted:
        holds = kept.get(one.visit.pk, ())
        run = slots.free_run(one, holds, kinds.visits_beside(one))
        if run is not None:
            found[one.visit.pk] = run
            slots.move(one, holds, run)
            kinds.forget_kept_times(one)
    return found


class _Wanted(NamedTuple):
    """A visit, the runs of the desks that could serve it by the rules, and the places it needs there."""

    visit: Booking
    kind: VisitTypeRule
    runs: Sequence[Run]
    places: int


def _wanted(visit: Booking, rules: StoreRules) -> _Wanted | None:
    kind = rules.booked_type(visit.visit_type.slug, party_size=visit.party_size)
    if kind is None:
        return None
    runs = [
        run
        for run in runs_at(rules.chosen("", visit.language), kind, visit.starts_at)
        if run.desk.id != visit.desk_id and run.ends_at == visit.ends_at
    ]
    places = places_needed(party_size=visit.party_size, counts_people=rules.counts_people)
    return _Wanted(visit, kind, runs, places) if runs else None


def _kept_times(visits: Sequence[Booking]) -> dict[int, list[Hold]]:
    """Return the times that are kept for visits whose customers were asked for another one."""
    found: dict[int, list[Hold]] = defaultdict(list)
    asked = [visit.pk for visit in visits if visit.answer_until is not None]
    for hold in Hold.objects.filter(kept_for__in=asked).order_by("pk") if asked else ():
        if hold.kept_for_id is not None:
            found[hold.kept_for_id].append(hold)
    return found


@dataclass
class _Slots:
    """The counters of slots, by desk and start as stored, and when each of them ends."""

    rows: dict[tuple[int, Any], SeenSlot] = field(default_factory=dict)
    times: dict[tuple[int, Any], tuple[datetime, datetime]] = field(default_factory=dict)
    starts: defaultdict[int, list[datetime]] = field(default_factory=lambda: defaultdict(list))  # by desk, by time
    longest: timedelta = timedelta(0)  # of all slots: what may overlap a visit begins at most so long before it

    @classmethod
    def of(cls, wanted: Sequence[_Wanted], rules: StoreRules) -> "_Slots":
        """Return the slots of all runs as they are now, with those of other desks that begin at the same time."""
        starts = {slot.starts_at for one in wanted for run in one.runs for slot in run.slots}
        columns = ("desk_id", "starts_at", "ends_at", "capacity", "places_taken", "places_taken_web", "closed")
        found = cls()
        stored = Slot.objects.filter(store_id=rules.id, starts_at__in=sorted(starts)).values_list(*columns)
        for desk_id, starts_at, ends_at, *counters in stored:
            found._note(desk_id, starts_at, ends_at, SeenSlot(*counters))
        return found

    def free_run(self, one: _Wanted, holds: Sequence[Hold], beside: KindVisits) -> Run | None:
        """Return the run of the emptiest desk with places for a visit, which gives its own and its kept ones back."""
        seen = SeenSlots(ChainMap(self._given_back(one, holds), self.rows))
        free = [
            run
            for run in one.runs
            if beside.have_room(run) and seen.have_places(run, places=one.places, from_web=False)
        ]
        return min(free, key=seen.fullness, default=None)

    def move(self, one: _Wanted, holds: Sequence[Hold], run: Run) -> None:
        """Give a visit's places back, and take those of a run."""
        self.rows |= self._given_back(one, holds)
        for slot in run.slots:
            key = run.desk.id, as_stored(slot.starts_at)
            was = self.rows.get(key, SeenSlot(run.desk.capacity, 0, 0, False))
            self._note(run.desk.id, slot.starts_at, slot.ends_at, was._replace(taken=was.taken + one.places))

    def _note(self, desk_id: int, starts_at: datetime, ends_at: datetime, counters: SeenSlot) -> None:
        key = desk_id, as_stored(starts_at)
        if key not in self.rows:
            insort(self.starts[desk_id], starts_at)
        self.rows[key], self.times[key] = counters, (starts_at, ends_at)
        self.longest = max(self.longest, ends_at - starts_at)

    def _given_back(self, one: _Wanted, holds: Sequence[Hold]) -> dict[tuple[int, Any], SeenSlot]:
        changed: dict[tuple[int, Any], SeenSlot] = {}
        takings: tuple[Booking | Hold, ...] = (one.visit, *holds)
        for taking in takings:
            for key in self._overlapping(taking):
                was = changed.get(key, self.rows[key])
                changed[key] = was._replace(taken=was.taken - taking.places)
        return changed

    def _overlapping(self, one: Booking | Hold) -> Iterator[tuple[int, Any]]:
        starts = self.starts[one.desk_id]
        first = bisect_left(starts, one.taken_from - self.longest)
        for at in range(first, bisect_left(starts, one.taken_until)):
            key = one.desk_id, as_stored(starts[at])
            if self.times[key][1] > one.taken_from:
                yield key


class _Beside(NamedTuple):
    """Something of a kind of visit with a largest number at once: a visit, or a hold, which may be kept for a visit."""

    starts_at: datetime
    ends_at: datetime
    visit_id: int | None
    kept_for_id: int | None


@dataclass
class _Kinds:
    """What goes on at the same time, by kind of visit, of those that allow only so many at once."""

    beside: dict[int, list[_Beside]]  # by time
    longest: timedelta = timedelta(0)  # of all of them

    @classmethod
    def of(cls, wanted: Sequence[_Wanted], *, now: datetime) -> "_Kinds":
        """Return what the visits of these kinds share their times with. One statement, none without such a kind."""
        limited = [one for one in wanted if one.kind.most_at_once is not None]
        found = cls(defaultdict(list))
        if not limited:
            return found
        kinds = {one.kind.id for one in limited}
        first, last = min(one.visit.starts_at for one in limited), max(one.visit.ends_at for one in limited)
        here = {"visit_type_id__in": kinds, "starts_at__lt": last, "ends_at__gt": first}
        visits = Booking.objects.filter(**here).exclude(status=Status.CANCELLED).order_by()
        holds = Hold.objects.filter(**here, expires_at__gt=now).order_by()
        columns = ("visit_type_id", "starts_at", "ends_at", "visit_id", "held_for_id")
        no_id = Value(None, output_field=BigIntegerField())
        of_visits = visits.annotate(visit_id=F("pk"), held_for_id=no_id).values_list(*columns)
        of_holds = holds.annotate(visit_id=no_id, held_for_id=F("kept_for_id")).values_list(*columns)
        for kind_id, *columns_of_one in of_visits.union(of_holds, all=True):
            beside = _Beside(*columns_of_one)
            found.beside[kind_id].append(beside)
            found.longest = max(found.longest, beside.ends_at - beside.starts_at)
        for of_kind in found.beside.values():
            of_kind.sort(key=_starts_at)
        return found

    def visits_beside(self, one: _Wanted) -> KindVisits:
        """Return what counts against the largest number at once for a visit: all but itself and what is kept for it."""
        known = self.beside.get(one.kind.id, [])
        first = bisect_left(known, one.visit.starts_at - self.longest, key=_starts_at)
        end = bisect_left(known, one.visit.ends_at, lo=first, key=_starts_at)
        spans = tuple(
            (other.starts_at, other.ends_at)
            for other in known[first:end]
            if one.visit.pk not in (other.visit_id, other.kept_for_id)
        )
        return KindVisits(one.kind.most_at_once, spans)

    def forget_kept_times(self, one: _Wanted) -> None:
        """Give back the times that were kept for a visit."""
        if one.visit.answer_until is None:
            return
        known = self.beside.get(one.kind.id, [])
        self.beside[one.kind.id] = [other for other in known if other.kept_for_id != one.visit.pk]
