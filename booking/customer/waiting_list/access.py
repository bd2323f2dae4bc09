"""The key to one place on a waiting list: a link's token is swapped for a short cookie that opens this one alone."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect

from booking import limits
from booking.customer.access import turned_away
from booking.models import WaitingListEntry
from booking.tokens import is_waiting_token, read_reference
from booking.waiting_list.queries import entry_by_reference
from booking.web.rendering import customer_page
from booking.web.responses import keep_private, see_other

COOKIE_SECONDS = 30 * 60
_signer = TimestampSigner(salt="booking.waiting")

EntryView = Callable[[HttpRequest, WaitingListEntry], HttpResponseBase]


def _cookie_name(reference: str) -> str:
    return f"{'__Host-' if settings.IS_HTTPS else ''}waiting-{reference}"


def give_waiting_key(response: HttpResponseBase, reference: str) -> None:
    """Let this browser open one entry's pages for the next half hour, in whichever language it reads them."""
    response.set_cookie(
        _cookie_name(reference),
        _signer.sign(reference),
        max_age=COOKIE_SECONDS,
        path="/",
        secure=settings.IS_HTTPS,
        httponly=True,
        samesite="Lax",
    )


def opened_by_waiting_key(view: EntryView) -> Callable[[HttpRequest, str], HttpResponseBase]:
    """Hand the entry to the view where the browser holds its key; else the page that says how to get in."""

    @wraps(view)
    def wrapper(request: HttpRequest, reference: str) -> HttpResponseBase:
        plain = read_reference(reference)
        if plain is None:
            return keep_private(turned_away(request, _not_open), opened_by_key=True)
        token = request.GET.get("token")
        path = request.path.replace(reference, plain, 1)
        if token is not None:
            return keep_private(_swap(request, plain, token, path), opened_by_key=True)
        if plain != reference:
            return keep_private(HttpResponseRedirect(path), opened_by_key=True)
        entry = entry_by_reference(plain) if has_waiting_key(request, plain) else None
        if entry is None:
            return keep_private(turned_away(request, _not_open), opened_by_key=True)
        response = view(request, entry)
        if (
            "HX-Request" not in request.headers
        ):  # a page that only asks whether something has changed stays open no longer
            give_waiting_key(response, plain)
        return keep_private(response, opened_by_key=True)

    return wrapper


def has_waiting_key(request: HttpRequest, reference: str) -> bool:
    """Tell whether this browser may open the entry."""
    try:
        return _signer.unsign(request.COOKIES.get(_cookie_name(reference), ""), max_age=COOKIE_SECONDS) == reference
    except BadSignature:
        return False


def _swap(request: HttpRequest, reference: str, token: str, path: str) -> HttpResponseBase:
    """Take the token out of the address bar: the same page again, opened by a cookie. Raises RateLimited."""
    limits.refuse_wrong_tokens(request)
    if not is_waiting_token(reference, token):
        limits.wrong_token(request)
        return _not_open(request)
    if entry_by_reference(reference) is None:
        return _not_open(request)
    response = see_other(path)
    give_waiting_key(response, reference)
    return response


def _not_open(request: HttpRequest) -> HttpResponse:
    return customer_page(request, "waiting_list/not_open", status=404)
