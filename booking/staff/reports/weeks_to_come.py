"""How full the weeks to come are, as a part of the report."""

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from booking.bookings.day_loads import DayLoad, weeks_of
from booking.formats.bar_charts import Bar
from booking.formatting import stretch_in_words
from booking.staff.reports.sections import Part, of
from stores.hours import ONE_DAY

_WEEKS = 4


def last_ahead(today: date) -> date:
    """Return the last day that is looked at: the Sunday of the fourth week, this one included."""
    return today + ONE_DAY * (7 * _WEEKS - 1 - today.weekday())


def weeks_to_come(loads: Sequence[DayLoad]) -> Part:
    """Return a line for each week of the days that are given; the first week may have begun before."""
    weeks = weeks_of(loads)
    starts = [one.date for one in weeks]
    ends = [day - ONE_DAY for day in starts[1:]] + [loads[-1].date]
    labels = [f"{stretch_in_words(first, last)} {last.year}" for first, last in zip(starts, ends, strict=True)]
    visits = sum(one.visits for one in weeks)
    return Part(
        "ahead",
        _("The weeks to come"),
        ngettext("{count} visit is booked.", "{count} visits are booked.", visits).format(count=visits),
        (_("Week"), _("Visits"), _("People"), _("Places taken"), _("Places"), _("Share in %")),
        tuple(
            (label, one.visits, one.people, one.places_taken, one.places, one.percent)
            for label, one in zip(labels, weeks, strict=True)
        ),
        (_("Places taken"),),
        tuple(
            Bar(label, (one.places_taken / one.places,), of(one.places_taken, one.places))
            for label, one in zip(labels, weeks, strict=True)
            if one.places
        ),
        full=1,
    )
