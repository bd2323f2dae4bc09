"""Changes of hours, desks and slots, and their effect on bookings that they leave without a place.

A change locks the store's row alone, so that no booking is made unnoticed meanwhile. If visits no longer fit and nobody
has decided about them, the change is refused and nothing changes.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time

from django.contrib.auth.models import User
from django.db import transaction

from booking.models import Booking
from booking.places.claims import raise_days
from booking.places.fit import narrowed
from booking.places.freed import announce_on_commit
from booking.places.slot_rows import lay_slots_anew
from booking.store_setup.affected_visits import (
    AffectedResolution,
    Decision,
    SettledVisit,
    Then,
    days_settled,
    outcome_of,
    settle,
    visits_without_place,
)
from booking.store_setup.taken_places import lock_taken_places, off_the_grid, open_time, recount_places
from booking.who import Who
from stores import services as store_services
from stores.hours import WeeklyInterval
from stores.locks import lock_store_alone
from stores.models import Store
from stores.queries import rules_around
from stores.slots import StoreRules

Edit = Callable[[Store], object]
"""Writes one part of a locked store's set-up."""


@dataclass(frozen=True, slots=True)
class HoursChange:
    """A change that was made, and the bookings it touched."""

    settled: tuple[SettledVisit, ...]

    @property
    def affected(self) -> tuple[Booking, ...]:
        """The visits alone."""
        return tuple(one.visit for one in self.settled)


@contextmanager
def store_alone(*, store_id: int) -> Iterator[Store]:
    """Lock the store alone while the caller compares what a form showed with the present state, and saves."""
    with transaction.atomic():
        yield lock_store_alone(store_id)


def change_opening_hours(
    *, store_id: int, weekly: Sequence[WeeklyInterval], then: Then, now: datetime, user: User
) -> HoursChange:
    """Replace the week's opening hours. Raises BookingsAffected, stores.services.BadHours."""
    return change_rules(
        store_id=store_id,
        edit=lambda store: store_services.save_opening_hours(store=store, weekly=weekly, user=user, now=now),
        then=then,
        now=now,
        user=user,
    )


def change_special_hours(
    *,
    store_id: int,
    date: date,
    intervals: Sequence[tuple[time, time]],
    then: Then,
    now: datetime,
    user: User,
) -> HoursChange:
    """Set the hours of one date; no interval means closed. Raises the errors of `change_opening_hours`."""
    return change_hours_of_days(store_id=store_id, dates=[date], intervals=intervals, then=then, now=now, user=user)


def change_hours_of_days(
    *,
    store_id: int,
    dates: Collection[date],
    intervals: Sequence[tuple[time, time]],
    then: Then,
    now: datetime,
    user: User,
) -> HoursChange:
    """Set the same hours on several dates, as one change with one decision about all visits that it affects.

    No interval means closed. Raises the errors of `change_opening_hours`, also for more than SPECIAL_DAYS_MAX dates.
    """
    return change_rules(
        store_id=store_id,
        edit=lambda store: store_services.save_special_hours(
            store=store, dates=dates, intervals=intervals, user=user, now=now
        ),
        then=then,
        now=now,
        user=user,
    )


def remove_special_hours(*, store_id: int, date: date, then: Then, now: datetime, user: User) -> HoursChange:
    """Restore the weekday's hours on a date. Raises the errors of `change_opening_hours`."""
    return change_rules(
        store_id=store_id,
        edit=lambda store: store_services.delete_special_hours(store=store, date=date, user=user, now=now),
        then=then,
        now=now,
        user=user,
    )


@transaction.atomic
def change_rules(*, store_id: int, edit: Edit, then: Then, now: datetime, user: User | None) -> HoursChange:
    """Change anything that slots are made from, and settle what it leaves without a place.

    Raises BookingsAffected if there is such a visit and `then` is None.
    """
    store = lock_store_alone(store_id)
    taken = lock_taken_places(store_id, now=now)
    old = rules_around(store.slug, now)
    before = open_time(old, taken, now=now)
    had_none = visits_without_place(taken, before)
    edit(store)
    rules = rules_around(store.slug, now)
    if rules.counts_people != old.counts_people:
        recount_places(taken, rules)
    lay_slots_anew(rules, now=now)
    after = open_time(rules, taken, now=now)
    is_other_grid = rules.slot_minutes != old.slot_minutes
    outcome = outcome_of(
        taken,
        after,
        had_none=had_none | (off_the_grid(old, taken) if is_other_grid else set()),
        windows=narrowed(before, after, days=taken.days(rules), zone=rules.zone),
        off_grid=off_the_grid(rules, taken) if is_other_grid else (),
    )
    decision = Decision(then, f"hours-{rules.hours_version}", Who.staff(user, now))
    settled = settle(taken, outcome, rules=rules, decision=decision)
    announce_on_commit(store_id)
    raise_days(store_id, days_settled(settled, store))
    return HoursChange(tuple(settled))


@transaction.atomic
def lay_anew_after_import(*, store_id: int, now: datetime) -> None:
    """Adjust a store's slots and days to hours, or a time zone, that an import changed.

    Nobody can decide during an import, so visits stay as they are. A customer who was asked to choose another time and
    has none left is asked once more.
    """
    store = lock_store_alone(store_id)
    rules = rules_around(store.slug, now)
    days = _give_visits_their_day(rules)
    taken = lock_taken_places(store_id, now=now)
    lay_slots_anew(rules, now=now)
    had_none = {visit.pk for visit in taken.visits}
    outcome = outcome_of(taken, open_time(rules, taken, now=now), had_none=had_none)
    decision = Decision(AffectedResolution.OFFER, f"hours-{rules.hours_version}", Who.staff(None, now))
    settled = settle(taken, outcome, rules=rules, decision=decision)
    raise_days(store_id, days | days_settled(settled, store))


def _give_visits_their_day(rules: StoreRules) -> set[date]:
    """Set the store's local day of each visit; return the days that gained or lost one."""
    bookings = Booking.objects.filter(store_id=rules.id).order_by("pk").only("starts_at", "visit_date")
    days: set[date] = set()
    moved = []
    for booking in bookings.iterator():
        day = booking.starts_at.astimezone(rules.zone).date()
        if day != booking.visit_date:
            days |= {day, booking.visit_date}
            booking.visit_date = day
            moved.append(booking)
    Booking.objects.bulk_update(moved, ["visit_date"], batch_size=500)
    return days
