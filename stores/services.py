"""What changes a store: its hours, desks, visit types, policy, texts and people.

Whatever slots are made from changes with the store's row locked alone, and raises `hours_version`. Nothing here
knows of bookings: `booking.services.changes_of_hours` wraps these where bookings may be affected.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from enum import StrEnum

from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.db import models, transaction
from django.db.models import F, Max

from stores.hours import WeeklyInterval, week_problem
from stores.models import (
    CapacityCounts,
    Desk,
    DeskHours,
    OpeningHours,
    Role,
    SpecialHours,
    Store,
    StoreMembership,
    VisitType,
)
from stores.words import cleaned, slug_from

INTERVALS_MAX = 70
SLUG_LONGEST = 40
POLICY_RANGES = {
    "slot_minutes": (5, 480),
    "minimum_notice_minutes": (0, 30 * 24 * 60),
    "booking_horizon_days": (1, 366),
    "change_until_minutes": (0, 30 * 24 * 60),
    "open_bookings_per_customer": (1, 100),
    "keep_days": (1, 3660),
}
CAPACITY_RANGE = (1, 1000)


class BadValue(ValueError):
    """A value that cannot be kept: `field` as a dotted path, `code` one of required, too_long, out_of_range, ...."""

    def __init__(self, field: str, code: str) -> None:
        super().__init__(f"{field}: {code}")
        self.field = field
        self.code = code


class BadHours(BadValue):
    """Hours that cannot be kept: `code` is overlap, duplicate, invalid or too_many."""


# --- Hours ----------------------------------------------------------------------------------------


@transaction.atomic
def save_opening_hours(*, store: Store, weekly: Sequence[WeeklyInterval]) -> None:
    """Replace the whole week. Locks the store's row. Raises BadHours."""
    check_week(weekly, field="opening_hours")
    _lock(store)
    replace_opening_hours(store, weekly)
    _raise_version(store)


@transaction.atomic
def save_special_hours(*, store: Store, date: date, intervals: Sequence[tuple[time, time]]) -> None:
    """Replace the hours of one date; no interval means closed. Locks the store's row. Raises BadHours."""
    check_week([WeeklyInterval(date.weekday(), opens, closes) for opens, closes in intervals], field="intervals")
    _lock(store)
    SpecialHours.objects.filter(store=store, date=date).delete()
    rows = [SpecialHours(store=store, date=date, opens=opens, closes=closes) for opens, closes in intervals]
    SpecialHours.objects.bulk_create(rows or [SpecialHours(store=store, date=date)])
    _raise_version(store)


@transaction.atomic
def delete_special_hours(*, store: Store, date: date) -> bool:
    """Let the weekday's hours hold again on a date; tell whether it had any of its own. Locks the store's row."""
    _lock(store)
    deleted, _ = SpecialHours.objects.filter(store=store, date=date).delete()
    if deleted:
        _raise_version(store)
    return bool(deleted)


def check_week(weekly: Sequence[WeeklyInterval], *, field: str) -> None:
    """Raise BadHours, naming the interval by its place in the list, where these are no hours of a week."""
    if len(weekly) > INTERVALS_MAX:
        raise BadHours(field, "too_many")
    problem = week_problem(weekly)
    if problem is not None:
        at, code = problem
        raise BadHours(f"{field}.{at}", code)


def replace_opening_hours(store: Store, weekly: Iterable[WeeklyInterval]) -> None:
    """Put a whole week in place of the one before; the caller holds the store's lock and raises its version."""
    OpeningHours.objects.filter(store=store).delete()
    OpeningHours.objects.bulk_create(
        OpeningHours(store=store, weekday=one.weekday, opens=one.opens, closes=one.closes) for one in weekly
    )


# --- Desks, visit types, policy, texts --------------------------------------------------------------


@transaction.atomic
def save_desk(
    *,
    store: Store,
    desk: Desk | None = None,
    name: str,
    capacity: int,
    kept_back: int = 0,
    weekly: Sequence[WeeklyInterval] = (),
    is_active: bool = True,
) -> Desk:
    """Make a desk, or change one; `weekly` empty: it serves whenever the store is open. Raises BadValue, BadHours.

    A desk keeps its slug for ever, and is closed by `is_active=False`, not deleted: its past visits stay with it.
    """
    name = _short_text(name, field="name", longest=80)
    _check_range("capacity", capacity, CAPACITY_RANGE)
    _check_range("kept_back", kept_back, (0, capacity))
    check_week(weekly, field="hours")
    _lock(store)
    if desk is None:
        desk = Desk(store=store, slug=_free_slug(name, "desk", store.desks.all()), position=_next(store.desks.all()))
    if not is_active and not store.desks.filter(is_active=True).exclude(pk=desk.pk).exists():
        raise BadValue("is_active", "last_one")
    desk.name, desk.capacity, desk.kept_back, desk.is_active = name, capacity, kept_back, is_active
    desk.save()
    desk.hours.all().delete()
    DeskHours.objects.bulk_create(
        DeskHours(desk=desk, weekday=one.weekday, opens=one.opens, closes=one.closes) for one in weekly
    )
    _raise_version(store)
    return desk


