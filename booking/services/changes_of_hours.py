"""Changes of hours, desks and slots, and what becomes of the bookings they leave without a place to be.

A change takes the store's row alone, so that no booking passes by unseen. Where visits no longer fit and nobody
said what is to happen with them, it is refused and nothing has changed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User
from django.db import transaction

from booking.message_plan import plan_messages
from booking.models import Actor, Booking, EventKind, Status
from booking.policy import BookingRefused, Refusal
from booking.services.bell import ring_on_commit
from booking.services.bookings import cancel_locked
from booking.services.history import record
from booking.services.other_times import offer_other_times
from booking.services.places import days_of, raise_days
from booking.services.slot_rows import lay_slots_anew, set_slots, slots_between, visits_beyond
from notifications import outbox
from notifications.models import Kind
from stores import services as store_services
from stores.hours import Interval, WeeklyInterval, intersection, open_intervals
from stores.models import Slot, Store
from stores.queries import store_rules
from stores.slots import StoreRules


class Then(StrEnum):
    """What is to happen with visits that no longer fit."""

    KEEP = "keep"  # they stay, no new ones come
    NOTIFY = "notify"  # they stay, and are told once
    CANCEL = "cancel"  # they are cancelled, and are told once
    OFFER = "offer"  # three other times are kept for each, and they are told once; then they are cancelled


@dataclass(frozen=True, slots=True)
class Change:
    """A change that was made, and the bookings it touched."""

    affected: tuple[Booking, ...]


def change_opening_hours(
    *, store_id: int, weekly: Sequence[WeeklyInterval], then: Then | None, now: datetime, user: User
) -> Change:
    """Replace the week's opening hours. Raises BookingRefused BOOKINGS_AFFECTED, stores.services.BadHours."""
    return change_rules(
        store_id=store_id,
        change=lambda store: store_services.save_opening_hours(store=store, weekly=weekly, user=user, now=now),
        then=then,
        now=now,
        user=user,
    )


def change_special_hours(
    *,
    store_id: int,
    date: date,
    intervals: Sequence[tuple[time, time]],
    then: Then | None,
    now: datetime,
    user: User,
) -> Change:
    """Set the hours of one date; no interval means closed. Raises as `change_opening_hours`."""
    return change_rules(
        store_id=store_id,
        change=lambda store: store_services.save_special_hours(
            store=store, date=date, intervals=intervals, user=user, now=now
        ),
        then=then,
        now=now,
        user=user,
    )


def remove_special_hours(*, store_id: int, date: date, then: Then | None, now: datetime, user: User) -> Change:
    """Let the weekday's hours hold again on a date. Raises as `change_opening_hours`."""
    return change_rules(
        store_id=store_id,
        change=lambda store: store_services.delete_special_hours(store=store, date=date, user=user, now=now),
        then=then,
        now=now,
        user=user,
    )


@transaction.atomic
def change_rules(
    *, store_id: int, change: Callable[[Store], Any], then: Then | None, now: datetime, user: User | None
) -> Change:
    """Make any change of what slots are made from, and settle the visits that fitted before and fit no more.

    Raises BookingRefused BOOKINGS_AFFECTED, with `affected`, where there are such and `then` is None.
    """
    store = Store.objects.select_for_update().get(pk=store_id)
    coming = _coming(store_id, now=now)
    before = _fitting(_rules(store, now=now), coming)
    change(store)
    rules = _rules(store, now=now)
    after = _fitting(rules, coming)
    affected = [booking for booking in coming if booking.pk in before and booking.pk not in after]
    _settle(affected, then=then, told_as=f"hours-{rules.hours_version}", now=now, user=user)
    lay_slots_anew(rules, now=now)
    if then == Then.OFFER:
        offer_other_times(affected, rules=rules, told_as=f"hours-{rules.hours_version}", now=now, user=user)
    ring_on_commit(store_id)
    _raise_all_days(store, affected)
    return Change(tuple(affected))


@transaction.atomic
def change_slots(
    *,
    store_id: int,
    from_at: datetime,
    to_at: datetime,
    desk: str | None = None,
    capacity: int | None = None,
    closed: bool | None = None,
    then: Then | None,
    now: datetime,
    user: User,
) -> Change:
    """Set the capacity of the slots that start in [from_at, to_at), or close or open them.

    `desk` is a slug, None for all. Raises BookingRefused: NOT_FOUND for an unknown desk, SLOT_CLOSED where no slot
    is, BOOKINGS_AFFECTED.
    """
    store = Store.objects.select_for_update().get(pk=store_id)
    rules = _rules(store, now=min(now, from_at))
    desks = [one for one in rules.desks if desk is None or one.slug == desk]
    if not desks:
        raise BookingRefused(Refusal.NOT_FOUND)
    known = {(row.desk_id, row.starts_at): (row.capacity, row.closed) for row in slots_between(rules, from_at, to_at)}
    slots = set_slots(rules, desks, from_at=from_at, to_at=to_at, capacity=capacity, closed=closed)
    if not slots:
        raise BookingRefused(Refusal.SLOT_CLOSED)
    _tell_trail(store, desk, slots, known, {one.id: one.capacity for one in desks}, now=now, user=user)
    affected = visits_beyond(slots, closed=bool(closed), now=now) if closed or capacity is not None else []
    _settle(affected, then=then, told_as=f"slots-{int(now.timestamp())}", now=now, user=user)
    if then == Then.OFFER:
        offer_other_times(affected, rules=rules, told_as=f"slots-{int(now.timestamp())}", now=now, user=user)
    days = {day for slot in slots for day in days_of(slot.starts_at, slot.ends_at, store.time_zone)}
    raise_days(store_id, days)
    ring_on_commit(store_id)
    return Change(tuple(affected))


