"""Request bodies: one JSON object in UTF-8, at most 64 KiB, without anything that JSON readers read differently."""

import json
from typing import Any, NoReturn

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from booking.web.problem_json import ApiProblem, invalid

DEEPEST = 32

Json = dict[str, Any]


def read_object(request: HttpRequest, *, may_be_empty: bool) -> Json:
    """Return a request's JSON object, or {} without a body if that is allowed. Raises Problem."""
    if _has_body(request):
        _check_content_type(request)
        raw = read_body(request)
    else:
        raw = b""
    if not raw and may_be_empty:
        return {}
    try:
        value = json.loads(
            raw.decode("utf-8"), object_pairs_hook=_object_without_doubles, parse_constant=_refuse_constant
        )
    except (ValueError, RecursionError):  # undecodable bytes and unreadable JSON are ValueErrors too
        raise ApiProblem("malformed") from None
    if _is_too_deep(value):
        raise ApiProblem("malformed")
    if not isinstance(value, dict):
        raise invalid("", "invalid", _("The body must be a JSON object."))
    return value


def read_body(request: HttpRequest) -> bytes:
    """Return the bytes of a request's body. Raises Problem if there are too many."""
    try:
        return request.body
    except RequestDataTooBig:
        raise ApiProblem("too_large") from None


def _has_body(request: HttpRequest) -> bool:
    return request.META.get("CONTENT_LENGTH") not in (None, "", "0")


def _check_content_type(request: HttpRequest) -> None:
    charset = (request.content_params or {}).get("charset", "utf-8").lower()
    if request.content_type != "application/json" or charset not in ("utf-8", "utf8"):
        raise ApiProblem("unsupported_media_type")


def _object_without_doubles(pairs: list[tuple[str, Any]]) -> Json:
    """Return an object. Two members with the same name are refused, because JSON readers differ in which one counts."""
    result = dict(pairs)
    if len(result) < len(pairs):
        raise ValueError("a name is there twice")
    return result


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _is_too_deep(value: Any) -> bool:
    level = [value]
    for _depth in range(DEEPEST):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return False
    return True
