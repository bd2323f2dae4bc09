"""Counts over a range of days, of a store or of all stores of an organization. Nothing here writes.

Nothing here reads customers' names. The number of statements does not depend on stores, visits and messages.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from operator import itemgetter

from django.db.models import Count, Q, Sum

from booking.models import Booking, FeedbackDay
from booking.reports.tallies import CAME, MessageCount, Report, Tally, together
from notifications.models import MessageDay, OutboxMessage
from stores.hours import ONE_DAY, day_start
from stores.models import Organization, Slot, Store
from stores.queries import listed_stores, store_rules
from stores.slots import StoreRules, slots_by_desk

LONGEST_RANGE = 800  # days
DEFAULT_RANGE = 28
# What one request may count at many stores: 400 days of 100 shops with 30 visits a day take some 15 seconds.
MOST_STORE_DAYS = 40_000
SlotRow = tuple[int, datetime, int, int, bool]


@dataclass(frozen=True, slots=True)
class StoreReport:
    """One of an organization's stores."""

    slug: str
    name: str
    town: str
    report: Report


@dataclass(frozen=True, slots=True)
class OrganizationReport:
    """An organization's stores, by name, and all of them as one."""

    total: Report
    stores: tuple[StoreReport, ...]


def store_report(*, store: Store, from_date: date, to_date: date) -> Report:
    """Return what happened on a store's days, both included, with six statements."""
    rules = store_rules(store.slug, from_date=from_date)
    return _tallies([rules], {rules.id: store.created_at}, from_date, to_date)[rules.id].report()


def organization_report(organization: Organization, *, from_date: date, to_date: date) -> OrganizationReport:
    """Return what happened at an organization's stores, each on its own days, with seven statements."""
    found = list(organization.stores.order_by("name", "pk").values_list("slug", "pk", "created_at"))
    stores = listed_stores([slug for slug, _, _ in found], from_date=from_date)
    created = {store_id: created_at for _, store_id, created_at in found}
    tallies = _tallies([one.rules for one in stores], created, from_date, to_date)
    return OrganizationReport(
        total=together(tallies.values(), from_date=from_date, to_date=to_date).report(),
        stores=tuple(
            StoreReport(one.rules.slug, one.rules.name, one.store.town, tallies[one.rules.id].report())
            for one in stores
        ),
    )


def message_counts(*, store: str, from_date: date, to_date: date) -> tuple[MessageCount, ...]:
    """Return the messages of a store that were due on these days, both included, with three statements.

    Raises UnknownStore.
    """
    rules = store_rules(store, from_date=from_date)
    tally = Tally(from_date, to_date)
    _count_messages([rules], {rules.id: tally}, from_date, to_date)
    return tally.message_counts()


