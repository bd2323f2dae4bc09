"""The page after too many tries of a form: it says when to try again, and can be reloaded."""

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from booking import limits

_LONGEST_SECONDS = 24 * 3600


@require_safe
def rate_limit_page(request: HttpRequest) -> HttpResponseBase:
    """Say that there were too many tries, and when to try again. Raises RateLimited."""
    raise limits.RateLimited(read_seconds(request.GET.get("seconds", "")))


def read_seconds(text: str) -> int:
    """Return how many seconds to wait, as the address says; one second where that cannot be read."""
    is_count = text.isascii() and text.isdigit() and len(text) <= len(str(_LONGEST_SECONDS))
    return min(int(text), _LONGEST_SECONDS) if is_count else 1
