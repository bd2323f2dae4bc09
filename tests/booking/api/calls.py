"""A caller of the API, who sends and reads JSON, and holds every answer against the published description."""

import json
from functools import cache
from typing import Any

from django.test import Client
from django.urls import resolve
from jsonschema import Draft202012Validator, FormatChecker
from knox.models import AuthToken

from booking.api.reference import schema
from stores.models import Role, Store
from tests.factories import make_user

Json = dict[str, Any]


class Api:
    """Calls `/api/v1`; `auth` is the Authorization header of every call."""

    def __init__(self, auth: str = "") -> None:
        self.client = Client()
        self.auth = auth

    def get(self, path: str, query: Json | None = None, **headers: Any) -> Any:
        return self.call("GET", path, query=query, **headers)

    def post(self, path: str, body: Any = None, **headers: Any) -> Any:
        return self.call("POST", path, body=body, **headers)

    def put(self, path: str, body: Any = None, **headers: Any) -> Any:
        return self.call("PUT", path, body=body, **headers)

    def patch(self, path: str, body: Any = None, **headers: Any) -> Any:
        return self.call("PATCH", path, body=body, **headers)

    def delete(self, path: str, body: Any = None, **headers: Any) -> Any:
        return self.call("DELETE", path, body=body, **headers)

    def call(
        self,
        method: str,
        path: str,
        *,
        query: Json | None = None,
        body: Any = None,
        raw: bytes | None = None,
        content_type: str = "application/json",
        **headers: str,
    ) -> Any:
        """Send a request; a body is written as JSON, `raw` goes as it is. Underscores in headers are hyphens."""
        content = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self.client.generic(
            method,
            f"/api/v1{path}",
            content,
            content_type=content_type if content else "",
            query_params=query,
            headers=({"Authorization": self.auth} if self.auth else {}) | named,
        )
        check_against_schema(method, answer)
        return answer


def signed_in(store: Store | None, role: Role, username: str) -> Api:
    """Return a caller with a token of their own, who works at `store`."""
    _, token = AuthToken.objects.create(user=make_user(username, store=store, role=role))
    return Api(f"Token {token}")


def customer(booking: Json) -> Api:
    """Return the customer to whom this booking's token was told."""
    return Api(f"Bearer {booking['manage_token']}")


def wish(**changes: Any) -> Json:
    """Return the start of a booking that the shop can take."""
    return {
        "store": "corner-shop-niort",
        "visit_type": "visit",
        "starts_at": "2026-11-24T10:00:00+01:00",
        "party_size": 1,
        **changes,
    }


def request_to_book(**changes: Any) -> Json:
    """Return a body for POST /bookings that the shop can take."""
    return wish(**{"customer": {"name": "Ada Test", "phone": "06 12 34 56 01", "locale": "en"}, **changes})


def fields_of(answer: Any) -> list[tuple[str, str]]:
    """Return which fields an answer calls bad, and how."""
    assert answer.status_code == 400, answer.content
    return [(error["field"], error["code"]) for error in answer.json()["errors"]]


def refusal_of(answer: Any) -> tuple[int, str]:
    """Return an answer's status and its problem's code."""
    assert answer["Content-Type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


def check_against_schema(method: str, answer: Any) -> None:
    """Fail where an answer is not what the API says of itself."""
    if answer.status_code >= 400:
        problem = answer.json()
        assert problem["status"] == answer.status_code
        _validator("Problem", is_strict=False).validate(problem)
        return
    operation = _operation(answer.wsgi_request.path, method)
    if operation is None or answer.status_code == 304:
        return
    described = operation["responses"][str(answer.status_code)]
    one = described.get("content", {}).get("application/json")
    if one is not None and "$ref" in one["schema"]:
        _validator(one["schema"]["$ref"].rsplit("/", 1)[-1], is_strict=True).validate(answer.json())


def _operation(path: str, method: str) -> Json | None:
    template = "/" + resolve(path).route
    for kind in ("<slug:", "<str:"):
        template = template.replace(kind, "{")
    methods: Json = schema()["paths"].get(template.replace(">", "}"), {})
    return methods.get({"HEAD": "get"}.get(method, method.lower()))


@cache
def _validator(name: str, *, is_strict: bool) -> Draft202012Validator:
    """Return what checks one kind of object; a strict one knows no members that the description does not name."""
    components = json.loads(json.dumps(schema()["components"]["schemas"]))
    if is_strict:
        for one in components.values():
            if "properties" in one:
                one["additionalProperties"] = False
    whole = {"$ref": f"#/components/schemas/{name}", "components": {"schemas": components}}
    return Draft202012Validator(whole, format_checker=FormatChecker())
