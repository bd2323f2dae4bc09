"""All visits of a range of days as a file, for a store's managers."""

from collections.abc import Callable
from dataclasses import replace

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from booking.bookings.day_rows import read_bookings
from booking.formats.spreadsheets import XLSX_TYPE, Cell, csv_bytes, xlsx_bytes
from booking.formatting import csv_delimiter
from booking.messages.visit_table import head, rows
from booking.models import Booking
from booking.staff.access import StaffContext, at_store
from booking.staff.reports.date_range import AskedRange, read_range, refused_range
from booking.staff.reports.store import LONGEST_FILE, report_page
from stores.models import Role
from stores.queries import store_rules

_ID_PREFIX = "id_visits_"
MOST_VISITS = 30_000  # an Excel file of these takes some 10 seconds and 150 MB


@require_safe
@at_store(need=Role.MANAGER)
def visits_csv(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Return the visits of the requested days as CSV."""
    return _file(
        request, at, lambda rows, _title: csv_bytes(rows, delimiter=csv_delimiter()), "csv", "text/csv; charset=utf-8"
    )


@require_safe
@at_store(need=Role.MANAGER)
def visits_xlsx(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Return the visits of the requested days as an Excel file."""
    return _file(request, at, lambda rows, title: xlsx_bytes(rows, title=title), "xlsx", XLSX_TYPE)


def _file(
    request: HttpRequest,
    at: StaffContext,
    write: Callable[[list[tuple[Cell, ...]], str], bytes],
    ending: str,
    content_type: str,
) -> HttpResponse:
    asked = read_range(request.GET, today=at.today, longest=LONGEST_FILE, may_lie_ahead=True, id_prefix=_ID_PREFIX)
    if not asked.problems and _count(at, asked) > MOST_VISITS:
        words = _("These are too many visits for one file. Please choose fewer days.")
        asked = refused_range(asked, words, f"{_ID_PREFIX}from", today=at.today)
    if asked.problems:
        shown = asked.from_date, asked.to_date
        return report_page(request, at, replace(asked, shown=shown), file_days=asked.shown)
    rules = store_rules(at.store.slug, from_date=asked.from_date)
    bookings = read_bookings(rules, asked.from_date, asked.to_date)
    days = f"{asked.from_date} {asked.to_date}"
    response = HttpResponse(write([head(), *rows(bookings, rules)], days), content_type=content_type)
    name = f"{at.store.slug}-{days.replace(' ', '-')}.{ending}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _count(at: StaffContext, asked: AskedRange) -> int:
    visits = Booking.objects.filter(store=at.store, visit_date__gte=asked.from_date, visit_date__lte=asked.to_date)
    return visits.count()
