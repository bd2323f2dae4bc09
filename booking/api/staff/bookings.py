"""Bookings by staff: for callers and walk-ins, and the steps of a visit."""

from typing import Any

from django.http import HttpResponse
from django.utils import translation
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request

from booking.accounts.api_keys import WRITE_BOOKINGS
from booking.accounts.permissions import member_store
from booking.api import shapes
from booking.api.answers import read_answers
from booking.api.bodies import Json
from booking.api.idempotency import ApiAnswer
from booking.api.resource import checked, json_response, once
from booking.api.serializers import RescheduleRequest
from booking.api.staff.access import StaffView
from booking.api.staff_requests import ActionRequest, StaffBookingRequest, WalkInRequest
from booking.arrivals import steps
from booking.arrivals.step_rules import UNDO
from booking.arrivals.walk_ins import admit_walk_in
from booking.bookings import lifecycle, rescheduling
from booking.customer_input import CustomerDetails
from booking.models import Booking, Source
from booking.places.requests import SlotRequest
from booking.subjects import Subject
from booking.who import Who
from stores.models import Role


class StaffBookingsView(StaffView):
    scope = WRITE_BOOKINGS

    @extend_schema(operation_id="bookForCaller", request=StaffBookingRequest, responses={201: shapes.StaffBookingShape})
    @once
    def post(self, body: Json, store: str) -> ApiAnswer:
        """Book for a caller or someone at the desk: no minimum notice, no places kept back."""
        place = self.store(store)
        asked = checked(StaffBookingRequest, body, country=place.country, contact_needed=False)
        language = asked.get("language") or ""
        wanted = SlotRequest(
            place.slug, asked["visit_type"], asked["starts_at"], asked["party_size"], language=language
        )
        self.note_wanted(wanted, by_staff=True)
        booking = lifecycle.book_visit(
            store=wanted.store,
            visit_type=wanted.visit_type,
            starts_at=wanted.starts_at,
            party_size=wanted.party_size,
            customer=CustomerDetails(**asked["customer"]),
            note=asked["note"] or "",
            answers=read_answers(asked["answers"], store=wanted.store, visit_type=wanted.visit_type),
            language=language,
            source=Source(asked["source"]),
            now=self.now,
            user=self.member,
        )
        return ApiAnswer(self.show(booking), status=201, subject=Subject.booking(booking.reference))


class WalkInsView(StaffView):
    @extend_schema(operation_id="admitWalkIn", request=WalkInRequest, responses={201: shapes.StaffBookingShape})
    @once
    def post(self, body: Json, store: str) -> ApiAnswer:
        """Let in someone who came without a booking; beyond capacity only by a manager's `squeeze_in`."""
        place = member_store(self.user, store)
        asked = checked(WalkInRequest, body)
        if asked["squeeze_in"]:
            member_store(self.user, store, need=Role.MANAGER)
        language = asked.get("language") or ""
        wanted = SlotRequest(place.slug, asked["visit_type"], self.now, asked["party_size"], language=language)
        self.note_wanted(wanted, by_staff=True)
        booking = admit_walk_in(
            store=place,
            visit_type=asked["visit_type"],
            party_size=asked["party_size"],
            name=asked["name"],
            squeeze_in=asked["squeeze_in"],
            language=language,
            answers=read_answers(asked["answers"], store=place.slug, visit_type=wanted.visit_type),
            locale=(translation.get_language() or "en")[:2],
            now=self.now,
            user=self.user,
        )
        return ApiAnswer(self.show(booking), status=201, subject=Subject.booking(booking.reference))


class _ActionView(StaffView):
    """One tap on a booking; the same `action_id` again changes nothing."""

    body_may_be_empty = True
    scope = WRITE_BOOKINGS

    def post(self, request: Request, reference: str) -> HttpResponse:
        booking = self.booking(reference)
        return json_response(self.show(self.act(booking, **self.read(ActionRequest))))

    def act(self, booking: Booking, **tap: Any) -> Booking:
        """Take the action. Raises BookingRefused."""
        raise NotImplementedError


def _action(operation_id: str) -> Any:
    return extend_schema_view(
        post=extend_schema(operation_id=operation_id, request=ActionRequest, responses=shapes.StaffBookingShape)
    )


class _StepView(_ActionView):
    action: str

    def act(self, booking: Booking, **tap: Any) -> Booking:
        return steps.take_action(booking_id=booking.pk, action=self.action, who=Who.staff(self.member, self.now), **tap)


@_action("checkIn")
class CheckInView(_StepView):
    """Say that the customer is here: all of the visit's day."""

    action = "check_in"


@_action("startVisit")
class StartView(_StepView):
    """Begin to serve the customer."""

    action = "start"


@_action("completeVisit")
class CompleteView(_StepView):
    """Say that the visit is over."""

    action = "complete"


@_action("markNoShow")
class NoShowView(_StepView):
    """Say that nobody came; possible once the visit has begun."""

    action = "no_show"


@_action("undoStep")
class UndoView(_StepView):
    """Take back the last of the four steps, on that day; again for the one before."""

    action = UNDO


@_action("cancelForCustomer")
class StaffCancelView(_ActionView):
    """Cancel a visit; cancelled before: nothing changes."""

    def act(self, booking: Booking, **tap: Any) -> Booking:
        # No action_id is needed: to cancel twice changes nothing anyway.
        return lifecycle.cancel_booking(booking_id=booking.pk, who=Who.staff(self.member, self.now))


class StaffRescheduleView(StaffView):
    scope = WRITE_BOOKINGS

    @extend_schema(operation_id="rescheduleForCustomer", request=RescheduleRequest, responses=shapes.StaffBookingShape)
    def post(self, request: Request, reference: str) -> HttpResponse:
        """Move a visit to another start, for its customer."""
        booking = self.booking(reference)
        starts_at = self.read(RescheduleRequest)["starts_at"]
        self.note_wanted(SlotRequest.to_move(booking, starts_at, by_staff=True), by_staff=True)
        moved = rescheduling.reschedule(
            booking_id=booking.pk, starts_at=starts_at, who=Who.staff(self.member, self.now)
        )
        return json_response(self.show(moved))
