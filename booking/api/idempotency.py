"""Idempotency of the API: one answer for one Idempotency-Key, by `booking.idempotency`.

Tokens are removed from stored answers and made again from the server's key.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import cast

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from booking import limits
from booking.api.bodies import Json
from booking.idempotency import InProgress, take_key, write_answer
from booking.models import IdempotentAnswer
from booking.places.requests import retry_after_expired_holds
from booking.subjects import About, Subject
from booking.tokens import hold_token, keyed_digest, manage_token, waiting_token
from booking.web.problem_json import ApiProblem, invalid

HEADER = "Idempotency-Key"

_KEY = re.compile(r"[!-~]{1,255}")
# JSON writes control characters as escapes, so this one is in no body of ours.
_CUT_OUT = "\x01"
_TOKENS: Mapping[About, Callable[[str], str]] = {
    About.BOOKING: manage_token,
    About.WAITING_LIST_ENTRY: waiting_token,
    About.HOLD: hold_token,
}


@dataclass(frozen=True, slots=True)
class ApiAnswer:
    """The answer of a handler; `subject` names the row whose token is in the body, and whose erasure deletes it."""

    body: Json
    status: int = 200
    location: str = ""
    subject: Subject | None = None

    @property
    def content(self) -> str:
        return json.dumps(self.body, ensure_ascii=False, separators=(",", ":"))

    def response(self) -> HttpResponse:
        return _response(self.status, self.content, self.location)


def read_key(request: HttpRequest) -> str | None:
    """Return a request's key; None without one. Raises Problem for an invalid key."""
    key = request.headers.get(HEADER)
    if key is not None and not _KEY.fullmatch(key):
        raise invalid(HEADER, "invalid", _("A key has 1 to 255 visible ASCII characters."))
    return key


def answer_once(
    request: HttpRequest, *, body: Json, caller: str, now: datetime, run: Callable[[], ApiAnswer]
) -> HttpResponse:
    """Return the answer of `run`, or its earlier answer to the same caller with the same key and body.

    Two anonymous callers never share a key, even if they choose the same one: see `_routes`. Raises Problem:
    `idempotency_mismatch` for another body, `in_progress` while a parallel request is still running.
    """
    key = read_key(request)
    if key is None:
        return run().response()
    fingerprint = _fingerprint(body)
    routes = _routes(request, caller, body, fingerprint)
    once = partial(_answer_once, routes, key, fingerprint=fingerprint, now=now, run=run)
    try:
        return retry_after_expired_holds(once, now=now)
    except InProgress as twin:
        raise ApiProblem("in_progress", headers={"Retry-After": "1"}) from twin


@transaction.atomic
def _answer_once(
    routes: Sequence[str], key: str, *, fingerprint: str, now: datetime, run: Callable[[], ApiAnswer]
) -> HttpResponse:
    taken: list[IdempotentAnswer] = []
    for route in routes:
        row, is_new = take_key(route, key, fingerprint=fingerprint, now=now)
        if not is_new:
            return _replay(row, fingerprint)
        taken.append(row)
    answer = run()
    write_answer(
        taken,
        status=answer.status,
        body=_without_secret(answer.content, answer.subject),
        location=answer.location,
        subject=str(answer.subject or ""),
    )
    return answer.response()


def _replay(stored: IdempotentAnswer, fingerprint: str) -> HttpResponse:
    if stored.fingerprint != fingerprint:
        raise ApiProblem("idempotency_mismatch")
    status = cast(int, stored.status)  # a row without an answer is never committed
    subject = Subject.parse(stored.subject) if stored.subject else None
    response = _response(status, _with_secret(stored.body, subject), stored.location)
    response["Idempotent-Replayed"] = "true"
    return response


def _response(status: int, content: str, location: str) -> HttpResponse:
    response = HttpResponse(content.encode(), status=status, content_type="application/json")
    response["Cache-Control"] = "no-store"
    if location:
        response["Location"] = location
    return response


def _routes(request: HttpRequest, caller: str, body: Json, fingerprint: str) -> list[str]:
    """Return the routes by which a key is stored; the first one holds the answer.

    A caller with a token is identified by it. A customer without one is identified by all that the body says about
    them, so that they get the same answer after their phone has changed its network; and by their network, so that the
    same key with another body is a mismatch there and nowhere else. For a body that names nobody, only the network
    counts.
    """
    if caller:
        return [_route(request, caller)]
    network = _route(request, f"network {limits.client_address(request)}")
    names_somebody = isinstance(body.get("customer"), dict)
    return [_route(request, f"body {fingerprint}"), network] if names_somebody else [network]


def _route(request: HttpRequest, caller: str) -> str:
    """Return a route and its owner; addresses and callers contain secrets, so only their digest is stored."""
    template = request.resolver_match.route if request.resolver_match else ""
    return f"{request.method} {template} {keyed_digest('idempotency', f'{request.path} {caller}')[:32]}"


def _fingerprint(body: Json) -> str:
    """Return a digest of a body that does not depend on white space and order."""
    return sha256(json.dumps(body, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _without_secret(content: str, subject: Subject | None) -> str:
    return content.replace(_secret(subject), _CUT_OUT) if subject else content


def _with_secret(content: str, subject: Subject | None) -> str:
    return content.replace(_CUT_OUT, _secret(subject)) if subject else content


def _secret(subject: Subject) -> str:
    return _TOKENS[subject.about](subject.key)
