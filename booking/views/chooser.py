"""The choice of a day and a time, as a page shows it: one week of days, each with its free times in words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from booking import texts
from booking.availability import FreeDay, FreeSlot, availability
from booking.policy import first_bookable_start, last_bookable_date
from stores.slots import StoreRules, VisitTypeRule, slots_by_desk, starts_with_runs, store_slots

DAYS_SHOWN = 7
DAYS_LOOKED_AT = 62  # as many as the API answers at once
NOON_HOUR, EVENING_HOUR = 12, 18


@dataclass(frozen=True, slots=True)
class SlotChoice:
    """One free time; `value` is what a link or a button carries."""

    value: str
    day: str
    time: str
    places: str = ""
    is_last: bool = False


@dataclass(frozen=True, slots=True)
class DayPart:
    """The free times of a morning, an afternoon or an evening."""

    name: str
    slots: tuple[SlotChoice, ...]


@dataclass(frozen=True, slots=True)
class DayChoice:
    """One day; `summary` says in words how many times are free, or why none is."""

    date: date
    day: str
    summary: str
    parts: tuple[DayPart, ...]
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Chooser:
    """A week to choose from; `earlier` and `later` are the first days of the weeks beside it, where there are any."""

    days: tuple[DayChoice, ...]
    earliest: SlotChoice | None
    earlier: date | None
    later: date | None

    @property
    def is_empty(self) -> bool:
        """Tell whether no time of this week is free."""
        return not any(day.parts for day in self.days)


def chooser(
    rules: StoreRules, visit_type: VisitTypeRule, *, party_size: int, from_date: date | None, now: datetime
) -> Chooser:
    """Return the week from `from_date` on; without it, the first one with a free time."""
    today = now.astimezone(rules.zone).date()
    last = last_bookable_date(now=now, zone=rules.zone, rules=rules)
    answer = availability(
        store=rules.slug,
        visit_type=visit_type.slug,
        from_date=today,
        to_date=min(last, today + timedelta(days=DAYS_LOOKED_AT - 1)),
        party_size=party_size,
        now=now,
    )
    first_free_date = answer.first_free.astimezone(rules.zone).date() if answer.first_free else today
    if from_date is None:
        week_starts = (first_free_date - today).days // DAYS_SHOWN * DAYS_SHOWN
        first = today + timedelta(days=week_starts)
    else:
        first = min(max(from_date, today), answer.days[-1].date)
    following = first + timedelta(days=DAYS_SHOWN)
    return Chooser(
        days=_day_choices([day for day in answer.days if first <= day.date < following], rules, visit_type, now=now),
        earliest=slot_choice(answer.first_free, rules) if answer.first_free else None,
        earlier=max(first - timedelta(days=DAYS_SHOWN), today) if first > today else None,
        later=following if following <= answer.days[-1].date else None,
    )


def slot_choice(starts_at: datetime, rules: StoreRules, *, places_left: int | None = None) -> SlotChoice:
    """Return a free time in words."""
    return SlotChoice(
        value=starts_at.astimezone(rules.zone).isoformat(),
        day=texts.day_in_words(starts_at.astimezone(rules.zone).date()),
        time=texts.time_in_words(starts_at, rules.zone),
        places="" if places_left is None else texts.places_in_words(places_left),
        is_last=places_left == 1,
    )


def slot_choices(slots: Iterable[FreeSlot], rules: StoreRules) -> list[SlotChoice]:
    """Return free times in words."""
    return [slot_choice(slot.starts_at, rules, places_left=slot.places_left) for slot in slots]


def _day_choices(
    days: Sequence[FreeDay], rules: StoreRules, visit_type: VisitTypeRule, *, now: datetime
) -> tuple[DayChoice, ...]:
    if not days:
        return ()
    served = _served_days(rules, visit_type, first_date=days[0].date, last_date=days[-1].date, now=now)
    today = now.astimezone(rules.zone).date()
    first_with_slots = next((day.date for day in days if day.slots), None)
    choices = []
    for day in days:
        if day.slots:
            count = len(day.slots)
            summary = ngettext("{count} free time", "{count} free times", count).format(count=count)
        elif served.get(day.date):
            summary = _("Full")
        elif day.date in served:
            summary = _("No more times today") if day.date == today else _("No more times")
        else:
            summary = _("Closed")
        choices.append(
            DayChoice(
                date=day.date,
                day=_named_day(day.date, today),
                summary=summary,
                parts=_parts(day, rules),
                is_open=day.date == first_with_slots,
            )
        )
    return tuple(choices)


def _served_days(
    rules: StoreRules, visit_type: VisitTypeRule, *, first_date: date, last_date: date, now: datetime
) -> dict[date, bool]:
    """Return the days on which visits start by rule, and whether one of them is still to come in time to book."""
    soonest = first_bookable_start(now=now, rules=rules)
    served: dict[date, bool] = {}
    for slots in slots_by_desk(rules, first_date=first_date, last_date=last_date).values():
        for run in starts_with_runs(slots, visit_type.slot_count):
            day = run[0].starts_at.astimezone(rules.zone).date()
            served[day] = served.get(day, False) or run[0].starts_at >= soonest
    return served


def _parts(day: FreeDay, rules: StoreRules) -> tuple[DayPart, ...]:
    afternoon_hour = _afternoon_hour(day.date, rules)

    def part_name(slot: FreeSlot) -> str:
        hour = slot.starts_at.astimezone(rules.zone).hour
        if hour < afternoon_hour:
            return _("Morning")
        return _("Afternoon") if hour < EVENING_HOUR else _("Evening")

    grouped = groupby(day.slots, key=part_name)
    return tuple(DayPart(name=name, slots=tuple(slot_choices(slots, rules))) for name, slots in grouped)


def _afternoon_hour(day: date, rules: StoreRules) -> int:
    """Return noon, or an hour later where the store has its break then: a morning until 12:30 is one morning."""
    one = datetime.combine(day, time(NOON_HOUR + 1), tzinfo=rules.zone)
    slots = store_slots(rules, first_date=day, last_date=day)
    return NOON_HOUR if any(slot.starts_at <= one < slot.ends_at for slot in slots) else NOON_HOUR + 1


def _named_day(day: date, today: date) -> str:
    words = texts.day_in_words(day)
    if day == today:
        return _("Today, {day}").format(day=words)
    if day == today + timedelta(days=1):
        return _("Tomorrow, {day}").format(day=words)
    return words
