"""The views of the day schedule: visits by time and desk, and how full the day is."""

from functools import partial

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from booking.staff.access import StaffContext, at_store
from booking.staff.day.page import day_page, unknown_day_page
from booking.staff.etag import unless_known
from booking.web.query_params import read_day


@require_safe
@at_store()
def day(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Show one of the store's days, by default the one that goes on: past midnight, a night that began before it."""
    text = request.GET.get("date", "")
    date = read_day(text) if text else None
    if text and date is None:
        return unknown_day_page(request, at)
    page = partial(
        day_page, request, at, date, changed=request.GET.get("changed", ""), done=request.GET.get("done", "")
    )
    # The hours are not read for a version: it covers any night.
    return unless_known(
        request, at, date or at.today, lambda etag: page(etag=etag), days_before=0 if date else 1, days_after=1
    )
