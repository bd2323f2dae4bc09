"""The report of a store over a range of days, for its managers."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_safe

from booking.reports.added_places import added_places
from booking.reports.queries import store_report
from booking.staff.access import StaffContext, at_store, staff_page
from booking.staff.reports.date_range import AskedRange, read_range
from booking.staff.reports.more_places import addition_in_words
from booking.staff.reports.page import part_file, report_context
from booking.staff.reports.sections import PARTS, Part, parts_of
from booking.web.replica import read_where_it_may_lag
from stores.models import Role


@require_safe
@at_store(need=Role.MANAGER)
def what_happened(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Show the report of the requested days, by default the last four weeks."""
    asked = read_range(request.GET, today=at.today)
    return _page(request, at, asked)


@require_safe
@at_store(need=Role.MANAGER)
def what_happened_csv(request: HttpRequest, at: StaffContext, part: str) -> HttpResponseBase:
    """Return one part of the report as a file."""
    if part not in PARTS:
        raise Http404
    asked = read_range(request.GET, today=at.today)
    if asked.problems:
        return _page(request, at, asked)
    found = next(one for one in _parts(at, asked) if one.name == part)
    return part_file(found, asked, whose=at.store.slug)


def _page(request: HttpRequest, at: StaffContext, asked: AskedRange) -> HttpResponse:
    page_url = reverse("staff-report", args=[at.store.slug])
    parts = () if asked.problems else _parts(at, asked)
    context = {
        **report_context(asked, parts, page_url=page_url, today=at.today),
        "more_places": "" if asked.problems else _more_places(at),
    }
    return staff_page(request, at, "staff/reports/store.html", context, status=400 if asked.problems else 200)


def _more_places(at: StaffContext) -> str:
    """Return what more places would have done, as a sentence; "" where too few people looked in vain."""
    found = read_where_it_may_lag(lambda: added_places({at.store.pk: at.today})).get(at.store.pk)
    return addition_in_words(found) if found else ""


def _parts(at: StaffContext, asked: AskedRange) -> tuple[Part, ...]:
    days = {"from_date": asked.from_date, "to_date": asked.to_date}
    found = read_where_it_may_lag(lambda: store_report(store=at.store.slug, **days))
    return parts_of(found, cents=settings.SMS_CENTS)
