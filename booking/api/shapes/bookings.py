"""Shapes of bookings, for customers and for staff, and of refusals."""

from rest_framework import serializers

from booking.api.shapes.parts import Moment, Number, Shape, Text, YesNo, named, one_of
from booking.api.shapes.stores import FreeSlotShape
from booking.message_kinds import Kind
from booking.models import Source, Status
from notifications.models import Channel, State
from stores.models import VisitMode


@named(component_name="FieldError")
class FieldErrorShape(Shape):
    field = Text(help_text="A dotted path, such as `customer.phone`.")
    code = Text()
    message = Text(help_text="In the language of Accept-Language.")


@named(component_name="Customer")
class CustomerShape(Shape):
    name = Text()
    phone = Text(help_text="E.164, empty where not given.")
    email = Text()
    locale = Text()


@named(component_name="Booking")
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
    language = Text(required=False, help_text="What the customer asked to speak, where they did.")
    sequence = Number()
    attendance_confirmed = YesNo()
    may_change = YesNo(help_text="By the customer, now.")
    may_cancel = YesNo(help_text="By the customer, now.")


@named(component_name="NewBooking")
class NewBookingShape(BookingShape):
    manage_token = Text()
    manage_url = serializers.URLField()
    calendar_url = serializers.URLField()
    messages = one_of(["sms", "email", "none"])


@named(component_name="Erased")
class ErasedShape(Shape):
    reference = Text()
    erased = YesNo()


@named(component_name="Delivery")
class DeliveryShape(Shape):
    kind = one_of(Kind.values)
    channel = one_of(Channel.values)
    state = one_of(State.values)
    at = Moment()


@named(component_name="Answer")
class AnswerShape(Shape):
    question = Text(help_text="As it was worded then.")
    answer = Text()


@named(component_name="StaffBooking")
class StaffBookingShape(BookingShape):
    source = one_of(Source.values)  # type: ignore[assignment]  # a field here
    desk = Text()
    checked_in_at = Moment(allow_null=True)
    messages = one_of(["sms", "email", "none"])
    late_minutes = Number(allow_null=True, help_text="As the customer said.")
    answers = AnswerShape(many=True)
    for_someone_else = YesNo(help_text="Then phone and e-mail are of whoever booked.")
    visit_mode = one_of(VisitMode.values)
    deliveries = DeliveryShape(many=True)


@named(component_name="Problem")
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
