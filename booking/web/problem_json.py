"""Refusals and errors of the API as `application/problem+json` (RFC 9457), in the reader's language."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.http import Http404, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions

from booking.formatting import refusal_sentence
from booking.limits import RateLimited
from booking.refusals import Refusal

CONTENT_TYPE = "application/problem+json"

UNKNOWN_STORE = _("There is no such store.")
UNKNOWN_VISIT_TYPE = _("The store offers no such visit type.")


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """A kind of problem: what all problems of one code share."""

    status: HTTPStatus
    title: str | Promise
    detail: str | Promise | None = None


KINDS: dict[str, ProblemKind] = {
    "invalid": ProblemKind(HTTPStatus.BAD_REQUEST, _("Invalid input"), _("Some fields need another look.")),
    "malformed": ProblemKind(
        HTTPStatus.BAD_REQUEST,
        _("Not readable"),
        _("This request cannot be read. A body must be one JSON object in UTF-8."),
    ),
    "not_authenticated": ProblemKind(
        HTTPStatus.UNAUTHORIZED, _("Not signed in"), _("Sign in first: there are no valid credentials.")
    ),
    "not_permitted": ProblemKind(HTTPStatus.FORBIDDEN, _("Not permitted"), _("You may not do this.")),
    "not_found": ProblemKind(HTTPStatus.NOT_FOUND, _("Not found")),
    "method_not_allowed": ProblemKind(
        HTTPStatus.METHOD_NOT_ALLOWED, _("Method not allowed"), _("This address does not know this method.")
    ),
    "not_acceptable": ProblemKind(
        HTTPStatus.NOT_ACCEPTABLE, _("Not acceptable"), _("The answer can only be given as JSON.")
    ),
    "too_large": ProblemKind(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _("Too large"), _("A request's body may have 64 KiB at most.")
    ),
    "unsupported_media_type": ProblemKind(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        _("Unsupported media type"),
        _("Send the body as application/json in UTF-8."),
    ),
    "idempotency_mismatch": ProblemKind(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        _("Key used before"),
        _("This Idempotency-Key came before with another body. Use a new key for a new request."),
    ),
    "in_progress": ProblemKind(
        HTTPStatus.CONFLICT,
        _("In progress"),
        _("A request with this Idempotency-Key is still running. Please try again in a moment."),
    ),
    "rate_limited": ProblemKind(
        HTTPStatus.TOO_MANY_REQUESTS, _("Too many requests"), _("Too many tries. Please wait, then try again.")
    ),
    "busy": ProblemKind(
        HTTPStatus.SERVICE_UNAVAILABLE, _("Busy"), _("This cannot be done right now. Please try again in a moment.")
    ),
    "error": ProblemKind(
        HTTPStatus.INTERNAL_SERVER_ERROR, _("Error"), _("Something went wrong on our side. Please try again later.")
    ),
    Refusal.SLOT_FULL: ProblemKind(HTTPStatus.CONFLICT, _("Slot full")),
    Refusal.SLOT_CLOSED: ProblemKind(HTTPStatus.CONFLICT, _("Slot closed")),
    Refusal.TOO_SOON: ProblemKind(HTTPStatus.CONFLICT, _("Too soon")),
    Refusal.TOO_LATE: ProblemKind(HTTPStatus.CONFLICT, _("Too late")),
    Refusal.TOO_FAR_AHEAD: ProblemKind(HTTPStatus.CONFLICT, _("Too far ahead")),
    Refusal.PARTY_TOO_LARGE: ProblemKind(HTTPStatus.CONFLICT, _("Party too large")),
    Refusal.TOO_MANY_OPEN_BOOKINGS: ProblemKind(HTTPStatus.CONFLICT, _("Too many open bookings")),
    Refusal.HOLD_EXPIRED: ProblemKind(HTTPStatus.CONFLICT, _("Hold expired")),
    Refusal.WRONG_STATUS: ProblemKind(HTTPStatus.CONFLICT, _("Wrong status")),
    Refusal.BOOKINGS_AFFECTED: ProblemKind(HTTPStatus.CONFLICT, _("Bookings affected")),
}


@dataclass(frozen=True, slots=True)
class FieldError:
    """One error of a field; `field` is a dotted path such as `customer.phone`."""

    field: str
    code: str
    message: str | Promise


class ApiProblem(Exception):
    """A refusal by the API's own rules of shape and access."""

    def __init__(
        self, code: str, *, errors: Iterable[FieldError] = (), headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(code)
        self.code = code
        self.errors = tuple(errors)
        self.headers = dict(headers or {})


def invalid(field: str, code: str, message: str | Promise) -> ApiProblem:
    """Return the problem of one bad field."""
    return ApiProblem("invalid", errors=[FieldError(field, code, message)])


def problem_response(
    code: str,
    *,
    errors: Iterable[FieldError] = (),
    headers: Mapping[str, str] | None = None,
    members: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """Return the answer for a problem; `members` are the additional members of its code."""
    kind = KINDS[code]
    detail = kind.detail if kind.detail is not None else refusal_sentence(Refusal(code))
    body: dict[str, Any] = {
        "type": f"urn:carillon:problem:{code}",
        "title": str(kind.title),
        "status": int(kind.status),
        "detail": str(detail),
        "code": str(code),
    }
    if code == "invalid":
        body["errors"] = [{"field": error.field, "code": error.code, "message": str(error.message)} for error in errors]
    body |= members or {}
    content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    response = HttpResponse(content, status=kind.status, content_type=CONTENT_TYPE, headers=headers)
    response["Cache-Control"] = "no-store"
    return response


def problem_for(exception: Exception, context: object = None) -> HttpResponse | None:
    """Return the answer for an exception; None if the client did not cause it (hook of REST framework)."""
    problem = _problem(exception)
    if problem is None:
        return None
    return problem_response(problem.code, errors=problem.errors, headers=problem.headers)


def _problem(exception: Exception) -> ApiProblem | None:
    match exception:
        case ApiProblem():
            return exception
        case RateLimited():
            return ApiProblem("rate_limited", headers={"Retry-After": str(exception.retry_after_seconds)})
        case Http404():
            return ApiProblem("not_found")
        case PermissionDenied():
            return ApiProblem("not_permitted")
        case RequestDataTooBig():
            return ApiProblem("too_large")
        case SuspiciousOperation() | MultiPartParserError() | UnreadablePostError():
            return ApiProblem("malformed")
        case exceptions.ValidationError():
            return ApiProblem("invalid", errors=_field_errors(exception.detail))
        case exceptions.APIException():
            return _framework_problem(exception)
    return None


_FRAMEWORK_CODES: tuple[tuple[type[exceptions.APIException], str], ...] = (
    (exceptions.ParseError, "malformed"),
    (exceptions.NotAuthenticated, "not_authenticated"),
    (exceptions.AuthenticationFailed, "not_authenticated"),
    (exceptions.PermissionDenied, "not_permitted"),
    (exceptions.NotFound, "not_found"),
    (exceptions.MethodNotAllowed, "method_not_allowed"),
    (exceptions.NotAcceptable, "not_acceptable"),
    (exceptions.UnsupportedMediaType, "unsupported_media_type"),
)


def _framework_problem(exception: exceptions.APIException) -> ApiProblem | None:
    for kind, code in _FRAMEWORK_CODES:
        if isinstance(exception, kind):
            challenge = getattr(exception, "auth_header", None)
            return ApiProblem(code, headers={"WWW-Authenticate": challenge} if challenge else None)
    return None


def _field_errors(detail: Any, path: tuple[str, ...] = ()) -> Iterator[FieldError]:
    """Flatten the framework's nested errors. An error of a whole object has the object's own name."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            yield from _field_errors(inner, path if name == "non_field_errors" else (*path, str(name)))
    elif isinstance(detail, list):
        for number, inner in enumerate(detail):
            yield from _field_errors(inner, (*path, str(number)) if isinstance(inner, Mapping) else path)
    else:
        yield FieldError(".".join(path), getattr(detail, "code", "invalid"), str(detail))
