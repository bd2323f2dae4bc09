"""What the staff API takes: its bodies, checked for shape and type."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from booking.api.answers import answers_field
from booking.api.fields import (
    WEEKDAYS,
    Count,
    Day,
    Flag,
    Moment,
    OneOf,
    Slug,
    TypedText,
    Uuid,
    WallTime,
)
from booking.api.serializers import (
    LONGEST_RANGE_DAYS,
    MOST_INTERVALS,
    UNKNOWN_DESK,
    CustomerRequest,
    Shape,
    _spoken,
    _wrong,
)
from booking.customer_input import read_name, read_note
from booking.models import Source
from booking.store_setup.affected_visits import AffectedResolution
from booking.web.problem_json import UNKNOWN_VISIT_TYPE


class StaffBookingRequest(Shape):
    visit_type = Slug(unknown=UNKNOWN_VISIT_TYPE)
    starts_at = Moment()
    party_size = Count(default=1)
    customer = CustomerRequest()
    note = TypedText(read_note, required=False, allow_null=True, default="")
    answers = answers_field()
    language = _spoken(allow_null=True)
    source = OneOf([Source.PHONE, Source.DESK], default=Source.PHONE)  # type: ignore[assignment]  # a field here


class WalkInRequest(Shape):
    visit_type = Slug(unknown=UNKNOWN_VISIT_TYPE)
    party_size = Count(default=1)
    name = TypedText(read_name)
    language = _spoken(allow_null=True)
    answers = answers_field()
    squeeze_in = Flag(default=False)


class ActionRequest(Shape):
    """One tap on a tablet, which may have been offline when it happened."""

    action_id = Uuid(required=False, allow_null=True, default=None)
    happened_at = Moment(required=False, allow_null=True, default=None)


class ThenRequest(Shape):
    """The decision about visits that no longer fit."""

    then = OneOf(AffectedResolution, required=False, allow_null=True, default=None)


class OpeningInterval(Shape):
    dayOfWeek = OneOf(WEEKDAYS)  # noqa: N815 -- schema.org's name
    opens = WallTime()
    closes = WallTime()


class OpeningHoursRequest(ThenRequest):
    opening_hours: serializers.ListSerializer[Any] = serializers.ListSerializer(
        child=OpeningInterval(), max_length=MOST_INTERVALS
    )


class SpecialInterval(Shape):
    opens = WallTime()
    closes = WallTime()


class SpecialHoursRequest(ThenRequest):
    """Either `closed`, or `opens` and `closes`, or several `intervals` of them."""

    date = Day()
    closed = Flag(default=False)
    opens = WallTime(required=False, allow_null=True, default=None)
    closes = WallTime(required=False, allow_null=True, default=None)
    intervals: serializers.ListSerializer[Any] = serializers.ListSerializer(
        child=SpecialInterval(), required=False, max_length=MOST_INTERVALS
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        has_one, has_several = _has_interval(attrs), bool(attrs.get("intervals"))
        if attrs["closed"] + has_one + has_several != 1:
            raise _wrong("closed", "invalid", _("Say either that the store is closed, or when it is open."))
        intervals = [attrs] if has_one else attrs.get("intervals", [])
        return attrs | {"intervals": [(interval["opens"], interval["closes"]) for interval in intervals]}


def _has_interval(attrs: Mapping[str, Any]) -> bool:
    for name, other in (("opens", "closes"), ("closes", "opens")):
        if attrs[name] is None and attrs[other] is not None:
            raise _wrong(name, "required", _("Say both when the store opens and when it closes."))
    return attrs["opens"] is not None


class SlotsRequest(ThenRequest):
    """The slots that start in [from, to), and either their capacity or whether they are closed."""

    desk = Slug(unknown=UNKNOWN_DESK, required=False, allow_null=True, default=None)
    capacity = Count(smallest=0, required=False, allow_null=True, default=None)
    closed = Flag(required=False, allow_null=True, default=None)

    def get_fields(self) -> dict[str, Any]:
        return {"from": Moment(), "to": Moment()} | super().get_fields()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["to"] <= attrs["from"]:
            raise _wrong("to", "out_of_range", _("The end must be after the beginning."))
        if attrs["to"] - attrs["from"] > timedelta(days=LONGEST_RANGE_DAYS):
            raise _wrong("to", "out_of_range", _("Change 62 days at most."))
        if (attrs["capacity"] is None) == (attrs["closed"] is None):
            raise _wrong("capacity", "required", _("Say either a capacity, or whether the slots are closed."))
        return attrs
