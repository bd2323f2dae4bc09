"""Idempotency of forms: one booking for one form, even after a double click, a reload or the back button."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from booking.idempotency import SentForm, do_once, subject_of_browser, subject_of_form
from booking.models import Booking
from booking.places.requests import retry_after_expired_holds

_ROUTE = "page:book"


def booked_before(form: SentForm, *, now: datetime) -> Booking | None:
    """Return the booking of this form in the last 24 hours. Raises FormUsed."""
    reference = subject_of_form(form, route=_ROUTE, now=now)
    return None if reference is None else Booking.objects.filter(reference=reference).first()


def reference_booked_by(*, key: str, browser: str, now: datetime) -> str | None:
    """Return the reference of a form's booking in the last 24 hours, for the browser that sent the form."""
    return subject_of_browser(route=_ROUTE, key=key, browser=browser, now=now)


def book_once(form: SentForm, *, now: datetime, book: Callable[[], Booking]) -> Booking:
    """Return the booking that `book` makes, or made before for the same form; wait for a parallel request.

    Raises FormUsed, InProgress, and the errors of `book`, after which nothing is stored for the key.
    """
    find, subject_of = _booking_with_reference, _reference_of
    once = partial(do_once, form, route=_ROUTE, now=now, do=book, subject_of=subject_of, find=find)
    return retry_after_expired_holds(once, now=now)


def _reference_of(booking: Booking) -> str:
    return booking.reference


def _booking_with_reference(reference: str) -> Booking:
    return Booking.objects.get(reference=reference)
