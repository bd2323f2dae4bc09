"""One answer for one Idempotency-Key: kept for 24 hours, in the very transaction of what the request did.

A crash leaves both the deed and its answer, or neither. A refusal rolls both back, so nothing is kept of it. Tokens
are cut out of what is stored and made again from the server's key.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import cast
from uuid import uuid4

from django.db import OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from booking import limits
from booking.api.bodies import Json
from booking.models import IdempotentAnswer
from booking.places.requests import retry_after_expired_holds
from booking.tokens import hold_token, keyed_digest, manage_token, waiting_token
from booking.waiting_list.lifecycle import message_subject
from booking.web.problem_json import ApiProblem, invalid

HEADER = "Idempotency-Key"
KEPT = timedelta(hours=24)

_KEY = re.compile(r"[!-~]{1,255}")
_HOLD = "hold:"
_WAITING = message_subject("")
# JSON writes control characters as escapes, so this one is in no body of ours.
_CUT_OUT = "\x01"
_LOCK_NOT_AVAILABLE = "55P03"
_CLAIM = """
INSERT INTO booking_idempotentanswer (id, route, key, fingerprint, body, location, subject, created_at)
VALUES (%s, %s, %s, %s, '', '', '', %s)
ON CONFLICT (route, key) DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class ApiAnswer:
    """What a handler answers; `subject` is whose token stands in the body, and at whose erasure it is forgotten."""

    body: Json
    status: int = 200
    location: str = ""
    subject: str = ""

    @property
    def content(self) -> str:
        return json.dumps(self.body, ensure_ascii=False, separators=(",", ":"))

    def response(self) -> HttpResponse:
        return _response(self.status, self.content, self.location)


def of_hold(public_id: str) -> str:
    """Return the subject of an answer that holds a hold's token."""
    return _HOLD + public_id


def of_waiting(reference: str) -> str:
    """Return the subject of an answer that holds the token of an entry of the waiting list."""
    return message_subject(reference)


def read_key(request: HttpRequest) -> str | None:
    """Return a request's key, None where it has none. Raises Problem for one that is no key."""
    key = request.headers.get(HEADER)
    if key is not None and not _KEY.fullmatch(key):
        raise invalid(HEADER, "invalid", _("A key has 1 to 255 visible ASCII characters."))
    return key


def answer_once(
    request: HttpRequest, *, body: Json, caller: str, now: datetime, run: Callable[[], ApiAnswer]
) -> HttpResponse:
    """Return what `run` answers, or what it answered before to the same caller's same key and body.

    Callers who do not say who they are never meet, though they choose the same key: see `_routes`.
    Raises Problem: `idempotency_mismatch` for another body, `in_progress` while a twin is still at it.
    """
    key = read_key(request)
    if key is None:
        return run().response()
    fingerprint = _fingerprint(body)
    routes = _routes(request, caller, body, fingerprint)
    rows = [
        IdempotentAnswer(id=uuid4(), route=route, key=key, fingerprint=fingerprint, created_at=now) for route in routes
    ]
    return retry_after_expired_holds(partial(_answer_once, rows, now=now, run=run), now=now)


@transaction.atomic
def _answer_once(rows: Sequence[IdempotentAnswer], *, now: datetime, run: Callable[[], ApiAnswer]) -> HttpResponse:
    for row in rows:
        kept = _take(row, now=now)
        if kept is not None:
            return _replay(kept, row.fingerprint)
    answer = run()
    IdempotentAnswer.objects.filter(pk__in=[row.pk for row in rows]).update(
        status=answer.status,
        body=_without_secret(answer.content, answer.subject),
        location=answer.location,
        subject=answer.subject,
    )
    return answer.response()


def _take(row: IdempotentAnswer, *, now: datetime) -> IdempotentAnswer | None:
    """Take the key, or return what it was answered before. Raises Problem `in_progress`."""
    if _claim(row):
        return None
    kept = IdempotentAnswer.objects.filter(route=row.route, key=row.key).first()
    if kept is not None:
        if now - kept.created_at < KEPT:
            return kept
        kept.delete()
    if not _claim(row):
        raise ApiProblem("in_progress", headers={"Retry-After": "1"})
    return None


def _claim(row: IdempotentAnswer) -> bool:
    """Take the key until it is answered; False where it is taken. A twin still at it is waited for, 3 s at most."""
    names = {"id", "route", "key", "fingerprint", "created_at"}
    fields = [field for field in row._meta.concrete_fields if field.attname in names]
    values = [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]
    try:
        with connection.cursor() as cursor:
            cursor.execute(_CLAIM, values)
            return bool(cursor.rowcount)
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) == _LOCK_NOT_AVAILABLE:
            raise ApiProblem("in_progress", headers={"Retry-After": "1"}) from error
        raise


def _replay(kept: IdempotentAnswer, fingerprint: str) -> HttpResponse:
    if kept.fingerprint != fingerprint:
        raise ApiProblem("idempotency_mismatch")
    status = cast(int, kept.status)  # a row without an answer is never committed
    response = _response(status, _with_secret(kept.body, kept.subject), kept.location)
    response["Idempotent-Replayed"] = "true"
    return response


def _response(status: int, content: str, location: str) -> HttpResponse:
    response = HttpResponse(content.encode(), status=status, content_type="application/json")
    response["Cache-Control"] = "no-store"
    if location:
        response["Location"] = location
    return response


def _routes(request: HttpRequest, caller: str, body: Json, fingerprint: str) -> list[str]:
    """Return what else a key is known by, the first one for the answer.

    Who has a token is known by it. A customer who has none yet is known by all that the body says of them, so that
    they are answered again after their phone has changed its network, and by their network, so that the same key with
    another body is a mismatch there and nowhere else. A body that names nobody is known by the network alone.
    """
    if caller:
        return [_route(request, caller)]
    network = _route(request, f"network {limits.client_address(request)}")
    names_somebody = isinstance(body.get("customer"), dict)
    return [_route(request, f"body {fingerprint}"), network] if names_somebody else [network]


def _route(request: HttpRequest, caller: str) -> str:
    """Return a route and whose it is; addresses and callers hold secrets, so only their digest is kept."""
    template = request.resolver_match.route if request.resolver_match else ""
    return f"{request.method} {template} {keyed_digest('idempotency', f'{request.path} {caller}')[:32]}"


def _fingerprint(body: Json) -> str:
    """Return a digest of a body, the same however it is spaced and ordered."""
    return sha256(json.dumps(body, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _secret(subject: str) -> str:
    if subject.startswith(_WAITING):
        return waiting_token(subject.removeprefix(_WAITING))
    return hold_token(subject.removeprefix(_HOLD)) if subject.startswith(_HOLD) else manage_token(subject)


def _without_secret(content: str, subject: str) -> str:
    return content.replace(_secret(subject), _CUT_OUT) if subject else content


def _with_secret(content: str, subject: str) -> str:
    return content.replace(_CUT_OUT, _secret(subject)) if subject else content
