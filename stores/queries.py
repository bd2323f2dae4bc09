"""What is asked of stores: the rules of one, one in full, and those found by a search."""

import json
from datetime import date, time
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.transaction import TransactionManagementError

from stores.hours import ONE_DAY, WeeklyInterval
from stores.models import CapacityCounts
from stores.slots import DeskRule, StoreRules, VisitTypeRule

# One statement for a store and all that hangs on it: its parts come as JSON lists, which both databases can make.
# They are sorted here, as SQLite keeps no promise about the order within a list.
_STORE = """
SELECT store.id, store.slug, store.name, store.country, store.time_zone, store.slot_minutes, store.capacity_counts,
       store.minimum_notice_minutes, store.booking_horizon_days, store.change_until_minutes,
       store.open_bookings_per_customer, store.keep_days, store.hours_version,
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
                            kind.what_to_bring))
          FROM stores_visittype kind WHERE kind.store_id = store.id AND kind.is_active)
  FROM stores_store store
 WHERE store.slug = %s
"""
_VERSION, _VERSION_SEEN = 12, 13
_JSON_OF = {
    "sqlite": {"list": "json_group_array", "row": "json_array"},
    "postgresql": {"list": "json_agg", "row": "json_build_array"},
}


def store_rules(slug: str, *, from_date: date, lock: bool = False) -> StoreRules | None:
    """Return what a store's slots are made from, special hours from the day before `from_date` on; None if unknown.

    One SQL statement. With `lock`, the store's row is share-locked until the transaction ends, so that no change of
    hours passes by; SQLite needs none, its write transactions being one at a time.
    """
    if lock and not connection.in_atomic_block:
        raise TransactionManagementError("a lock is kept until the end of a transaction, and there is none")
    row = _store_row(slug, from_date=from_date, lock=lock)
    if row is not None and row[_VERSION] != row[_VERSION_SEEN]:
        # A change ended while this statement waited for the lock: the row is the new one, its parts are the old.
        row = _store_row(slug, from_date=from_date, lock=lock)
    return None if row is None else _rules(row)


def _store_row(slug: str, *, from_date: date, lock: bool) -> tuple[Any, ...] | None:
    sql = _STORE.format(**_JSON_OF[connection.vendor])
    if lock and connection.features.has_select_for_update:
        sql += " FOR SHARE OF store"
    with connection.cursor() as cursor:
        cursor.execute(sql, [connection.ops.adapt_datefield_value(from_date - ONE_DAY), slug])
        row: tuple[Any, ...] | None = cursor.fetchone()
    return row


def _rules(row: tuple[Any, ...]) -> StoreRules:
    *store, weekly, special, desks, visit_types = row
    by_date: dict[date, list[tuple[time, time]]] = {}
    for day, opens, closes in _listed(special):
        times = by_date.setdefault(date.fromisoformat(day), [])
        if opens is not None:
            times.append((time.fromisoformat(opens), time.fromisoformat(closes)))
    return StoreRules(
        id=store[0],
        slug=store[1],
        name=store[2],
        country=store[3],
        zone=ZoneInfo(store[4]),
        slot_minutes=store[5],
        counts_people=store[6] == CapacityCounts.PEOPLE,
        minimum_notice_minutes=store[7],
        booking_horizon_days=store[8],
        change_until_minutes=store[9],
        open_bookings_per_customer=store[10],
        keep_days=store[11],
        hours_version=store[12],
        weekly=_weekly(weekly),
        special={day: tuple(times) for day, times in by_date.items()},
        desks=tuple(DeskRule(*fields, weekly=_weekly(own)) for _, *fields, own in _listed(desks)),
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
