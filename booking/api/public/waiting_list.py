"""The waiting list: join, read an entry, leave."""

from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request

from booking import limits
from booking.api import shapes
from booking.api.authentication import bearer_token
from booking.api.bodies import Json
from booking.api.fields import Count, Slug
from booking.api.idempotency import ApiAnswer
from booking.api.public.bookings import country_of
from booking.api.rendering import moment_text
from booking.api.resource import ApiView, checked, once
from booking.api.serializers import AvailabilityQuery, CustomerRequest
from booking.bookings.message_plan import message_channel
from booking.customer_input import CustomerDetails
from booking.links import waiting_url
from booking.models import Source, WaitingListEntry, WaitingStatus
from booking.places.requests import is_retry
from booking.refusals import BookingRefused, WaitsAlready
from booking.subjects import Subject
from booking.tokens import is_waiting_token, read_reference, waiting_token
from booking.waiting_list import entries
from booking.waiting_list.queries import WaitingState, entry_by_reference, waiting_state
from booking.waiting_list.wording import waiting_refusal_sentence
from booking.web.problem_json import UNKNOWN_STORE, ApiProblem


class WaitingListRequest(AvailabilityQuery):
    """A request to join; `country` in the context is the store's, None if there is no such store."""

    store = Slug(unknown=UNKNOWN_STORE)
    party_size = Count(default=1)
    customer = CustomerRequest()

    def validate_store(self, store: str) -> str:
        if self.context["country"] is None:
            raise serializers.ValidationError(str(UNKNOWN_STORE), code="unknown")
        return store


@extend_schema_serializer(component_name="Offer")
class OfferShape(shapes.Shape):
    starts_at = shapes.Moment()
    ends_at = shapes.Moment()
    hold = shapes.Text(help_text="What POST /bookings takes as `hold`.")
    expires_at = shapes.Moment()


@extend_schema_serializer(component_name="WaitingState")
class WaitingShape(shapes.Shape):
    reference = shapes.Text()
    status = shapes.one_of(WaitingStatus.values)
    offer = OfferShape(allow_null=True)
    store = shapes.Text()
    visit_type = shapes.Text()
    party_size = shapes.Number()
    time_zone = shapes.Text()
    ahead = shapes.Number(help_text="How many joined before for one of the same days.")
    messages = shapes.one_of(["sms", "email", "none"])

    def get_fields(self) -> dict[str, Any]:
        return super().get_fields() | {"from": serializers.DateField(), "to": serializers.DateField()}


@extend_schema_serializer(component_name="NewWaiting")
class NewWaitingShape(WaitingShape):
    manage_token = shapes.Text()
    manage_url = serializers.URLField()


class WaitingListView(ApiView):
    @extend_schema(operation_id="joinWaitingList", request=WaitingListRequest, responses={201: NewWaitingShape})
    @once
    def post(self, body: Json) -> ApiAnswer:
        """Join the waiting list of some days. A place that comes free is offered to one customer at a time.

        Customers are asked in the order of joining, by text message or e-mail, each for half an hour. What is free
        already when somebody joins is not offered to them. Where `messages` is `none`, no place can be offered: give
        a mobile number or an e-mail address.
        """
        asked = checked(
            WaitingListRequest,
            body,
            country=country_of(body.get("store")),
            contact_needed=True,
            languages=self.request.headers.get("Accept-Language", ""),
        )
        customer = CustomerDetails(**asked["customer"])
        if not is_retry():
            limits.new_waiting_at(self.request._request, asked["store"])
            limits.new_waiting(customer.phone, customer.email)
        entry = entries.join_waiting_list(
            store=asked["store"],
            visit_type=asked["visit_type"],
            from_date=asked["from"],
            to_date=asked["to"],
            party_size=asked["party_size"],
            customer=customer,
            language=asked.get("language", ""),
            source=Source.API,
            client=limits.client_digests(self.request._request),
            now=self.now,
        )
        stands = waiting_state(_known(entry), now=self.now)
        secrets = {"manage_token": waiting_token(entry.reference), "manage_url": waiting_url(entry.reference)}
        return ApiAnswer(
            _json(stands) | secrets,
            status=201,
            location=f"/api/v1/waiting-list/{entry.reference}",
            subject=Subject.waiting_list_entry(entry.reference),
        )

    def _members(self, refused: BookingRefused) -> Json:
        if isinstance(refused, entries.NoVisitsThen):
            self.note_wanted(refused.wanted)
        sentence = waiting_refusal_sentence(refused.reason, waits_already=isinstance(refused, WaitsAlready))
        return super()._members(refused) | {"detail": sentence}


class WaitingListEntryView(ApiView):
    needs_manage_token = True

    @extend_schema(operation_id="readWaiting", responses=WaitingShape)
    def get(self, request: Request, reference: str) -> HttpResponse:
        """Read how somebody's waiting stands, and the place they are offered."""
        return ApiAnswer(_json(waiting_state(_opened(request._request, reference), now=self.now))).response()

    @extend_schema(operation_id="leaveWaitingList", responses={204: None})
    def delete(self, request: Request, reference: str) -> HttpResponse:
        """Leave the waiting list; an offered place goes to the next customer, and this one is erased."""
        entries.leave_waiting_list(entry_id=_opened(request._request, reference).pk, now=self.now)
        return HttpResponse(status=204)


def _known(entry: WaitingListEntry) -> WaitingListEntry:
    return WaitingListEntry.objects.select_related("store", "visit_type").get(pk=entry.pk)


def _opened(request: HttpRequest, reference: str) -> WaitingListEntry:
    """Return the entry that the request's token opens. Raises Problem `not_found`, RateLimited."""
    limits.refuse_wrong_tokens(request)
    plain = read_reference(reference)
    if plain is None or not is_waiting_token(plain, bearer_token(request)):
        limits.wrong_token(request)
        raise ApiProblem("not_found")
    entry = entry_by_reference(plain)
    if entry is None:
        raise ApiProblem("not_found")
    return entry


def _json(stands: WaitingState) -> Json:
    entry, offer = stands.entry, stands.offer
    zone = ZoneInfo(entry.store.time_zone)
    return {
        "reference": entry.reference,
        "status": str(stands.status),
        "offer": {
            "starts_at": moment_text(offer.starts_at, zone),
            "ends_at": moment_text(offer.ends_at, zone),
            "hold": offer.hold,
            "expires_at": moment_text(offer.expires_at, zone),
        }
        if offer
        else None,
        "store": entry.store.slug,
        "visit_type": entry.visit_type.slug,
        "from": entry.from_date.isoformat(),
        "to": entry.to_date.isoformat(),
        "party_size": entry.party_size,
        "time_zone": entry.store.time_zone,
        "ahead": stands.ahead,
        "messages": message_channel(entry.phone, entry.email),
    }
