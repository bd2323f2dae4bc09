"""A week, or four, at a glance: one line a day, with its visits, its free places, and why it is closed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from booking.bookings.day_loads import DayLoad, loads_by_rules, weeks_of
from booking.formats.absence_wording import times_in_words
from booking.formatting import stretch_in_words
from booking.staff.access import StaffContext, at_store, staff_page
from booking.staff.day.page import unknown_day_page
from booking.web.query_params import is_within_reach, read_day
from booking.working_days import opening_day
from stores.absences import Absence
from stores.closings import openings_by_day
from stores.hours import ONE_DAY
from stores.public_holidays import public_holidays
from stores.queries import store_rules
from stores.slots import StoreRules

_FOUR = 4


@dataclass(frozen=True, slots=True)
class DayLine:
    """A day in words; `note` says why it is closed, or that it has hours of its own.

    A closed day without visits has no numbers, and neither it nor a day that is over has free places: they are "".
    """

    load: DayLoad
    note: str
    visits: str
    people: str
    free: str
    taken: str
    is_past: bool
    is_today: bool
    has_page: bool


@dataclass(frozen=True, slots=True)
class Week:
    """A week's days and their sums."""

    words: str
    sums: DayLoad
    days: tuple[DayLine, ...]


@require_safe
@at_store()
def week(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Show the week that contains `from`, by default this one."""
    return _page(request, at, count=1)


@require_safe
@at_store()
def four_weeks(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Show four weeks, beginning with the one that contains `from`, by default this one."""
    return _page(request, at, count=_FOUR)


def _page(request: HttpRequest, at: StaffContext, *, count: int) -> HttpResponse:
    text = request.GET.get("from", "")
    asked = read_day(text) if text else at.today
    if asked is None:
        return unknown_day_page(request, at)
    first = asked - ONE_DAY * asked.weekday()
    last = first + ONE_DAY * (7 * count - 1)
    rules = store_rules(at.store.slug, from_date=first - ONE_DAY)
    loads = loads_by_rules(rules, first=first, last=last, now=at.now)
    context = {
        "section": "day",
        "is_one_week": count == 1,
        "heading": _heading(first, last, count),
        "weeks": list(_weeks(at, rules, loads)),
        "is_now": first <= at.today <= last,
        "earlier_url": _url(at, count, first - ONE_DAY * 7 * count),
        "now_url": _url(at, count),
        "later_url": _url(at, count, first + ONE_DAY * 7 * count),
        "other_url": _url(at, _FOUR if count == 1 else 1, first) or _url(at, _FOUR if count == 1 else 1, asked),
    }
    return staff_page(request, at, "staff/day/week.html", context)


def _heading(first: date, last: date, count: int) -> str:
    words = _("Week, {days}") if count == 1 else _("Four weeks, {days}")
    return words.format(days=f"{stretch_in_words(first, last)} {last.year}")


def _url(at: StaffContext, count: int, first: date | None = None) -> str:
    """Return the address of the weeks from a day on, by default of this week; "" beyond the days that may be named."""
    if first and not is_within_reach(first):
        return ""
    address = reverse("staff-week" if count == 1 else "staff-weeks", args=[at.store.slug])
    return f"{address}?{urlencode({'from': first.isoformat()})}" if first else address


def _weeks(at: StaffContext, rules: StoreRules, loads: Sequence[DayLoad]) -> Iterator[Week]:
    """Yield the weeks of days that begin on a Monday."""
    today = opening_day(rules, at.now)
    notes = _notes(at, rules, loads)
    lines = [_line(load, notes.get(load.date, ""), today) for load in loads]
    for number, sums in enumerate(weeks_of(loads)):
        days = tuple(lines[7 * number : 7 * number + 7])
        yield Week(stretch_in_words(days[0].load.date, days[-1].load.date), sums, days)


def _line(load: DayLoad, note: str, today: date) -> DayLine:
    is_empty, is_past = load.is_closed and not load.visits, load.date < today
    return DayLine(
        load=load,
        note=note,
        visits="" if is_empty else str(load.visits),
        people="" if is_empty else str(load.people),
        free="" if load.is_closed or is_past else str(load.places_to_come),
        taken=_("{taken} of {places}").format(taken=load.places_taken, places=load.places),
        is_past=is_past,
        is_today=load.date == today,
        has_page=is_within_reach(load.date),
    )


def _notes(at: StaffContext, rules: StoreRules, loads: Sequence[DayLoad]) -> dict[date, str]:
    """Return what is to be said of the days that are closed, or have hours of their own."""
    first, last = loads[0].date, loads[-1].date
    special = {day: hours for day, hours in rules.special.items() if first <= day <= last}
    # Only a day that somebody closed may have a name: the names take time and memory.
    names = _holidays(at, first, last) if any(not hours for hours in special.values()) else {}
    open_days = openings_by_day(rules, first_date=first, last_date=last)
    closings = _closings(rules, first, last)
    notes = {}
    for load in loads:
        if load.date in special and not special[load.date]:
            name = names.get(load.date)
            notes[load.date] = _("Closed: {holiday}").format(holiday=name) if name else _("Closed on this date")
        elif load.date not in open_days:
            closing = closings.get(load.date)
            notes[load.date] = _("Closed") if closing is None else _closed_again(closing)
        elif load.is_closed:
            notes[load.date] = _("No time can be booked")
        elif load.date in special:
            notes[load.date] = _("Special hours")
        elif load.date in closings:
            notes[load.date] = _("Closed {times}").format(times=times_in_words(closings[load.date]))
    return notes


def _closings(rules: StoreRules, first: date, last: date) -> dict[date, Absence]:
    """Return the closing that begins on each of the days that one takes time of, as a rule the only one."""
    weekdays = {one.weekday for one in rules.weekly}
    days = (first + number * ONE_DAY for number in range((last - first).days + 1))
    open_days = [day for day in days if day.weekday() in weekdays and day not in rules.special]
    return {day: one for day in open_days for one in rules.closings if one.comes_on(day)}


def _closed_again(closing: Absence) -> str:
    return _("Closed, as every month") if closing.nth else _("Closed, as every week")


def _holidays(at: StaffContext, first: date, last: date) -> dict[date, str]:
    found = public_holidays(
        country=at.store.country,
        postal_code=at.store.postal_code,
        from_date=first,
        to_date=last,
        language=get_language() or "en",
    )
    return {one.date: one.name for one in found}
