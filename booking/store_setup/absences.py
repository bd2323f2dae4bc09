"""Absences of desks as managers set them up: the rest of today, and changes with the visits that they affect."""

from dataclasses import replace
from datetime import date, datetime, time

from django.contrib.auth.models import User
from django.db.models import Prefetch, Q

from booking.store_setup.affected_visits import Then
from booking.store_setup.hours_changes import HoursChange, change_rules
from booking.working_days import working_day
from stores.absences import Absence
from stores.hours import ONE_DAY, difference
from stores.models import Desk, DeskAbsence, Store
from stores.services import absence_of, add_absence, remove_absence
from stores.slots import StoreRules, desk_away


def add_desk_absence(
    *, store_id: int, desk: Desk, absence: Absence, then: Then, now: datetime, user: User
) -> HoursChange:
    """Let a desk be away. Raises BookingsAffected, stores.services.BadValue."""
    return change_rules(
        store_id=store_id,
        edit=lambda store: add_absence(store=store, desk=desk, absence=absence, user=user, now=now),
        then=then,
        now=now,
        user=user,
    )


def remove_desk_absence(*, store_id: int, absence_id: int, then: Then, now: datetime, user: User) -> HoursChange:
    """Let a desk be there again. Raises BookingsAffected."""
    return change_rules(
        store_id=store_id,
        edit=lambda store: remove_absence(store=store, absence_id=absence_id, user=user, now=now),
        then=then,
        now=now,
        user=user,
    )


def rest_of_today(rules: StoreRules, *, now: datetime) -> Absence:
    """Return the absence from now to the end of the working day, which may be past midnight."""
    local, day = now.astimezone(rules.zone), working_day(rules, now=now)
    today, from_time = local.date(), time(local.hour, local.minute)
    if today == day.own_date:
        return Absence(today, today, from_time)
    closes_at = day.closes_at.astimezone(rules.zone) if day.closes_at else None
    is_open = closes_at is not None and closes_at.date() == today and closes_at.time() > from_time
    return Absence(today, today, from_time, closes_at.time() if closes_at is not None and is_open else None)


def is_away_already(rules: StoreRules, desk: Desk, absence: Absence) -> bool:
    """Tell whether a desk is away for the whole of an absence of one day without this one."""
    known = next((one for one in rules.desks if one.id == desk.pk), None)
    if known is None or not known.absences:
        return False
    days = {"first_date": absence.first_date, "last_date": absence.first_date}
    wanted = desk_away(rules, replace(known, absences=(absence,)), **days)
    return not difference(wanted, desk_away(rules, known, **days))


def desk_absences(store: Store, *, from_date: date) -> list[tuple[Desk, list[Absence]]]:
    """Return a store's desks in use with their absences that are not over by a day, with two statements."""
    ahead = DeskAbsence.objects.filter(Q(last_date=None) | Q(last_date__gte=from_date - ONE_DAY))
    known = Prefetch("absences", ahead.order_by("first_date", "from_time", "pk"))
    desks = store.desks.filter(is_active=True).order_by("position", "pk").prefetch_related(known)
    return [(desk, [absence_of(row) for row in desk.absences.all()]) for desk in desks]


def desk_of_absence(store: Store, absence_id: int) -> Desk | None:
    """Return which of a store's desks has an absence; None if none has."""
    return store.desks.filter(absences=absence_id).first()
