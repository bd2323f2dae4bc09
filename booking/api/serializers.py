"""Serializers of requests. They check shape and type and ignore unknown members; rules belong to the services."""

import re
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from booking.api.answers import answers_field
from booking.api.fields import (
    AnyText,
    Count,
    Day,
    Moment,
    OneOf,
    PhoneText,
    Slug,
    TypedText,
)
from booking.customer_input import read_email, read_name, read_note
from booking.web.problem_json import UNKNOWN_STORE, UNKNOWN_VISIT_TYPE
from booking.web.reader_prefix import language_accepted, language_of_country
from stores.slots import SPOKEN

LONGEST_RANGE_DAYS = 62
MOST_LOOKUPS = 100
MOST_INTERVALS = 100

UNKNOWN_DESK = _("The store has no such desk.")
SPOKEN_HELP = "The visit is to be in this language: only desks that speak it count."
DESK_HELP = "Who is to serve the visit, where the store lets customers choose."

_LOCALE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8}){0,4}")
_POSITION = re.compile(r"(-?[0-9]{1,2}(?:\.[0-9]{1,20})?), ?(-?[0-9]{1,3}(?:\.[0-9]{1,20})?)")
_DISTANCE = re.compile(r"[0-9]{1,5}(\.[0-9]{1,20})?")


class Shape(serializers.Serializer[Any]):
    """A JSON object, or a query."""


def _wrong(field: str, code: str, message: Any) -> serializers.ValidationError:
    return serializers.ValidationError({field: serializers.ErrorDetail(str(message), code)})


# --- Queries ------------------------------------------------------------------------------------


@extend_schema_field({"type": "string", "example": "46.32,-0.46"})
class Position(AnyText):
    """Latitude and longitude in degrees."""

    default_error_messages = {"invalid": _("This must be a latitude and a longitude, such as 46.32,-0.46.")}

    def to_internal_value(self, data: object) -> Any:
        match = _POSITION.fullmatch(self.text(data))
        if not match:
            self.fail("invalid")
        latitude, longitude = float(match[1]), float(match[2])
        if abs(latitude) > 90 or abs(longitude) > 180:
            self.fail("invalid")
        return latitude, longitude


@extend_schema_field({"type": "number"})
class Distance(AnyText):
    default_error_messages = {"invalid": _("This must be a number of kilometers.")}

    def to_internal_value(self, data: object) -> Any:
        text = self.text(data)
        if not _DISTANCE.fullmatch(text):
            self.fail("invalid")
        return float(text)


class StoresQuery(Shape):
    q = AnyText(required=False)
    town = AnyText(required=False)
    postal_code = AnyText(required=False)
    near = Position(required=False)
    radius_km = Distance(required=False)
    page_size = Count(required=False, largest=100, in_query=True)
    cursor = AnyText(required=False)


def _spoken(**kwargs: Any) -> OneOf:
    return OneOf(SPOKEN, required=False, help_text=SPOKEN_HELP, **kwargs)


class AvailabilityQuery(Shape):
    visit_type = Slug(unknown=UNKNOWN_VISIT_TYPE)
    party_size = Count(default=1, in_query=True)
    language = _spoken()

    def get_fields(self) -> dict[str, Any]:
        return super().get_fields() | {"from": Day(), "to": Day()}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["to"] < attrs["from"]:
            raise _wrong("to", "out_of_range", _("The last day must not be before the first."))
        if attrs["to"] - attrs["from"] >= timedelta(days=LONGEST_RANGE_DAYS):
            raise _wrong("to", "out_of_range", _("Ask for 62 days at most."))
        return attrs


class DeskAvailabilityQuery(AvailabilityQuery):
    desk = Slug(unknown=UNKNOWN_DESK, required=False, help_text=DESK_HELP)


class DayQuery(Shape):
    """A date; if it may be left out, the default is today."""

    date = Day(required=False)


# --- Wishes and bookings ------------------------------------------------------------------------


class WishRequest(Shape):
    store = Slug(unknown=UNKNOWN_STORE)
    visit_type = Slug(unknown=UNKNOWN_VISIT_TYPE)
    starts_at = Moment()
    party_size = Count(default=1)
    desk = Slug(unknown=UNKNOWN_DESK, required=False, allow_null=True, help_text=DESK_HELP)
    language = _spoken(allow_null=True)


class LookupItem(Shape):
    """A start to look up. An unknown store or visit type is no error: it is not available."""

    store = AnyText()
    visit_type = AnyText()
    starts_at = Moment()
    party_size = Count(default=1)


class LookupRequest(Shape):
    slots: serializers.ListSerializer[Any] = serializers.ListSerializer(child=LookupItem(), max_length=MOST_LOOKUPS)


@extend_schema_field(str)
class Locale(AnyText):
    """A language in BCP 47; one that we do not have counts as our first."""

    default_error_messages = {"invalid": _("This must be a language such as fr or en.")}

    def to_internal_value(self, data: object) -> str:
        text = self.text(data)
        if not _LOCALE.fullmatch(text):
            self.fail("invalid")
        language = re.split("[-_]", text.lower())[0]
        return language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


class CustomerRequest(Shape):
    """A customer; with `contact_needed` in the context, at least one way to reach them is required.

    `languages` in the context is the header Accept-Language of a customer, `country` the store's.
    """

    name = TypedText(read_name)
    phone = PhoneText(required=False, allow_null=True, default="")
    email = TypedText(read_email, required=False, allow_null=True, default="")
    locale = Locale(required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if self.context["contact_needed"] and not attrs["phone"] and not attrs["email"]:
            raise _wrong("phone", "required", _("Enter a phone number or an e-mail address."))
        return {
            "name": attrs["name"],
            "phone": attrs["phone"] or "",
            "email": attrs["email"] or "",
            "locale": attrs.get("locale") or self._language_unless_told(),
        }

    def _language_unless_told(self) -> str:
        """Return the language of the request of a customer; for bookings by staff, that of the store's country."""
        accepted = language_accepted(self.context["languages"]) if self.context["contact_needed"] else ""
        return accepted or language_of_country(self.context["country"] or "")


class BookingRequest(WishRequest):
    """A booking by its customer; `country` in the context is the store's, None if there is no such store."""

    customer = CustomerRequest()
    note = TypedText(read_note, required=False, allow_null=True, default="")
    answers = answers_field()
    hold = AnyText(required=False, allow_null=True, default=None)

    def validate_store(self, store: str) -> str:
        if self.context["country"] is None:
            raise serializers.ValidationError(str(UNKNOWN_STORE), code="unknown")
        return store


class RescheduleRequest(Shape):
    starts_at = Moment()


# --- Staff --------------------------------------------------------------------------------------


class SignInRequest(Shape):
    username = AnyText(longest=150)
    password = AnyText(longest=1000)
    otp = AnyText(longest=40, required=False, default="")
