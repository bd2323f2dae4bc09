"""The views of the day schedule: visits by time and desk, and how full the day is."""

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from booking.staff.access import StaffContext, at_store
from booking.staff.day.page import day_page, unknown_day_page
from booking.staff.etag import unless_known
from booking.web.query_params import read_day


@require_safe
@at_store()
def day(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Show one of the store's days, by default today."""
    text = request.GET.get("date", "")
    date = read_day(text) if text else at.today
    if date is None:
        return unknown_day_page(request, at)
    changed, done = request.GET.get("changed", ""), request.GET.get("done", "")
    return unless_known(
        request, at, date, lambda etag: day_page(request, at, date, changed=changed, done=done, etag=etag)
    )
