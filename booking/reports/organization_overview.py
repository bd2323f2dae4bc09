"""The stores of an organization side by side: today, and a range of days. Nothing here writes."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import Count, Q

from booking.models import Booking, Hold, Source, Status
from booking.places.places_left import HOLD_COLUMNS, ExpiredHold, places_returned
from booking.reports.added_places import added_places
from booking.reports.planner import Addition
from booking.reports.tallies import CAME
from booking.working_days import day_bounds, opening_day
from stores.hours import ONE_DAY, ONE_SECOND, day_start
from stores.models import Organization, Slot
from stores.queries import ListedStore, first_day_around, listed_stores
from stores.slots import StoreRules, slots_by_desk

HERE = (Status.CHECKED_IN, Status.IN_SERVICE, Status.COMPLETED)
_TAKEN_BACK = Q(source=Source.WALK_IN, status=Status.CANCELLED)  # the same condition as `is_taken_back`
Counts = Mapping[str, int]  # visits by status
SlotPlaces = dict[tuple[int, datetime], tuple[datetime, int, int]]


@dataclass(frozen=True, slots=True)
class StoreRow:
    """One store's counts of visits, of its own today and of the range of days, without any data about people."""

    slug: str
    name: str
    town: str
    visits: int  # of today, cancelled ones left out
    arrived: int
    waiting: int  # arrived, but not served yet
    free_places: int  # in the rest of today
    came: int
    no_shows: int
    cancelled: int
    addition: Addition | None  # the places that would have served most people of the last four weeks

    @property
    def no_show_percent(self) -> int | None:
        """The percentage of expected visits whose customers did not come; None without expected visits."""
        ended = self.came + self.no_shows
        return round(100 * self.no_shows / ended) if ended else None


class DayNow(NamedTuple):
    """The day that goes on at a store, half-open: by the calendar, or with the hours of a night past midnight.

    `own_date` is the day on which it began, `last_date` the calendar's on which it ends.
    """

    own_date: date
    last_date: date
    begins_at: datetime
    ends_at: datetime
    is_of_calendar: bool


def _day_now(rules: StoreRules, now: datetime) -> DayNow:
    """Return the day that goes on, as the day page shows it."""
    day = opening_day(rules, now)
    begins, ends = day_bounds(rules, day)
    is_of_calendar = (begins, ends) == (day_start(day, rules.zone), day_start(day + ONE_DAY, rules.zone))
    return DayNow(day, (ends - ONE_SECOND).astimezone(rules.zone).date(), begins, ends, is_of_calendar)


def stores_side_by_side(
    organization: Organization, *, from_date: date, to_date: date, now: datetime
) -> tuple[StoreRow, ...]:
    """Return an organization's stores by name, with seven statements for any number of them.

    One more where a night past midnight is part of some store's day.
    """
    slugs = list(organization.stores.order_by("name", "pk").values_list("slug", flat=True))
    stores = listed_stores(slugs, from_date=first_day_around(now))
    ids = [one.rules.id for one in stores]
    today = {one.rules.id: _day_now(one.rules, now) for one in stores}
    of_today, in_range = _counts_today(today), _counts(ids, first=from_date, last=to_date)
    additions = added_places({store_id: day.own_date for store_id, day in today.items()})
    places, expired_holds = _slot_places(ids, now=now), _expired_holds(ids, now=now)
    return tuple(
        _row(
            one,
            of_today[one.rules.id],
            in_range[one.rules.id],
            free_places(one, places[one.rules.id], expired_holds[one.rules.id], day=today[one.rules.id], now=now),
            additions.get(one.rules.id),
        )
        for one in stores
    )


def most_unmet(rows: Iterable[StoreRow]) -> tuple[StoreRow, Addition] | None:
    """Return the store where more places would have served most people, with them; of equals the first by name."""
    found = [(row, row.addition) for row in rows if row.addition is not None]
    return max(found, key=lambda one: one[1].served, default=None)