def longest_range(stores: int) -> int:
    """Return the longest range in days for so many stores; it is never shorter than the default range."""
    return max(DEFAULT_RANGE, min(LONGEST_RANGE, MOST_STORE_DAYS // max(1, stores)))


def _tallies(
    stores: Sequence[StoreRules], created: Mapping[int, datetime], from_date: date, to_date: date
) -> dict[int, Tally]:
    """Return the tally of each store, by its id, with four statements; `created` says since when each is there."""
    tallies = {rules.id: Tally(from_date, to_date) for rules in stores}
    if stores:
        first_days = {rules.id: created[rules.id].astimezone(rules.zone).date() for rules in stores}
        _count_visits(stores, tallies, from_date, to_date)
        _count_places(stores, tallies, first_days, from_date, to_date)
        _count_messages(stores, tallies, from_date, to_date)
        _count_feedback(stores, tallies, from_date, to_date)
    return tallies


def _count_visits(stores: Sequence[StoreRules], tallies: dict[int, Tally], first: date, last: date) -> None:
    zones = {rules.id: rules.zone for rules in stores}
    seen = Booking.objects.filter(store_id__in=zones, visit_date__gte=first, visit_date__lte=last).order_by()
    columns = ("store_id", "visit_date", "created_at", "checked_in_at", "started_at", "status", "source")
    rows = seen.values_list(*columns).iterator(chunk_size=5000)
    for store_id, visit_date, created_at, checked_in_at, started_at, status, source in rows:
        tally, zone = tallies[store_id], zones[store_id]
        booked_date = created_at.astimezone(zone).date()
        tally.add_visit(visit_date=visit_date, booked_date=booked_date, status=status, source=source)
        if status in CAME and checked_in_at and started_at and started_at >= checked_in_at:
            tally.waits[checked_in_at.astimezone(zone).hour][_minutes(started_at - checked_in_at)] += 1


def _count_places(
    stores: Sequence[StoreRules], tallies: dict[int, Tally], first_days: Mapping[int, date], first: date, last: date
) -> None:
    """Count how many of the places were taken, by the hour in which their slot begins.

    Slots without a row are counted by today's hours and desks, as former hours are not kept; before a store's first
    day nobody could take a place.
    """
    by_id = {rules.id: rules for rules in stores}
    wanted = _of_stores("store_id", "starts_at", stores, first, last, key="id")
    rows = Slot.objects.filter(wanted).order_by("store_id")
    columns = ("store_id", "desk_id", "starts_at", "capacity", "places_taken", "closed")
    for store_id, found in groupby(rows.values_list(*columns).iterator(chunk_size=5000), key=itemgetter(0)):
        _count_slots(tallies[store_id], by_id.pop(store_id), (row[1:] for row in found), first_days[store_id])
    for store_id, rules in by_id.items():
        _count_slots(tallies[store_id], rules, (), first_days[store_id])


def _count_slots(tally: Tally, rules: StoreRules, rows: Iterable[SlotRow], first_day: date) -> None:
    capacity = {desk.id: desk.capacity for desk in rules.desks}
    begins = max(tally.from_date, first_day)
    slots = slots_by_desk(rules, first_date=begins, last_date=tally.to_date) if begins <= tally.to_date else {}
    offered = {(desk_id, slot.starts_at): capacity[desk_id] for desk_id in slots for slot in slots[desk_id]}
    for desk_id, starts_at, its_capacity, taken, closed in rows:
        is_by_rule = (desk_id, starts_at) in offered
        if is_by_rule or taken:
            # A closed slot, or one of former hours, offered only the places that were taken already.
            offered[desk_id, starts_at] = its_capacity if is_by_rule and not closed else taken
            tally.taken[starts_at.astimezone(rules.zone).hour] += taken
    for (_, starts_at), places in offered.items():
        tally.offered[starts_at.astimezone(rules.zone).hour] += places


def _count_messages(stores: Sequence[StoreRules], tallies: dict[int, Tally], first: date, last: date) -> None:
    """Count the messages that were due on these days, by what became of them."""
    ids = {rules.slug: rules.id for rules in stores}
    due = OutboxMessage.objects.filter(_of_stores("account", "due_at", stores, first, last, key="slug"))
    alike = due.values_list("account", "kind", "channel", "state").order_by()
    counted = alike.annotate(count=Count("pk"), measured=Count("segments"), segments_sum=Sum("segments"))
    for account, kind, channel, state, count, measured, segments in counted:
        counts = {"count": count, "measured": measured, "segments": segments or 0}
        tallies[ids[account]].messages[kind, channel, state].update(counts)
    tidied = MessageDay.objects.filter(account__in=ids, day__gte=first, day__lte=last).order_by()
    sums = tidied.values_list("account", "kind", "channel", "state").annotate(
        count_sum=Sum("count"), measured_sum=Sum("measured"), segments_sum=Sum("segments")
    )
    for account, kind, channel, state, count, measured, segments in sums:
        counts = {"count": count, "measured": measured, "segments": segments}
        tallies[ids[account]].messages[kind, channel, state].update(counts)


def _count_feedback(stores: Sequence[StoreRules], tallies: dict[int, Tally], first: date, last: date) -> None:
    """Count the answers of customers who were asked on these days, by kind of visit."""
    days = FeedbackDay.objects.filter(store_id__in=[rules.id for rules in stores], day__gte=first, day__lte=last)
    sums = days.order_by().values_list("store_id", "visit_type__name", "answer").annotate(count_sum=Sum("count"))
    for store_id, kind, answer, count in sums:
        if count:
            tallies[store_id].feedback[kind][answer] += count


def _of_stores(store: str, moment: str, stores: Sequence[StoreRules], first: date, last: date, *, key: str) -> Q:
    """Return the filter for rows of these stores, each on its own days. Stores of one zone share their midnights."""
    by_zone = defaultdict(list)
    for rules in stores:
        by_zone[rules.zone].append(getattr(rules, key))
    wanted = Q()
    for zone, keys in by_zone.items():
        begin, end = day_start(first, zone), day_start(last + ONE_DAY, zone)
        wanted |= Q(**{f"{store}__in": keys, f"{moment}__gte": begin, f"{moment}__lt": end})
    return wanted


def _minutes(wait: timedelta) -> int:
    return round(wait.total_seconds() / 60)
