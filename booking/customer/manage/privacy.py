"""The personal data of one booking: to read, download and erase, and its link."""

from datetime import timedelta
from functools import partial
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.urls import reverse
from django.utils.timezone import now as clock_now
from django.views.decorators.http import require_http_methods, require_safe

from booking.bookings.feedback import answer_in_words, feedback_of
from booking.bookings.link_renewal import renew_link_once, renewed_before
from booking.customer.access import BOOKING_KEY, opened_by_key
from booking.customer.book.way_cookie import forget, way_at
from booking.customer.manage.corrections import correction_cookie, sent_link_form
from booking.customer.manage.history import history_in_words, messages_in_words
from booking.customer.manage.page import visit_context
from booking.formats.icalendar_files import booking_calendar
from booking.links import manage_url
from booking.models import Booking
from booking.privacy import customer_data, erase_customer
from booking.web.rendering import customer_page
from booking.web.responses import keep_private, see_other
from booking.who import Who
from stores.queries import store_detail

_FORM_METHODS = ["GET", "HEAD", "POST"]


@require_safe
@opened_by_key
def calendar(_request: HttpRequest, booking: Booking) -> HttpResponse:
    """Return the customer's own calendar file, which contains their link."""
    content = booking_calendar(
        booking, method="PUBLISH", manage_url=manage_url(booking.reference, booking.link_number), now=clock_now()
    )
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{_calendar_name(booking)}"'
    return response


@require_safe
@opened_by_key
def kept(request: HttpRequest, booking: Booking) -> HttpResponse:
    """Show in words all the data that is stored about this customer."""
    answered = feedback_of(booking)
    context = {
        **visit_context(booking, now=clock_now()),
        "history": history_in_words(booking),
        "messages": messages_in_words(booking),
        "feedback": answered,
        "feedback_answer": answer_in_words(answered.answer) if answered else "",
        "kept_until": booking.ends_at + timedelta(days=booking.store.keep_days),
    }
    return customer_page(request, "manage/privacy", context)


def _calendar_name(booking: Booking) -> str:
    """Return the file name for a customer's download: the store and the day."""
    day = booking.starts_at.astimezone(ZoneInfo(booking.store.time_zone)).date()
    return f"{booking.store.slug}-{day.isoformat()}.ics"


@require_safe
@opened_by_key
def data(_request: HttpRequest, booking: Booking) -> HttpResponse:
    """Return all the data that is stored about this customer, as JSON."""
    response = JsonResponse(customer_data(booking), json_dumps_params={"ensure_ascii": False, "indent": 2})
    response["Content-Disposition"] = f'attachment; filename="{booking.reference}.json"'
    return response


@require_http_methods(_FORM_METHODS)
def link(request: HttpRequest, reference: str) -> HttpResponseBase:
    """Ask for confirmation, then make a new link. The old one stops working, and this browser keeps access.

    A second press of the button is answered like the first, even before the browser has the new key.
    """
    form = sent_link_form(request, reference)
    before = renewed_before(form, reference=reference, now=clock_now()) if form else None
    if before is not None and not BOOKING_KEY.is_held(request, before):
        return keep_private(_link_made(before), opened_by_key=True)
    return _link(request, reference)


@opened_by_key
def _link(request: HttpRequest, booking: Booking) -> HttpResponseBase:
    now = clock_now()
    if request.method == "POST":
        form = sent_link_form(request, booking.reference)
        if form is None:
            return see_other(request.path)
        return _link_made(renew_link_once(form, booking=booking, now=now))
    context = {
        **visit_context(booking, now=now),
        "url": manage_url(booking.reference, booking.link_number),
        "is_made": bool(request.GET.get("done")) and booking.link_number > 0,
        "form_key": uuid4(),
        "number": booking.link_number,
    }
    return customer_page(request, "manage/link", context)


def _link_made(booking: Booking) -> HttpResponseBase:
    """Redirect to the page that shows the new link, which this browser may open."""
    response = see_other(f"{reverse('manage-link', args=[booking.reference])}?done=1")
    BOOKING_KEY.give(response, booking)
    return response


@require_http_methods(_FORM_METHODS)
@partial(opened_by_key, is_for_erased=True)
def erase(request: HttpRequest, booking: Booking) -> HttpResponse:
    """Ask for confirmation, then erase the customer of the booking; its link stops working."""
    now = clock_now()
    if request.method != "POST" and booking.erased_at is None:
        return customer_page(request, "manage/erase", visit_context(booking, now=now))
    if booking.erased_at is None:
        erase_customer(booking_id=booking.pk, who=Who.customer(now))
    response = see_other(reverse("erased", args=[booking.store.slug]))
    BOOKING_KEY.take(response, booking.reference)
    forget(response, way_at(request, correction_cookie(booking), now=now))
    return response


@require_safe
def erased(request: HttpRequest, store: str) -> HttpResponseBase:
    """Say that the data is erased. The page is the same for everybody, as nothing tells whose data it was."""
    found = store_detail(store)
    if found is None:
        raise Http404
    return keep_private(customer_page(request, "manage/erased", {"store": found}), opened_by_key=True)
