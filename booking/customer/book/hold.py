"""Holds on pages: choosing a time holds its place for five minutes, and longer on request."""

from contextlib import suppress
from dataclasses import replace
from functools import partial

from django.http import HttpRequest, HttpResponse

from booking.customer.book.booking_step import BookingStep
from booking.customer.book.hold_state import keep_place, kept_words
from booking.customer.book.step_view import with_booking_step
from booking.customer.book.way_cookie import new_way
from booking.places.holds import extend_hold
from booking.refusals import BookingRefused
from booking.web.rendering import customer_page, reader_choice_of


@partial(with_booking_step, methods=("POST",), is_choice=True)
def keep(request: HttpRequest, step: BookingStep) -> HttpResponse:
    """Hold the chosen time instead of an earlier one, and redirect to the details."""
    if step.is_unread:
        return step.lead_to_times()
    if step.way.booked or not step.way.is_remembered:  # a key that came with the form belongs to no browser yet
        step = replace(step, way=new_way(step.rules.slug))
    try:
        step = keep_place(step, to="hold")
    except BookingRefused as refused:
        return step.lead_to("book-details", why=refused.reason)
    is_ready = bool(step.typed) and reader_choice_of(request).is_simple and step.form.is_valid()
    return step.lead_to("book-check" if is_ready else "book-details")


@partial(with_booking_step, methods=("GET", "HEAD"), may_wait=False)
def kept(request: HttpRequest, step: BookingStep) -> HttpResponse:
    """Tell a page that polls how long the place is still held."""
    return customer_page(request, "book/hold", {**step.context(), **kept_words(step), "is_update": True})


@partial(with_booking_step, methods=("POST",), may_wait=False)
def extend(request: HttpRequest, step: BookingStep) -> HttpResponse:
    """Hold the place for five more minutes; what was typed stays on the page."""
    if step.is_unread:
        return step.lead_to_times()
    with suppress(BookingRefused):  # the page says how long the place is held, or that the hold has ended
        extend_hold(token=step.hold, now=step.now)
    if request.headers.get("HX-Request"):
        said = {"is_update": True, "is_answer": True}
        return customer_page(request, "book/hold", {**step.context(), **kept_words(step), **said})
    return step.lead_to("book-details")
