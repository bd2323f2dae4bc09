"""The buttons "I will come", "I am late" and "I cannot come" of a booking. Opening a link alone never presses them."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.timezone import now as clock_now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from booking.bookings.lateness import say_late, take_back_late
from booking.bookings.lifecycle import cancel_booking, confirm_attendance
from booking.customer.access import opened_by_key
from booking.customer.manage.page import done, manage_page, too_late_or_wrong, visit_context
from booking.customer.manage.page import refused as lead_to_refusal
from booking.models import Booking, Status
from booking.policy import LATE_CHOICES, LONGEST_LATE, may_cancel
from booking.refusals import BookingRefused
from booking.web.forms import FormProblem
from booking.web.rendering import customer_page
from booking.web.responses import see_other
from booking.who import Who

_ECHOED_LONGEST = 16
_FORM_METHODS = ["GET", "HEAD", "POST"]


@require_http_methods(_FORM_METHODS)
@opened_by_key
def cancel(request: HttpRequest, booking: Booking) -> HttpResponseBase:
    """Ask for confirmation, then cancel the booking."""
    now = clock_now()
    if booking.status == Status.CANCELLED:
        return done(booking, "")
    if request.method == "POST":
        try:
            return done(cancel_booking(booking_id=booking.pk, who=Who.customer(now)), "cancelled")
        except BookingRefused as no:
            return lead_to_refusal(booking, no.reason)
    if not may_cancel(status=booking.status, starts_at=booking.starts_at, now=now):
        return manage_page(request, booking, now=now, refusal=too_late_or_wrong(booking))
    return customer_page(request, "manage/cancel", visit_context(booking, now=now))


@require_http_methods(_FORM_METHODS)
@opened_by_key
def confirm(request: HttpRequest, booking: Booking) -> HttpResponseBase:
    """Record that the customer will come."""
    if request.method != "POST":
        return done(booking, "")
    now = clock_now()
    try:
        return done(confirm_attendance(booking_id=booking.pk, now=now), "confirmed")
    except BookingRefused as no:
        return lead_to_refusal(booking, no.reason)


@require_http_methods(_FORM_METHODS)
@opened_by_key
def late(request: HttpRequest, booking: Booking) -> HttpResponseBase:
    """Ask how late the customer will be, then tell the store; 0 minutes withdraws it."""
    now = clock_now()
    context = {**visit_context(booking, now=now), "late_choices": LATE_CHOICES, "longest_late": LONGEST_LATE}
    if request.method != "POST":
        return _ask_how_late(request, context) if context["may_say_late"] else done(booking, "")
    typed = request.POST.get("minutes", "").strip() or request.POST.get("other", "").strip()
    minutes = _read_minutes(typed)
    if minutes is None:
        own = reverse("manage-late", args=[booking.reference])
        return see_other(f"{own}?{urlencode({'typed': typed[:_ECHOED_LONGEST]})}")
    try:
        if minutes == 0:
            return done(take_back_late(booking_id=booking.pk, now=now), "on_time")
        return done(say_late(booking_id=booking.pk, minutes=minutes, now=now), "late")
    except BookingRefused as no:
        return lead_to_refusal(booking, no.reason)


def _ask_how_late(request: HttpRequest, context: dict[str, object]) -> HttpResponse:
    """Show the form; with what was typed before, where that was not a number of minutes."""
    typed = request.GET.get("typed")
    if typed is None:
        return customer_page(request, "manage/late", context)
    problem = FormProblem(_("Enter a number of minutes from 1 to {most}.").format(most=LONGEST_LATE), "id_other")
    return customer_page(request, "manage/late", {**context, "typed": typed, "problems": [problem]}, status=400)


def _read_minutes(typed: str) -> int | None:
    """Return what was typed as an accepted number of minutes, else None."""
    if not (typed.isascii() and typed.isdigit() and len(typed) <= 2):
        return None
    return int(typed) if int(typed) <= LONGEST_LATE else None
