"""What happened: a store's numbers over a range of days, for its manager."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import path
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from booking.numbers import numbers
from booking.sheets import csv_bytes
from booking.views.numbers_range import ONE_DAY, AskedRange, read_range
from booking.views.numbers_words import PARTS, Part, parts_of
from booking.views.staff_access import AtStore, at_store, staff_page
from stores.models import Role

SHORTCUTS = (7, 28, 365)


@require_safe
@at_store(need=Role.MANAGER)
def what_happened(request: HttpRequest, at: AtStore) -> HttpResponseBase:
    """Show what happened on the days asked for, the last four weeks where no others are."""
    asked = read_range(request.GET, today=at.today)
    return _page(request, at, asked)


@require_safe
@at_store(need=Role.MANAGER)
def what_happened_csv(request: HttpRequest, at: AtStore, part: str) -> HttpResponseBase:
    """Return one part of it as a file."""
    if part not in PARTS:
        raise Http404
    asked = read_range(request.GET, today=at.today)
    if asked.problems:
        return _page(request, at, asked)
    found = next(one for one in _parts(at, asked) if one.name == part)
    response = HttpResponse(csv_bytes([found.head, *found.rows]), content_type="text/csv; charset=utf-8")
    name = f"{at.store.slug}-{part}-{asked.from_date}-{asked.to_date}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _page(request: HttpRequest, at: AtStore, asked: AskedRange) -> HttpResponse:
    context = {
        "section": "numbers",
        "asked": asked,
        "range_query": urlencode({"from": asked.from_date.isoformat(), "to": asked.to_date.isoformat()}),
        "parts": () if asked.problems else _parts(at, asked),
        "shortcuts": [(days, at.today - ONE_DAY * (days - 1)) for days in SHORTCUTS],
        "problems": asked.problems,
    }
    return staff_page(request, at, "staff/numbers.html", context, status=400 if asked.problems else 200)


def _parts(at: AtStore, asked: AskedRange) -> tuple[Part, ...]:
    return parts_of(numbers(store=at.store.slug, from_date=asked.from_date, to_date=asked.to_date))


urlpatterns = [
    path("staff/<slug:store>/numbers/", what_happened, name="staff-numbers"),
    path("staff/<slug:store>/numbers/<slug:part>.csv", what_happened_csv, name="staff-numbers-csv"),
]
