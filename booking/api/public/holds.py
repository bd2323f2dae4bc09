"""Holds: places kept for a few minutes while a customer types."""

from zoneinfo import ZoneInfo

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from booking import limits
from booking.api import shapes
from booking.api.bodies import Json
from booking.api.idempotency import ApiAnswer
from booking.api.public.desks import chosen_desk
from booking.api.rendering import moment_text
from booking.api.resource import ApiView, checked, once
from booking.api.serializers import WishRequest
from booking.models import Hold
from booking.places import holds
from booking.places.requests import SlotRequest, is_retry
from booking.subjects import Subject
from booking.tokens import hold_token
from booking.waiting_room.door import refuse_in_rush


class HoldsView(ApiView):
    @extend_schema(operation_id="holdPlaces", request=WishRequest, responses={201: shapes.HoldShape})
    @once
    def post(self, body: Json) -> ApiAnswer:
        """Keep places for 5 minutes."""
        asked = checked(WishRequest, body)
        if not is_retry():
            refuse_in_rush(asked["store"], now=self.now)
        desk = chosen_desk(asked.get("desk"), store=asked["store"], now=self.now)
        wanted = SlotRequest(**{**asked, "desk": desk, "language": asked.get("language") or ""})
        self.note_wanted(wanted)
        hold = holds.hold_places(
            store=wanted.store,
            visit_type=wanted.visit_type,
            starts_at=wanted.starts_at,
            party_size=wanted.party_size,
            now=self.now,
            desk=wanted.desk,
            language=wanted.language,
            client=limits.client_digests(self.request._request),
        )
        return _answer(hold, status=201)


class HoldExtensionView(ApiView):
    body_may_be_empty = True

    @extend_schema(operation_id="extendHold", request=None, responses=shapes.HoldShape)
    @once
    def post(self, body: Json, token: str) -> ApiAnswer:
        """Keep the places 5 minutes more, twice at most."""
        return _answer(holds.extend_hold(token=token, now=self.now), status=200)


class HoldView(ApiView):
    @extend_schema(operation_id="releaseHold", responses={204: None})
    def delete(self, request: Request, token: str) -> HttpResponse:
        """Give the places back now."""
        holds.release_hold(token=token, now=self.now)
        return HttpResponse(status=204)


def _answer(hold: Hold, *, status: int) -> ApiAnswer:
    zone = ZoneInfo(hold.store.time_zone)
    return ApiAnswer(
        {"token": hold_token(hold.public_id), "expires_at": moment_text(hold.expires_at, zone)},
        status=status,
        subject=Subject.hold(hold.public_id),
    )
