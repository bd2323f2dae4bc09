"""First free places of several stores, for lists of stores. Nothing here writes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F, Q

from booking.models import Hold
from booking.places.at_once import KindVisits, visits_of_kinds
from booking.places.availability import AvailabilityQuestion
from booking.places.places_left import HOLD_COLUMNS, ExpiredHold, places_returned
from booking.policy import first_bookable_start, last_bookable_date
from stores.hours import ONE_DAY
from stores.models import Slot
from stores.slots import StoreRules

DAYS_LOOKED_AT = 7


@dataclass(frozen=True, slots=True)
class _Full:
    """Slots without a place: those `taken`, by desk and start; at desks kept back wholly, all but those `opened`."""

    taken: frozenset[tuple[int, datetime]]
    kept_back: frozenset[int]
    opened: frozenset[tuple[int, datetime]]

    def has(self, desk_id: int, starts_at: datetime) -> bool:
        slot = (desk_id, starts_at)
        return slot in self.taken or (desk_id in self.kept_back and slot not in self.opened)


@dataclass(frozen=True, slots=True)
class FirstFree:
    """The first start in the next seven days that one person can book, for a store's first visit type.

    If there is none, `has_times` tells whether these days have times at all, all of them taken.
    """

    starts_at: datetime | None
    has_times: bool


def first_free_of(stores: Sequence[StoreRules], *, now: datetime) -> dict[str, FirstFree]:
    """Return the first free place of each store, by its slug; two statements for any number of stores.

    A third one where the first kind of visit of some of them has a largest number at once.

    Their rules must have been read with the special hours of yesterday on.
    """
    asked = [rules for rules in stores if rules.visit_types]
    full = _full_slots(asked, now=now)
    until = now + ONE_DAY * (DAYS_LOOKED_AT + 2)
    visits = visits_of_kinds({rules.id: rules.visit_types[0] for rules in asked}, first=now, last=until, now=now)
    found = {rules.slug: FirstFree(None, has_times=False) for rules in stores}
    return found | {rules.slug: _first_free(rules, full, visits[rules.id], now=now) for rules in asked}


def _first_free(rules: StoreRules, full: _Full, there: KindVisits, *, now: datetime) -> FirstFree:
    """Check one day after the other: the first one usually has a place."""
    today, last = _dates(rules, now=now)
    has_times = False
    for number in range((last - today).days + 1):
        runs_by_desk = _question(rules, today + ONE_DAY * number, now=now).runs_by_desk()
        has_times = has_times or any(runs_by_desk.values())
        firsts = [
            next(
                (
                    run.starts_at
                    for run in runs
                    if not any(full.has(desk, slot.starts_at) for slot in run.slots) and there.have_room(run)
                ),
                None,
            )
            for desk, runs in runs_by_desk.items()
        ]
        found = min((starts_at for starts_at in firsts if starts_at is not None), default=None)
        if found is not None:
            return FirstFree(found, has_times=True)
    return FirstFree(None, has_times)


def _question(rules: StoreRules, day: date, *, now: datetime) -> AvailabilityQuestion:
    """Return the question about one day, without reading anything about it."""
    return AvailabilityQuestion(
        rules=rules,
        visit_type=rules.visit_types[0],
        from_date=day,
        to_date=day,
        party_size=1,
        by_staff=False,
        first_start=first_bookable_start(now=now, rules=rules, kind=rules.visit_types[0]),
        last_date=last_bookable_date(now=now, zone=rules.zone, rules=rules),
        expired_holds=(),
        days_version=0,
        now=now,
    )


def _dates(rules: StoreRules, *, now: datetime) -> tuple[date, date]:
    today = now.astimezone(rules.zone).date()
    return today, min(today + ONE_DAY * (DAYS_LOOKED_AT - 1), last_bookable_date(now=now, zone=rules.zone, rules=rules))


def _full_slots(stores: Sequence[StoreRules], *, now: datetime) -> _Full:
    """Return the slots without a place at all these stores, with two statements.

    Slots with a place left are not read: an expired hold could only add places to them.
    """
    ids = [rules.id for rules in stores]
    kept_back = {desk.id: desk.kept_back for rules in stores for desk in rules.desks}
    wholly = frozenset(desk.id for rules in stores for desk in rules.desks if desk.kept_back >= desk.capacity)
    asked = Q(closed=True) | Q(places_taken__gte=F("capacity")) | Q(desk_id__in=wholly)
    asked |= Q(places_taken_web__gte=F("capacity") - F("desk__kept_back"))
    until = now + ONE_DAY * (DAYS_LOOKED_AT + 2)  # covers every time zone, and a visit past midnight
    has_buffers = any(kind.minutes_before for rules in stores for kind in rules.visit_types[:1])
    since = now - ONE_DAY if has_buffers else now
    slots = Slot.objects.filter(asked, store_id__in=ids, starts_at__gte=since, starts_at__lt=until)
    # Before the holds: of one that is given back in between, no place is counted twice.
    rows = [
        *slots.values_list("desk_id", "starts_at", "ends_at", "capacity", "places_taken", "places_taken_web", "closed")
    ]
    expired_holds = _expired_holds(ids, now=now)
    taken: set[tuple[int, datetime]] = set()
    opened: set[tuple[int, datetime]] = set()
    for desk_id, starts_at, ends_at, capacity, places, web_places, closed in rows:
        back = places_returned(expired_holds, desk_id=desk_id, starts_at=starts_at, ends_at=ends_at)
        left = capacity + back - max(places, kept_back.get(desk_id, 0) + web_places)
        (taken if closed or left <= 0 else opened).add((desk_id, starts_at))
    return _Full(frozenset(taken), wholly, frozenset(opened))


def _expired_holds(store_ids: Iterable[int], *, now: datetime) -> list[ExpiredHold]:
    holds = Hold.objects.filter(store_id__in=store_ids, expires_at__lte=now).order_by()
    return [ExpiredHold.of_row(*row) for row in holds.values_list(*HOLD_COLUMNS)]
