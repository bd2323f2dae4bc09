"""The cookie of a booking in progress: encrypted, one for each booking, kept for half an hour.

It holds the token of the hold, what was typed where a page has to show it again, and at the end the reference of the
booked visit. So every page of the booking is opened by its address; Back, Forward and reload work on each of them; and
a form's key works only in the browser that it was given to. Other forms of customers are remembered in the same way,
once something in them could not be accepted (docs/decisions/0008).
"""

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from booking.tokens import keyed_digest
from booking.web.sealed_values import seal, unseal

COOKIE_SECONDS = 30 * 60
COOKIE_MAX = 3400  # characters in one cookie; browsers store 4096, with its name
ALL_MAX = 6000  # in all of them: proxies refuse headers of more than 8 kB
WAYS_MAX = 4
_TYPED_SHORTEST = 600  # no field is cut to less: longer than any value that is accepted


@dataclass(frozen=True, slots=True)
class Way:
    """One booking in progress of one browser. `key` is that of its form; `start` is empty until a time is chosen."""

    key: str
    store: str
    secret: str
    hold: str = ""
    start: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)
    booked: str = ""  # the reference of the booking that was made
    at: int = 0  # the last write, in milliseconds since 1970; later than those of this browser's other ways
    is_remembered: bool = False  # the browser sent its cookie

    @property
    def browser(self) -> str:
        """Return what tells this browser from another that knows the key; "" for one that keeps no cookies."""
        return keyed_digest("way", self.secret) if self.is_remembered else ""


def new_way(store: str, key: str = "") -> Way:
    """Return a new booking in progress; where the browser keeps no cookies, with the key of its form."""
    return Way(key=key or str(uuid4()), store=store, secret=secrets.token_urlsafe(16))


def ways(request: HttpRequest, store: str, *, now: datetime) -> list[Way]:
    """Return this browser's bookings in progress at a store, the latest first."""
    found = [way for way in _all(request, now=now) if way.store == store]
    return sorted(found, key=lambda way: way.at, reverse=True)


def way_at(request: HttpRequest, place: str, *, now: datetime) -> Way:
    """Return what this browser remembers of a page with a single form, or a new way where it remembers nothing.

    `place` names the page, as the slug of a store names the store's.
    """
    return next(iter(ways(request, place, now=now)), None) or new_way(place)


def keep(request: HttpRequest, response: HttpResponseBase, way: Way, *, now: datetime) -> Way:
    """Let the browser remember a way, and drop older ones where there are too many; return it as remembered."""
    others = sorted((one for one in _all(request, now=now) if one.key != way.key), key=lambda one: -one.at)
    way = replace(way, at=max([int(now.timestamp() * 1000), *(one.at + 1 for one in others)]))
    text = _sealed(way)
    response.set_cookie(
        _name(way.key), text, max_age=COOKIE_SECONDS, secure=settings.IS_HTTPS, httponly=True, samesite="Lax"
    )
    room = ALL_MAX - len(text)
    for number, other in enumerate(others, 1):
        room -= len(request.COOKIES[_name(other.key)])
        if room < 0 or number >= WAYS_MAX:
            forget(response, other)
    return way


def forget(response: HttpResponseBase, way: Way) -> None:
    """Delete a way's cookie. Does nothing where the browser never had it."""
    if way.is_remembered:
        name = _name(way.key)
        response.delete_cookie(name, samesite="Lax")
        response.cookies[name]["secure"] = settings.IS_HTTPS or ""


def _prefix() -> str:
    return f"{'__Host-' if settings.IS_HTTPS else ''}way-"


def _name(key: str) -> str:
    return _prefix() + UUID(key).hex


def _all(request: HttpRequest, *, now: datetime) -> Iterator[Way]:
    prefix = _prefix()
    for name, text in request.COOKIES.items():
        if name.startswith(prefix):
            way = _read(name, text)
            if way is not None and way.at > (now.timestamp() - COOKIE_SECONDS) * 1000:
                yield way


def _sealed(way: Way) -> str:
    """Return a way as its cookie stores it; where it is too long, the longest inputs are cut."""
    typed = dict(way.typed)
    while True:
        held: dict[str, Any] = {
            "store": way.store,
            "secret": way.secret,
            "hold": way.hold,
            "start": way.start,
            "typed": typed,
            "booked": way.booked,
            "at": way.at,
        }
        text = seal(_name(way.key), held)
        if len(text) <= COOKIE_MAX or not typed:  # without any input nothing is left to cut
            return text
        longest = max(typed, key=lambda name: len(typed[name]), default="")
        if len(typed.get(longest, "")) <= _TYPED_SHORTEST:
            typed.pop(longest, None)  # so many long answers do not fit in any cookie
        else:
            typed[longest] = typed[longest][: max(_TYPED_SHORTEST, len(typed[longest]) * 3 // 4)]


def _read(name: str, text: str) -> Way | None:
    try:
        key = str(UUID(name.removeprefix(_prefix())))
    except ValueError:
        return None
    held = unseal(name, text)
    return Way(key=key, is_remembered=True, **held) if isinstance(held, dict) else None
