"""A week of days to choose from: how many times are free on each day, and the selected day."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial

from booking import formatting
from booking.customer.day_choices import DayChoice, DayState, day_choice
from booking.places.availability import FreeDay
from booking.places.days_state import DaysState, Wish, read_state
from booking.places.free_times import free_times
from booking.places.moved_visits import MovedVisit
from booking.places.slot_wording import DayPart, SlotChoice, day_parts, slot_choice
from booking.policy import first_bookable_start, last_bookable_date
from stores.hours import ONE_DAY
from stores.queries import UnknownStore
from stores.slots import StoreRules, VisitTypeRule
from stores.visit_runs import visits_by_desk

DAYS_SHOWN = 7
ENOUGH_TIMES = 9  # as many as a phone shows at once
DAYS_NEAR = 2  # how many days most often contain the first free time
DAYS_LOOKED_AT = 62  # as many as the API returns at once


@dataclass(frozen=True, slots=True)
class DayTimes:
    """A day with its free times."""

    day: DayChoice
    parts: tuple[DayPart, ...]


@dataclass(frozen=True, slots=True)
class Chooser:
    """A week to choose from; one of its days is shown with its times.

    `also` is the free day after it, where nobody asked for the shown one and it has few times left, as today has in the
    evening; the few are one part without a name then. `earlier` and `later` are the first days of the weeks before and
    after, where there are any. `next_day` is the next day with free times that is not shown: of this week, or of a
    later one where this week has none.
    """

    title: str
    days: tuple[DayChoice, ...]
    shown: DayChoice
    parts: tuple[DayPart, ...]
    also: DayTimes | None
    earliest: SlotChoice | None
    next_day: DayChoice | None
    earlier: date | None
    later: date | None

    @property
    def is_empty(self) -> bool:
        """Tell whether this week has no free time."""
        return not any(day.state == DayState.FREE for day in self.days)


def chooser(  # noqa: PLR0913 -- one for each thing a wish says
    rules: StoreRules,
    visit_type: VisitTypeRule,
    *,
    party_size: int,
    from_date: date | None,
    now: datetime,
    day: date | None = None,
    desk: str = "",
    own_hold: str = "",
    own_start: datetime | None = None,
    moved: MovedVisit | None = None,
    language: str = "",
) -> Chooser:
    """Return the week with `day` shown, or the first free day of a week from `from_date` on, or the first of all.

    `own_hold` is the public id of the visitor's hold, which hides no time from them; `own_start` is the time to mark as
    theirs; what `moved` takes now is free for it; only desks that speak `language` count.

    Weeks count from today. One SQL statement where the days are kept;
    else one more for each stretch of days that is searched: the first week, the shown week if it is another, and all
    later days where nothing is free.
    """
    book = _open_book(
        rules,
        visit_type,
        party_size=party_size,
        now=now,
        desk=desk,
        own_hold=own_hold,
        moved=moved,
        language=language,
    )
    is_later_week = day is not None and day >= book.today + DAYS_SHOWN * ONE_DAY
    # Where this week is not shown, its first days mostly tell.
    first_slot = book.first_slot(near_days=DAYS_NEAR) if is_later_week else book.first_slot()
    wanted = day or from_date or (first_slot.astimezone(rules.zone).date() if first_slot else book.today)
    week = _week_around(book, wanted, day=day, own_start=own_start, now=now)
    return replace(week, earliest=slot_choice(first_slot, rules) if first_slot else None)


def _week_around(
    book: "_Book", wanted: date, *, day: date | None, own_start: datetime | None, now: datetime
) -> Chooser:
    """Return the week around the wanted day, as far as it can be reached; `day` is the one that was asked for."""
    reachable = min(max(wanted, book.today), book.last)
    first = week_start(reachable, today=book.today)
    week = book.between(first, first + DAYS_SHOWN * ONE_DAY - ONE_DAY)
    days = _day_choices(week, book, now=now)
    shown = _day_to_show(days, reachable, is_told=day == reachable)
    also = None if day == reachable else _also_shown(days, week, shown)
    parts_of = partial(_parts, week, book.rules, own_start=own_start)
    following = first + DAYS_SHOWN * ONE_DAY
    return Chooser(
        title=formatting.stretch_in_words(week[0].date, week[-1].date),
        days=tuple(replace(one, is_shown=True) if one is shown else one for one in days),
        shown=shown,
        parts=_together(parts_of(shown)) if also else parts_of(shown),
        also=DayTimes(also, parts_of(also)) if also else None,
        earliest=None,
        next_day=_next_free(days, also or shown)
        or (None if _has_free(days) else _first_free_after(book, following, now=now)),
        earlier=first - DAYS_SHOWN * ONE_DAY if first > book.today else None,
        later=following if following <= book.last else None,
    )


def first_free_start(rules: StoreRules, visit_type: VisitTypeRule, *, now: datetime) -> datetime | None:
    """Return the first free time of all for one person, with one SQL statement where the days are kept, else three."""
    return _open_book(rules, visit_type, party_size=1, now=now).first_slot()


def week_start(day: date, *, today: date) -> date:
    """Return the first day of the week that contains a day; weeks are counted from today."""
    return day - (day - today) % (DAYS_SHOWN * ONE_DAY)


# --- What is free ----------------------------------------------------------------------------------


class _Book:
    """The free times of the days that can be booked; each range of days is asked for once.

    `rules` have only the desks that may serve the visit: the wanted one, where the wish names one.
    """

    def __init__(
        self, rules: StoreRules, visit_type: VisitTypeRule, wish: Wish, state: DaysState, *, now: datetime
    ) -> None:
        self.rules = rules.chosen(wish.desk, wish.language).for_kind(visit_type)
        self.visit_type = visit_type
        self.today, self.last = state.from_date, state.to_date
        self._free_times = partial(free_times, wish, now=now, rules=rules)
        self._state = state
        self._days: dict[date, FreeDay] = {}

    def between(self, first: date, last: date) -> list[FreeDay]:
        """Return the days of a range, limited to those that can be booked."""
        last = min(last, self.last)
        wanted = [first + number * ONE_DAY for number in range((last - first).days + 1)]
        if any(day not in self._days for day in wanted):
            found = self._free_times(state=self._state.between(first, last)).answer
            self._days |= {day.date: day for day in found.days}
        return [self._days[day] for day in wanted]

    def first_free_day(self, first: date, *, near_days: int = DAYS_SHOWN) -> FreeDay | None:
        """Return the first day with a free time, on or after a day; look at so many days before all others."""
        near = first + (near_days - 1) * ONE_DAY
        for begin, end in ((first, near), (near + ONE_DAY, self.last)):
            free = next((day for day in self.between(begin, end) if day.slots), None)
            if free is not None:
                return free
        return None

    def first_slot(self, *, near_days: int = DAYS_SHOWN) -> datetime | None:
        """Return the first free time of all."""
        free = self.first_free_day(self.today, near_days=near_days)
        return free.slots[0].starts_at if free else None


def _open_book(
    rules: StoreRules,
    visit_type: VisitTypeRule,
    *,
    party_size: int,
    now: datetime,
    desk: str = "",
    own_hold: str = "",
    moved: MovedVisit | None = None,
    language: str = "",
) -> _Book:
    today = now.astimezone(rules.zone).date()
    last = min(last_bookable_date(now=now, zone=rules.zone, rules=rules), today + (DAYS_LOOKED_AT - 1) * ONE_DAY)
    last = max(today, _last_with_times(rules.chosen("", language), visit_type, first=today, last=last))
    is_booked = visit_type not in rules.visit_types  # a visit that is being moved
    wish = Wish(rules.slug, visit_type.slug, party_size, desk=desk, own_hold=own_hold, is_booked=is_booked, moved=moved)
    state = read_state(wish, today, last, now=now)
    if state is None:
        raise UnknownStore(rules.slug)
    return _Book(rules, visit_type, wish, state, now=now)


def _last_with_times(rules: StoreRules, visit_type: VisitTypeRule, *, first: date, last: date) -> date:
    """Return the last day of a range that has times by rule, free or not: closed days at its end are cut off.

    Where a whole week is closed the range stays as it is, because nobody looks for its end then.
    """
    for number in range(min(DAYS_SHOWN, (last - first).days + 1)):
        if _starts(rules, visit_type, last - number * ONE_DAY):
            return last - number * ONE_DAY
    return last


def _starts(rules: StoreRules, visit_type: VisitTypeRule, day: date) -> list[datetime]:
    return [
        run.starts_at
        for runs in visits_by_desk(rules, visit_type, first_date=day, last_date=day).values()
        for run in runs
    ]


def _parts(
    week: Sequence[FreeDay], rules: StoreRules, day: DayChoice, *, own_start: datetime | None
) -> tuple[DayPart, ...]:
    return day_parts(_free_day(week, day), rules, own_start=own_start)


# --- Days in words ---------------------------------------------------------------------------------


def _day_choices(days: Sequence[FreeDay], book: _Book, *, now: datetime) -> list[DayChoice]:
    return [day_choice(day, _state(day, book, now=now), book.today) for day in days]


def _state(day: FreeDay, book: _Book, *, now: datetime) -> DayState:
    """Return what the customer can do on a day; for a day without free times, the times by rule give the reason."""
    if day.slots:
        return DayState.FREE
    soonest = first_bookable_start(now=now, rules=book.rules, kind=book.visit_type)
    starts = _starts(book.rules, book.visit_type, day.date)
    if not starts:
        return DayState.CLOSED
    return DayState.FULL if max(starts) >= soonest else DayState.OVER


def _together(parts: Sequence[DayPart]) -> tuple[DayPart, ...]:
    """Return a day's few times as one part without a name: headings would take the room of those of the next day."""
    return (DayPart("", "", tuple(slot for part in parts for slot in part.slots)),)


