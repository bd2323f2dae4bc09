"""Shapes of answers for staff: their stores, a day, and the bookings that a change of hours affects."""

from typing import Any

from rest_framework import serializers

from booking.api.shapes.bookings import StaffBookingShape
from booking.api.shapes.parts import Moment, Number, Shape, Text, YesNo, named, one_of
from booking.api.staff_requests import OpeningInterval, SpecialInterval
from stores.models import Role


@named(component_name="Token")
class TokenShape(Shape):
    token = Text()


@named(component_name="Membership")
class MembershipShape(Shape):
    slug = Text()
    name = Text()
    role = one_of(Role.values)


@named(component_name="Memberships")
class MembershipsShape(Shape):
    results = MembershipShape(many=True)


@named(component_name="DaySlot")
class DaySlotShape(Shape):
    starts_at = Moment()
    ends_at = Moment()
    desk = Text(allow_null=True)
    capacity = Number()
    places_taken = Number()
    places_left = Number()
    closed = YesNo()


@named(component_name="Day")
class DayShape(Shape):
    store = Text()
    date = serializers.DateField()
    time_zone = Text()
    now = Moment()
    slots = DaySlotShape(many=True)
    bookings = StaffBookingShape(many=True)
    totals = serializers.DictField(child=Number(), help_text="By status.")


@named(component_name="OpeningHours")
class OpeningHoursShape(Shape):
    opening_hours = OpeningInterval(many=True)
    affected = StaffBookingShape(many=True)


@named(component_name="SpecialHours")
class SpecialHoursShape(Shape):
    date = serializers.DateField()
    closed = YesNo()
    intervals = SpecialInterval(many=True)
    affected = StaffBookingShape(many=True)


@named(component_name="RemovedHours")
class RemovedHoursShape(Shape):
    date = serializers.DateField()
    affected = StaffBookingShape(many=True)


@named(component_name="ChangedSlots")
class ChangedSlotsShape(Shape):
    to = Moment()
    desk = Text(allow_null=True)
    capacity = Number(allow_null=True)
    closed = YesNo(allow_null=True)
    affected = StaffBookingShape(many=True)

    def get_fields(self) -> dict[str, Any]:
        return {"from": Moment()} | super().get_fields()


@named(component_name="Feed")
class FeedShape(Shape):
    url = serializers.URLField()
