"""ETags of the pages of a day, and 304 where nothing has changed."""

from collections.abc import Callable
from datetime import date

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import get_token
from django.utils.cache import get_conditional_response
from django.utils.translation import get_language

from booking.bookings.day_schedule import day_version
from booking.staff.access import StaffContext
from booking.tokens import keyed_digest
from stores.hours import ONE_DAY

CACHE_CONTROL = "no-store, private"  # scripts send the version themselves: no browser stores names on disk


def unless_known(
    request: HttpRequest,
    at: StaffContext,
    day: date,
    make_page: Callable[[str], HttpResponse],
    *,
    days_before: int = 0,
    days_after: int = 0,
) -> HttpResponseBase:
    """Return 304 where the browser has this version of the page, else the page that `make_page` makes for the version.

    A page of the working day is made from the days around it as well: `days_before` and `days_after` are 1.
    """
    version = day_version(store=at.store, date=day, now=at.now, days_before=days_before, days_after=days_after)
    etag = _etag(request, at, day, version)
    response = get_conditional_response(request, etag=etag) or make_page(etag)
    response["ETag"], response["Cache-Control"] = etag, CACHE_CONTROL
    return response


def _etag(request: HttpRequest, at: StaffContext, day: date, version: str) -> str:
    """Return the version of a page as this person sees it."""
    get_token(request)
    parts = (
        version,
        at.user.pk,
        at.is_manager,
        at.device is None,
        get_language(),
        request.META.get("CSRF_COOKIE"),
        request.get_full_path(),
        # The line of the present moves, and visits come nearer: past midnight those of the evening before as well.
        f"{at.now:%H:%M}" if day in (at.today, at.today - ONE_DAY) else "",
    )
    return f'W/"{keyed_digest("day page", "|".join(map(str, parts)))[:32]}"'
