"""What is asked of stores: the rules of one, one in full, and those found by a search."""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import QuerySet
from django.db.transaction import TransactionManagementError

from stores.hours import ONE_DAY, WeeklyInterval
from stores.models import CapacityCounts, QuestionKind, Store, StoreQuestion
from stores.nearby import box_around, nearest
from stores.slots import DeskRule, StoreRules, VisitTypeRule
from stores.words import cleaned, folded, whole_part

PAGE_SIZE = 20
PAGE_SIZE_MAX = 100
_WORDS_MAX = 10
_SLUG = re.compile(r"[-\w]{1,80}", re.ASCII)  # what else is asked for is no store, and may be no text a database takes


class BadCursor(ValueError):
    """A cursor that no page handed out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSummary:
    """A store as a list shows it; `distance_km` where it was asked for near a place."""

    slug: str
    name: str
    street: str
    postal_code: str
    town: str
    country: str
    latitude: float
    longitude: float
    time_zone: str
    phone: str
    website: str
    wheelchair: str
    notice: str
    distance_km: float | None = None


@dataclass(frozen=True, slots=True)
class VisitTypeDetail:
    slug: str
    name: str
    minutes: int
    what_to_bring: str
    max_party_size: int
    mode: str = "store"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreDetail(StoreSummary):
    """A store in full, as the public may know it."""

    slot_minutes: int
    capacity_counts: str
    minimum_notice_minutes: int
    booking_horizon_days: int
    change_until_minutes: int
    open_bookings_per_customer: int
    keep_days: int
    weekly: tuple[WeeklyInterval, ...]
    special: dict[date, tuple[tuple[time, time], ...]]
    visit_types: tuple[VisitTypeDetail, ...]


@dataclass(frozen=True, slots=True)
class StoresPage:
    results: tuple[StoreSummary, ...]
    next_cursor: str | None


# --- One store ------------------------------------------------------------------------------------

_POLICY = (
    *("slot_minutes", "capacity_counts", "minimum_notice_minutes", "booking_horizon_days"),
    *("change_until_minutes", "open_bookings_per_customer", "keep_days"),
)
_SUMMARY = (
    *("slug", "name", "street", "postal_code", "town", "country", "latitude", "longitude", "time_zone"),
    *("phone", "website", "wheelchair", "notice"),
)
_RULES = ("id", "slug", "name", "country", "time_zone", "hours_version", "offers_desk_choice", *_POLICY)
# One statement for a store and all that hangs on it: its parts come as JSON lists, which both databases can make.
# They are sorted here, as SQLite keeps no promise about the order within a list.
_STORE = """
SELECT {columns},
       (SELECT seen.hours_version FROM stores_store seen WHERE seen.id = store.id),
       (SELECT {list}({row}(hours.weekday, hours.opens, hours.closes))
          FROM stores_openinghours hours WHERE hours.store_id = store.id),
       (SELECT {list}({row}(special.date, special.opens, special.closes))
          FROM stores_specialhours special WHERE special.store_id = store.id AND special.date >= %s),
       (SELECT {list}({row}(desk.position, desk.id, desk.slug, desk.name, desk.capacity, desk.kept_back,
                            (SELECT {list}({row}(own.weekday, own.opens, own.closes))
                               FROM stores_deskhours own WHERE own.desk_id = desk.id)))
          FROM stores_desk desk WHERE desk.store_id = store.id AND desk.is_active),
       (SELECT {list}({row}(kind.position, kind.id, kind.slug, kind.name, kind.slot_count, kind.max_party_size,
                            kind.what_to_bring, kind.mode))
          FROM stores_visittype kind WHERE kind.store_id = store.id AND kind.is_active)
  FROM stores_store store
 WHERE store.slug = %s
