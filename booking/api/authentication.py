"""Authentication of the API: staff by token or session, programs by a key, customers by the token of their booking."""

import re

from django.http import HttpRequest
from django.utils import timezone
from knox.auth import TokenAuthentication
from knox.models import AuthToken
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from booking import limits
from booking.accounts.api_keys import note_use, read_api_key
from booking.bookings.queries import booking_by_reference
from booking.models import ApiKey, Booking
from booking.tokens import is_manage_token, read_reference
from booking.web.problem_json import ApiProblem

_BEARER = re.compile(r"bearer +(\S+) *", re.IGNORECASE)


class StaffToken(TokenAuthentication):  # type: ignore[misc]
    """`Authorization: Token …`; tokens end by DELETE, not by age."""

    def authenticate_credentials(self, token: bytes) -> tuple[object, AuthToken]:
        if not (token.isascii() and token.isalnum()):
            raise AuthenticationFailed
        result: tuple[object, AuthToken] = super().authenticate_credentials(token)
        return result

    def _cleanup_token(self, auth_token: AuthToken) -> bool:
        """Tell whether this token has ended, without the statement that looks for others to delete."""
        return auth_token.expiry is not None and auth_token.expiry <= timezone.now()


class Program:
    """Whoever uses the API by a key: no user, so nothing is open to it but what its key opens."""

    is_authenticated = True
    is_active = True
    pk = None


class KeyOfProgram(BaseAuthentication):
    """`Authorization: Bearer carillon_…`, a key that a manager made."""

    def authenticate(self, request: Request) -> tuple[Program, ApiKey] | None:
        """Return the key that the request is made with. Raises AuthenticationFailed, RateLimited."""
        secret = bearer_token(request._request)
        if not secret:
            return None
        limits.refuse_wrong_tokens(request._request)
        now = timezone.now()
        key = read_api_key(secret, now=now)
        if key is None:
            limits.wrong_token(request._request)
            raise AuthenticationFailed
        note_use(key, now=now)
        return Program(), key


STAFF: list[type[BaseAuthentication]] = [StaffToken, KeyOfProgram, SessionAuthentication]


def bearer_token(request: HttpRequest) -> str:
    """Return the token of `Authorization: Bearer …`, "" without one."""
    bearer = _BEARER.fullmatch(request.META.get("HTTP_AUTHORIZATION", ""))
    return bearer[1] if bearer else ""


def customer_booking(request: HttpRequest, reference: str, *, may_be_in_query: bool = False) -> Booking:
    """Return the booking that the request's manage token opens.

    Raises Problem `not_found`, the same for an unknown, an erased and somebody else's booking; RateLimited.
    """
    limits.refuse_wrong_tokens(request)
    token = bearer_token(request) or (request.GET.get("token", "") if may_be_in_query else "")
    plain = read_reference(reference)
    booking = booking_by_reference(plain) if plain else None
    if plain is None or not is_manage_token(plain, token, booking.link_number if booking else 0):
        limits.wrong_token(request)
        raise ApiProblem("not_found")
    if booking is None or booking.erased_at is not None:
        raise ApiProblem("not_found")
    return booking
