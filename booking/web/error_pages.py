"""Pages of errors, in simple words for readers who chose them."""

import re
from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from booking.web.rendering import reader_choice_of
from stores.queries import StoreSummary, store_detail

# The store's data costs a statement, which a server that is overrun does not spend on refusals.
_MAY_ASK = frozenset(
    {HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED}
)
_OF_STORE = re.compile(r"/s/([-\w]{1,80})/", re.ASCII)


def error_page(
    request: HttpRequest, name: str, context: Mapping[str, Any] | None = None, *, status: int
) -> HttpResponse:
    """Render the page of an error: `name` is that of its template, whose twin in simple words names a store's phone."""
    if not is_simple(request):
        return render(request, name, context, status=status)
    store = _store_of(request) if status in _MAY_ASK else None
    return render(request, f"simple/{name}", {"store": store, **(context or {})}, status=status)


def is_simple(request: HttpRequest) -> bool:
    """Tell whether an error is told in simple words: on no page of staff, which has none."""
    return reader_choice_of(request).is_simple and not request.path_info.startswith("/staff/")


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request for a page that does not exist (Django's handler404)."""
    return error_page(request, "404.html", status=HTTPStatus.NOT_FOUND)


def not_permitted(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request for a page of somebody else (Django's handler403)."""
    return error_page(request, "403.html", status=HTTPStatus.FORBIDDEN)


def token_missing(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form without the token of its page (CSRF_FAILURE_VIEW)."""
    return error_page(request, "403_csrf.html", status=HTTPStatus.FORBIDDEN)


def _store_of(request: HttpRequest) -> StoreSummary | None:
    """Return the public data of the store that an address names; None without one."""
    named = _OF_STORE.match(request.path_info)
    with suppress(DatabaseError):  # the page is shown without a phone
        return store_detail(named[1]) if named else None
    return None
