"""Rules and public data of one store."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.transaction import TransactionManagementError

from stores.absences import Absence, weekdays_of
from stores.hours import ONE_DAY, WeeklyInterval
from stores.locks import SHARED
from stores.models import CapacityCounts
from stores.slots import DeskRule, StoreRules, VisitTypeRule

SPECIAL_DAYS_BEFORE = 3
SLUG = re.compile(r"[-\w]{1,80}", re.ASCII)  # other texts name no store, and some cannot be stored in a database


POLICY = (
    *("slot_minutes", "capacity_counts", "minimum_notice_minutes", "booking_horizon_days"),
    *("change_until_minutes", "open_bookings_per_customer", "keep_days"),
)
_MESSAGES = (
    *("reminder_days", "messages_from", "messages_until"),
    *("reminder_channel", "reminder_hours", "confirms_by_text"),
)
RULES = (
    "id",
    "slug",
    "name",
    "country",
    "time_zone",
    "hours_version",
    "offers_desk_choice",
    *POLICY,
    *_MESSAGES,
    "webhook_ids",
)
# One statement reads a store and all its parts, as JSON lists, which both databases can build. The lists are sorted
# here, because SQLite does not guarantee the order within a list.
_STORE = """
SELECT {columns},
       (SELECT seen.hours_version FROM stores_store seen WHERE seen.id = store.id),
       (SELECT {list}({row}(hours.weekday, hours.opens, hours.closes))
          FROM stores_openinghours hours WHERE hours.store_id = store.id),
       (SELECT {list}({row}(special.date, special.opens, special.closes))
          FROM stores_specialhours special WHERE special.store_id = store.id AND special.date >= %s),
       (SELECT {list}({row}(closing.first_date, closing.id, closing.last_date, closing.from_time, closing.until_time,
                            closing.weekdays, closing.nth))
          FROM stores_storeclosing closing
         WHERE closing.store_id = store.id AND (closing.last_date IS NULL OR closing.last_date >= %s)),
       (SELECT {list}({row}(desk.position, desk.id, desk.slug, desk.name, desk.capacity, desk.kept_back, desk.languages,
                            (SELECT {list}({row}(own.weekday, own.opens, own.closes))
                               FROM stores_deskhours own WHERE own.desk_id = desk.id),
                            (SELECT {list}(served.visittype_id)
                               FROM stores_visittype_desks served WHERE served.desk_id = desk.id),
                            (SELECT {list}({row}(away.first_date, away.id, away.last_date, away.from_time,
                                                 away.until_time, away.weekdays, away.nth))
                               FROM stores_deskabsence away
                              WHERE away.desk_id = desk.id
                                AND (away.last_date IS NULL OR away.last_date >= %s))))
          FROM stores_desk desk WHERE desk.store_id = store.id AND desk.is_active),
       (SELECT {list}({row}(kind.position, kind.id, kind.slug, kind.name, kind.slot_count, kind.max_party_size,
                            kind.what_to_bring, kind.mode, kind.is_active, kind.notice_minutes, kind.notice_until,
                            kind.minutes_before, kind.minutes_after, kind.most_at_once,
                            (SELECT {list}({row}(own.weekday, own.opens, own.closes))
                               FROM stores_visittypehours own WHERE own.visit_type_id = kind.id)))
          FROM stores_visittype kind WHERE kind.store_id = store.id){more}
  FROM stores_store store
 WHERE store.slug IN ({slugs})
