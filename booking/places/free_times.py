"""Free times from days that this process has worked out before, as long as their versions are true.

One statement says what the days of a store are made of now: the version of its rules, the versions of its days, the
holds that have expired. A kept day is used only if these are the same as when it was worked out; the clock then takes
away what is too near or too far ahead. So an answer never shows a place that is gone (docs/decisions/0043). Nothing
here writes, and booking asks nothing of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cache
from typing import NamedTuple

from django.db import connection

from booking.places.availability import Availability, AvailabilityQuestion, FreeDay
from booking.places.places_left import ExpiredHold
from booking.policy import first_bookable_start, last_bookable_date
from booking.refusals import UnknownVisitType
from stores.bounded_cache import BoundedCache
from stores.hours import ONE_DAY, day_start
from stores.queries import SLUG, kept_rules

MOST_DAYS = 1024
_TRIES = 3

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
        "hold": "hold.desk_id || '|' || hold.starts_at || '|' || hold.ends_at || '|' || hold.places",
    },
    "postgresql": {
        "list": "string_agg",
        "day": "concat(day.date, ' ', day.version)",
        "hold": "concat_ws('|', hold.desk_id, hold.starts_at, hold.ends_at, hold.places)",
    },
}
_EXPIRED, _EXPIRED_OR_OWN = "hold.expires_at <= %s", "(hold.expires_at <= %s OR hold.public_id = %s)"


class DaysState(NamedTuple):
    """What the days of a store are made of, beside the clock: equal states of the same days mean equal days."""

    store_id: int
    hours_version: int
    days: str  # "2026-11-24 3,2026-11-25 1": the version of each day that has one
    expired_holds: str  # "7|2026-11-24 09:00:00+00|2026-11-24 09:15:00+00|2", of each hold on any day


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody looks for: `visit_type` and `desk` are slugs, `own_hold` is as in `availability`."""

    store: str
    visit_type: str
    from_date: date
    to_date: date
    party_size: int
    by_staff: bool = False
    desk: str = ""
    own_hold: str = ""


@dataclass(frozen=True, slots=True)
class FreeTimes:
    """Free times, which stay the same as long as the state does, and until an instant at most."""

    answer: Availability
    until: datetime


class _Stamp(NamedTuple):
    """What a day without the clock is made of."""

    hours_version: int
    version: str | None
    version_of_day_after: str | None
    holds: tuple[ExpiredHold, ...]


class _Kept(NamedTuple):
    """A day without the clock, and what it was made of."""

    stamp: _Stamp
    day: FreeDay


class _Meanwhile(Exception):
    """The state is another one than when it was read."""

    def __init__(self, state: DaysState) -> None:
        super().__init__()
        self.state = state


_days: BoundedCache[tuple[object, ...], _Kept] = BoundedCache(MOST_DAYS)


def read_state(wish: Wish, *, now: datetime) -> DaysState | None:
    """Return the state of the wished days and of the day after; None for an unknown store. One statement."""
    if not SLUG.fullmatch(wish.store):
        return None
    sql = _statement(connection.vendor, has_own_hold=bool(wish.own_hold))
    adapt_date = connection.ops.adapt_datefield_value
    holds = [connection.ops.adapt_datetimefield_value(now), *([wish.own_hold] if wish.own_hold else [])]
    days = [adapt_date(wish.from_date), adapt_date(wish.to_date + ONE_DAY)]
    with connection.cursor() as cursor:
        cursor.execute(sql, [*days, *holds, wish.store])
        row = cursor.fetchone()
    return row and DaysState(row[0], row[1], row[2] or "", row[3] or "")


@cache
def _statement(vendor: str, *, has_own_hold: bool) -> str:
    return _STATE.format(counts=_EXPIRED_OR_OWN if has_own_hold else _EXPIRED, **_TEXTS[vendor])


def free_times(wish: Wish, state: DaysState, *, now: datetime) -> FreeTimes:
    """Return the free times for a state just read; no statement where the days are kept, at most two else.

    One more where there are expired holds: if their places came back before the slots were read, they would be counted
    twice, so all is read again. Raises UnknownStore, UnknownVisitType.
    """
    for _ in range(_TRIES):
        try:
            return _free_times(wish, state, now=now)
        except _Meanwhile as meanwhile:
            state = meanwhile.state
    return _free_times(wish, state, now=now, is_last=True)


