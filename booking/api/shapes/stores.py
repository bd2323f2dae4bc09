"""Shapes of stores and free times."""

from rest_framework import serializers

from booking.api.shapes.parts import Moment, Number, Shape, Text, YesNo, named, one_of
from booking.api.staff_requests import OpeningInterval
from stores.models import CapacityCounts, VisitMode


@named(component_name="Address")
class AddressShape(Shape):
    street = Text()
    postal_code = Text()
    town = Text()
    country = Text(help_text="ISO 3166-1, two letters.")


@named(component_name="StoreSummary")
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


@named(component_name="StoresPage")
class StoresPageShape(Shape):
    results = StoreSummaryShape(many=True)
    next = serializers.URLField(allow_null=True)


@named(component_name="Question")
class QuestionShape(Shape):
    question = Text(help_text="The store's own words: they name the question in `answers` of a booking.")
    text = Text(help_text="The same for readers of the answer's language.")
    choices = serializers.ListField(child=Text(), help_text="Empty: a short text answers it.")
    is_required = YesNo()


@named(component_name="VisitType")
class VisitTypeShape(Shape):
    slug = Text()
    name = Text()
    minutes = Number()
    what_to_bring = Text()
    max_party_size = Number()
    mode = one_of(VisitMode.values)
    questions = QuestionShape(many=True, required=False, help_text="Only where the store asks some.")


@named(component_name="Policy")
class PolicyShape(Shape):
    minimum_notice_minutes = Number()
    booking_horizon_days = Number()
    change_until_minutes = Number()
    open_bookings_per_customer = Number()
    keep_days = Number()
    capacity_counts = one_of(CapacityCounts.values)


@named(component_name="Store")
class StoreShape(StoreSummaryShape):
    distance_km = None  # type: ignore[assignment]
    opening_hours = OpeningInterval(many=True)
    visit_types = VisitTypeShape(many=True)
    policy = PolicyShape()


# --- Free times ---------------------------------------------------------------------------------


@named(component_name="FreeSlot")
class FreeSlotShape(Shape):
    starts_at = Moment()
    ends_at = Moment()
    places_left = Number(help_text="Over all desks.")


@named(component_name="FreeDay")
class FreeDayShape(Shape):
    date = serializers.DateField()
    slots = FreeSlotShape(many=True)


@named(component_name="Availability")
class AvailabilityShape(Shape):
    store = Text()
    visit_type = Text()
    time_zone = Text()
    days = FreeDayShape(many=True)
    first_free = Moment(allow_null=True)


@named(component_name="LookedUpSlot")
class LookedUpSlotShape(Shape):
    store = Text()
    visit_type = Text()
    starts_at = Moment()
    party_size = Number(required=False)
    available = YesNo()


@named(component_name="Lookup")
class LookupShape(Shape):
    slots = LookedUpSlotShape(many=True)


@named(component_name="Hold")
class HoldShape(Shape):
    token = Text()
    expires_at = Moment()