"""
_JSON_OF = {
    "sqlite": {"list": "json_group_array", "row": "json_array"},
    "postgresql": {"list": "json_agg", "row": "json_build_array"},
}


@dataclass(frozen=True, slots=True)
class _Read:
    """A store as read: columns by name, and its parts."""

    columns: dict[str, Any]
    version_seen: int
    weekly: tuple[WeeklyInterval, ...]
    special: dict[date, tuple[tuple[time, time], ...]]
    desks: tuple[DeskRule, ...]
    visit_types: tuple[VisitTypeRule, ...]


def store_rules(slug: str, *, from_date: date, lock: bool = False) -> StoreRules | None:
    """Return what a store's slots are made from, special hours from the day before `from_date` on; None if unknown.

    One SQL statement. With `lock`, the store's row is share-locked until the transaction ends, so that no change of
    hours passes by; SQLite needs none, its write transactions being one at a time.
    """
    if lock and not connection.in_atomic_block:
        raise TransactionManagementError("a lock is kept until the end of a transaction, and there is none")
    special_from = max(from_date, date.min + ONE_DAY) - ONE_DAY
    found = _read(slug, _RULES, special_from=special_from, lock=lock)
    if found is not None and found.columns["hours_version"] != found.version_seen:
        # A change ended while this statement waited for the lock: the row is the new one, its parts are the old.
        found = _read(slug, _RULES, special_from=special_from, lock=lock)
    if found is None:
        return None
    columns = dict(found.columns)
    return StoreRules(
        zone=ZoneInfo(columns.pop("time_zone")),
        counts_people=columns.pop("capacity_counts") == CapacityCounts.PEOPLE,
        offers_desk_choice=bool(columns.pop("offers_desk_choice")),
        weekly=found.weekly,
        special=found.special,
        desks=found.desks,
        visit_types=found.visit_types,
        **columns,
    )


def store_detail(slug: str, *, from_date: date | None = None) -> StoreDetail | None:
    """Return a store in full, with its special hours from `from_date` on; None if unknown. One SQL statement."""
    found = _read(slug, (*_SUMMARY, *_POLICY), special_from=from_date or date.max, lock=False)
    if found is None:
        return None
    slot_minutes = found.columns["slot_minutes"]
    return StoreDetail(
        **found.columns,
        weekly=found.weekly,
        special=found.special,
        visit_types=tuple(
            VisitTypeDetail(
                kind.slug, kind.name, kind.slot_count * slot_minutes, kind.what_to_bring, kind.max_party_size, kind.mode
            )
            for kind in found.visit_types
        ),
    )


def _read(slug: str, columns: Sequence[str], *, special_from: date, lock: bool) -> _Read | None:
    if not _SLUG.fullmatch(slug):
        return None
    sql = _STORE.format(columns=", ".join(f"store.{column}" for column in columns), **_JSON_OF[connection.vendor])
    if lock and connection.features.has_select_for_update:
        sql += " FOR SHARE OF store"
    with connection.cursor() as cursor:
        cursor.execute(sql, [connection.ops.adapt_datefield_value(special_from), slug])
        row = cursor.fetchone()
    if row is None:
        return None
    *values, version_seen, weekly, special, desks, visit_types = row
    return _Read(
        columns=dict(zip(columns, values, strict=True)),
        version_seen=version_seen,
        weekly=_weekly(weekly),
        special=_special(special),
        desks=tuple(DeskRule(*[*fields, _weekly(own)]) for _, *fields, own in _listed(desks)),
        visit_types=tuple(VisitTypeRule(*fields) for _, *fields in _listed(visit_types)),
    )


def _listed(part: Any) -> list[Any]:
    """Return a JSON list as read by either database (SQLite: text, PostgreSQL: a list, or null for an empty one)."""
    rows = (json.loads(part) if isinstance(part, str) else part) or []
    return sorted(rows, key=lambda row: (row[0], row[1] or ""))


def _weekly(part: Any) -> tuple[WeeklyInterval, ...]:
    return tuple(
        WeeklyInterval(weekday, time.fromisoformat(opens), time.fromisoformat(closes))
        for weekday, opens, closes in _listed(part)
    )


def _special(part: Any) -> dict[date, tuple[tuple[time, time], ...]]:
    special: dict[date, tuple[tuple[time, time], ...]] = {}
    for day, opens, closes in _listed(part):
        times = () if opens is None else ((time.fromisoformat(opens), time.fromisoformat(closes)),)
        special[date.fromisoformat(day)] = special.get(date.fromisoformat(day), ()) + times
    return special


@dataclass(frozen=True, slots=True)
class Question:
    """What a store asks whoever books on its pages; no `choices`: a short text."""

    text: str
    choices: tuple[str, ...]
    is_required: bool


def store_questions(slug: str) -> tuple[Question, ...]:
    """Return a store's own questions in its order; none for an unknown store. One SQL statement."""
    rows = StoreQuestion.objects.filter(store__slug=slug).order_by("position")
    return tuple(
        Question(row.text, tuple(row.choices.splitlines()) if row.kind == QuestionKind.CHOICE else (), row.is_required)
        for row in rows
    )


