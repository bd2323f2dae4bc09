"""Pages that say no, and what to do next."""

import math

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from booking.limits import RateLimited


def too_many(request: HttpRequest, limited: RateLimited) -> HttpResponse:
    """Return the page for too many tries, with when to come back."""
    minutes = math.ceil(limited.retry_after_seconds / 60)
    response = render(request, "429.html", {"minutes": minutes}, status=429)
    response["Retry-After"] = str(limited.retry_after_seconds)
    return response
