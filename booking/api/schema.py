"""The OpenAPI schema: what operations share, and which token each needs."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.utils import OpenApiParameter

from booking.api.shapes import ProblemShape
from booking.web.problem_json import CONTENT_TYPE

_IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="1 to 255 visible ASCII characters: the same key and body get the same answer for 24 hours.",
)
_MANAGE_TOKEN = {
    "type": "http",
    "scheme": "bearer",
    "description": "The booking's own manage_token, given once to whoever booked.",
}


class ApiSchema(AutoSchema):
    """The schema of operations: it adds the key, the token, and the possible problems of each."""

    def get_override_parameters(self) -> list[Any]:
        handler = getattr(self.view, self.method.lower(), None)
        return [_IDEMPOTENCY_KEY] if getattr(handler, "honours_key", False) else []

    def get_auth(self) -> list[dict[str, Any]]:
        if not getattr(self.view, "needs_manage_token", False):
            found: list[dict[str, Any]] = super().get_auth()
            return found if getattr(self.view, "scope", "") else [one for one in found if "apiKey" not in one]
        self.registry.register_on_missing(
            ResolvedComponent("manageToken", ResolvedComponent.SECURITY_SCHEMA, _MANAGE_TOKEN, "manageToken")  # type: ignore[no-untyped-call]
        )
        return [{"manageToken": []}]

    def get_tags(self) -> list[str]:
        return ["Staff"] if "/staff/" in self.path else ["Public"]

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        responses: dict[str, Any] = super()._get_response_bodies(direction)
        problem = self._get_response_for_code(ProblemShape, "4XX", [CONTENT_TYPE], direction)  # type: ignore[no-untyped-call]
        return responses | {"4XX": problem | {"description": "Refused, with the reason."}}


class StaffTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The schema's description of tokens for staff."""

    target_class = "booking.api.authentication.StaffToken"
    name = "staffToken"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Token …`, with the token of POST /api/v1/staff/token.",
        }


class KeyOfProgramScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The schema's description of keys for programs."""

    target_class = "booking.api.authentication.KeyOfProgram"
    name = "apiKey"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A key that a manager made for a program, with the scope that the operation needs.",
        }
