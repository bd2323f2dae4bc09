"""The key to one booking's pages: a link's token is swapped for a short cookie that opens this booking alone."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect

from booking import limits
from booking.bookings.queries import booking_by_reference
from booking.models import Booking
from booking.tokens import is_manage_token, read_reference
from booking.web.reader_prefix import ReaderChoice
from booking.web.rendering import customer_page, reader_choice_of
from booking.web.responses import keep_private, see_other

COOKIE_SECONDS = 30 * 60
_signer = TimestampSigner(salt="booking.manage")

BookingView = Callable[[HttpRequest, Booking], HttpResponseBase]


def cookie_name(reference: str) -> str:
    """Return the name of the cookie that opens one booking's pages, whatever prefix the reader chose for them."""
    return f"{'__Host-' if settings.IS_HTTPS else ''}booking-{reference}"


def give_key(response: HttpResponseBase, booking: Booking) -> None:
    """Let this browser open one booking's pages for the next half hour, or until its customer makes a new link."""
    response.set_cookie(
        cookie_name(booking.reference),
        _signer.sign(_signed(booking.reference, booking.link_number)),
        max_age=COOKIE_SECONDS,
        secure=settings.IS_HTTPS,
        httponly=True,
        samesite="Lax",
    )


def take_key(response: HttpResponseBase, reference: str) -> None:
    """Let this browser open the booking's pages no more."""
    name = cookie_name(reference)
    response.delete_cookie(name, samesite="Lax")
    response.cookies[name]["secure"] = settings.IS_HTTPS or ""


def has_key(request: HttpRequest, booking: Booking) -> bool:
    """Tell whether this browser may open the booking."""
    key = request.COOKIES.get(cookie_name(booking.reference), "")
    try:
        return _signer.unsign(key, max_age=COOKIE_SECONDS) == _signed(booking.reference, booking.link_number)
    except BadSignature:
        return False


def named_references(request: HttpRequest) -> list[str]:
    """Return the bookings for which this browser holds a key, whether or not it still opens them."""
    prefix = cookie_name("")
    names = [name.removeprefix(prefix) for name in request.COOKIES if name.startswith(prefix)]
    return [name for name in names if read_reference(name) == name]


def _signed(reference: str, number: int) -> str:
    return f"{reference}.{number}" if number else reference


def opened_by_key(view: BookingView, *, is_for_erased: bool = False) -> Callable[[HttpRequest, str], HttpResponseBase]:
    """Hand the booking to the view where the browser holds its key; else the page that says how to get in.

    An unknown, an erased and somebody else's booking all give the same answer; `is_for_erased` is for the view that
    erases, whose button may be pressed twice. A form that does not get in is led to that page's own address.
    """

    @wraps(view)
    def wrapper(request: HttpRequest, reference: str) -> HttpResponseBase:
        plain = read_reference(reference)
        if plain is None:
            return keep_private(turned_away(request, not_open), opened_by_key=True)
        token = request.GET.get("token")
        canonical_path = request.path.replace(reference, plain, 1)
        if token is not None:
            return keep_private(_swap(request, plain, token, canonical_path), opened_by_key=True)
        if plain != reference:
            return keep_private(HttpResponseRedirect(canonical_path), opened_by_key=True)
        booking = booking_by_reference(plain) if cookie_name(plain) in request.COOKIES else None
        is_erased = booking is not None and booking.erased_at is not None
        if booking is None or not has_key(request, booking) or (is_erased and not is_for_erased):
            return keep_private(turned_away(request, not_open), opened_by_key=True)
        response = view(request, booking)
        if not response.cookies.get(cookie_name(plain)):
            give_key(response, booking)
        return keep_private(response, opened_by_key=True)

    return wrapper


def _swap(request: HttpRequest, reference: str, token: str, path: str) -> HttpResponseBase:
    """Take the token out of the address bar: the same page again, opened by a cookie. Raises RateLimited."""
    limits.refuse_wrong_tokens(request)
    booking = booking_by_reference(reference)
    if not is_manage_token(reference, token, booking.link_number if booking else 0):
        limits.wrong_token(request)
        return not_open(request)
    if booking is None or booking.erased_at is not None:
        return not_open(request)
    response = see_other(own_prefix(request, booking) + path)
    give_key(response, booking)
    return response


def own_prefix(request: HttpRequest, booking: Booking) -> str:
    """Return how a booking's pages begin when its link is opened: as it was booked, where the browser would not say so.

    Nothing where the link says already how it is to be read.
    """
    if reader_choice_of(request) != ReaderChoice():
        return ""
    is_spoken = booking.locale == getattr(request, "LANGUAGE_CODE", "")
    is_offered = booking.locale in dict(settings.LANGUAGES)
    return ReaderChoice(booking.locale if is_offered and not is_spoken else "", booking.is_simple).prefix


def turned_away(request: HttpRequest, page: Callable[[HttpRequest], HttpResponse]) -> HttpResponse:
    """Return the page for whoever has no key; lead a form to it, so that a reload does not send the form again."""
    if request.method != "POST":
        return page(request)
    return see_other(request.path)


def not_open(request: HttpRequest) -> HttpResponse:
    """Return the page that says how to get in, the same whatever the reason."""
    return customer_page(request, "manage/not_open", status=404)