def _free_times(wish: Wish, state: DaysState, *, now: datetime, is_last: bool = False) -> FreeTimes:
    rules = kept_rules(wish.store, from_date=wish.from_date, store_id=state.store_id, version=state.hours_version)
    is_same = (rules.id, rules.hours_version) == state[:2]  # no change was committed between the two statements
    if wish.desk:
        rules = rules.with_desk(wish.desk)
    kind = rules.visit_type(wish.visit_type)
    if kind is None:
        raise UnknownVisitType(wish.visit_type)
    question = AvailabilityQuestion(
        rules=rules,
        visit_type=kind,
        from_date=wish.from_date,
        to_date=wish.to_date,
        party_size=wish.party_size,
        by_staff=wish.by_staff,
        first_start=now if wish.by_staff else first_bookable_start(now=now, rules=rules),
        last_date=last_bookable_date(now=now, zone=rules.zone, rules=rules),
        expired_holds=_expired_holds(state.expired_holds),
        days_version=0,
    )
    if not is_same or connection.in_atomic_block:  # what a transaction sees may never be committed
        return FreeTimes(question.answer(), now)
    days = _days_now(wish, question, state, None if is_last else now)
    first_free = next((day.slots[0].starts_at for day in days if day.slots), None)
    until = day_start(now.astimezone(rules.zone).date() + ONE_DAY, rules.zone)
    if first_free is not None:
        until = min(until, first_free - (question.first_start - now))
    return FreeTimes(Availability(rules=rules, visit_type=kind, days=days, first_free=first_free), until)


def _days_now(
    wish: Wish, question: AvailabilityQuestion, state: DaysState, look_again: datetime | None
) -> tuple[FreeDay, ...]:
    """Return the wished days as the clock leaves them."""
    first = max(wish.from_date, question.first_start.astimezone(question.rules.zone).date())
    last = min(wish.to_date, question.last_date)
    whole = _whole_days(wish, question, state, first, last, look_again) if first <= last else {}
    days = []
    for number in range((wish.to_date - wish.from_date).days + 1):
        date_ = wish.from_date + ONE_DAY * number
        day = whole.get(date_) or FreeDay(date_, ())
        if date_ == first and day.slots and day.slots[0].starts_at < question.first_start:
            day = FreeDay(date_, tuple(slot for slot in day.slots if slot.starts_at >= question.first_start))
        days.append(day)
    return tuple(days)


def _whole_days(
    wish: Wish, question: AvailabilityQuestion, state: DaysState, first: date, last: date, look_again: datetime | None
) -> dict[date, FreeDay]:
    """Return the days first..last without the clock; those that are not kept cost one statement together.

    Raises _Meanwhile if one of them has expired holds, and the state is another by then; never without `look_again`.
    """
    stamps = _stamps(question, state, first, last)
    # What a replica said is used for nobody whom the database itself answers.
    whose = (connection.alias, state.store_id, wish.visit_type, wish.party_size, wish.by_staff, wish.desk)
    found = {}
    for day, stamp in stamps.items():
        kept = _days.get((*whose, day))
        if kept is not None and kept.stamp == stamp:
            found[day] = kept.day
    missing = [day for day in stamps if day not in found]
    if missing:
        begins = day_start(missing[0], question.rules.zone)
        whole = replace(question, from_date=missing[0], to_date=missing[-1], first_start=begins, last_date=missing[-1])
        worked_out = whole.answer().days
        if look_again and any(stamps[day].holds for day in missing):
            newer = read_state(wish, now=look_again)
            if newer is not None and newer != state:
                raise _Meanwhile(newer)
        for free_day in worked_out:
            if free_day.date not in found:
                found[free_day.date] = free_day
                _days.keep((*whose, free_day.date), _Kept(stamps[free_day.date], free_day))
    return found


def _stamps(question: AvailabilityQuestion, state: DaysState, first: date, last: date) -> dict[date, _Stamp]:
    """Return what each day is made of: the rules, its own version and that of the day after, the holds on them.

    A visit that begins before midnight may take places of the day after.
    """
    versions = dict(part.split(" ") for part in state.days.split(",")) if state.days else {}
    zone, holds = question.rules.zone, question.expired_holds
    stamps: dict[date, _Stamp] = {}
    for number in range((last - first).days + 1):
        day = first + ONE_DAY * number
        here: Sequence[ExpiredHold] = ()
        if holds:
            begins, ends = day_start(day, zone), day_start(day + 2 * ONE_DAY, zone)
            here = sorted(
                (hold for hold in holds if hold.starts_at < ends and hold.ends_at > begins),
                key=lambda hold: (hold.desk_id, hold.starts_at, hold.ends_at, hold.places),
            )
        after = (day + ONE_DAY).isoformat()
        stamps[day] = _Stamp(state.hours_version, versions.get(day.isoformat()), versions.get(after), tuple(here))
    return stamps


def _expired_holds(text: str) -> tuple[ExpiredHold, ...]:
    found = []
    for part in text.split(",") if text else ():
        desk_id, starts_at, ends_at, places = part.split("|")
        found.append(ExpiredHold(int(desk_id), _utc(starts_at), _utc(ends_at), int(places)))
    return tuple(found)


def _utc(text: str) -> datetime:
    """Return an instant from a database's text; SQLite writes it in UTC without an offset."""
    moment = datetime.fromisoformat(text)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
