"""What answers look like, for the schema alone: `booking.api.rendering` makes them, the tests hold the two together."""

from typing import Any

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from booking.api.serializers import OpeningInterval, SpecialInterval
from booking.models import Source, Status
from notifications.models import Channel, Kind, State
from stores.models import CapacityCounts, Role

Text = serializers.CharField
Number = serializers.IntegerField
Moment = serializers.DateTimeField
YesNo = serializers.BooleanField
_named = extend_schema_serializer


def one_of(words: Any) -> serializers.Field[Any, Any, Any, Any]:
    """Return a field of one of a few words."""

    @extend_schema_field({"type": "string", "enum": [str(word) for word in words]})
    class Word(serializers.CharField):
        pass

    return Word()


class Shape(serializers.Serializer[Any]):
    """A JSON object in an answer."""


# --- Problems -----------------------------------------------------------------------------------


@_named(component_name="FieldError")
class FieldErrorShape(Shape):
    field = Text(help_text="A dotted path, such as `customer.phone`.")
    code = Text()
    message = Text(help_text="In the language of Accept-Language.")


# --- Stores -------------------------------------------------------------------------------------


@_named(component_name="Address")
class AddressShape(Shape):
    street = Text()
    postal_code = Text()
    town = Text()
    country = Text(help_text="ISO 3166-1, two letters.")


@_named(component_name="StoreSummary")
class StoreSummaryShape(Shape):
    slug = Text()
    name = Text()
    address = AddressShape()
    latitude = serializers.FloatField()
    longitude = serializers.FloatField()
    time_zone = Text(help_text="IANA name.")
    phone = Text()
    website = Text()
    wheelchair = Text(help_text="`yes`, `limited`, `no`, or empty where not known.")
    notice = Text()
    distance_km = serializers.FloatField(required=False, help_text="With `near` alone.")


@_named(component_name="StoresPage")
class StoresPageShape(Shape):
    results = StoreSummaryShape(many=True)
    next = serializers.URLField(allow_null=True)


@_named(component_name="VisitType")
class VisitTypeShape(Shape):
    slug = Text()
    name = Text()
    minutes = Number()
    what_to_bring = Text()
    max_party_size = Number()


@_named(component_name="Policy")
class PolicyShape(Shape):
    minimum_notice_minutes = Number()
    booking_horizon_days = Number()
    change_until_minutes = Number()
    open_bookings_per_customer = Number()
    keep_days = Number()
    capacity_counts = one_of(CapacityCounts.values)


@_named(component_name="Store")
class StoreShape(StoreSummaryShape):
    distance_km = None  # type: ignore[assignment]
    opening_hours = OpeningInterval(many=True)
    visit_types = VisitTypeShape(many=True)
    policy = PolicyShape()


# --- Free times ---------------------------------------------------------------------------------


@_named(component_name="FreeSlot")
class FreeSlotShape(Shape):
    starts_at = Moment()
    ends_at = Moment()
    places_left = Number(help_text="Over all desks.")


@_named(component_name="FreeDay")
class FreeDayShape(Shape):
    date = serializers.DateField()
    slots = FreeSlotShape(many=True)


@_named(component_name="Availability")
class AvailabilityShape(Shape):
    store = Text()
    visit_type = Text()
    time_zone = Text()
    days = FreeDayShape(many=True)
    first_free = Moment(allow_null=True)


@_named(component_name="LookedUpSlot")
class LookedUpSlotShape(Shape):
    store = Text()
    visit_type = Text()
    starts_at = Moment()
    party_size = Number(required=False)
    available = YesNo()


@_named(component_name="Lookup")
class LookupShape(Shape):
    slots = LookedUpSlotShape(many=True)


@_named(component_name="Hold")
class HoldShape(Shape):
    token = Text()
    expires_at = Moment()


# --- Bookings -----------------------------------------------------------------------------------


@_named(component_name="Customer")
class CustomerShape(Shape):
    name = Text()
    phone = Text(help_text="E.164, empty where not given.")
    email = Text()
    locale = Text()


