"""The base of the API's views: how they read requests, answer and refuse."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import wraps
from typing import Any, ClassVar

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from booking.api.bodies import Json, read_object
from booking.api.idempotency import ApiAnswer, answer_once
from booking.api.kept_serializers import validated
from booking.api.rendering import free_slot_json
from booking.api.schema import ApiSchema
from booking.bookings.refusals import WrongStatus
from booking.models import Booking
from booking.places.days_state import Wish
from booking.places.nearest_free import near_times
from booking.places.requests import SlotRequest
from booking.places.unmet_demand import Look, note_look
from booking.refusals import BookingRefused, Refusal, UnknownVisitType
from booking.store_setup.affected_visits import BookingsAffected
from booking.web.problem_json import UNKNOWN_STORE, UNKNOWN_VISIT_TYPE, invalid, problem_response
from stores.queries import UnknownStore


def json_response(body: Json, *, status: int = 200) -> HttpResponse:
    """Return an answer that no cache keeps."""
    return ApiAnswer(body, status).response()


class OneForm(BaseContentNegotiation):
    """Content negotiation for answers in one format only, such as calendar files and pages."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


class ApiView(APIView):
    """A base view that reads one JSON object or a query, and refuses with problems. It sets no cookie."""

    authentication_classes: Sequence[type[BaseAuthentication]] = ()
    metadata_class = None
    http_method_names = ["get", "head", "post", "put", "patch", "delete"]
    schema = ApiSchema()
    body_may_be_empty: ClassVar[bool] = False
    now: datetime
    _wanted: SlotRequest | None = None
    _by_staff = False

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Read the clock once: whatever the request does happens at one instant."""
        self.now = timezone.now()
        super().initial(request, *args, **kwargs)

    def read(self, shape: type[Serializer[Any]], **context: Any) -> dict[str, Any]:
        """Return the request's body in this shape. Raises Problem, ValidationError."""
        return checked(shape, self.read_json(), **context)

    def read_json(self) -> Json:
        """Return the request's body as it came. Raises Problem."""
        return read_object(self.request._request, may_be_empty=self.body_may_be_empty)

    def read_query(self, shape: type[Serializer[Any]]) -> dict[str, Any]:
        """Return the query in this shape; a parameter without a value counts as missing."""
        return checked(shape, {name: value for name, value in self.request.query_params.items() if value})

    def caller(self) -> str:
        """Return the caller to whom an Idempotency-Key belongs, as far as the request names one."""
        return str(self.request.META.get("HTTP_AUTHORIZATION", ""))

    def show_all(self, bookings: Sequence[Booking]) -> list[Json]:
        """Return bookings as this view's readers may see them."""
        raise NotImplementedError

    def handle_exception(self, exc: Exception) -> HttpResponseBase:  # type: ignore[override]
        """Return the problem of an exception. Exceptions that the client did not cause go on to the middleware."""
        match exc:
            case BookingRefused():
                return problem_response(exc.reason, members=self._members(exc))
            case UnknownStore():
                exc = invalid("store", "unknown", UNKNOWN_STORE)
            case UnknownVisitType():
                exc = invalid("visit_type", "unknown", UNKNOWN_VISIT_TYPE)
        return super().handle_exception(exc)

    def _members(self, refused: BookingRefused) -> Json:
        match refused:
            case WrongStatus():
                return {"booking": self.show_all([refused.booking])[0]}
            case BookingsAffected():
                return {"affected": self.show_all(refused.affected)}
            case BookingRefused(reason=Refusal.SLOT_FULL | Refusal.SLOT_CLOSED):
                self._note_full(refused)
                return {"alternatives": self._alternatives()}
        return {}

    def note_wanted(self, wanted: SlotRequest, *, by_staff: bool = False) -> None:
        """Note the wanted visit before the try: if no place is left, the refusal offers times near it."""
        self._wanted, self._by_staff = wanted, by_staff

    def _note_full(self, refused: BookingRefused) -> None:
        """Count a new visit that customers could not book because its time is full."""
        wanted = self._wanted
        if wanted is not None and refused.reason == Refusal.SLOT_FULL and not (self._by_staff or wanted.is_booked):
            look = Look(wanted.store, wanted.visit_type, wanted.desk, wanted.party_size)
            look = look._replace(starts_at=wanted.starts_at, language=wanted.language)
            note_look(look)

    def _alternatives(self) -> list[Json]:
        wanted = self._wanted
        if wanted is None:
            return []
        wish = Wish(
            store=wanted.store,
            visit_type=wanted.visit_type,
            party_size=wanted.party_size,
            by_staff=self._by_staff,
            desk=wanted.desk,
            is_booked=wanted.is_booked,
            moved=wanted.moved,
            language=wanted.language,
        )
        near = near_times(wish, wanted.starts_at, now=self.now)
        return [free_slot_json(slot, near.zone) for slot in near.slots] if near.zone else []


def once(
    handler: Callable[..., ApiAnswer],
) -> Callable[..., HttpResponse]:
    """Turn a view's `handler(self, body, **kwargs)` into a POST that honors Idempotency-Key."""

    @wraps(handler)
    def post(view: ApiView, request: Request, **kwargs: Any) -> HttpResponse:
        body = view.read_json()
        return answer_once(
            request._request,
            body=body,
            caller=view.caller(),
            now=view.now,
            run=lambda: handler(view, body, **kwargs),
        )

    post.honours_key = True  # type: ignore[attr-defined]  # for the schema
    return post


def checked(shape: type[Serializer[Any]], data: Json, **context: Any) -> dict[str, Any]:
    """Return data in a shape. Raises ValidationError."""
    return validated(shape, data, context)
