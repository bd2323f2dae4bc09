"""Changes by managers: opening hours, special hours, slots, the calendar feed."""

from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from booking.accounts.permissions import member_store
from booking.api import shapes
from booking.api.fields import WEEKDAYS
from booking.api.rendering import interval_json, moment_text, opening_hours_json
from booking.api.resource import checked, json_response
from booking.api.serializers import UNKNOWN_DESK, DayQuery
from booking.api.staff.access import StaffView
from booking.api.staff_requests import OpeningHoursRequest, SlotsRequest, SpecialHoursRequest, ThenRequest
from booking.refusals import BookingRefused, Refusal
from booking.store_setup import calendar_feed
from booking.store_setup import hours_changes as changes
from booking.store_setup.affected_visits import AffectedResolution
from booking.store_setup.hours_changes import HoursChange
from booking.store_setup.slot_changes import change_slots
from booking.web.problem_json import invalid
from stores.hours import WeeklyInterval
from stores.models import Role, Store
from stores.services import BadHours

_BAD_HOURS = {
    "overlap": _("These hours overlap others."),
    "duplicate": _("These hours are there twice."),
    "too_many": _("These are too many intervals."),
}


class ManagerView(StaffView):
    """A view for managers, who decide what happens to the bookings."""

    def place(self, store: str) -> Store:
        """Return the store. Raises BookingRefused NOT_FOUND, NOT_PERMITTED."""
        return member_store(self.user, store, need=Role.MANAGER)

    def handle_exception(self, exc: Exception) -> HttpResponseBase:  # type: ignore[override]
        if isinstance(exc, BadHours):
            exc = invalid(exc.field, exc.code, _BAD_HOURS.get(exc.code, _("These are no opening hours.")))
        return super().handle_exception(exc)

    def changed(self, change: HoursChange, **body: Any) -> HttpResponse:
        """Return what holds now, and the bookings that the change touched."""
        return json_response(body | {"affected": self.show_all(change.affected)})

    def by_whom(self, then: str | None) -> dict[str, Any]:
        return {"then": AffectedResolution(then) if then else None, "now": self.now, "user": self.user}


class OpeningHoursView(ManagerView):
    @extend_schema(operation_id="changeOpeningHours", request=OpeningHoursRequest, responses=shapes.OpeningHoursShape)
    def put(self, request: Request, store: str) -> HttpResponse:
        """Replace the week's opening hours; several intervals a day are welcome."""
        place = self.place(store)
        asked = self.read(OpeningHoursRequest)
        weekly = [
            WeeklyInterval(WEEKDAYS.index(one["dayOfWeek"]), one["opens"], one["closes"])
            for one in asked["opening_hours"]
        ]
        change = changes.change_opening_hours(store_id=place.pk, weekly=weekly, **self.by_whom(asked["then"]))
        return self.changed(change, opening_hours=opening_hours_json(weekly))


class SpecialHoursView(ManagerView):
    @extend_schema(operation_id="changeSpecialHours", request=SpecialHoursRequest, responses=shapes.SpecialHoursShape)
    def post(self, request: Request, store: str) -> HttpResponse:
        """Set the hours of one date, or close on it."""
        place = self.place(store)
        asked = self.read(SpecialHoursRequest)
        change = changes.change_special_hours(
            store_id=place.pk, date=asked["date"], intervals=asked["intervals"], **self.by_whom(asked["then"])
        )
        return self.changed(
            change,
            date=asked["date"].isoformat(),
            closed=asked["closed"],
            intervals=[interval_json(*interval) for interval in sorted(asked["intervals"])],
        )


class SpecialDayView(ManagerView):
    body_may_be_empty = True

    @extend_schema(
        operation_id="removeSpecialHours", parameters=[ThenRequest], responses={200: shapes.RemovedHoursShape}
    )
    def delete(self, request: Request, store: str, date: str) -> HttpResponse:
        """Let the weekday's hours hold again on a date; `then` stands in the query, or in a body."""
        place = self.place(store)
        day = checked(DayQuery, {"date": date})["date"]
        then = checked(ThenRequest, self.read_json() | self.request.query_params.dict())["then"]
        change = changes.remove_special_hours(store_id=place.pk, date=day, **self.by_whom(then))
        return self.changed(change, date=day.isoformat())


class SlotsView(ManagerView):
    @extend_schema(operation_id="changeSlots", request=SlotsRequest, responses=shapes.ChangedSlotsShape)
    def patch(self, request: Request, store: str) -> HttpResponse:
        """Set the capacity of the slots that start in [from, to), or close or open them."""
        place = self.place(store)
        asked = self.read(SlotsRequest)
        try:
            change = change_slots(
                store_id=place.pk,
                from_at=asked["from"],
                to_at=asked["to"],
                desk=asked["desk"],
                capacity=asked["capacity"],
                closed=asked["closed"],
                **self.by_whom(asked["then"]),
            )
        except BookingRefused as refused:
            if refused.reason == Refusal.NOT_FOUND:
                raise invalid("desk", "unknown", UNKNOWN_DESK) from None
            raise
        zone = ZoneInfo(place.time_zone)
        span = {"from": moment_text(asked["from"], zone), "to": moment_text(asked["to"], zone)}
        return self.changed(change, **span, desk=asked["desk"], capacity=asked["capacity"], closed=asked["closed"])


class FeedView(ManagerView):
    @extend_schema(operation_id="newFeed", request=None, responses={201: shapes.FeedShape})
    def post(self, request: Request, store: str) -> HttpResponse:
        """Make a calendar feed; the old one dies, and the new address is told once."""
        secret = calendar_feed.new_feed(store_id=self.place(store).pk, user=self.user, now=self.now)
        return json_response({"url": f"{settings.PUBLIC_URL}/calendars/{secret}.ics"}, status=201)

    @extend_schema(operation_id="endFeed", responses={204: None})
    def delete(self, request: Request, store: str) -> HttpResponse:
        """End the calendar feed."""
        calendar_feed.end_feed(store_id=self.place(store).pk, user=self.user, now=self.now)
        return HttpResponse(status=204)
