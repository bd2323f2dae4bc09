"""Forms that were sent after a session had ended: the browser keeps them, encrypted, through the sign-in.

They are valid for a quarter of an hour and for members of that store only, as another person may sign in then.
Passwords and codes are not kept.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from booking.web.sealed_values import seal, unseal

COOKIE_NAME = "__Host-typed" if settings.IS_HTTPS else "typed"
COOKIE_SECONDS = 15 * 60
COOKIE_MAX = 3400  # characters; browsers store 4096, with the cookie's name
_PURPOSE = "typed into a staff form"
_SECRET = frozenset({"csrfmiddlewaretoken", "password", "pin", "code", "credential"})


@dataclass(frozen=True, slots=True)
class Typed:
    """A form as it was sent: its address, and each field with its value, in order."""

    path: str
    fields: tuple[tuple[str, str], ...]


def keep_typed(request: HttpRequest, response: HttpResponseBase, store: str) -> bool:
    """Let the browser keep what was sent; tell whether there was anything, and it was short enough."""
    fields = [(name, value) for name, values in request.POST.lists() for value in values if not _is_secret(name)]
    if not fields:
        return False
    text = seal(_PURPOSE, {"store": store, "path": request.get_full_path(), "fields": fields})
    if len(text) > COOKIE_MAX:
        return False
    response.set_cookie(
        COOKIE_NAME, text, max_age=COOKIE_SECONDS, secure=settings.IS_HTTPS, httponly=True, samesite="Lax"
    )
    return True


def typed_before(request: HttpRequest, store: str) -> Typed | None:
    """Return the form of this store that this browser keeps, None for none."""
    held = unseal(_PURPOSE, request.COOKIES.get(COOKIE_NAME, ""))
    if not isinstance(held, dict) or held["store"] != store:
        return None
    return Typed(held["path"], tuple(_pairs(held["fields"])))


def forget_typed(response: HttpResponseBase) -> None:
    """Delete the form from the browser."""
    response.delete_cookie(COOKIE_NAME, samesite="Lax")
    response.cookies[COOKIE_NAME]["secure"] = settings.IS_HTTPS or ""


def _is_secret(name: str) -> bool:
    return not _SECRET.isdisjoint(name.split("_"))


def _pairs(fields: Iterable[list[str]]) -> Iterable[tuple[str, str]]:
    return ((name, value) for name, value in fields)