"""
_JSON_OF = {
    "sqlite": {"list": "json_group_array", "row": "json_array"},
    "postgresql": {"list": "json_agg", "row": "json_build_array"},
}


@dataclass(frozen=True, slots=True)
class ReadStore:
    """A store as read: columns by name, its parts, and what more was asked for."""

    columns: dict[str, Any]
    version_seen: int
    weekly: tuple[WeeklyInterval, ...]
    special: dict[date, tuple[tuple[time, time], ...]]
    closings: tuple[Absence, ...]
    desks: tuple[DeskRule, ...]
    visit_types: tuple[VisitTypeRule, ...]
    more: tuple[Any, ...] = ()


class UnknownStore(LookupError):
    """There is no such store."""


def first_day_around(instant: datetime) -> date:
    """Return the first day whose special hours are needed to tell what is open around an instant.

    The date in UTC may be one day ahead of the store's. Until the store's working day begins, the one before it counts,
    and its beginning depends on when the day before it closed.
    """
    return instant.astimezone(UTC).date() - SPECIAL_DAYS_BEFORE * ONE_DAY


def rules_around(slug: str, instant: datetime, *, lock: bool = False, then_lock: Sequence[int] = ()) -> StoreRules:
    """Return the rules of a store's slots, for questions about an instant and the time after it.

    One SQL statement, as `store_rules`. Raises UnknownStore.
    """
    return store_rules(slug, from_date=first_day_around(instant), lock=lock, then_lock=then_lock)


def store_rules(slug: str, *, from_date: date, lock: bool = False, then_lock: Sequence[int] = ()) -> StoreRules:
    """Return the rules of a store's slots, with special hours from the day before `from_date` on.

    The day before is included, because its hours may go on past midnight. One SQL statement. Raises UnknownStore. With
    `lock`, the store's row is share-locked until the transaction ends, so that no change of hours happens meanwhile.
    SQLite needs no lock, because it runs one write transaction at a time. `then_lock` are the keys of advisory locks
    that the same statement takes, in this order, once it has the store's.
    """
    if lock and not connection.in_atomic_block:
        raise TransactionManagementError("a lock is kept until the end of a transaction, and there is none")
    special_from = max(from_date, date.min + ONE_DAY) - ONE_DAY
    found = read_store(slug, RULES, special_from=special_from, lock=lock, then_lock=then_lock)
    if found is not None and found.columns["hours_version"] != found.version_seen:
        # A change was committed while this statement waited for the lock: the row is new, its parts are old.
        found = read_store(slug, RULES, special_from=special_from, lock=lock)
    if found is None:
        raise UnknownStore(slug)
    return rules_of(found)


def rules_of(found: ReadStore) -> StoreRules:
    """Return the rules of a store's slots from what was read."""
    columns = {name: found.columns[name] for name in RULES}
    return StoreRules(
        zone=ZoneInfo(columns.pop("time_zone")),
        counts_people=columns.pop("capacity_counts") == CapacityCounts.PEOPLE,
        offers_desk_choice=bool(columns.pop("offers_desk_choice")),
        messages_from=_wall_time(columns.pop("messages_from")),
        messages_until=_wall_time(columns.pop("messages_until")),
        confirms_by_text=bool(columns.pop("confirms_by_text")),
        weekly=found.weekly,
        special=found.special,
        closings=found.closings,
        desks=found.desks,
        visit_types=tuple(kind for kind in found.visit_types if kind.is_active),
        resting_types=tuple(kind for kind in found.visit_types if not kind.is_active),
        **columns,
    )


def _wall_time(value: time | str) -> time:
    """Return a time of day from the form that either database gives."""
    return value if isinstance(value, time) else time.fromisoformat(value)


def read_store(slug: str, columns: Sequence[str], **how: Any) -> ReadStore | None:
    """Return a store's columns and parts, with special hours from `special_from` on; None if unknown. One statement.

    `more` is SQL of further columns, each of which begins with a comma.
    """
    return next(iter(read_stores([slug], columns, **how)), None)