@_named(component_name="Booking")
class BookingShape(Shape):
    reference = Text()
    status = one_of(Status.values)
    store = Text()
    visit_type = Text()
    starts_at = Moment()
    ends_at = Moment()
    time_zone = Text()
    party_size = Number()
    customer = CustomerShape()
    note = Text()
    sequence = Number()
    attendance_confirmed = YesNo()
    may_change = YesNo(help_text="By the customer, now.")
    may_cancel = YesNo(help_text="By the customer, now.")


@_named(component_name="NewBooking")
class NewBookingShape(BookingShape):
    manage_token = Text()
    manage_url = serializers.URLField()
    calendar_url = serializers.URLField()
    messages = one_of(["sms", "email", "none"])


@_named(component_name="Erased")
class ErasedShape(Shape):
    reference = Text()
    erased = YesNo()


@_named(component_name="Delivery")
class DeliveryShape(Shape):
    kind = one_of(Kind.values)
    channel = one_of(Channel.values)
    state = one_of(State.values)
    at = Moment()


@_named(component_name="StaffBooking")
class StaffBookingShape(BookingShape):
    source = one_of(Source.values)  # type: ignore[assignment]  # a field here
    desk = Text()
    checked_in_at = Moment(allow_null=True)
    messages = one_of(["sms", "email", "none"])
    deliveries = DeliveryShape(many=True)


@_named(component_name="Problem")
class ProblemShape(Shape):
    type = Text()
    title = Text()
    status = Number()
    detail = Text()
    code = Text()
    errors = FieldErrorShape(many=True, required=False)  # type: ignore[assignment]
    alternatives = FreeSlotShape(many=True, required=False, help_text="With `slot_full` and `slot_closed`.")
    booking = BookingShape(required=False, help_text="With `wrong_status`: the booking as it is.")
    affected = StaffBookingShape(many=True, required=False, help_text="With `bookings_affected`.")


# --- Staff --------------------------------------------------------------------------------------


@_named(component_name="Token")
class TokenShape(Shape):
    token = Text()


@_named(component_name="Membership")
class MembershipShape(Shape):
    slug = Text()
    name = Text()
    role = one_of(Role.values)


@_named(component_name="Memberships")
class MembershipsShape(Shape):
    results = MembershipShape(many=True)


@_named(component_name="DaySlot")
class DaySlotShape(Shape):
    starts_at = Moment()
    ends_at = Moment()
    desk = Text(allow_null=True)
    capacity = Number()
    places_taken = Number()
    places_left = Number()
    closed = YesNo()


@_named(component_name="Day")
class DayShape(Shape):
    store = Text()
    date = serializers.DateField()
    time_zone = Text()
    now = Moment()
    slots = DaySlotShape(many=True)
    bookings = StaffBookingShape(many=True)
    totals = serializers.DictField(child=Number(), help_text="By status.")


@_named(component_name="OpeningHours")
class OpeningHoursShape(Shape):
    opening_hours = OpeningInterval(many=True)
    affected = StaffBookingShape(many=True)


@_named(component_name="SpecialHours")
class SpecialHoursShape(Shape):
    date = serializers.DateField()
    closed = YesNo()
    intervals = SpecialInterval(many=True)
    affected = StaffBookingShape(many=True)


@_named(component_name="RemovedHours")
class RemovedHoursShape(Shape):
    date = serializers.DateField()
    affected = StaffBookingShape(many=True)


@_named(component_name="ChangedSlots")
class ChangedSlotsShape(Shape):
    to = Moment()
    desk = Text(allow_null=True)
    capacity = Number(allow_null=True)
    closed = YesNo(allow_null=True)
    affected = StaffBookingShape(many=True)

    def get_fields(self) -> dict[str, Any]:
        return {"from": Moment()} | super().get_fields()


@_named(component_name="Feed")
class FeedShape(Shape):
    url = serializers.URLField()