# --- Which day is shown ----------------------------------------------------------------------------


def _day_to_show(days: Sequence[DayChoice], wanted: date, *, is_told: bool) -> DayChoice:
    """Return the requested day; else the first free one from the wanted day on, else any free one, else a full one."""
    if is_told:
        return next(day for day in days if day.date == wanted)
    free = [day for day in days if day.state == DayState.FREE]
    from_wanted = [day for day in free if day.date >= wanted]
    full = [day for day in days if day.state == DayState.FULL]
    return [*from_wanted, *free, *full, *days][0]


def _also_shown(days: Sequence[DayChoice], week: Sequence[FreeDay], shown: DayChoice) -> DayChoice | None:
    """Return the free day after the shown one, where that is free and has too few times to choose from."""
    count = len(_free_day(week, shown).slots)
    return _next_free(days, shown) if 0 < count < ENOUGH_TIMES else None


def _free_day(week: Sequence[FreeDay], day: DayChoice) -> FreeDay:
    return next(one for one in week if one.date == day.date)


def _has_free(days: Sequence[DayChoice]) -> bool:
    return any(day.state == DayState.FREE for day in days)


def _next_free(days: Sequence[DayChoice], shown: DayChoice) -> DayChoice | None:
    return next((day for day in days if day.date > shown.date and day.state == DayState.FREE), None)


def _first_free_after(book: _Book, first: date, *, now: datetime) -> DayChoice | None:
    free = book.first_free_day(first) if first <= book.last else None
    return _day_choices([free], book, now=now)[0] if free else None
