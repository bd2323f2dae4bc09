"""The export of a day's visits, for everybody who may see the day."""

from collections.abc import Callable
from datetime import date

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe

from booking.bookings.day_schedule import night_schedule
from booking.formats.spreadsheets import XLSX_TYPE, Cell, csv_bytes, xlsx_bytes
from booking.formatting import csv_delimiter
from booking.messages.visit_table import head, rows
from booking.staff.access import StaffContext, at_store
from booking.staff.day.page import unknown_day_page
from booking.web.query_params import read_day

Rows = list[tuple[Cell, ...]]


@require_safe
@at_store()
def as_csv(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Return the requested day as CSV."""
    return _file(
        request, at, lambda rows, day: csv_bytes(rows, delimiter=csv_delimiter()), "csv", "text/csv; charset=utf-8"
    )


@require_safe
@at_store()
def as_xlsx(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Return the requested day as an Excel file."""
    return _file(request, at, lambda rows, day: xlsx_bytes(rows, title=day.isoformat()), "xlsx", XLSX_TYPE)


def _file(
    request: HttpRequest, at: StaffContext, made: Callable[[Rows, date], bytes], ending: str, content_type: str
) -> HttpResponse:
    text = request.GET.get("date", "")
    asked = read_day(text) if text else None
    if text and asked is None:
        return unknown_day_page(request, at)
    schedule = night_schedule(store=at.store.slug, date=asked, now=at.now, messages="none")
    day = schedule.date
    response = HttpResponse(made([head(), *rows(schedule.bookings, schedule.rules)], day), content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{at.store.slug}-{day.isoformat()}.{ending}"'
    return response
