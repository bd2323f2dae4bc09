"""A day's visits as a file: who may see the day may take it along."""

from collections.abc import Callable, Iterator
from datetime import date, datetime

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from booking.models import Booking, Source
from booking.queries import DaySchedule, day_schedule
from booking.sheets import Cell, csv_bytes, xlsx_bytes
from booking.texts import visit_type_name
from booking.views.asked import read_day
from booking.views.day_page import unknown_day_page
from booking.views.staff_access import AtStore, at_store
from booking.views.staff_words import status_words

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Rows = list[tuple[Cell, ...]]


@require_safe
@at_store()
def as_csv(request: HttpRequest, at: AtStore) -> HttpResponseBase:
    """Return the day asked for as CSV."""
    return _file(request, at, lambda rows, day: csv_bytes(rows), "csv", "text/csv; charset=utf-8")


@require_safe
@at_store()
def as_xlsx(request: HttpRequest, at: AtStore) -> HttpResponseBase:
    """Return the day asked for as an Excel file."""
    return _file(request, at, lambda rows, day: xlsx_bytes(rows, title=day.isoformat()), "xlsx", _XLSX)


def _file(
    request: HttpRequest, at: AtStore, made: Callable[[Rows, date], bytes], ending: str, content_type: str
) -> HttpResponse:
    text = request.GET.get("date", "")
    day = read_day(text) if text else at.today
    if day is None:
        return unknown_day_page(request, at)
    schedule = day_schedule(store=at.store.slug, date=day, now=at.now)
    response = HttpResponse(made([_head(), *_rows(schedule)], day), content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{at.store.slug}-{day.isoformat()}.{ending}"'
    return response


def _head() -> tuple[Cell, ...]:
    return (
        *(_("Day"), _("From"), _("To"), _("Desk"), _("Kind of visit"), _("Name"), _("People"), _("State")),
        *(_("Phone"), _("E-mail"), _("Note"), _("Questions"), _("Booked by way of"), _("Minutes late"), _("Reference")),
    )


def _rows(schedule: DaySchedule) -> Iterator[tuple[Cell, ...]]:
    states, zone = status_words(), schedule.rules.zone
    ways = {Source(value): str(label) for value, label in Source.choices}

    def clock(moment: datetime) -> str:
        return moment.astimezone(zone).strftime("%H:%M")

    for one in schedule.bookings:
        yield (
            *(one.visit_date.isoformat(), clock(one.starts_at), clock(one.ends_at)),
            *(visit_type_name(one.desk.name), visit_type_name(one.visit_type.name)),
            *(one.name, one.party_size, states[one.status], one.phone, one.email, one.note),
            *(_answers(one), ways[Source(one.source)], "" if one.late_minutes is None else one.late_minutes),
            one.reference,
        )


def _answers(booking: Booking) -> str:
    return "; ".join(f"{told['question']} {told['answer']}" for told in booking.answers)
