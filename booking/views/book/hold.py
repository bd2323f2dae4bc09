"""A place kept while somebody types: kept by the tap that chooses it, for five minutes, and longer where asked."""

from contextlib import suppress
from functools import partial

from django.http import HttpRequest, HttpResponse

from booking.policy import BookingRefused
from booking.services.holds import extend_hold
from booking.views.book.check import check_page
from booking.views.book.choose import choose_page
from booking.views.book.details import details_page
from booking.views.book.gone import gone_page
from booking.views.book.kept import keep_place, kept_words
from booking.views.book.step import Step, at_store, see_other
from booking.views.moment import moment_page
from booking.views.reader import customer_page


@partial(at_store, methods=("POST",))
def keep(request: HttpRequest, step: Step) -> HttpResponse:
    """Keep the chosen time, and lead on: to the details, or with all of them typed before, to the check."""
    if step.is_unread:
        return choose_page(request, step, status=step.unread_status)
    moment = moment_page(request, step.store)
    if moment is not None:
        return moment
    try:
        step = keep_place(step)
    except BookingRefused as refused:
        return gone_page(request, step, refused.reason)
    if not step.carried:
        return see_other(step.url_of("book-details", starts_at=step.local_start, hold=step.hold))
    if step.form.is_valid():
        return check_page(request, step)
    return details_page(request, step, step.retyped())


@partial(at_store, methods=("GET", "HEAD"))
def kept(request: HttpRequest, step: Step) -> HttpResponse:
    """Say how long the place is still kept, for a page that asks now and then."""
    return customer_page(request, "kept", {**step.context(), **kept_words(step), "is_update": True})


@partial(at_store, methods=("POST",))
def extend(request: HttpRequest, step: Step) -> HttpResponse:
    """Keep the place five minutes more; what was typed stays on the page."""
    if step.is_unread:
        return choose_page(request, step, status=step.unread_status)
    with suppress(BookingRefused):  # the page says for how long it is kept, or that it no longer is
        extend_hold(token=step.hold, now=step.now)
    if request.headers.get("HX-Request"):
        said = {"is_update": True, "is_answer": True}
        return customer_page(request, "kept", {**step.context(), **kept_words(step), **said})
    return details_page(request, step, step.retyped())