def free_places(
    store: ListedStore, places: SlotPlaces, expired_holds: Sequence[ExpiredHold], *, day: DayNow, now: datetime
) -> int:
    """Return how many places staff may still give away in the slots of a day that have not begun."""
    rules, free = store.rules, 0
    capacity = {desk.id: desk.capacity for desk in rules.desks}
    for desk_id, slots in slots_by_desk(rules, first_date=day.own_date, last_date=day.last_date).items():
        for slot in slots:
            if not max(now, day.begins_at) <= slot.starts_at < day.ends_at:
                continue
            _, offered, taken = places.get((desk_id, slot.starts_at), (slot.ends_at, capacity[desk_id], 0))
            back = places_returned(expired_holds, desk_id=desk_id, starts_at=slot.starts_at, ends_at=slot.ends_at)
            free += max(0, offered - taken + (back if offered else 0))
    return free


def _row(store: ListedStore, today: Counts, ranged: Counts, free: int, addition: Addition | None) -> StoreRow:
    return StoreRow(
        slug=store.store.slug,
        name=store.store.name,
        town=store.store.town,
        visits=sum(count for status, count in today.items() if status != Status.CANCELLED),
        arrived=sum(today.get(status, 0) for status in HERE),
        waiting=today.get(Status.CHECKED_IN, 0),
        free_places=free,
        came=sum(ranged.get(status, 0) for status in CAME),
        no_shows=ranged.get(Status.NO_SHOW, 0),
        cancelled=ranged.get(Status.CANCELLED, 0),
        addition=addition,
    )


def _counts_today(today: Mapping[int, DayNow]) -> dict[int, Counter[str]]:
    """Return the number of visits on each store's own today, by status: zones may differ in the date.

    A night is not a day of the calendar: its visits are counted by their starts.
    """
    found: dict[int, Counter[str]] = defaultdict(Counter)
    dates = {day.own_date for day in today.values()}
    rows = Booking.objects.filter(store_id__in=today, visit_date__in=dates).exclude(_TAKEN_BACK).order_by()
    counted = rows.values_list("store_id", "visit_date", "status").annotate(count=Count("pk"))
    for store_id, day, status, count in counted:
        if today[store_id].is_of_calendar and day == today[store_id].own_date:
            found[store_id][status] = count
    nights = {store_id: day for store_id, day in today.items() if not day.is_of_calendar}
    if nights:
        first, last = min(day.begins_at for day in nights.values()), max(day.ends_at for day in nights.values())
        started = Booking.objects.filter(store_id__in=nights, starts_at__gte=first, starts_at__lt=last)
        visits = started.exclude(_TAKEN_BACK).order_by()
        for store_id, starts_at, status in visits.values_list("store_id", "starts_at", "status"):
            if nights[store_id].begins_at <= starts_at < nights[store_id].ends_at:
                found[store_id][status] += 1
    return found


def _counts(ids: Iterable[int], *, first: date, last: date) -> dict[int, Counter[str]]:
    """Return how many visits each store had on these days, by status."""
    found: dict[int, Counter[str]] = defaultdict(Counter)
    rows = Booking.objects.filter(store_id__in=ids, visit_date__range=(first, last)).exclude(_TAKEN_BACK).order_by()
    for store_id, status, count in rows.values_list("store_id", "status").annotate(count=Count("pk")):
        found[store_id][status] = count
    return found


def _slot_places(ids: Iterable[int], *, now: datetime) -> dict[int, SlotPlaces]:
    """Return the places offered and taken in slots with a row; a closed slot offers none."""
    found: dict[int, SlotPlaces] = defaultdict(dict)
    rows = Slot.objects.filter(store_id__in=ids, starts_at__gte=now, starts_at__lt=now + 2 * ONE_DAY).order_by()
    columns = rows.values_list("store_id", "desk_id", "starts_at", "ends_at", "capacity", "places_taken", "closed")
    for store_id, desk_id, starts_at, ends_at, capacity, taken, closed in columns:
        found[store_id][desk_id, starts_at] = (ends_at, 0 if closed else capacity, taken)
    return found


def _expired_holds(ids: Iterable[int], *, now: datetime) -> dict[int, list[ExpiredHold]]:
    """Return expired holds whose places have not been given back yet."""
    found: dict[int, list[ExpiredHold]] = defaultdict(list)
    rows = Hold.objects.filter(store_id__in=ids, expires_at__lte=now, ends_at__gt=now - ONE_DAY).order_by()
    for store_id, *columns in rows.values_list("store_id", *HOLD_COLUMNS):
        found[store_id].append(ExpiredHold.of_row(*columns))
    return found
