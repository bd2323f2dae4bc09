"""Open starts of a store: read once, then compared with every entry of its waiting list."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from booking.places.places_left import places_left, what_changed
from booking.policy import first_bookable_start, last_bookable_date, places_needed
from stores.hours import ONE_DAY, day_start
from stores.slots import SlotTime, StoreRules, VisitTypeRule, slots_by_desk, starts_with_runs


@dataclass(frozen=True, slots=True)
class PlacesNow:
    """The places that the web may book on some days of a store, at one instant."""

    rules: StoreRules
    soonest: datetime  # the first start that may be booked
    end: datetime  # only starts before it count
    slots: dict[int, list[SlotTime]]  # by desk
    left: dict[tuple[int, datetime], int]  # slots to which something happened; all other places are left
    _found: dict[tuple[str, int], list[datetime]] = field(default_factory=dict)

    def starts(self, visit_type: VisitTypeRule, party_size: int) -> Sequence[datetime]:
        """Return the starts at which some desk can take the whole party, by time."""
        key = (visit_type.slug, party_size)
        if key not in self._found:
            self._found[key] = sorted(self._starts(visit_type, party_size))
        return self._found[key]

    def _starts(self, visit_type: VisitTypeRule, party_size: int) -> set[datetime]:
        needed = places_needed(party_size=party_size, counts_people=self.rules.counts_people)
        found: set[datetime] = set()
        for desk in self.rules.desks:
            slots = self.slots[desk.id]
            untouched = desk.capacity - desk.kept_back
            for run in starts_with_runs(slots[bisect_left(slots, (self.soonest,)) :], visit_type.slot_count):
                if run[0].starts_at >= self.end:
                    break
                if all(self.left.get((desk.id, slot.starts_at), untouched) >= needed for slot in run):
                    found.add(run[0].starts_at)
        return found


def places_now(rules: StoreRules, *, from_date: date, to_date: date, now: datetime) -> PlacesNow:
    """Return the places of these days, both included, with two statements."""
    soonest = first_bookable_start(now=now, rules=rules)
    first = max(from_date, soonest.astimezone(rules.zone).date())
    last = min(to_date, last_bookable_date(now=now, zone=rules.zone, rules=rules))
    if first > last:
        return PlacesNow(rules, soonest, soonest, {desk.id: [] for desk in rules.desks}, {})
    expired_holds, _ = what_changed(rules.id, from_date=first, to_date=last, now=now)
    # One more day, so that a visit may begin before midnight and end after it.
    end = day_start(last + ONE_DAY, rules.zone)
    left = places_left(rules, expired_holds, first=soonest, last=end + ONE_DAY, by_staff=False)
    return PlacesNow(rules, soonest, end, slots_by_desk(rules, first_date=first, last_date=last + ONE_DAY), left)


def minutes_of(starts: Iterable[datetime]) -> list[int]:
    """Return instants in the form an entry stores: whole minutes since 1970."""
    return [int(start.timestamp()) // 60 for start in starts]


def in_days(starts: Iterable[datetime], *, from_date: date, to_date: date, rules: StoreRules) -> list[datetime]:
    """Return those of some starts that lie on these of the store's days."""
    begin, end = day_start(from_date, rules.zone), day_start(to_date + ONE_DAY, rules.zone)
    return [start.astimezone(UTC) for start in starts if begin <= start < end]
