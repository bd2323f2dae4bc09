"""Changes of a store's policy, notice, contact, protection and waiting room."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.db import transaction

from stores.embed_origins import BadOrigin, origin_of
from stores.models import CapacityCounts, FeedbackWhen, LineShows, Store, Wheelchair
from stores.services.changes import record_change
from stores.services.values import BadValue, check_range, lock, raise_version, short_text

POLICY_RANGES = {
    "slot_minutes": (5, 480),
    "minimum_notice_minutes": (0, 30 * 24 * 60),
    "booking_horizon_days": (1, 366),
    "change_until_minutes": (0, 30 * 24 * 60),
    "open_bookings_per_customer": (1, 100),
    "keep_days": (1, 3660),
}
ORIGINS_MAX = 10
ORIGINS_LONGEST = 500  # of all origins together
WEBSITE_LONGEST = 255
_web_address = URLValidator(schemes=["http", "https"])


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
    user: User | None,
    now: datetime,
) -> None:
    """Change the store's rules of booking. Locks the store's row. Raises BadValue."""
    numbers = {
        "slot_minutes": slot_minutes,
        "minimum_notice_minutes": minimum_notice_minutes,
        "booking_horizon_days": booking_horizon_days,
        "change_until_minutes": change_until_minutes,
        "open_bookings_per_customer": open_bookings_per_customer,
        "keep_days": keep_days,
    }
    for field, value in numbers.items():
        check_range(field, value, POLICY_RANGES[field])
    if capacity_counts not in CapacityCounts.values:
        raise BadValue("capacity_counts", "invalid_choice")
    _update(store, "rules", {**numbers, "capacity_counts": capacity_counts}, user=user, now=now)
    raise_version(store)


@transaction.atomic
def save_notice(*, store: Store, notice: str, user: User | None, now: datetime) -> None:
    """Change the line that customers read at the top of the store's pages; "" for none. Raises BadValue."""
    notice = short_text(notice, field="notice", longest=300, is_required=False)
    _update(store, "notice", {"notice": notice}, user=user, now=now)


@transaction.atomic
def save_contact(
    *, store: Store, phone: str, email: str, website: str, wheelchair: str, user: User | None, now: datetime
) -> None:
    """Change how customers reach the store, each "" for none; `phone` is in E.164. Raises BadValue."""
    phone = short_text(phone, field="phone", longest=40, is_required=False)
    email = short_text(email, field="email", longest=254, is_required=False)
    website = short_text(website, field="website", longest=WEBSITE_LONGEST, is_required=False)
    for field, value, check in (("email", email, validate_email), ("website", website, _web_address)):
        try:
            if value:
                check(value)
        except ValidationError:
            raise BadValue(field, "invalid") from None
    if wheelchair not in Wheelchair.values:
        raise BadValue("wheelchair", "invalid_choice")
    fields = {"phone": phone, "email": email, "website": website, "wheelchair": wheelchair}
    _update(store, "contact", fields, user=user, now=now)


@transaction.atomic
def save_embed_origins(*, store: Store, addresses: Sequence[str], user: User | None, now: datetime) -> None:
    """Change which sites may show the store's times in a frame; takes any address of a site. Raises BadValue."""
    origins: list[str] = []
    for number, address in enumerate(addresses):
        try:
            origin = origin_of(address)
        except BadOrigin:
            raise BadValue(f"embed_origins.{number}", "invalid") from None
        if origin not in origins:
            origins.append(origin)
    if len(origins) > ORIGINS_MAX:
        raise BadValue("embed_origins", "too_many")
    text = " ".join(origins)
    if len(text) > ORIGINS_LONGEST:
        raise BadValue("embed_origins", "too_long")
    _update(store, "sharing", {"embed_origins": text}, user=user, now=now)


@transaction.atomic
def save_line_shows(*, store: Store, line_shows: str, user: User | None, now: datetime) -> None:
    """Change how people in the store's line are called. Raises BadValue."""
    if line_shows not in LineShows.values:
        raise BadValue("line_shows", "invalid_choice")
    _update(store, "line", {"line_shows": line_shows}, user=user, now=now)


@transaction.atomic
def save_keypad_phone(*, store: Store, keypad_phone: str, user: User | None, now: datetime) -> None:
    """Change the number at which calls are answered by keypad, in E.164; "" for none. Raises BadValue.

    A number belongs to one store: by it alone a call is known to be for that store.
    """
    keypad_phone = short_text(keypad_phone, field="keypad_phone", longest=20, is_required=False)
    if keypad_phone and Store.objects.filter(keypad_phone=keypad_phone).exclude(pk=store.pk).exists():
        raise BadValue("keypad_phone", "taken")
    if keypad_phone and keypad_phone == store.phone:
        raise BadValue("keypad_phone", "same")
    _update(store, "calls", {"keypad_phone": keypad_phone}, user=user, now=now)


@transaction.atomic
def save_feedback_when(*, store: Store, feedback_when: str, user: User | None, now: datetime) -> None:
    """Change when customers are asked one question after their visit; "" for never. Raises BadValue."""
    if feedback_when and feedback_when not in FeedbackWhen.values:
        raise BadValue("feedback_when", "invalid_choice")
    _update(store, "feedback", {"feedback_when": feedback_when}, user=user, now=now)


@transaction.atomic
def save_protection(*, store: Store, asks_proof_under_load: bool, user: User | None, now: datetime) -> None:
    """Change whether browsers are asked for a proof of work during a rush."""
    _update(store, "protection", {"asks_proof_under_load": asks_proof_under_load}, user=user, now=now)


@transaction.atomic
def save_waiting_room(
    *,
    store: Store,
    has_waiting_room: bool,
    bookings_open_at: datetime | None,
    user: User | None,
    now: datetime,
) -> None:
    """Change whether visitors wait in order when too many want to book, and when bookings open; None for at any time.

    Without a waiting room there is no opening either.
    """
    opening = bookings_open_at if has_waiting_room else None
    known = lock(store)
    before = waiting_room_in_trail(known)
    known.has_waiting_room, known.bookings_open_at = has_waiting_room, opening
    after = waiting_room_in_trail(known)
    Store.objects.filter(pk=store.pk).update(has_waiting_room=has_waiting_room, bookings_open_at=opening)
    record_change(store=store, user=user, what="waiting_room", before=before, after=after, now=now)


@transaction.atomic
def save_second_factor(*, store: Store, requires_second_factor: bool, user: User | None, now: datetime) -> None:
    """Change whether the store's managers need more than a password."""
    _update(store, "members", {"requires_second_factor": requires_second_factor}, user=user, now=now)


def waiting_room_in_trail(store: Store) -> dict[str, bool | str | None]:
    """Return a store's waiting room as the trail stores it; the opening as "2026-11-30 09:00", by the store's clock."""
    opening, zone = store.bookings_open_at, ZoneInfo(store.time_zone)
    in_text = f"{opening.astimezone(zone):%Y-%m-%d %H:%M}" if opening else None
    return {"has_waiting_room": store.has_waiting_room, "bookings_open_at": in_text}


def _update(store: Store, what: str, fields: dict[str, Any], *, user: User | None, now: datetime) -> None:
    """Lock the store's row, change these fields, and write a line of the trail."""
    known = lock(store)
    before = {name: getattr(known, name) for name in fields}
    Store.objects.filter(pk=store.pk).update(**fields)
    record_change(store=store, user=user, what=what, before=before, after=fields, now=now)
