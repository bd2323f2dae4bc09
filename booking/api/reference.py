"""The reference of the API: OpenAPI as JSON, a page to read it, and the 404 of unknown addresses."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from booking.api.resource import ApiView, OneForm
from booking.web.problem_json import KINDS, problem_response


class SchemaView(ApiView):
    @extend_schema(exclude=True)
    def get(self, request: Request) -> HttpResponse:
        """Read the description of the whole API."""
        return HttpResponse(_schema_text(), content_type="application/json")


class DocsView(ApiView):
    content_negotiation_class = OneForm

    @extend_schema(exclude=True)
    def get(self, request: Request) -> HttpResponse:
        """Read the description as a page."""
        content = {
            "operations": list(_operations()),
            "objects": [_Table(name, _rows(one)) for name, one in schema()["components"]["schemas"].items()],
            "codes": [(code, int(kind.status), kind.title) for code, kind in KINDS.items() if code != "error"],
        }
        return render(request._request, "api/docs.html", content)


_one_at_a_time = Lock()  # the generator fails if two threads run it


@csrf_exempt
def unknown(request: HttpRequest) -> HttpResponse:
    """Return the problem of an unknown address."""
    return problem_response("not_found")


def schema() -> dict[str, Any]:
    """Return the description in OpenAPI 3.1, in English; it is made from the code, so once is enough."""
    with _one_at_a_time:
        return _schema()


@cache
def _schema() -> dict[str, Any]:
    with translation.override("en"):
        found: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
        return found


@cache
def _schema_text() -> bytes:
    return json.dumps(schema(), ensure_ascii=False).encode()


# --- The page -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Row:
    """One member of an object, or one parameter."""

    name: str
    type: str
    is_required: bool
    words: str


@dataclass(frozen=True, slots=True)
class _Table:
    name: str
    rows: list[_Row]


@dataclass(frozen=True, slots=True)
class _Operation:
    anchor: str
    method: str
    path: str
    words: str
    who: str
    parameters: list[_Row]
    request: str
    answers: list[tuple[str, str]]


def _operations() -> Iterator[_Operation]:
    for path, methods in schema()["paths"].items():
        for method, operation in methods.items():
            yield _Operation(
                anchor=operation["operationId"],
                method=method.upper(),
                path=path,
                words=operation.get("description", ""),
                who=", ".join(name for one in operation.get("security", ()) for name in one),
                parameters=[
                    _Row(one["name"], _type(one["schema"]), one.get("required", False), one.get("description", ""))
                    for one in operation.get("parameters", ())
                ],
                request=_content_type(operation.get("requestBody", {})),
                answers=[
                    (status, _content_type(answer))
                    for status, answer in operation["responses"].items()
                    if status != "4XX"
                ],
            )


def _rows(described: dict[str, Any]) -> list[_Row]:
    required = described.get("required", ())
    return [
        _Row(name, _type(one), name in required, one.get("description", ""))
        for name, one in described.get("properties", {}).items()
    ]


def _content_type(described: dict[str, Any]) -> str:
    return ", ".join(_type(one["schema"]) for one in described.get("content", {}).values())


def _type(described: dict[str, Any]) -> str:
    """Return a type in a few words: the name of an object, the items of a list, the words of a choice."""
    if "$ref" in described:
        return str(described["$ref"]).rsplit("/", 1)[-1]
    for choice in ("allOf", "oneOf", "anyOf"):
        if choice in described:
            return " | ".join(_type(one) for one in described[choice])
    if "enum" in described:
        return " | ".join(json.dumps(word) for word in described["enum"])
    kind = described.get("type", "")
    if kind == "array":
        return f"[{_type(described['items'])}]"
    kinds = [kind] if isinstance(kind, str) else kind
    return " | ".join([described.get("format", kinds[0]), *kinds[1:]])
