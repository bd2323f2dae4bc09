"""Keys to the pages of one customer: a link's token is exchanged for a short-lived cookie that opens one visit's pages.

The cookie of an `https` address is named `__Host-…`: only this host can have set it. A key that was given over http,
under the plain name, opens nothing there, as any host of the domain might have set it; the link makes a new one.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import wraps
from typing import Generic, TypeVar

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect

from booking import limits
from booking.tokens import keyed_digest, read_reference
from booking.web.responses import keep_private, see_other

KEY_SECONDS = 30 * 60
_DIGEST_SIGNS = 32

Row = TypeVar("Row")


def key_cookie_name(name: str) -> str:
    """Return the name of a cookie that opens pages, with whatever prefix their addresses have."""
    return f"{'__Host-' if settings.IS_HTTPS else ''}{name}"


def set_key_cookie(response: HttpResponseBase, name: str, value: str) -> None:
    """Let this browser open the pages for the next half hour."""
    response.set_cookie(
        key_cookie_name(name),
        value,
        max_age=KEY_SECONDS,
        secure=settings.IS_HTTPS,
        httponly=True,
        samesite="Lax",
    )


class PageKey(ABC, Generic[Row]):
    """The access rules of one kind of row's pages: `name` begins the cookie's name, `salt` separates its signatures."""

    name: str
    salt: str

    def __init__(self) -> None:
        self._signer = TimestampSigner(salt=self.salt)

    @abstractmethod
    def find(self, reference: str) -> Row | None:
        """Return the row of a reference."""

    @abstractmethod
    def reference_of(self, row: Row) -> str:
        """Return the reference that a row's addresses contain."""

    @abstractmethod
    def signed_of(self, row: Row) -> str:
        """Return what the cookie of a row signs; once this changes, older cookies open nothing."""

    @abstractmethod
    def is_token(self, reference: str, token: str, row: Row | None) -> bool:
        """Tell whether a token is the secret of a link to this reference, whether or not the row exists."""

    @abstractmethod
    def not_open(self, request: HttpRequest) -> HttpResponse:
        """Return the page that explains how to get access; it is the same whatever the reason."""

    def is_erased(self, _row: Row) -> bool:
        """Tell whether a row is erased, so that only the view for erased rows may open it."""
        return False

    def prefix_of(self, _request: HttpRequest, _row: Row) -> str:
        """Return the prefix for a row's addresses when its link is opened."""
        return ""

    def give(self, response: HttpResponseBase, row: Row) -> None:
        """Let this browser open a row's pages for the next half hour."""
        set_key_cookie(response, self._cookie(self.reference_of(row)), self._signer.sign(self.signed_of(row)))

    def take(self, response: HttpResponseBase, reference: str) -> None:
        """Take this browser's key to the pages away."""
        response.delete_cookie(key_cookie_name(self._cookie(reference)), samesite="Lax")

    def is_held(self, request: HttpRequest, row: Row) -> bool:
        """Tell whether this browser holds the key of a row."""
        key = request.COOKIES.get(key_cookie_name(self._cookie(self.reference_of(row))), "")
        try:
            return self._signer.unsign(key, max_age=KEY_SECONDS) == self.signed_of(row)
        except BadSignature:
            return False

    def browser_of(self, request: HttpRequest, reference: str) -> str:
        """Return a digest of this browser's key to a row, even if a new link has ended it; "" without one of ours."""
        key = request.COOKIES.get(key_cookie_name(self._cookie(reference)), "")
        try:
            self._signer.unsign(key, max_age=KEY_SECONDS)
        except BadSignature:
            return ""
        return keyed_digest("page key", key)[:_DIGEST_SIGNS]

    def named_references(self, request: HttpRequest) -> list[str]:
        """Return the references for which this browser has a key cookie, valid or not."""
        prefix = key_cookie_name(self._cookie(""))
        names = [name.removeprefix(prefix) for name in request.COOKIES if name.startswith(prefix)]
        return [name for name in names if read_reference(name) == name]

    def opened_by_key(
        self, view: Callable[[HttpRequest, Row], HttpResponseBase], *, is_for_erased: bool = False
    ) -> Callable[[HttpRequest, str], HttpResponseBase]:
        """Pass the row to the view where the browser holds its key; other visitors get the page that explains access.

        The answer is the same for a row that is unknown, erased or somebody else's. `is_for_erased` is for the view
        that erases, whose button may be pressed twice. A form without the key is redirected to its page's own address.
        """

        @wraps(view)
        def wrapper(request: HttpRequest, reference: str) -> HttpResponseBase:
            return keep_private(self._answer(request, reference, view, is_for_erased), opened_by_key=True)

        return wrapper

    def _answer(
        self,
        request: HttpRequest,
        reference: str,
        view: Callable[[HttpRequest, Row], HttpResponseBase],
        is_for_erased: bool,
    ) -> HttpResponseBase:
        plain = read_reference(reference)
        if plain is None:
            return self._turned_away(request)
        path = request.path.replace(reference, plain, 1)
        token = request.GET.get("token")
        if token is not None:
            return self._swap(request, plain, token, path)
        if plain != reference:
            return HttpResponseRedirect(path)
        name = key_cookie_name(self._cookie(plain))
        row = self.find(plain) if name in request.COOKIES else None
        if row is None or not self.is_held(request, row) or (self.is_erased(row) and not is_for_erased):
            return self._turned_away(request)
        response = view(request, row)
        is_asking = "HX-Request" in request.headers  # a page that polls for changes by itself
        if not is_asking and not response.cookies.get(name):
            self.give(response, row)
        return response

    def _swap(self, request: HttpRequest, reference: str, token: str, path: str) -> HttpResponseBase:
        """Remove the token from the address bar: redirect to the same page, opened by a cookie. Raises RateLimited."""
        limits.refuse_wrong_tokens(request)
        row = self.find(reference)
        if not self.is_token(reference, token, row):
            limits.wrong_token(request)
            return self.not_open(request)
        if row is None or self.is_erased(row):
            return self.not_open(request)
        response = see_other(self.prefix_of(request, row) + path)
        self.give(response, row)
        return response

    def _turned_away(self, request: HttpRequest) -> HttpResponse:
        """Return the page for visitors without a key; redirect a form to it, so that a reload sends no form again."""
        return self.not_open(request) if request.method != "POST" else see_other(request.path)

    def _cookie(self, reference: str) -> str:
        return f"{self.name}-{reference}"
