"""The calendar feed of a store, at a secret address."""

import hashlib

from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from booking.bookings.queries import feed_bookings
from booking.formats.icalendar_files import feed_calendar
from booking.tokens import feed_digest
from stores.models import Store

# Calendar programs ask every few hours; in between, their own copy is fresh enough.
MAX_AGE_SECONDS = 300
_NEVER_KEPT = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}


@require_safe
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """Answer a calendar program with the visits of the store whose secret address it requests; 404 for any other."""
    store = Store.objects.filter(feed_digest=feed_digest(secret)).first()
    if store is None:
        return HttpResponseNotFound(
            "There is no calendar here.\n", content_type="text/plain; charset=utf-8", headers=_NEVER_KEPT
        )
    now = timezone.now()
    calendar = feed_calendar(store, feed_bookings(store=store, now=now), now=now)
    etag = f'"{hashlib.sha256(calendar).hexdigest()[:32]}"'
    response = HttpResponse(calendar, content_type="text/calendar; charset=utf-8", headers={"ETag": etag})
    answer = get_conditional_response(request, etag=etag, response=response) or response
    answer.headers["Cache-Control"] = f"private, max-age={MAX_AGE_SECONDS}"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
