"""Free times: of one store, and of many starts at once."""

from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from booking import limits
from booking.api import shapes
from booking.api.bodies import Json
from booking.api.etags import is_known, not_modified, with_etag
from booking.api.fields import SLUG
from booking.api.idempotency import ApiAnswer
from booking.api.public.desks import chosen_desk
from booking.api.public.kept_answers import kept_answer, version_of
from booking.api.rendering import availability_text
from booking.api.resource import ApiView, checked, once
from booking.api.serializers import DeskAvailabilityQuery, LookupRequest
from booking.places.days_state import Wish, read_state
from booking.places.free_times import free_times
from booking.places.lookup import WantedSlot, lookup
from booking.web.problem_json import ApiProblem
from booking.web.replica import may_lag


class AvailabilityView(ApiView):
    @classmethod
    def as_view(cls, **initkwargs: Any) -> Any:
        """Return the view: plain questions are answered at once, all others by the framework, refusals too."""
        by_framework = super().as_view(**initkwargs)

        @wraps(by_framework)
        @may_lag
        def view(request: HttpRequest, store: str) -> HttpResponseBase:
            return kept_answer(request, store, now=timezone.now()) or by_framework(request, store=store)

        return view

    @extend_schema(
        operation_id="readAvailability", parameters=[DeskAvailabilityQuery], responses=shapes.AvailabilityShape
    )
    def get(self, request: Request, store: str) -> HttpResponse:
        """Read the starts that can take a party now, day by day, both ends included, 62 days at most."""
        asked = self.read_query(DeskAvailabilityQuery)
        wish = Wish(
            store=store,
            visit_type=asked["visit_type"],
            party_size=asked["party_size"],
            desk=chosen_desk(asked.get("desk"), store=store, now=self.now),
            language=asked.get("language", ""),
        )
        state = read_state(wish, asked["from"], asked["to"], now=self.now)
        if state is None:
            raise ApiProblem("not_found")
        content = availability_text(free_times(wish, state, now=self.now).answer).encode()
        version = version_of(wish, state, content)
        if is_known(request._request, version):
            return not_modified(version)
        return with_etag(HttpResponse(content, content_type="application/json"), version)


class LookupView(ApiView):
    @extend_schema(operation_id="lookUpSlots", request=LookupRequest, responses=shapes.LookupShape)
    @once
    def post(self, body: Json) -> ApiAnswer:
        """Tell for up to 100 starts at once whether they can be booked now; unknown ones cannot."""
        asked = checked(LookupRequest, body)["slots"]
        limits.lookup(self.request._request, slots=len(asked))
        known = [(number, item) for number, item in enumerate(asked) if _could_exist(item)]
        found = lookup(wanted=[WantedSlot(**item) for _, item in known], now=self.now)
        free = {number for (number, _), is_free in zip(known, found, strict=True) if is_free}
        fields = ("store", "visit_type", "starts_at", "party_size")
        return ApiAnswer(
            {
                "slots": [
                    {name: given[name] for name in fields if name in given} | {"available": number in free}
                    for number, given in enumerate(body["slots"])
                ]
            }
        )


def _could_exist(item: dict[str, Any]) -> bool:
    return bool(SLUG.fullmatch(item["store"]) and SLUG.fullmatch(item["visit_type"]))
