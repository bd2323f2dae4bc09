"""Bookings by customers: book, read, move, cancel, confirm, export, erase."""

from collections.abc import Sequence

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.serializers import ValidationError

from booking import limits, privacy
from booking.api import shapes
from booking.api.answers import read_answers
from booking.api.authentication import customer_booking
from booking.api.bodies import Json
from booking.api.fields import SLUG
from booking.api.idempotency import ApiAnswer
from booking.api.public.desks import chosen_desk
from booking.api.rendering import booking_json, booking_path, new_booking_json
from booking.api.resource import ApiView, OneForm, checked, json_response, once
from booking.api.serializers import BookingRequest, RescheduleRequest
from booking.bookings import lifecycle, rescheduling
from booking.customer_input import CustomerDetails
from booking.formats.icalendar_files import booking_calendar
from booking.links import manage_url
from booking.models import Booking, Source
from booking.places.requests import CountryChanged, SlotRequest, is_retry
from booking.subjects import Subject
from booking.waiting_room.door import refuse_in_rush
from booking.who import Who
from stores.models import Store
from stores.queries import forget_country, last_known_country


class BookingsView(ApiView):
    @extend_schema(operation_id="book", request=BookingRequest, responses={201: shapes.NewBookingShape})
    @once
    def post(self, body: Json) -> ApiAnswer:
        """Book a visit. Its `manage_token` is told once, here."""
        store = body.get("store")
        known = last_known_country(store) if isinstance(store, str) and SLUG.fullmatch(store) else None
        try:
            return self._book(body, known)
        except (CountryChanged, ValidationError):  # a phone is refused only by the country that the store is in now
            country = country_of(store)
            if country == known:
                raise
            forget_country(str(store))
        return self._book(body, country)

    def _book(self, body: Json, country: str | None) -> ApiAnswer:
        asked = checked(
            BookingRequest,
            body,
            country=country,
            contact_needed=True,
            languages=self.request.headers.get("Accept-Language", ""),
        )
        customer = CustomerDetails(**asked["customer"])
        wanted = self._counted(asked, customer)
        self.note_wanted(wanted)
        booking = lifecycle.book_visit(
            store=wanted.store,
            visit_type=wanted.visit_type,
            starts_at=wanted.starts_at,
            party_size=wanted.party_size,
            customer=customer,
            note=asked["note"] or "",
            answers=read_answers(asked["answers"], store=wanted.store, visit_type=wanted.visit_type),
            source=Source.API,
            now=self.now,
            hold=asked["hold"],
            desk=wanted.desk,
            language=wanted.language,
            client=limits.client_digests(self.request._request),
            country=country or "",
        )
        return ApiAnswer(
            new_booking_json(booking, now=self.now),
            status=201,
            location=booking_path(booking.reference),
            subject=Subject.booking(booking.reference),
        )

    def _counted(self, asked: Json, customer: CustomerDetails) -> SlotRequest:
        """Return the time that is asked for, once it is counted. Raises the limits' refusals."""
        desk = chosen_desk(asked.get("desk"), store=asked["store"], now=self.now)
        if not is_retry():
            if not asked["hold"]:  # a hold was let in when it was made
                refuse_in_rush(asked["store"], now=self.now)
            limits.new_booking_at(self.request._request, asked["store"])
            limits.new_booking(customer.phone, customer.email)
        return SlotRequest(
            asked["store"],
            asked["visit_type"],
            asked["starts_at"],
            asked["party_size"],
            desk,
            language=asked.get("language") or "",
        )


def country_of(store: object) -> str | None:
    """Return the country by whose rules a store reads phone numbers; None if there is no such store."""
    if not isinstance(store, str) or not SLUG.fullmatch(store):
        return None
    return Store.objects.filter(slug=store).values_list("country", flat=True).first()


class CustomerView(ApiView):
    """One booking, opened by its manage token."""

    needs_manage_token = True
    body_may_be_empty = True

    def booking(self, reference: str) -> Booking:
        """Return the booking. Raises Problem `not_found`, RateLimited."""
        return customer_booking(self.request._request, reference)

    def show_all(self, bookings: Sequence[Booking]) -> list[Json]:
        return [booking_json(booking, now=self.now) for booking in bookings]

    def answer(self, booking: Booking) -> ApiAnswer:
        return ApiAnswer(booking_json(booking, now=self.now), subject=Subject.booking(booking.reference))


class BookingView(CustomerView):
    @extend_schema(operation_id="readBooking", responses=shapes.BookingShape)
    def get(self, request: Request, reference: str) -> HttpResponse:
        """Read a booking."""
        return self.answer(self.booking(reference)).response()


class RescheduleView(CustomerView):
    body_may_be_empty = False

    @extend_schema(operation_id="rescheduleBooking", request=RescheduleRequest, responses=shapes.BookingShape)
    @once
    def post(self, body: Json, reference: str) -> ApiAnswer:
        """Move a visit to another start; where the new one refuses, the old one is kept."""
        booking = self.booking(reference)
        starts_at = checked(RescheduleRequest, body)["starts_at"]
        self.note_wanted(SlotRequest.to_move(booking, starts_at, by_staff=False))
        moved = rescheduling.reschedule(booking_id=booking.pk, starts_at=starts_at, who=Who.customer(self.now))
        return self.answer(moved)


class CancelView(CustomerView):
    @extend_schema(operation_id="cancelBooking", request=None, responses=shapes.BookingShape)
    @once
    def post(self, body: Json, reference: str) -> ApiAnswer:
        """Cancel a visit; cancelled before: nothing changes."""
        booking = self.booking(reference)
        return self.answer(lifecycle.cancel_booking(booking_id=booking.pk, who=Who.customer(self.now)))


class ConfirmView(CustomerView):
    @extend_schema(operation_id="confirmAttendance", request=None, responses=shapes.BookingShape)
    @once
    def post(self, body: Json, reference: str) -> ApiAnswer:
        """Say "I will come"."""
        booking = self.booking(reference)
        return self.answer(lifecycle.confirm_attendance(booking_id=booking.pk, now=self.now))


class DataView(CustomerView):
    @extend_schema(operation_id="readCustomerData", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, reference: str) -> HttpResponse:
        """Read all that is kept about this customer."""
        return json_response(privacy.customer_data(self.booking(reference)))


class EraseView(CustomerView):
    @extend_schema(operation_id="eraseCustomer", request=None, responses=shapes.ErasedShape)
    @once
    def post(self, body: Json, reference: str) -> ApiAnswer:
        """Erase name, phone, e-mail, note and messages for good; a visit still to come is cancelled first."""
        booking = self.booking(reference)
        privacy.erase_customer(booking_id=booking.pk, who=Who.customer(self.now))
        return ApiAnswer({"reference": booking.reference, "erased": True})


class CalendarView(CustomerView):
    content_negotiation_class = OneForm

    @extend_schema(
        operation_id="readCalendarFile",
        parameters=[OpenApiParameter("token", str, description="The manage token, instead of the header.")],
        responses={(200, "text/calendar"): OpenApiTypes.STR},
    )
    def get(self, request: Request, reference: str) -> HttpResponse:
        """Read the visit as a calendar file (RFC 5545)."""
        booking = customer_booking(request._request, reference, may_be_in_query=True)
        content = booking_calendar(
            booking, method="PUBLISH", manage_url=manage_url(booking.reference, booking.link_number), now=self.now
        )
        response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="visit-{booking.reference}.ics"'
        response["Cache-Control"] = "private, no-store"
        return response
