"""The booking itself: once for one form, however often it is sent."""

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language

from booking import limits
from booking.models import Booking, Source
from booking.policy import BookingRefused, Refusal
from booking.services.bookings import CustomerDetails, book
from booking.services.once import book_once, booked_before
from booking.views.book.check import check_page, unfinished_page
from booking.views.book.gone import ANOTHER_TIME_HELPS, gone_page
from booking.views.book.step import Step, at_store, see_other
from booking.views.manage_access import give_key
from booking.views.moment import moment_page
from booking.views.reader import reading_of


@at_store
def confirm(request: HttpRequest, step: Step) -> HttpResponse:
    """Book, and show the confirmation at an address of its own."""
    if request.method != "POST":
        return see_other(step.url_of("book"))
    unfinished = unfinished_page(request, step)
    if unfinished is not None:
        return unfinished
    moment = moment_page(request, step.store)
    if moment is not None:
        return moment
    try:
        booking = _booking_of(step, is_simple=reading_of(request).is_simple)
    except BookingRefused as refused:
        if refused.reason in ANOTHER_TIME_HELPS:
            return gone_page(request, step, refused.reason)
        return check_page(request, step, refusal=refused.reason)
    # An old form with another time in it: what it booked stands, and can be changed.
    is_same = booking.starts_at == step.asked.starts_at
    url = reverse("manage-booked" if is_same else "manage", args=[booking.reference])
    response = see_other(url if is_same else f"{url}?done=already")
    give_key(response, booking.reference)
    return response


def _booking_of(step: Step, *, is_simple: bool) -> Booking:
    """Book, or return what this very form has booked before. Raises BookingRefused, RateLimited."""
    key, kept = step.form.cleaned_data["idempotency_key"], step.kept
    before = booked_before(key=key, now=step.now)
    if before is not None:
        return before
    limits.new_booking(step.form.cleaned_data["phone"], step.form.cleaned_data["email"])
    book_it = partial(_book, step, is_simple=is_simple)
    try:
        return book_once(key=key, now=step.now, book=partial(book_it, hold=kept.token if kept else None))
    except BookingRefused as refused:
        if refused.reason != Refusal.HOLD_EXPIRED:
            raise
    # It ran out just now: the time may still be free.
    return book_once(key=key, now=step.now, book=partial(book_it, hold=None))


def _book(step: Step, *, is_simple: bool, hold: str | None) -> Booking:
    typed, asked = step.form.cleaned_data, step.asked
    assert asked.starts_at is not None  # noqa: S101 -- `unfinished_page` saw to it
    return book(
        store=step.rules.slug,
        visit_type=asked.visit_type.slug,
        starts_at=asked.starts_at,
        party_size=asked.party_size,
        customer=CustomerDetails(
            name=typed["name"],
            phone=typed["phone"],
            email=typed["email"],
            locale=(get_language() or "en")[:2],
            is_simple=is_simple,
            is_for_someone_else=typed["is_for_someone_else"],
        ),
        note=typed["note"],
        answers=step.form.answers(),
        source=Source.WEB,
        desk=asked.desk,
        hold=hold,
        now=step.now,
    )
