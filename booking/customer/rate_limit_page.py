"""The page after too many tries of a form: it says when to try again, and can be reloaded until then."""

from datetime import datetime

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.timezone import now as clock_now
from django.views.decorators.http import require_safe

from booking import limits
from booking.web.responses import keep_private
from booking.web.retry_times import read_retry_seconds


@require_safe
def rate_limit_page(request: HttpRequest) -> HttpResponseBase:
    """Say that there were too many tries and when to try again; redirect to the first page once that is over.

    Raises RateLimited.
    """
    refuse_until(request, now=clock_now())
    return keep_private(redirect("find"))


def refuse_until(request: HttpRequest, *, now: datetime) -> None:
    """Raise RateLimited until the instant that the address says; for one second where it cannot be read."""
    seconds = read_retry_seconds(request.GET.get("until", ""), now=now)
    if seconds > 0:
        raise limits.RateLimited(seconds)
