"""The range of days of a report, read from the address without trusting it."""

from dataclasses import dataclass
from datetime import date

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from booking.reports.queries import DEFAULT_RANGE, LONGEST_RANGE
from booking.web.forms import FormProblem
from booking.web.query_params import read_day
from stores.hours import ONE_DAY


@dataclass(frozen=True, slots=True)
class AskedRange:
    """The requested range, with its problem; with a problem, the days are those of the default.

    `shown` are the days that the fields show: those typed, where they are days.
    """

    from_date: date
    to_date: date
    problems: tuple[FormProblem, ...]
    shown: tuple[date, date]


def read_range(
    data: QueryDict,
    *,
    today: date,
    longest: int = LONGEST_RANGE,
    may_lie_ahead: bool = False,
    id_prefix: str = "id_",
) -> AskedRange:
    """Read `from` and `to`. Without `to` the range ends today, without `from` it has the default length.

    `longest` is the largest number of days allowed. Each field's id is its name after `id_prefix`.
    """
    text_from, text_to = data.get("from", ""), data.get("to", "")
    default = today - ONE_DAY * (DEFAULT_RANGE - 1), today
    last = read_day(text_to) if text_to else today
    first = read_day(text_from) if text_from else (last or today) - ONE_DAY * (DEFAULT_RANGE - 1)
    shown = first or default[0], last or default[1]
    if last is None:
        return AskedRange(
            *default, _problem(_("The last day does not exist. Please choose another one."), f"{id_prefix}to"), shown
        )
    if first is None:
        return AskedRange(
            *default, _problem(_("The first day does not exist. Please choose another one."), f"{id_prefix}from"), shown
        )
    if last > today and not may_lie_ahead:
        words = _("This day is still to come. Please choose a last day up to today.")
        return AskedRange(*default, _problem(words, f"{id_prefix}to"), shown)
    if first > last:
        words = _("The first day is after the last one. Please change one of them.")
        return AskedRange(*default, _problem(words, f"{id_prefix}from"), shown)
    if (last - first).days >= longest:
        words = ngettext("Please choose at most {count} day.", "Please choose at most {count} days.", longest)
        return AskedRange(*default, _problem(words.format(count=longest), f"{id_prefix}from"), shown)
    return AskedRange(first, last, (), shown)


def refused_range(asked: AskedRange, words: str, field_id: str, *, today: date) -> AskedRange:
    """Return the default range in place of one that cannot be had after all, with the reason."""
    return AskedRange(today - ONE_DAY * (DEFAULT_RANGE - 1), today, _problem(words, field_id), asked.shown)


def _problem(words: str, field_id: str) -> tuple[FormProblem, ...]:
    return (FormProblem(words, field_id),)
