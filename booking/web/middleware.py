"""Middleware: the reader's language, limits, and answers to faults.

Django turns an exception of a middleware into the answer of a handler at once, so outer middleware never sees it.
`server_error` and `bad_request` are these handlers: together with Faults they answer every exception.
"""

import logging
import sys
import time
from http import HTTPStatus

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import DatabaseError, DataError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, UnreadablePostError
from django.urls import get_script_prefix, reverse, set_script_prefix
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.timezone import now as clock_now
from django.views import defaults

from booking import limits
from booking.accounts.password_hashers import HashingBusy
from booking.web.error_pages import error_page, is_simple
from booking.web.frame import Handler
from booking.web.problem_json import problem_response
from booking.web.reader_prefix import read_prefix
from booking.web.retry_times import write_retry_time
from stores.queries import StoreSummary

RETRY_AFTER_SECONDS = 2
FILE_PAGES = frozenset({"staff-organization-import"})  # URL names of the pages that take a file; only for staff
TELL_AGAIN_SECONDS = 60
_NO_CUSTOMERS = ("/api/", "/staff/", "/webhooks/")  # for programs and for pages of staff

log = logging.getLogger(__name__)


class ReaderAddress:
    """The reader's choice at the start of the address: language and simple words, also for all links of the page.

    Without a choice in the address, the browser's languages decide. Staff pages are in the languages of staff.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        reader, request.path_info = read_prefix(request.path_info)
        request.reader = reader  # type: ignore[attr-defined]
        language = reader.language or translation.get_language_from_request(request)
        if request.path_info.startswith("/staff/") and language not in settings.STAFF_LANGUAGES:
            language = settings.LANGUAGE_CODE
        before, wanted = get_script_prefix(), f"{reader.prefix}/"
        if before != wanted:
            set_script_prefix(wanted)
        request.LANGUAGE_CODE = language
        try:
            with translation.override(language):
                response = self.get_response(request)
        finally:
            if before != wanted:
                set_script_prefix(before)
        if not reader.language:
            patch_vary_headers(response, ["Accept-Language"])
        response.headers.setdefault("Content-Language", language)
        return response


class Faults:
    """Faults: 503 while the database is busy, away or full, and a page for unreadable or unacceptable requests."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if "\x00" in request.path:  # no text in a database can hold it; in a query, the field that reads it decides
            return _bad_request(request)
        response = self.get_response(request)
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED and not request.path.startswith("/api/"):
            page = _answer(request, "method_not_allowed", HTTPStatus.METHOD_NOT_ALLOWED, "405.html")
            page.headers["Allow"] = response.headers.get("Allow", "")
            return page
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        """Return the answer for an exception of a view."""
        return fault_response(request, error)


class AddressLimits:
    """Limits of requests by address, for the public pages and API."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        try:
            if settings.RATE_LIMITS:
                limits.check_request(request)
        except limits.RateLimited as limited:
            return rate_limited(request, limited)
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        """Return the answer for a limit that a view counted."""
        return rate_limited(request, error) if isinstance(error, limits.RateLimited) else None


class BodyLimits:
    """Limits of bodies: one larger than its page takes is refused by its length, without reading it."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: object) -> HttpResponseBase | None:
        """Answer before anything reads the body, even the check of a form's token."""
        is_too_large = _content_length(request) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE and (
            _content_length(request) > settings.FILE_UPLOAD_MAX_MEMORY_SIZE or not _may_send_file(request)
        )
        return _too_large(request) if is_too_large else None


