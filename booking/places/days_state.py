"""What the days of a store are made of, beside the clock: one statement tells whether days kept before are still true.

Nothing here writes (docs/decisions/0043).
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from typing import NamedTuple

from django.db import connection

from booking.places.moved_visits import MovedVisit
from booking.places.places_left import ExpiredHold
from stores.hours import ONE_DAY
from stores.queries import SLUG

_STATE = """
SELECT store.id, store.hours_version,
       (SELECT {list}({day}, ',') FROM stores_storeday day
         WHERE day.store_id = store.id AND day.date >= %s AND day.date <= %s),
       (SELECT {list}({hold}, ',') FROM booking_hold hold WHERE hold.store_id = store.id AND {counts})
  FROM stores_store store WHERE store.slug = %s
"""
_TEXTS = {
    "sqlite": {
        "list": "group_concat",
        "day": "day.date || ' ' || day.version",
        "hold": "hold.desk_id || '|' || hold.starts_at || '|' || hold.ends_at || '|' || hold.places"
        " || '|' || hold.minutes_before || '|' || hold.minutes_after",
    },
    "postgresql": {
        "list": "string_agg",
        "day": "concat(day.date, ' ', day.version)",
        "hold": "concat_ws('|', hold.desk_id, hold.starts_at, hold.ends_at, hold.places, "
        "hold.minutes_before, hold.minutes_after)",
    },
}
_EXPIRED, _EXPIRED_OR_OWN = "hold.expires_at <= %s", "(hold.expires_at <= %s OR hold.public_id = %s)"


class DaysState(NamedTuple):
    """What some days of a store are made of, beside the clock: equal states mean equal days."""

    from_date: date
    to_date: date
    store_id: int
    hours_version: int
    days: str  # "2026-11-24 3,2026-11-25 1": the version of each day that has one
    expired_holds: str  # "7|2026-11-24 09:00:00+00|2026-11-24 09:15:00+00|2|0|0", of each on any day

    def between(self, from_date: date, to_date: date) -> "DaysState":
        """Return the state of some of these days."""
        return self._replace(from_date=from_date, to_date=to_date)

    def versions(self) -> dict[str, str]:
        """Return the version of each day that has one, by its date in ISO form."""
        return dict(part.split(" ") for part in self.days.split(",")) if self.days else {}

    def holds(self) -> tuple[ExpiredHold, ...]:
        """Return the expired holds, on any day."""
        found = []
        for part in self.expired_holds.split(",") if self.expired_holds else ():
            desk_id, starts_at, ends_at, *numbers = part.split("|")
            found.append(ExpiredHold.of_row(int(desk_id), _utc(starts_at), _utc(ends_at), *map(int, numbers)))
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody looks for: `store`, `visit_type` and `desk` are slugs, `desk` is "" for any.

    `own_hold` is the public id of the asking customer's hold: it never hides a time from them. `is_booked` is for a
    visit that is being moved: its type may no longer be offered. What `moved` takes now is free for it; its own start
    is not offered, unless at another desk alone. Only desks that speak `language` count, "" for any.
    """

    store: str
    visit_type: str
    party_size: int = 1
    by_staff: bool = False
    desk: str = ""
    own_hold: str = ""
    is_booked: bool = False
    moved: MovedVisit | None = field(default=None, repr=False)
    language: str = field(default="", repr=False)


def read_state(wish: Wish, from_date: date, to_date: date, *, now: datetime) -> DaysState | None:
    """Return the state of days `from_date` to `to_date`, both included; None for an unknown store. One statement.

    It covers the days before and after as well. Raises OverflowError at the end of the calendar.
    """
    if not SLUG.fullmatch(wish.store):
        return None
    sql = _statement(connection.vendor, has_own_hold=bool(wish.own_hold))
    adapt_date = connection.ops.adapt_datefield_value
    holds = [connection.ops.adapt_datetimefield_value(now), *([wish.own_hold] if wish.own_hold else [])]
    days = [adapt_date(from_date - ONE_DAY), adapt_date(to_date + ONE_DAY)]
    with connection.cursor() as cursor:
        cursor.execute(sql, [*days, *holds, wish.store])
        row = cursor.fetchone()
    return row and DaysState(from_date, to_date, row[0], row[1], row[2] or "", row[3] or "")


@cache
def _statement(vendor: str, *, has_own_hold: bool) -> str:
    return _STATE.format(counts=_EXPIRED_OR_OWN if has_own_hold else _EXPIRED, **_TEXTS[vendor])


def _utc(text: str) -> datetime:
    """Return an instant from a database's text; SQLite writes it in UTC without an offset."""
    moment = datetime.fromisoformat(text)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
