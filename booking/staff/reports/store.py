"""The report of a store over a range of days, for its managers."""

from datetime import date

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_safe

from booking.bookings.day_loads import day_loads
from booking.reports.added_places import added_places
from booking.reports.queries import store_report
from booking.staff.access import StaffContext, at_store, staff_page
from booking.staff.reports.comparison import comparison
from booking.staff.reports.date_range import AskedRange, read_range
from booking.staff.reports.more_places import addition_in_words
from booking.staff.reports.named_ranges import time_before
from booking.staff.reports.page import part_file, report_context
from booking.staff.reports.sections import FEEDBACK, PARTS, Part, parts_of
from booking.staff.reports.weeks_to_come import last_ahead, weeks_to_come
from booking.web.replica import read_where_it_may_lag
from stores.hours import ONE_DAY
from stores.models import Role

LONGEST_FILE = 366  # days


PARTS_OF_STORE = ("comparison", "ahead", *PARTS)


@require_safe
@at_store(need=Role.MANAGER)
def what_happened(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Show the report of the requested days, by default the last four weeks."""
    return report_page(request, at, read_range(request.GET, today=at.today))


@require_safe
@at_store(need=Role.MANAGER)
def what_happened_csv(request: HttpRequest, at: StaffContext, part: str) -> HttpResponseBase:
    """Return one part of the report as a file."""
    if part not in (*PARTS_OF_STORE, FEEDBACK):
        raise Http404
    asked = read_range(request.GET, today=at.today)
    if asked.problems:
        return report_page(request, at, asked)
    found = next((one for one in _parts(at, asked) if one.name == part), None)
    if found is None:  # nothing before the store's first day, or nobody was asked after a visit
        raise Http404
    return part_file(found, asked, whose=at.store.slug)


def report_page(
    request: HttpRequest, at: StaffContext, asked: AskedRange, *, file_days: tuple[date, date] | None = None
) -> HttpResponse:
    """Return the page of a range; with a problem, its fields and the problem alone.

    The fields of the file of visits show `file_days`, by default the range and four weeks to come.
    """
    until = last_ahead(at.today)
    page_url = reverse("staff-report", args=[at.store.slug])
    parts = () if asked.problems else _parts(at, asked)
    context = {
        **report_context(asked, parts, page_url=page_url, today=at.today),
        "has_feedback": bool(at.store.feedback_when) or any(part.name == FEEDBACK for part in parts),
        "more_places": "" if asked.problems else _more_places(at),
        "file_days": file_days or (max(asked.from_date, until - ONE_DAY * (LONGEST_FILE - 1)), until),
    }
    return staff_page(request, at, "staff/reports/store.html", context, status=400 if asked.problems else 200)


def _more_places(at: StaffContext) -> str:
    """Return what more places would have done, as a sentence; "" where too few people looked in vain."""
    found = read_where_it_may_lag(lambda: added_places({at.store.pk: at.today})).get(at.store.pk)
    return addition_in_words(found) if found else ""


def _parts(at: StaffContext, asked: AskedRange) -> tuple[Part, ...]:
    return read_where_it_may_lag(lambda: _read_parts(at, asked))


def _read_parts(at: StaffContext, asked: AskedRange) -> tuple[Part, ...]:
    """Return the parts; a time that begins before the store's first day is not compared."""
    cents = settings.SMS_CENTS
    found = store_report(store=at.store, from_date=asked.from_date, to_date=asked.to_date)
    first, last = time_before(asked.from_date, asked.to_date)
    compared: tuple[Part, ...] = ()
    if first >= at.store.created_at.astimezone(at.zone).date():
        compared = (comparison(found, store_report(store=at.store, from_date=first, to_date=last), cents=cents),)
    ahead = day_loads(store=at.store.slug, first=at.today, last=last_ahead(at.today), now=at.now)
    return (*compared, weeks_to_come(ahead), *parts_of(found, cents=cents))
