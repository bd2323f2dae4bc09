"""Calendar feeds at secret addresses: of a store, of a desk, and of a customer's visits."""

import hashlib
from datetime import datetime

from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from booking import limits
from booking.bookings.calendar_feeds import Feed, customer_feed, feed_bookings, feed_of_desk, feed_of_store
from booking.formats.icalendar_files import feed_calendar, visits_calendar
from booking.tokens import feed_contact, feed_digest, is_visits_feed_token, read_reference

# Calendar programs ask every few hours; in between, their own copy is fresh enough.
MAX_AGE_SECONDS = 300
_NEVER_KEPT = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}


@require_safe
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """Answer a calendar program with the visits of the store whose secret address it requests; 404 for any other.

    One statement, if nothing has changed since the program asked.
    """
    now = timezone.now()
    return _answer(request, feed_of_store(feed_digest(secret), now=now), now=now)


@require_safe
def desk_feed(request: HttpRequest, secret: str) -> HttpResponse:
    """Answer in the same way with the visits of a desk."""
    now = timezone.now()
    return _answer(request, feed_of_desk(feed_digest(secret), now=now), now=now)


@require_safe
def visits_feed(request: HttpRequest, reference: str, token: str) -> HttpResponse:
    """Answer a calendar program with the visits of a customer; one statement. Raises RateLimited."""
    limits.refuse_wrong_tokens(request)
    now = timezone.now()
    plain, contact = read_reference(reference), feed_contact(token)
    found = customer_feed(plain, contact=contact, now=now) if plain and contact else None
    if found is None or not is_visits_feed_token(found.booking.reference, found.booking.link_number, token):
        limits.wrong_token(request)
        return _nothing()
    content = visits_calendar(found.visits, locale=found.booking.locale, now=now)
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    unchanged = get_conditional_response(request, etag=etag)
    return _calendar(content, etag) if unchanged is None else _private(unchanged, etag)


def _answer(request: HttpRequest, found: Feed | None, *, now: datetime) -> HttpResponse:
    if found is None:
        return _nothing()
    unchanged = get_conditional_response(request, etag=found.etag)
    if unchanged is not None:
        return _private(unchanged, found.etag)
    bookings = feed_bookings(store=found.store, desk=found.desk, now=now)
    desk = found.desk.name if found.desk else ""
    return _calendar(feed_calendar(found.store, bookings, now=now, desk=desk), found.etag)


def _calendar(content: bytes, etag: str) -> HttpResponse:
    return _private(HttpResponse(content, content_type="text/calendar; charset=utf-8"), etag)


def _private(response: HttpResponse, etag: str) -> HttpResponse:
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = f"private, max-age={MAX_AGE_SECONDS}"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _nothing() -> HttpResponse:
    return HttpResponseNotFound(
        "There is no calendar here.\n", content_type="text/plain; charset=utf-8", headers=_NEVER_KEPT
    )
