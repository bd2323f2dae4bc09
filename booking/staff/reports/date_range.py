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
    """The requested range, with its problem; with a problem, the days are those of the default."""

    from_date: date
    to_date: date
    problems: tuple[FormProblem, ...]


def read_range(data: QueryDict, *, today: date, longest: int = LONGEST_RANGE) -> AskedRange:
    """Read `from` and `to`. Without `to` the range ends today, without `from` it has the default length.

    `longest` is the largest number of days allowed.
    """
    text_from, text_to = data.get("from", ""), data.get("to", "")
    last = read_day(text_to) if text_to else today
    if last is None:
        return _wrong(_("The last day does not exist. Please choose another one."), "id_to", today)
    first = read_day(text_from) if text_from else last - ONE_DAY * (DEFAULT_RANGE - 1)
    if first is None:
        return _wrong(_("The first day does not exist. Please choose another one."), "id_from", today)
    if last > today:
        return _wrong(_("This day is still to come. Please choose a last day up to today."), "id_to", today)
    if first > last:
        return _wrong(_("The first day is after the last one. Please change one of them."), "id_from", today)
    if (last - first).days >= longest:
        words = ngettext("Please choose at most {count} day.", "Please choose at most {count} days.", longest)
        return _wrong(words.format(count=longest), "id_from", today)
    return AskedRange(first, last, ())


def _wrong(words: str, field_id: str, today: date) -> AskedRange:
    return AskedRange(today - ONE_DAY * (DEFAULT_RANGE - 1), today, (FormProblem(words, field_id),))
