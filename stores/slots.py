"""Slots of a store by its rules. A slot exists by rule alone until something happens to it. Pure."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from operator import attrgetter
from typing import NamedTuple
from zoneinfo import ZoneInfo

from stores.absences import Absence, times_around
from stores.closings import closed_times
from stores.hours import ONE_DAY, Interval, WeeklyInterval, day_start, open_intervals, openings

# The languages of the pages, and French Sign Language.
SPOKEN = ("fr", "en", "de", "es", "ar", "uk", "lsf")
BUFFER_MOST = 240  # minutes before or after a visit
_CALENDAR_FROM, _CALENDAR_UNTIL = 2, 9998  # the years that leave one more day on either side
_ends_at = attrgetter("ends_at")


@dataclass(frozen=True, slots=True)
class DeskRule:
    """The rules of one desk. With `weekly` empty, it serves whenever the store is open."""

    id: int
    slug: str
    name: str
    capacity: int
    kept_back: int
    weekly: tuple[WeeklyInterval, ...]
    visit_type_ids: tuple[int, ...] = ()  # the kinds of visit that it serves; empty: all
    languages: tuple[str, ...] = ()  # that are spoken there, as far as the store says so
    absences: tuple[Absence, ...] = ()

    def serves(self, visit_type_id: int) -> bool:
        """Tell whether visits of this kind may take place here."""
        return not self.visit_type_ids or visit_type_id in self.visit_type_ids

    def speaks(self, language: str) -> bool:
        """Tell whether a wished language is spoken here; "" is no wish."""
        return not language or language in self.languages


@dataclass(frozen=True, slots=True)
class VisitTypeRule:
    """The rules of one kind of visit. With `weekly` empty, it takes place whenever a desk serves it.

    Its notice is `notice_minutes`, or lasts until a time of the day before (`notice_until`); else the store's.
    """

    id: int
    slug: str
    name: str
    slot_count: int
    max_party_size: int
    what_to_bring: str
    mode: str = "store"
    is_active: bool = True
    notice_minutes: int | None = None
    notice_until: time | None = None
    weekly: tuple[WeeklyInterval, ...] = ()
    minutes_before: int = 0  # of its desk, beside the visit itself
    minutes_after: int = 0
    most_at_once: int | None = None  # over all desks

    @property
    def has_buffers(self) -> bool:
        return bool(self.minutes_before or self.minutes_after)


@dataclass(frozen=True, slots=True)
class StoreRules:
    """All rules for making and booking a store's slots; they have active desks and visit types only."""

    id: int
    slug: str
    name: str
    country: str
    zone: ZoneInfo
    slot_minutes: int
    counts_people: bool
    minimum_notice_minutes: int
    booking_horizon_days: int
    change_until_minutes: int
    open_bookings_per_customer: int
    keep_days: int
    hours_version: int
    offers_desk_choice: bool
    weekly: tuple[WeeklyInterval, ...]
    special: Mapping[date, tuple[tuple[time, time], ...]]
    desks: tuple[DeskRule, ...]
    visit_types: tuple[VisitTypeRule, ...]
    reminder_days: str = "3,1"
    messages_from: time = time(8)
    messages_until: time = time(20)
    reminder_channel: str = "text_first"
    reminder_hours: int = 0
    confirms_by_text: bool = True
    webhook_ids: str = ""  # of the webhooks that are on: "3,17"
    resting_types: tuple[VisitTypeRule, ...] = ()  # no longer offered, but already booked
    closings: tuple[Absence, ...] = ()  # when the store is closed again and again

    @property
    def time_zone(self) -> str:
        """The zone's IANA name."""
        return self.zone.key

    def desk(self, desk_id: int) -> DeskRule | None:
        """Return one of the active desks."""
        return next((desk for desk in self.desks if desk.id == desk_id), None)

    def with_desk(self, slug: str) -> "StoreRules":
        """Return the same rules with only this active desk; without any desk if there is no such one."""
        return replace(self, desks=tuple(desk for desk in self.desks if desk.slug == slug))

    def chosen(self, desk: str, language: str) -> "StoreRules":
        """Return the same rules with only the desks of a choice: one by its slug, those that speak a language.

        "" is no choice.
        """
        own = self.with_desk(desk) if desk else self
        if not language:
            return own
        return replace(own, desks=tuple(one for one in own.desks if one.speaks(language)))

    def languages(self, visit_type: VisitTypeRule | None = None) -> tuple[str, ...]:
        """Return the languages that customers may ask for, of one kind of visit or of any, in a fixed order."""
        desks = [desk for desk in self.desks if visit_type is None or desk.serves(visit_type.id)]
        spoken = {language for desk in desks for language in desk.languages}
        return tuple(language for language in SPOKEN if language in spoken)

    def for_kind(self, visit_type: VisitTypeRule) -> "StoreRules":
        """Return the same rules with only the desks that serve a kind of visit."""
        if all(desk.serves(visit_type.id) for desk in self.desks):
            return self
        return replace(self, desks=tuple(desk for desk in self.desks if desk.serves(visit_type.id)))

    def visit_type(self, slug: str) -> VisitTypeRule | None:
        """Return one of the active visit types."""
        return next((visit_type for visit_type in self.visit_types if visit_type.slug == slug), None)

    def booked_type(self, slug: str, *, party_size: int) -> VisitTypeRule | None:
        """Return the type of a booked visit, still offered or not, with room for its party."""
        kinds = (kind for kind in (*self.visit_types, *self.resting_types) if kind.slug == slug)
        found = next(kinds, None)
        return found and replace(found, max_party_size=max(found.max_party_size, party_size))


