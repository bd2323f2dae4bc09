"""Answers about free times, finished and kept: a plain question asked again costs one statement and no rendering.

An answer is used only while the state of its days is the one it was made from, and while the clock cannot have changed
it (`booking.places.free_times`). A question that is in any way unusual is left to the framework.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import NamedTuple

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils.text import compress_string

from booking.api.etags import is_known, not_modified, with_etag
from booking.api.fields import LARGEST_COUNT, SLUG
from booking.api.rendering import availability_text
from booking.api.serializers import LONGEST_RANGE_DAYS
from booking.customer_input import FIRST_YEAR, LAST_YEAR
from booking.places.days_state import DaysState, Wish, read_state
from booking.places.free_times import free_times
from booking.refusals import UnknownVisitType
from stores.bounded_cache import BoundedCache
from stores.queries import UnknownStore

MOST_BYTES = 8 * 1024 * 1024
_OTHER_BYTES = 1024  # of an answer, for its question and the objects around it
METHODS = "GET, HEAD"
_SHORTEST_COMPRESSED = 200  # bytes, as in Django's own middleware
_RANDOM_BYTES = 100  # of the name in a compressed answer, also as there
_GZIP = re.compile(r"\bgzip\b")
_PLAIN = re.compile(r"(visit_type|from|to|party_size)=([-\w]{1,80})", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NUMBER = re.compile(r"[0-9]{1,6}")


class Asked(NamedTuple):
    """What a plain question asks: the free times of days `from_date` to `to_date`, both included."""

    wish: Wish
    from_date: date
    to_date: date


@dataclass(slots=True)
class _Kept:
    """A finished answer; it is true for its state, from `made_at` until `until`."""

    asked: Asked
    state: DaysState
    made_at: datetime
    until: datetime
    content: bytes
    version: str
    compressed: bytes | None = field(default=None, init=False)

    @property
    def weight(self) -> int:
        """The bytes that it takes, about; compressed it is a tenth."""
        state = self.state
        return len(self.content) * 11 // 10 + len(state.days) + len(state.expired_holds) + _OTHER_BYTES


_answers: BoundedCache[tuple[str, str, str], _Kept] = BoundedCache(MOST_BYTES)


def kept_answer(request: HttpRequest, store: str, *, now: datetime) -> HttpResponse | None:
    """Return the answer to a plain question about free times; None where the framework is to answer.

    One statement for a kept answer; else three, or more where holds have expired.
    """
    if request.method not in ("GET", "HEAD") or not _takes_json(request.META.get("HTTP_ACCEPT", "*/*")):
        return None
    query = request.META.get("QUERY_STRING", "")
    key = connection.alias, store, query
    kept = _answers.get(key)
    asked = kept.asked if kept else read_question(store, query)
    if asked is None:
        return None
    state = read_state(*asked, now=now)
    if state is None:
        return None
    if kept is None or kept.state != state or not kept.made_at <= now < kept.until:
        try:
            kept = _answer(asked, state, now=now)
        except (UnknownStore, UnknownVisitType):
            return None
        if not connection.in_atomic_block:
            _answers.keep(key, kept, weight=kept.weight)
    return _response(request, kept)


def read_question(store: str, query: str) -> Asked | None:
    """Return the question of a query string that has each parameter once, spelled plainly; None for any other one."""
    pairs = [_PLAIN.fullmatch(part) for part in query.split("&")]
    given = {match[1]: match[2] for match in pairs if match}
    if len(given) < len(pairs) or not SLUG.fullmatch(given.get("visit_type", "")):
        return None
    first, last = _day(given.get("from", "")), _day(given.get("to", ""))
    if first is None or last is None or not timedelta() <= last - first < timedelta(days=LONGEST_RANGE_DAYS):
        return None
    number = given.get("party_size", "1")
    if not _NUMBER.fullmatch(number) or not 1 <= int(number) <= LARGEST_COUNT:
        return None
    return Asked(Wish(store, given["visit_type"], int(number)), first, last)


def version_of(wish: Wish, state: DaysState, content: bytes) -> str:
    """Return the version of an answer: equal ones mean equal answers, and any change of the days makes another one."""
    days = sorted(state.days.split(","))
    return sha256(f"{wish}|{state.hours_version}|{days}|".encode() + content).hexdigest()[:32]


def _answer(asked: Asked, state: DaysState, *, now: datetime) -> _Kept:
    found = free_times(asked.wish, state, now=now)
    content = availability_text(found.answer).encode()
    return _Kept(asked, state, now, found.until, content, version_of(asked.wish, state, content))


def _response(request: HttpRequest, kept: _Kept) -> HttpResponse:
    if is_known(request, kept.version):
        response = not_modified(kept.version)
    elif len(kept.content) >= _SHORTEST_COMPRESSED and _GZIP.search(request.META.get("HTTP_ACCEPT_ENCODING", "")):
        if kept.compressed is None:
            kept.compressed = compress_string(kept.content, max_random_bytes=_RANDOM_BYTES)
        response = with_etag(HttpResponse(kept.compressed, content_type="application/json"), kept.version)
        response.headers["Content-Encoding"], response.headers["Vary"] = "gzip", "Accept-Encoding"
    else:
        response = with_etag(HttpResponse(kept.content, content_type="application/json"), kept.version)
    response.headers["Allow"] = METHODS
    return response


def _takes_json(accepted: str) -> bool:
    kinds: Iterable[str] = (kind.strip() for kind in accepted.split(","))
    return any(kind in ("*/*", "application/json") for kind in kinds)


def _day(text: str) -> date | None:
    if not _DAY.fullmatch(text):
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None