@transaction.atomic
def lay_anew_after_import(*, store_id: int, now: datetime) -> None:
    """Bring a store's slots in line with hours that an import changed; visits stay as they are."""
    store = Store.objects.select_for_update().get(pk=store_id)
    lay_slots_anew(_rules(store, now=now), now=now)


def _tell_trail(
    store: Store,
    desk: str | None,
    slots: Sequence[Slot],
    known: Mapping[tuple[int, datetime], tuple[int, bool]],
    capacities: Mapping[int, int],
    *,
    now: datetime,
    user: User,
) -> None:
    """Say in the set-up's trail what these slots were, and what they are."""
    zone = ZoneInfo(store.time_zone)
    was = [known.get((slot.desk_id, slot.starts_at), (capacities[slot.desk_id], False)) for slot in slots]
    became = [(slot.capacity, slot.closed) for slot in slots]
    first = min(slot.starts_at for slot in slots).astimezone(zone)
    last = max(slot.ends_at for slot in slots).astimezone(zone)
    store_services.record_change(
        store=store,
        user=user,
        what="slots",
        subject=f"{first:%Y-%m-%d %H:%M}-{last:%H:%M}{' ' if desk else ''}{desk or ''}",
        before=_of_slots(was),
        after=_of_slots(became),
        now=now,
    )


def _of_slots(slots: Sequence[tuple[int, bool]]) -> dict[str, Any]:
    return {
        "capacities": sorted({capacity for capacity, _is_closed in slots}),
        "closed_slots": sum(is_closed for _capacity, is_closed in slots),
        "open_slots": sum(not is_closed for _capacity, is_closed in slots),
    }


def _settle(affected: Sequence[Booking], *, then: Then | None, told_as: str, now: datetime, user: User | None) -> None:
    if not affected:
        return
    if then is None:
        raise BookingRefused(Refusal.BOOKINGS_AFFECTED, affected=list(affected))
    for booking in affected:
        if then == Then.CANCEL:
            cancel_locked(booking, now=now, actor=Actor.STAFF, user=user)
        elif then == Then.NOTIFY:
            record(booking, EventKind.NOTIFIED, actor=Actor.STAFF, user=user, now=now, from_status=booking.status)
            outbox.enqueue(plan_messages(booking, kind=Kind.CHANGE, now=now, offset=told_as), now=now)


def _coming(store_id: int, *, now: datetime) -> list[Booking]:
    """Return and lock the visits still to come."""
    bookings = Booking.objects.filter(store_id=store_id, status=Status.CONFIRMED, ends_at__gt=now)
    return list(
        bookings.select_related("store", "desk", "visit_type")
        .order_by("starts_at", "pk")
        .select_for_update(of=("self",))
    )


def _rules(store: Store, *, now: datetime) -> StoreRules:
    rules = store_rules(store.slug, from_date=(now - timedelta(days=2)).date())
    if rules is None:
        raise BookingRefused(Refusal.NOT_FOUND)
    return rules


def _fitting(rules: StoreRules, bookings: Sequence[Booking]) -> set[int]:
    """Return which bookings lie wholly within the hours of their desk."""
    if not bookings:
        return set()
    first = bookings[0].starts_at.astimezone(rules.zone).date() - timedelta(days=1)
    last = max(booking.ends_at for booking in bookings).astimezone(rules.zone).date()
    opened = open_intervals(rules.weekly, rules.special, first_date=first, last_date=last, zone=rules.zone)
    hours: dict[int, list[Interval]] = {}
    for desk in rules.desks:
        own = open_intervals(desk.weekly, {}, first_date=first, last_date=last, zone=rules.zone)
        hours[desk.id] = intersection(opened, own) if desk.weekly else opened
    return {
        booking.pk
        for booking in bookings
        if any(
            interval.starts_at <= booking.starts_at and booking.ends_at <= interval.ends_at
            for interval in hours.get(booking.desk_id, ())
        )
    }


def _raise_all_days(store: Store, affected: Sequence[Booking]) -> None:
    """Raise the days of the bookings touched; the hours' own version tells of all others."""
    raise_days(
        store.pk,
        {day for booking in affected for day in days_of(booking.starts_at, booking.ends_at, store.time_zone)},
    )