class SlotTime(NamedTuple):
    """The time of a slot, half-open, in UTC."""

    starts_at: datetime
    ends_at: datetime


def slot_times(intervals: Sequence[Interval], slot_minutes: int) -> list[SlotTime]:
    """Return the whole slots of each interval, stepping from its start."""
    step = timedelta(minutes=slot_minutes)
    result: list[SlotTime] = []
    for starts_at, closes_at in intervals:
        ends_at = starts_at + step
        while ends_at <= closes_at:
            result.append(SlotTime(starts_at, ends_at))
            starts_at, ends_at = ends_at, ends_at + step
    return result


def store_slots(rules: StoreRules, *, first_date: date, last_date: date) -> list[SlotTime]:
    """Return the store's slots that start on its own days first..last, both included.

    A slot that starts past midnight belongs to the day it starts on, so the hours of the day before are read as well.
    """
    if not _CALENDAR_FROM <= first_date.year <= last_date.year <= _CALENDAR_UNTIL:
        return []  # one more day on either side would leave the calendar
    intervals = openings(
        rules.weekly, rules.special, first_date=first_date - ONE_DAY, last_date=last_date, zone=rules.zone
    )
    slots = slot_times(intervals, rules.slot_minutes)
    if rules.closings and slots:
        slots = _slots_outside(slots, closed_times(rules, first_date=first_date - ONE_DAY, last_date=last_date))
    first = bisect_left(slots, (day_start(first_date, rules.zone),))
    end = bisect_left(slots, (day_start(last_date + ONE_DAY, rules.zone),))
    return slots[first:end]


def desk_slots(rules: StoreRules, desk: DeskRule, *, first_date: date, last_date: date) -> list[SlotTime]:
    """Return the store's slots of its own days first..last that lie wholly within the desk's hours.

    Special hours belong to the store and do not change the hours of a desk.
    """
    slots = store_slots(rules, first_date=first_date, last_date=last_date)
    return _served(slots, rules, desk, first_date=first_date, last_date=last_date)


def slots_by_desk(rules: StoreRules, *, first_date: date, last_date: date) -> dict[int, list[SlotTime]]:
    """Return `desk_slots` for every desk, by its id; the store's slots are computed only once."""
    slots = store_slots(rules, first_date=first_date, last_date=last_date)
    return {desk.id: _served(slots, rules, desk, first_date=first_date, last_date=last_date) for desk in rules.desks}