@transaction.atomic
def save_visit_type(
    *,
    store: Store,
    visit_type: VisitType | None = None,
    name: str,
    slot_count: int,
    max_party_size: int,
    what_to_bring: str = "",
    is_active: bool = True,
) -> VisitType:
    """Make a visit type, or change one, which keeps its slug for ever. Raises BadValue."""
    name = _short_text(name, field="name", longest=80)
    what_to_bring = _short_text(what_to_bring, field="what_to_bring", longest=300, is_required=False)
    _check_range("slot_count", slot_count, (1, 96))
    _check_range("max_party_size", max_party_size, CAPACITY_RANGE)
    _lock(store)
    others = store.visit_types.all()
    if visit_type is None:
        visit_type = VisitType(store=store, slug=_free_slug(name, "visit", others), position=_next(others))
    if not is_active and not others.filter(is_active=True).exclude(pk=visit_type.pk).exists():
        raise BadValue("is_active", "last_one")
    visit_type.name, visit_type.slot_count, visit_type.max_party_size = name, slot_count, max_party_size
    visit_type.what_to_bring, visit_type.is_active = what_to_bring, is_active
    visit_type.save()
    _raise_version(store)
    return visit_type


@transaction.atomic
def save_policy(
    *,
    store: Store,
    slot_minutes: int,
    capacity_counts: str,
    minimum_notice_minutes: int,
    booking_horizon_days: int,
    change_until_minutes: int,
    open_bookings_per_customer: int,
    keep_days: int,
) -> None:
    """Change what the store decided about booking. Locks the store's row. Raises BadValue."""
    numbers = {
        "slot_minutes": slot_minutes,
        "minimum_notice_minutes": minimum_notice_minutes,
        "booking_horizon_days": booking_horizon_days,
        "change_until_minutes": change_until_minutes,
        "open_bookings_per_customer": open_bookings_per_customer,
        "keep_days": keep_days,
    }
    for field, value in numbers.items():
        _check_range(field, value, POLICY_RANGES[field])
    if capacity_counts not in CapacityCounts.values:
        raise BadValue("capacity_counts", "invalid_choice")
    _lock(store)
    Store.objects.filter(pk=store.pk).update(**numbers, capacity_counts=capacity_counts)
    _raise_version(store)


@transaction.atomic
def save_notice(*, store: Store, notice: str) -> None:
    """Change the line that customers read at the store's top; "" for none. Raises BadValue."""
    notice = _short_text(notice, field="notice", longest=300, is_required=False)
    Store.objects.filter(pk=store.pk).update(notice=notice)


# --- People -----------------------------------------------------------------------------------------


class Joined(StrEnum):
    """What `add_member` did."""

    CREATED = "created"  # a new user
    ADDED = "added"  # a user who was there became a member of one more store
    CHANGED = "changed"  # a member got another role
    UNCHANGED = "unchanged"


@transaction.atomic
def add_member(*, store: Store, username: str, role: Role, password: str | None, now: datetime) -> Joined:
    """Make a user a member of a store, or change a member's role.

    `password` is for a new user alone; one who exists keeps theirs. Raises django's ValidationError for a name or
    password that cannot be used, BadValue where a new user has no password.
    """
    username = User.normalize_username(username)
    user = User.objects.filter(username=username).first()
    if user is None:
        user = User(username=username, date_joined=now)
        user.clean_fields(exclude=["password"])
        if not password:
            raise BadValue("password", "required")
        validate_password(password, user)
        user.set_password(password)
        user.save()
        joined = Joined.CREATED
    else:
        joined = Joined.ADDED
    membership, is_new = StoreMembership.objects.get_or_create(store=store, user=user, defaults={"role": role})
    if is_new:
        return joined
    if membership.role == role:
        return Joined.UNCHANGED
    membership.role = role
    membership.save(update_fields=["role"])
    return Joined.CHANGED


# --- What they share --------------------------------------------------------------------------------


def _lock(store: Store) -> None:
    """Take the store's row alone until the transaction ends; rows that only refer to it may still be added."""
    Store.objects.select_for_update(no_key=True).only("pk").get(pk=store.pk)


def _raise_version(store: Store) -> None:
    Store.objects.filter(pk=store.pk).update(hours_version=F("hours_version") + 1)


def _short_text(text: str, *, field: str, longest: int, is_required: bool = True) -> str:
    text = cleaned(text)
    if is_required and not text:
        raise BadValue(field, "required")
    if len(text) > longest:
        raise BadValue(field, "too_long")
    return text


def _check_range(field: str, value: int, allowed: tuple[int, int]) -> None:
    if not allowed[0] <= value <= allowed[1]:
        raise BadValue(field, "out_of_range")


def _free_slug(name: str, otherwise: str, others: models.QuerySet[Desk] | models.QuerySet[VisitType]) -> str:
    """Return a slug made from a name that none of the others has."""
    wanted = slug_from(name, "", longest=SLUG_LONGEST - 4) or otherwise
    taken = set(others.values_list("slug", flat=True))
    spellings = (wanted if number == 1 else f"{wanted}-{number}" for number in range(1, len(taken) + 2))
    return next(slug for slug in spellings if slug not in taken)


def _next(others: models.QuerySet[Desk] | models.QuerySet[VisitType]) -> int:
    last: int | None = others.aggregate(last=Max("position"))["last"]
    return 0 if last is None else last + 1
