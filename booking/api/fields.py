"""Serializer fields: each takes a JSON value of exactly one type, or the text of a query parameter."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from booking.customer_input import FIRST_YEAR, LAST_YEAR, BadInput, read_phone

LARGEST_COUNT = 32767  # the largest small integer of the database

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

SLUG = re.compile(r"[-a-zA-Z0-9_]{1,80}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_WALL_TIME = re.compile(r"[0-9]{2}:[0-9]{2}")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_COUNT = re.compile(r"[0-9]{1,6}")


class _Text(serializers.Field[Any, Any, Any, Any]):
    """A JSON string that can be stored."""

    default_error_messages = {"invalid": _("This must be a text.")}

    def text(self, value: object) -> str:
        """Return the string. Raises ValidationError for other types and for unpaired surrogates."""
        if not isinstance(value, str):
            self.fail("invalid")
        try:
            value.encode()
        except UnicodeEncodeError:
            self.fail("invalid")
        return value

    def to_representation(self, value: Any) -> Any:
        return value


@extend_schema_field(str)
class AnyText(_Text):
    """A text to search for, which is never stored."""

    default_error_messages = {"too_long": _("This is too long.")}

    def __init__(self, *, longest: int = 500, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.longest = longest

    def to_internal_value(self, data: object) -> Any:
        text = self.text(data)
        if "\0" in text:
            self.fail("invalid")
        if len(text) > self.longest:
            self.fail("too_long")
        return text


@extend_schema_field(str)
class TypedText(_Text):
    """What a person typed, read by a function of `booking.customer_input`; null counts as an empty text."""

    def __init__(self, read: Callable[[str], str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.read = read

    def to_internal_value(self, data: object) -> str:
        return self._read(self.text(data), self.read)

    def _read(self, text: str, read: Callable[[str], str]) -> str:
        try:
            return read(text)
        except BadInput as bad:
            raise serializers.ValidationError(str(bad.message), code=bad.code) from None


@extend_schema_field(str)
class PhoneText(TypedText):
    """A phone number, read as people of the serializer's `country` dial it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(str, **kwargs)

    def to_internal_value(self, data: object) -> str:
        country = self.context["country"]
        return self._read(self.text(data), lambda text: read_phone(text, country=country) if country else text)


@extend_schema_field({"type": "string", "pattern": f"^{SLUG.pattern}$"})
class Slug(_Text):
    """A slug; `unknown` is the error for a name that does not exist."""

    def __init__(self, *, unknown: Any, **kwargs: Any) -> None:
        super().__init__(error_messages={"unknown": unknown}, **kwargs)

    def to_internal_value(self, data: object) -> str:
        text = self.text(data)
        if not SLUG.fullmatch(text):
            self.fail("unknown")
        return text


@extend_schema_field({"type": "string", "format": "date"})
class Day(_Text):
    default_error_messages = {
        "invalid": _("This must be a date such as 2027-02-28."),
        "out_of_range": _("This date is too far away."),
    }

    def to_internal_value(self, data: object) -> date:
        text = self.text(data)
        if not _DAY.fullmatch(text):
            self.fail("invalid")
        try:
            day = date.fromisoformat(text)
        except ValueError:
            self.fail("invalid")
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            self.fail("out_of_range")
        return day


@extend_schema_field({"type": "string", "format": "date-time"})
class Moment(_Text):
    """An instant in RFC 3339, which has an offset; read as UTC."""

    default_error_messages = {
        "invalid": _("This must be a time with its offset, such as 2027-02-28T10:15:00+01:00."),
        "out_of_range": _("This time is too far away."),
    }

    def to_internal_value(self, data: object) -> datetime:
        text = self.text(data)
        if not _MOMENT.fullmatch(text):
            self.fail("invalid")
        try:
            moment = datetime.fromisoformat(text.upper().replace(" ", "T"))
        except ValueError:
            self.fail("invalid")
        if not FIRST_YEAR <= moment.year <= LAST_YEAR:
            self.fail("out_of_range")
        return moment.astimezone(UTC)


@extend_schema_field({"type": "string", "pattern": "^[0-9]{2}:[0-9]{2}$"})
class WallTime(_Text):
    """A local time, "00:00" for midnight; "24:00" is read as the same."""

    default_error_messages = {"invalid": _("This must be a time such as 08:30.")}

    def to_internal_value(self, data: object) -> time:
        text = self.text(data)
        if not _WALL_TIME.fullmatch(text):
            self.fail("invalid")
        try:
            return time.fromisoformat("00:00" if text == "24:00" else text)
        except ValueError:
            self.fail("invalid")


@extend_schema_field({"type": "string", "format": "uuid"})
class Uuid(_Text):
    default_error_messages = {"invalid": _("This must be a UUID.")}

    def to_internal_value(self, data: object) -> UUID:
        text = self.text(data)
        if not _UUID.fullmatch(text):
            self.fail("invalid")
        return UUID(text)


@extend_schema_field(str)
class OneOf(_Text):
    """One of a few words."""

    default_error_messages = {"invalid": _("This must be one of: {words}.")}

    def __init__(self, words: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.words = tuple(str(word) for word in words)

    def to_internal_value(self, data: object) -> str:
        if not isinstance(data, str) or data not in self.words:
            self.fail("invalid", words=", ".join(self.words))
        return data


@extend_schema_field(int)
class Count(serializers.Field[int, Any, int, Any]):
    """A JSON whole number; in a query, its digits. True, 1.0 and "1" are not valid."""

    default_error_messages = {
        "invalid": _("This must be a whole number."),
        "out_of_range": _("This must be between {smallest} and {largest}."),
    }

    def __init__(
        self, *, smallest: int = 1, largest: int = LARGEST_COUNT, in_query: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.smallest, self.largest, self.in_query = smallest, largest, in_query

    def to_internal_value(self, data: object) -> int:
        if self.in_query and isinstance(data, str) and _COUNT.fullmatch(data):
            data = int(data)
        if type(data) is not int:
            self.fail("invalid")
        if not self.smallest <= data <= self.largest:
            self.fail("out_of_range", smallest=self.smallest, largest=self.largest)
        return data

    def to_representation(self, value: int) -> int:
        return value


@extend_schema_field(bool)
class Flag(serializers.Field[bool, Any, bool, Any]):
    """JSON's true or false."""

    default_error_messages = {"invalid": _("This must be true or false.")}

    def to_internal_value(self, data: object) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid")
        return data

    def to_representation(self, value: bool) -> bool:
        return value
