"""Free times: of one store, and of many starts at once."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from booking import limits
from booking.api import shapes
from booking.api.bodies import Json
from booking.api.etags import is_known, not_modified, with_etag
from booking.api.fields import SLUG
from booking.api.idempotency import ApiAnswer
from booking.api.public.desks import chosen_desk
from booking.api.rendering import availability_text
from booking.api.resource import ApiView, checked, once
from booking.api.serializers import DeskAvailabilityQuery, LookupRequest
from booking.places.availability import WantedSlot, ask_availability, lookup
from booking.web.problem_json import ApiProblem
from booking.web.replica import may_lag
from stores.queries import UnknownStore


class AvailabilityView(ApiView):
    @extend_schema(
        operation_id="readAvailability", parameters=[DeskAvailabilityQuery], responses=shapes.AvailabilityShape
    )
    @may_lag
    def get(self, request: Request, store: str) -> HttpResponse:
        """Read the starts that can take a party now, day by day, both ends included, 62 days at most."""
        asked = self.read_query(DeskAvailabilityQuery)
        desk = chosen_desk(asked.get("desk"), store=store, now=self.now)
        try:
            question = ask_availability(
                store=store,
                visit_type=asked["visit_type"],
                from_date=asked["from"],
                to_date=asked["to"],
                party_size=asked["party_size"],
                now=self.now,
                desk=desk,
            )
        except UnknownStore:
            raise ApiProblem("not_found") from None
        version = question.version
        if is_known(request._request, version):
            return not_modified(version)
        content = availability_text(question.answer()).encode()
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
