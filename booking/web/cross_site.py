"""Protection of forms against other sites: only our own pages may send them.

Browsers say in `Sec-Fetch-Site` where a request comes from, and no page can change that. If it is missing (older
browsers, programs), the origin is unknown and nothing is refused: limits count such requests by address. `Origin` is
not used: under `no-referrer` it may be "null" for our own pages too.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from booking.web.rendering import customer_page

FORBIDDEN = 403


def is_cross_site(request: HttpRequest) -> bool:
    """Tell whether the browser says that another site sent this request."""
    return request.headers.get("Sec-Fetch-Site", "").strip().lower() == "cross-site"


def refuse_cross_site(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Answer a form that another site sent: show the way to the page of the store `store`."""

    @wraps(view)
    def wrapper(request: HttpRequest, store: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "POST" and is_cross_site(request):
            return customer_page(request, "cross_site", {"slug": store}, status=FORBIDDEN)
        return view(request, store, *args, **kwargs)

    return wrapper