def read_stores(
    slugs: Sequence[str],
    columns: Sequence[str],
    *,
    special_from: date,
    lock: bool = False,
    then_lock: Sequence[int] = (),
    more: str = "",
) -> list[ReadStore]:
    """Return what `read_store` does, for many stores, with one statement; unknown ones are left out."""
    known = [slug for slug in slugs if SLUG.fullmatch(slug)]
    if not known:
        return []
    names = ", ".join(f"store.{column}" for column in columns)
    json_of = _JSON_OF[connection.vendor]
    slots = ", ".join(["%s"] * len(known))
    sql = _STORE.format(columns=names, slugs=slots, more=more.format(**json_of), **json_of)
    is_locking = lock and connection.vendor == "postgresql"
    if is_locking:
        sql = sql.replace("SELECT ", f"SELECT {SHARED}, ", 1) + " FOR SHARE OF store"
        if then_lock:  # of a row that is locked already
            others = ", ".join(["pg_advisory_xact_lock(%s)"] * len(then_lock))
            sql = f"WITH locked AS MATERIALIZED ({sql}) SELECT locked.*, {others} FROM locked"  # noqa: S608
    keys = then_lock if is_locking else ()
    with connection.cursor() as cursor:
        since = connection.ops.adapt_datefield_value(special_from)
        cursor.execute(sql, [since, since, since, *known, *keys])
        return [_read_row(row[is_locking : len(row) - len(keys)], columns) for row in cursor.fetchall()]


def _read_row(row: Sequence[Any], columns: Sequence[str]) -> ReadStore:
    parts = len(columns)
    version_seen, weekly, special, closings, desks, visit_types, *more = row[parts:]
    return ReadStore(
        columns=dict(zip(columns, row[:parts], strict=True)),
        version_seen=version_seen,
        weekly=_weekly(weekly),
        special=_special(special),
        closings=_absences(closings),
        desks=tuple(_desk(*fields) for _, *fields in listed_json(desks)),
        visit_types=tuple(_visit_type(*fields) for _, *fields in listed_json(visit_types)),
        more=tuple(more),
    )


def listed_json(part: Any) -> list[Any]:
    """Return a JSON list from either database (SQLite: text; PostgreSQL: a list, or null for an empty one)."""
    return sorted(_json(part), key=lambda row: (row[0], row[1] or ""))


def _json(part: Any) -> list[Any]:
    return (json.loads(part) if isinstance(part, str) else part) or []


def _ids(part: Any) -> tuple[int, ...]:
    return tuple(sorted(_json(part)))


def _desk(*fields: Any) -> DeskRule:
    desk_id, slug, name, capacity, kept_back, languages, weekly, served, away = fields
    spoken = tuple(languages.split(",")) if languages else ()
    return DeskRule(desk_id, slug, name, capacity, kept_back, _weekly(weekly), _ids(served), spoken, _absences(away))


def _visit_type(*fields: Any) -> VisitTypeRule:
    is_active, notice_minutes, notice_until, *numbers, own = fields[-7:]
    until = None if notice_until is None else _wall_time(notice_until)
    return VisitTypeRule(*[*fields[:-7], bool(is_active), notice_minutes, until, _weekly(own), *numbers])


def _weekly(part: Any) -> tuple[WeeklyInterval, ...]:
    return tuple(
        WeeklyInterval(weekday, time.fromisoformat(opens), time.fromisoformat(closes))
        for weekday, opens, closes in listed_json(part)
    )


def _absences(part: Any) -> tuple[Absence, ...]:
    return tuple(
        Absence(
            date.fromisoformat(first),
            last and date.fromisoformat(last),
            begins and time.fromisoformat(begins),
            ends and time.fromisoformat(ends),
            weekdays_of(mask),
            nth,
            pk,
        )
        for first, pk, last, begins, ends, mask, nth in listed_json(part)
    )


def _special(part: Any) -> dict[date, tuple[tuple[time, time], ...]]:
    special: dict[date, tuple[tuple[time, time], ...]] = {}
    for day, opens, closes in listed_json(part):
        times = () if opens is None else ((time.fromisoformat(opens), time.fromisoformat(closes)),)
        special[date.fromisoformat(day)] = special.get(date.fromisoformat(day), ()) + times
    return special