def run_of(slots: Sequence[SlotTime], starts_at: datetime, count: int) -> tuple[SlotTime, ...] | None:
    """Return the `count` consecutive slots from `starts_at` on; None if one of them does not exist."""
    first = bisect_left(slots, (starts_at,))
    run = tuple(slots[first : first + count])
    if len(run) < count or run[0].starts_at != starts_at or not _is_unbroken(run):
        return None
    return run


def starts_with_runs(slots: Sequence[SlotTime], count: int) -> list[tuple[SlotTime, ...]]:
    """Return the run of slots of every possible start of a visit that takes `count` of them."""
    if count == 1:
        return [(slot,) for slot in slots]
    runs = zip(*(slots[offset:] for offset in range(count)), strict=False)
    return [run for run in runs if _is_unbroken(run)]


def _is_unbroken(run: Sequence[SlotTime]) -> bool:
    return all(slot.ends_at == following.starts_at for slot, following in pairwise(run))


def _served(
    slots: list[SlotTime], rules: StoreRules, desk: DeskRule, *, first_date: date, last_date: date
) -> list[SlotTime]:
    """Return those of the store's slots that lie wholly within one stretch of the desk's hours, while it is there."""
    days = {"first_date": first_date, "last_date": last_date}
    if desk.weekly and slots:
        slots = slots_within(slots, week_around(desk.weekly, rules, **days))
    if desk.absences and slots:
        slots = _slots_outside(slots, desk_away(rules, desk, **days))
    return slots


def desk_away(rules: StoreRules, desk: DeskRule, *, first_date: date, last_date: date) -> list[Interval]:
    """Return when a desk is away around these of the store's days, by time; one day more on either side counts too."""
    return times_around(desk.absences, rules, first_date=first_date, last_date=last_date)


def away_until(rules: StoreRules, desk: DeskRule, starts_at: datetime, ends_at: datetime) -> datetime | None:
    """Return until when a desk is away at a time, half-open, of which it is away for some; None if it is there."""
    if not desk.absences:
        return None
    first, last = (moment.astimezone(rules.zone).date() for moment in (starts_at, ends_at))
    away = desk_away(rules, desk, first_date=first, last_date=last)
    return next((one.ends_at for one in away if one.starts_at < ends_at and one.ends_at > starts_at), None)


def week_around(
    weekly: Sequence[WeeklyInterval], rules: StoreRules, *, first_date: date, last_date: date
) -> list[Interval]:
    """Return the open time of a week's hours around these of the store's days, whatever the store's own hours are."""
    # One more day at the end: a slot may reach past midnight into hours that begin only then.
    return open_intervals(weekly, {}, first_date=first_date - ONE_DAY, last_date=last_date + ONE_DAY, zone=rules.zone)


def slots_within(slots: Sequence[SlotTime], hours: Sequence[Interval]) -> list[SlotTime]:
    """Return those of some slots, by time, that lie wholly within one of these stretches."""
    result: list[SlotTime] = []
    for opens_at, closes_at in hours:
        first = bisect_left(slots, (opens_at,))
        result += slots[first : bisect_right(slots, closes_at, lo=first, key=_ends_at)]
    return result


def desks_there(rules: StoreRules, at: datetime) -> tuple[DeskRule, ...]:
    """Return the active desks that are not away at an instant; all of them where nobody is there."""
    moment = timedelta(seconds=1)
    there = tuple(desk for desk in rules.desks if away_until(rules, desk, at, at + moment) is None)
    return there or rules.desks


def _slots_outside(slots: Sequence[SlotTime], times: Sequence[Interval]) -> list[SlotTime]:
    """Return those of some slots, by time, that overlap none of these stretches."""
    result: list[SlotTime] = []
    first = 0
    for begins_at, ends_at in times:
        result += slots[first : bisect_right(slots, begins_at, lo=first, key=_ends_at)]
        first = max(first, bisect_left(slots, (ends_at,)))
    return [*result, *slots[first:]]