# --- Stores found ---------------------------------------------------------------------------------


def stores_page(
    *,
    q: str = "",
    town: str = "",
    postal_code: str = "",
    near: tuple[float, float] | None = None,
    radius_km: float | None = None,
    page_size: int = PAGE_SIZE,
    cursor: str = "",
) -> StoresPage:
    """Return a page of the stores that fit, by slug, or nearest first where `near` (latitude, longitude) is given.

    Every word of `q` must be in the name, town or postal code; `town` and `postal_code` must be the same, accents,
    case and hyphens aside. `radius_km` counts with `near` alone. One SQL statement, two with `near`.
    Raises BadCursor.
    """
    stores = _fitting(q, town, postal_code)
    size = max(1, min(page_size, PAGE_SIZE_MAX))
    if near is not None:
        return _nearest(stores, near, radius_km, size, cursor)
    if cursor:
        (slug,) = _after(cursor, str)
        if not _SLUG.fullmatch(slug):
            raise BadCursor(cursor)
        stores = stores.filter(slug__gt=slug)
    found = list(stores.order_by("slug").values(*_SUMMARY)[: size + 1])
    results = tuple(StoreSummary(**row) for row in found[:size])
    return StoresPage(results, _cursor(results[-1].slug) if len(found) > size else None)


def _fitting(q: str, town: str, postal_code: str) -> QuerySet[Store]:
    stores = Store.objects.all()
    words = folded(q).split()[:_WORDS_MAX]
    if q.strip() and not words:
        return stores.none()
    for word in words:
        stores = stores.filter(search_text__contains=word)
    if town:
        stores = stores.filter(search_text__contains=whole_part(town))
    if postal_code:
        typed = cleaned(postal_code).upper()
        stores = stores.filter(postal_code__in={typed, typed.replace(" ", "")})
    return stores


def _nearest(
    stores: QuerySet[Store], near: tuple[float, float], radius_km: float | None, size: int, cursor: str
) -> StoresPage:
    if radius_km is not None:
        box = box_around(*near, radius_km)
        stores = stores.filter(latitude__range=(box.south, box.north), longitude__range=(box.west, box.east))
    places = stores.values_list("pk", "latitude", "longitude")
    after = _after(cursor, float, int) if cursor else None
    found = nearest(places, near=near, radius_km=radius_km, after=after, limit=size + 1)
    distances = {pk: distance for distance, pk in found[:size]}
    rows = {row.pop("pk"): row for row in Store.objects.filter(pk__in=distances).values("pk", *_SUMMARY)}
    results = tuple(
        StoreSummary(**rows[pk], distance_km=round(distance, 3)) for pk, distance in distances.items() if pk in rows
    )
    return StoresPage(results, _cursor(*found[size - 1]) if len(found) > size else None)


def _cursor(*after: object) -> str:
    return urlsafe_b64encode(json.dumps(after).encode()).decode().rstrip("=")


def _after(cursor: str, *kinds: type) -> tuple[Any, ...]:
    """Return what a cursor holds, if it holds values of these types."""
    try:
        values = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, RecursionError):
        raise BadCursor(cursor) from None
    if not isinstance(values, list) or [type(value) for value in values] != list(kinds):
        raise BadCursor(cursor)
    return tuple(values)
