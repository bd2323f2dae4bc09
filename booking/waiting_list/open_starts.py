"""Open starts of a store: read once, then compared with every entry of its waiting list."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from booking.places.at_once import kind_visits
from booking.places.places_left import places_left, what_changed
from booking.policy import first_bookable_start, last_bookable_date, places_needed
from stores.hours import ONE_DAY, day_start
from stores.slots import StoreRules, VisitTypeRule
from stores.visit_runs import visits_by_desk


@dataclass(frozen=True, slots=True)
class PlacesNow:
    """The places that the web may book on some days of a store, at one instant; no day if the first is after the last.

    `left` has the slots to which something happened; in all others all places are left.
    """

    rules: StoreRules
    now: datetime
    first: date
    last: date
    left: dict[tuple[int, datetime], int]
    _found: dict[tuple[str, int, str], list[datetime]] = field(default_factory=dict)

    def soonest(self, visit_type: VisitTypeRule) -> datetime:
        """Return the first start of a kind of visit that may be booked."""
        return first_bookable_start(now=self.now, rules=self.rules, kind=visit_type)

    def starts(self, visit_type: VisitTypeRule, party_size: int, language: str = "") -> Sequence[datetime]:
        """Return the starts at which some desk that speaks a language can take the whole party, by time.

        One statement for a kind with a largest number at once, none for others.
        """
        key = (visit_type.slug, party_size, language)
        if key not in self._found:
            self._found[key] = sorted(self._starts(visit_type, party_size, language))
        return self._found[key]

    def _starts(self, visit_type: VisitTypeRule, party_size: int, language: str) -> set[datetime]:
        soonest = self.soonest(visit_type)
        first = max(self.first, soonest.astimezone(self.rules.zone).date())
        if first > self.last:
            return set()
        needed = places_needed(party_size=party_size, counts_people=self.rules.counts_people)
        by_desk = visits_by_desk(self.rules, visit_type, first_date=first, last_date=self.last, not_before=soonest)
        begins, ends = day_start(first, self.rules.zone), day_start(self.last + 2 * ONE_DAY, self.rules.zone)
        there = kind_visits(self.rules.id, visit_type, first=begins, last=ends, now=self.now)
        found: set[datetime] = set()
        for desk in self.rules.chosen("", language).desks:
            untouched = desk.capacity - desk.kept_back
            for run in by_desk.get(desk.id, ()):
                has_places = all(self.left.get((desk.id, slot.starts_at), untouched) >= needed for slot in run.slots)
                if has_places and there.have_room(run):
                    found.add(run.starts_at)
        return found


def places_now(rules: StoreRules, *, from_date: date, to_date: date, now: datetime) -> PlacesNow:
    """Return the places of these days, both included, with two statements."""
    first = max(from_date, now.astimezone(rules.zone).date())
    last = min(to_date, last_bookable_date(now=now, zone=rules.zone, rules=rules))
    if first > last:
        return PlacesNow(rules, now, first, last, {})
    expired_holds, _ = what_changed(rules.id, from_date=first, to_date=last, now=now)
    # One more day on either side: a visit may begin before midnight and end after it.
    begins, ends = day_start(first - ONE_DAY, rules.zone), day_start(last + 2 * ONE_DAY, rules.zone)
    left = places_left(rules, expired_holds, first=begins, last=ends, by_staff=False)
    return PlacesNow(rules, now, first, last, left)


def minutes_of(starts: Iterable[datetime]) -> list[int]:
    """Return instants in the form an entry stores: whole minutes since 1970."""
    return [int(start.timestamp()) // 60 for start in starts]


def in_days(starts: Iterable[datetime], *, from_date: date, to_date: date, rules: StoreRules) -> list[datetime]:
    """Return those of some starts that lie on these of the store's days."""
    begin, end = day_start(from_date, rules.zone), day_start(to_date + ONE_DAY, rules.zone)
    return [start.astimezone(UTC) for start in starts if begin <= start < end]
