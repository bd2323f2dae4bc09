"""Places left in slots that have a row. Nothing here writes."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import DateTimeField, IntegerField, Q, Value

from booking.models import Hold
from stores.hours import ONE_DAY
from stores.models import StoreDay
from stores.slots import StoreRules

_SLOT_ROWS = """
SELECT desk_id, {starts_at}, {ends_at}, capacity, places_taken, places_taken_web, closed
  FROM stores_slot WHERE store_id = %s AND starts_at >= %s AND starts_at < %s
"""


HOLD_COLUMNS = ("desk_id", "starts_at", "ends_at", "places", "minutes_before", "minutes_after")


@dataclass(frozen=True, slots=True)
class ExpiredHold:
    """Places of an expired hold that have not been given back yet, with the minutes before and after its visit.

    Or those of a visit that moves, which were not taken `from_web` if staff booked it.
    """

    desk_id: int
    starts_at: datetime
    ends_at: datetime
    places: int
    from_web: bool = True

    @classmethod
    def of_row(
        cls, desk_id: int, starts_at: datetime, ends_at: datetime, places: int, before: int, after: int
    ) -> "ExpiredHold":
        """Return an expired hold from its columns in the order of `HOLD_COLUMNS`."""
        taken_from = starts_at - timedelta(minutes=before) if before else starts_at
        return cls(desk_id, taken_from, ends_at + timedelta(minutes=after) if after else ends_at, places)


def what_changed(
    store_id: int, *, from_date: date, to_date: date, now: datetime, own_hold: str = ""
) -> tuple[tuple[ExpiredHold, ...], int]:
    """Return the expired holds, and how often these days changed, with one statement.

    `own_hold` is the public id of the asking customer's hold: for them its places are free as well. A visit that ends
    past midnight takes places of the day after, and what is done before it of the day before, so these count too.
    """
    has_run_out = Q(expires_at__lte=now)
    holds = Hold.objects.filter(has_run_out | Q(public_id=own_hold) if own_hold else has_run_out, store_id=store_id)
    holds = holds.order_by()
    nothing, no_moment = Value(None, output_field=IntegerField()), Value(None, output_field=DateTimeField())
    days = StoreDay.objects.filter(
        store_id=store_id, date__gte=from_date - ONE_DAY, date__lte=to_date + ONE_DAY
    ).order_by()
    rows = holds.values_list(*HOLD_COLUMNS).union(
        days.values_list(nothing, no_moment, no_moment, "version", nothing, nothing), all=True
    )
    expired_holds, version = [], 0
    for desk_id, starts_at, ends_at, number, before, after in rows:
        if desk_id:
            expired_holds.append(ExpiredHold.of_row(desk_id, starts_at, ends_at, number, before, after))
        else:
            version += number
    return tuple(expired_holds), version


def places_left(
    rules: StoreRules, expired_holds: Sequence[ExpiredHold], *, first: datetime, last: datetime, by_staff: bool
) -> dict[tuple[int, datetime], int]:
    """Return the places left, by desk and start, in the slots of [first, last) to which something happened.

    In all other slots, all places are left.
    """
    return places_of_rows(rules, slot_rows(rules.id, first=first, last=last), expired_holds, by_staff=by_staff)


def places_of_rows(
    rules: StoreRules, rows: Iterable[tuple[Any, ...]], expired_holds: Sequence[ExpiredHold], *, by_staff: bool
) -> dict[tuple[int, datetime], int]:
    """Return the places left in slots whose rows have been read, by desk and start."""
    kept_back = {} if by_staff else {desk.id: desk.kept_back for desk in rules.desks}
    of_web = [hold for hold in expired_holds if hold.from_web]
    left = {}
    for desk_id, starts_at, ends_at, capacity, taken, taken_web, closed in rows:
        if closed:
            left[desk_id, starts_at] = 0
            continue
        back = web_back = 0
        if expired_holds:
            back = places_returned(expired_holds, desk_id=desk_id, starts_at=starts_at, ends_at=ends_at)
            web_back = places_returned(of_web, desk_id=desk_id, starts_at=starts_at, ends_at=ends_at)
        places = capacity - taken + back
        if not by_staff:
            places = min(places, capacity - kept_back.get(desk_id, 0) - taken_web + web_back)
        left[desk_id, starts_at] = max(0, places)
    return left


def places_returned(
    expired_holds: Iterable[ExpiredHold], *, desk_id: int, starts_at: datetime, ends_at: datetime
) -> int:
    """Return how many of a slot's places belong to expired holds."""
    return sum(
        hold.places
        for hold in expired_holds
        if hold.desk_id == desk_id and hold.starts_at < ends_at and hold.ends_at > starts_at
    )


class RowsBeside(NamedTuple):
    """A statement whose times are read together with slots, in the columns of `BESIDE`, and its values."""

    sql: str
    values: Sequence[Any]


# Of what is read beside slots: no desk has the number 0.
BESIDE = "0, {starts_at}, {ends_at}, 0, 0, 0, FALSE"


def slot_rows(
    store_id: int, *, first: datetime, last: datetime, beside: RowsBeside | None = None
) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a stretch of time as plain values: the busiest page may read a thousand for a month.

    With the times of `beside`, read by the same statement.
    """
    adapt = connection.ops.adapt_datetimefield_value
    moment, read = _READING[connection.vendor]
    parts = [_SLOT_ROWS, *([beside.sql] if beside else [])]
    sql = " UNION ALL ".join(parts).format(starts_at=moment.format("starts_at"), ends_at=moment.format("ends_at"))
    with connection.cursor() as cursor:
        cursor.execute(sql, [store_id, adapt(first), adapt(last), *(beside.values if beside else ())])
        rows = cursor.fetchall()
    for desk_id, starts_at, ends_at, *counters in rows:
        yield desk_id, read(starts_at), read(ends_at), *counters


def _instant_of_text(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _instant_of_seconds(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


# How each database gives an instant, and how it is read: each is a tenth of what Django's own converter costs.
_READING: dict[str, tuple[str, Callable[[Any], datetime]]] = {
    "sqlite": ("CAST({} AS TEXT)", _instant_of_text),
    "postgresql": ("extract(epoch FROM {})::float8", _instant_of_seconds),
}
