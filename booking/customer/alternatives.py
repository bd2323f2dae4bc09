"""Alternatives when a time cannot be booked: other times, stores nearby, the waiting list, the phone."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.http import urlencode

from booking.customer.visit_query import VisitQuery
from booking.formatting import moment_in_words
from booking.places.days_state import Wish
from booking.places.free_starts import FreeSlot
from booking.places.free_times import kept_availability
from booking.places.nearest_free import nearest_free
from booking.places.slot_wording import SlotChoice, slot_choice, slot_choices
from booking.policy import last_bookable_date
from stores.queries import StoreDetail, stores_page
from stores.slots import StoreRules

NEARBY_KM = 15.0
STORES_LOOKED_AT = 4
STORES_SHOWN = 2
DAYS_LOOKED_AT = 28
NEAREST = 3


@dataclass(frozen=True, slots=True)
class NearbyStore:
    """A nearby store that offers the same kind of visit, with its free time nearest to the wanted one."""

    name: str
    distance_km: float
    when: str
    url: str


@dataclass(frozen=True, slots=True)
class WaysOn:
    """The alternatives: the nearest free times, the next day with a free time, and stores nearby."""

    nearest: tuple[SlotChoice, ...]
    next_day: SlotChoice | None
    nearby: tuple[NearbyStore, ...]
    wait_from: date
    wait_to: date


def ways_on(store: StoreDetail, rules: StoreRules, asked: VisitQuery, *, now: datetime, own_hold: str = "") -> WaysOn:
    """Return the alternatives to the requested time; `own_hold` is the public id of the visitor's hold."""
    assert asked.starts_at is not None  # noqa: S101 -- asked only for a chosen time
    kind = asked.visit_type.slug
    wish = Wish(rules.slug, kind, asked.party_size, desk=asked.desk, language=asked.language)
    free = nearest_free(replace(wish, own_hold=own_hold), asked.starts_at, now=now, limit=NEAREST)
    wanted_date = asked.starts_at.astimezone(rules.zone).date()
    offered = {slot.starts_at for slot in free}
    later = _first_after(wish, wanted_date, now=now)
    last = last_bookable_date(now=now, zone=rules.zone, rules=rules)
    return WaysOn(
        nearest=tuple(slot_choices(free, rules)),
        next_day=slot_choice(later.starts_at, rules, places_left=later.places_left)
        if later and later.starts_at not in offered
        else None,
        nearby=tuple(_nearby(store, asked, near=asked.starts_at, now=now)),
        wait_from=max(wanted_date, now.astimezone(rules.zone).date()),
        wait_to=min(wanted_date + timedelta(days=6), last),
    )


def other_ways(store: StoreDetail, asked: VisitQuery, *, first: date, last: date, now: datetime) -> WaysOn:
    """Return the alternatives where these days have no free time: stores nearby and the waiting list."""
    noon = datetime.combine(first, time(12), ZoneInfo(store.time_zone))
    nearby = tuple(_nearby(store, asked, near=max(noon, now), now=now))
    return WaysOn(nearest=(), next_day=None, nearby=nearby, wait_from=first, wait_to=last)


def _first_after(wish: Wish, day: date, *, now: datetime) -> FreeSlot | None:
    """Return the first free time on a day after this one."""
    try:
        answer = kept_availability(wish, day + timedelta(days=1), day + timedelta(days=DAYS_LOOKED_AT), now=now)
    except (LookupError, OverflowError):
        return None
    return next((free.slots[0] for free in answer.days if free.slots), None)


def _nearby(store: StoreDetail, asked: VisitQuery, *, near: datetime, now: datetime) -> list[NearbyStore]:
    """Return nearby stores that can take the visit, each with its free time nearest to a wanted one."""
    around = stores_page(near=(store.latitude, store.longitude), radius_km=NEARBY_KM, page_size=STORES_LOOKED_AT + 1)
    found: list[NearbyStore] = []
    for other in around.results:
        if other.slug == store.slug or len(found) == STORES_SHOWN:
            continue
        there = Wish(other.slug, asked.visit_type.slug, asked.party_size, language=asked.language)
        free = nearest_free(there, near, now=now, limit=1, with_wanted=True)
        if free:
            zone = ZoneInfo(other.time_zone)
            day = free[0].starts_at.astimezone(zone).date().isoformat()
            wish = {"visit_type": asked.visit_type.slug, "party_size": str(asked.party_size), "day": day}
            wish |= {"language": asked.language} if asked.language else {}
            found.append(
                NearbyStore(
                    name=other.name,
                    distance_km=other.distance_km or 0.0,
                    when=moment_in_words(free[0].starts_at, zone),
                    url=f"{reverse('book', args=[other.slug])}?{urlencode(wish)}",
                )
            )
    return found
