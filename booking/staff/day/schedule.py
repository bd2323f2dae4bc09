"""The day schedule: who comes when, at which desk, and how full it is."""

from django.http import HttpRequest, HttpResponseBase
from django.urls import path
from django.views.decorators.http import require_safe

from booking.customer.visit_query import read_day
from booking.staff.access import AtStore, at_store
from booking.staff.day import caller, caller_visits, crowds, export, reschedule, slots
from booking.staff.day.page import day_page, unknown_day_page
from booking.staff.etag import unless_known


@require_safe
@at_store()
def day(request: HttpRequest, at: AtStore) -> HttpResponseBase:
    """Show one of the store's days, today's where no other is asked for."""
    text = request.GET.get("date", "")
    date = read_day(text) if text else at.today
    if date is None:
        return unknown_day_page(request, at)
    changed, done = request.GET.get("changed", ""), request.GET.get("done", "")
    return unless_known(
        request, at, date, lambda etag: day_page(request, at, date, changed=changed, done=done, etag=etag)
    )


urlpatterns = [
    path("staff/<slug:store>/day/", day, name="staff-day"),
    path("staff/<slug:store>/day/export.csv", export.as_csv, name="staff-day-csv"),
    path("staff/<slug:store>/day/export.xlsx", export.as_xlsx, name="staff-day-xlsx"),
    path("staff/<slug:store>/day/book/", caller.book_for_caller, name="staff-book"),
    path("staff/<slug:store>/day/book/caller/", caller_visits.caller_visits, name="staff-caller-visits"),
    path("staff/<slug:store>/day/slots/", slots.change_times, name="staff-slots"),
    *crowds.urlpatterns,
    path("staff/<slug:store>/visits/<str:reference>/move/", reschedule.move, name="staff-visit-move"),
    path("staff/<slug:store>/visits/<str:reference>/move/places/", reschedule.places, name="staff-visit-places"),
    path("staff/<slug:store>/visits/<str:reference>/cancel/", reschedule.cancel, name="staff-visit-cancel"),
]
