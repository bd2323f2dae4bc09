"""Tokens for staff, and the stores they work at."""

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from knox.models import AuthToken
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request

from booking import limits
from booking.accounts.password_checks import user_by_password
from booking.accounts.permissions import has_second_factor, memberships
from booking.accounts.second_factor import is_right_code
from booking.accounts.sign_ins import PasswordOutdated, SecondFactorNeeded, sign_in_program, sign_out_program
from booking.api import shapes
from booking.api.resource import json_response
from booking.api.serializers import SignInRequest
from booking.api.staff.access import StaffView
from booking.web.problem_json import ApiProblem, invalid


class TokenView(StaffView):
    """Signing in and out by token. Signing in is the one request for staff that needs no token."""

    def perform_authentication(self, request: Request) -> None:
        if request.method != "POST":
            super().perform_authentication(request)

    def check_permissions(self, request: Request) -> None:
        if request.method != "POST":
            super().check_permissions(request)

    @extend_schema(operation_id="signIn", auth=[], request=SignInRequest, responses=shapes.TokenShape)
    def post(self, request: Request) -> HttpResponse:
        """Sign in with name and password, and a code where the user has a second factor; the token is told once."""
        asked = self.read(SignInRequest)
        user = _user(request._request, asked["username"], asked["password"])
        has_factor = has_second_factor(user)
        if has_factor:
            _prove(user, asked["otp"])
        try:
            token = sign_in_program(user=user, by_password_alone=not has_factor, request=request._request)
        except PasswordOutdated as error:
            raise NotAuthenticated from error
        except SecondFactorNeeded as error:
            raise _code_required() from error
        return json_response({"token": token})

    @extend_schema(operation_id="signOut", responses={204: None})
    def delete(self, request: Request) -> HttpResponse:
        """End the token that this request is made with."""
        if not isinstance(request.auth, AuthToken):
            raise ApiProblem("not_found")
        sign_out_program(token=request.auth)
        return HttpResponse(status=204)


class MyStoresView(StaffView):
    @extend_schema(operation_id="readMyStores", responses=shapes.MembershipsShape)
    def get(self, request: Request) -> HttpResponse:
        """Read the stores where you work, and as what."""
        return json_response(
            {
                "results": [
                    {"slug": one.store.slug, "name": one.store.name, "role": str(one.role)}
                    for one in memberships(self.user)
                ]
            }
        )


def _user(request: HttpRequest, username: str, password: str) -> User:
    """Return the user of a name and a password.

    Raises NotAuthenticated, the same for a wrong name and a wrong password; RateLimited, CountersAway, HashingBusy.
    """
    user = user_by_password(request, username=username, password=password)
    if user is None:
        raise NotAuthenticated
    return user


def _prove(user: User, code: str) -> None:
    """Check a code of the app, or a recovery code. Raises Problem naming the field; RateLimited after ten errors."""
    if not code:
        raise _code_required()
    limits.hit(limits.SECOND_FACTOR, limits.person(user.pk))
    if not is_right_code(user=user, code=code):
        raise invalid(
            "otp", "invalid", _("This code is not right, or was used before. Wait for the next one and try again.")
        )
    limits.right_secret(limits.SECOND_FACTOR, limits.person(user.pk))


def _code_required() -> ApiProblem:
    return invalid("otp", "required", _("Enter the code."))
