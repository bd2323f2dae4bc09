"""Ranges of days that a report offers by name, and the same time before a range."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from stores.hours import ONE_DAY

_LENGTHS = (28, 365)


@dataclass(frozen=True, slots=True)
class NamedRange:
    """A range of days that ends today, with its name."""

    words: str
    from_date: date
    to_date: date


def named_ranges(today: date, *, longest: int) -> list[NamedRange]:
    """Return the ranges of at most `longest` days; a week begins on Monday."""
    ranges = [
        NamedRange(_("This week"), today - ONE_DAY * today.weekday(), today),
        NamedRange(_("This month"), today.replace(day=1), today),
    ]
    for days in _LENGTHS:
        words = ngettext("The last {days} day", "The last {days} days", days).format(days=days)
        ranges.append(NamedRange(words, today - ONE_DAY * (days - 1), today))
    return [one for one in ranges if (one.to_date - one.from_date).days < longest]


def time_before(first: date, last: date) -> tuple[date, date]:
    """Return the days with which a range is compared.

    Of a week that begins on Monday, the same weekdays of the week before; of a month that begins on its first day, the
    same days of the month before, where it has them; of other ranges, as many days right before.
    """
    days = (last - first).days
    if first.weekday() == 0 and days < 7:
        return first - 7 * ONE_DAY, last - 7 * ONE_DAY
    if first.day == 1 and (first.year, first.month) == (last.year, last.month):
        end = first - ONE_DAY
        begin = end.replace(day=1)
        is_whole = (last + ONE_DAY).month != last.month
        return begin, end if is_whole else min(begin + (last - first), end)
    return first - ONE_DAY * (days + 1), first - ONE_DAY