def server_error(request: HttpRequest) -> HttpResponseBase:
    """Answer a request whose exception nothing else handled (Django's handler500)."""
    error = sys.exc_info()[1]
    if isinstance(error, Exception):
        answer = fault_response(request, error)
        if answer is not None:
            return answer
    log.error("request_failed", exc_info=error)
    if request.path.startswith("/api/"):
        return _answer(request, "error", 500, "500.html")
    # Without context processors: they may be the cause.
    return defaults.server_error(request, "simple/500.html" if is_simple(request) else "500.html")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Answer a malformed request (Django's handler400)."""
    return fault_response(request, exception) or _bad_request(request)


def fault_response(request: HttpRequest, error: Exception) -> HttpResponse | None:
    """Return the answer for a database in trouble or an unreadable request; None for other exceptions."""
    if isinstance(error, (limits.CountersAway, HashingBusy)):  # the first was logged where it occurred
        return _busy(request)
    if is_database_trouble(error):
        _tell_of_trouble(error)
        return _busy(request)
    if isinstance(error, RequestDataTooBig):
        return _too_large(request)
    if isinstance(error, (SuspiciousOperation, UnreadablePostError, UnicodeError)):
        return _bad_request(request)
    if isinstance(error, (DataError, OverflowError)):
        log.warning("value_out_of_range", exc_info=error)  # some check of input accepts a value that no column can hold
        return _bad_request(request)
    return None


def is_database_trouble(error: BaseException) -> bool:
    """Tell whether a database is locked, away, full or read-only, instead of refusing an invalid statement."""
    if isinstance(error, (OperationalError, InterfaceError)):
        return True
    words = str(error).lower()
    return isinstance(error, DatabaseError) and ("readonly" in words or "read-only" in words or "is full" in words)


class _Trouble:
    """The record of logged database trouble, so that not every request of a busy hour logs it again."""

    told_at: float | None = None
    untold = 0


def _tell_of_trouble(error: Exception) -> None:
    """Log a database's trouble at most once a minute, with the number of requests that met it since."""
    now = time.monotonic()
    if _Trouble.told_at is not None and 0 <= now - _Trouble.told_at < TELL_AGAIN_SECONDS:
        _Trouble.untold += 1
        return
    log.warning("database_trouble", exc_info=error, extra={"untold": _Trouble.untold})
    _Trouble.told_at, _Trouble.untold = now, 0


def rate_limited(
    request: HttpRequest, limited: limits.RateLimited, *, store: StoreSummary | None = None
) -> HttpResponseBase:
    """Return the answer to a client over its limit; its page names the phone of the store, where that is known.

    A customer's form is redirected to the page that says so, because a reload must not send it again.
    """
    seconds = limited.retry_after_seconds
    if request.method == "POST" and not request.path_info.startswith(_NO_CUSTOMERS):
        until = write_retry_time(retry_after_seconds=seconds, now=clock_now())
        led = HttpResponseRedirect(f"{reverse('later')}?until={until}")
        led.status_code = HTTPStatus.SEE_OTHER
        led["Cache-Control"] = "no-store"
        return led
    answer = _answer(request, "rate_limited", 429, "429.html", {"minutes": -(-seconds // 60), "store": store})
    answer["Retry-After"] = str(seconds)
    return answer


def _content_length(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def _may_send_file(request: HttpRequest) -> bool:
    match = request.resolver_match
    return match is not None and match.url_name in FILE_PAGES and request.user.is_authenticated


def _too_large(request: HttpRequest) -> HttpResponse:
    return _answer(request, "too_large", 413, "413.html")


def _busy(request: HttpRequest) -> HttpResponse:
    answer = _answer(request, "busy", 503, "503.html")
    answer["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return answer


def _bad_request(request: HttpRequest) -> HttpResponse:
    return _answer(request, "malformed", 400, "400.html")


def _answer(
    request: HttpRequest, code: str, status: int, template: str, context: dict[str, object] | None = None
) -> HttpResponse:
    """Return an answer in the caller's language: problem JSON for the API, a page for people."""
    # ReaderAddress may not have run yet.
    language = getattr(request, "LANGUAGE_CODE", None) or translation.get_language_from_request(request)
    with translation.override(language):
        if request.path.startswith("/api/"):
            answer = problem_response(code)
        else:
            answer = error_page(request, template, context, status=status)
    answer.setdefault("Content-Language", language)
    patch_vary_headers(answer, ["Accept-Language"])
    return answer
