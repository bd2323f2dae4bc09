from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from rest_framework.exceptions import ValidationError
from rest_framework.serializers import Field

from booking.api.fields import AnyText, Count, Day, Flag, Moment, Uuid, WallTime

OFTEN_TAKEN_FOR_SOMETHING = [None, True, False, 0, 1, -1, 1.0, 1.5, "", " ", "1", [], {}, ["1"], {"a": 1}, "\ud800"]


def read(field: Field[Any, Any, Any, Any], value: object) -> Any:
    return field.run_validation(value)


def is_refused(field: Field[Any, Any, Any, Any], value: object) -> bool:
    try:
        field.run_validation(value)
    except ValidationError:
        return True
    return False


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-12-01T10:15:00+01:00", datetime(2026, 12, 1, 9, 15, tzinfo=UTC)),
        ("2026-12-01t09:15:00z", datetime(2026, 12, 1, 9, 15, tzinfo=UTC)),
        ("2026-12-01 09:15:00.5Z", datetime(2026, 12, 1, 9, 15, 0, 500_000, tzinfo=UTC)),
        ("2026-12-01T09:15:00-00:00", datetime(2026, 12, 1, 9, 15, tzinfo=UTC)),
        # What no clock in Paris ever showed is an instant all the same, as its offset says.
        ("2027-03-28T02:30:00+01:00", datetime(2027, 3, 28, 1, 30, tzinfo=UTC)),
    ],
)
def test_moment_is_read_as_utc(text: str, moment: datetime) -> None:
    assert read(Moment(), text) == moment


@pytest.mark.parametrize(
    "value",
    [
        *OFTEN_TAKEN_FOR_SOMETHING,
        "2026-12-01T10:15:00",
        "2026-12-01T10:15:00 Europe/Paris",
        "2026-12-01T10:15+01:00",
        "2026-12-01T10:15:00+0100",
        "2026-12-01T10:15:00+01",
        "2026-12-01T24:00:00Z",
        "2026-12-01T10:15:60Z",
        "2026-12-01T10:15:00+24:00",
        "2026-02-30T10:15:00Z",
        "2026-13-01T10:15:00Z",
        "26-12-01T10:15:00Z",
        "+2026-12-01T10:15:00Z",
        "20261201T101500Z",
        "2026-W49-2T10:15:00Z",
        "2026-12-01T10:15:00Z\n",
        "٢٠٢٦-12-01T10:15:00Z",
        "1999-12-31T23:59:59Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-12:00",
        "1795510800",
        "now",
    ],
)
def test_what_is_no_moment_is_refused(value: object) -> None:
    assert is_refused(Moment(), value)


def test_day_is_read() -> None:
    assert read(Day(), "2028-02-29") == date(2028, 2, 29)


@pytest.mark.parametrize(
    "value",
    [
        *OFTEN_TAKEN_FOR_SOMETHING,
        "2027-02-29",
        "2027-2-9",
        "20270209",
        "2027-W06-2",
        "2027-040",
        "09/02/2027",
        "2027-02-09T00:00:00Z",
        " 2027-02-09",
        "0001-01-01",
        "9999-12-31",
        "٢٠٢٧-02-09",
    ],
)
def test_what_is_no_day_is_refused(value: object) -> None:
    assert is_refused(Day(), value)


@pytest.mark.parametrize(("text", "wall"), [("08:30", time(8, 30)), ("00:00", time()), ("24:00", time())])
def test_wall_time_is_read(text: str, wall: time) -> None:
    assert read(WallTime(), text) == wall


@pytest.mark.parametrize("value", [*OFTEN_TAKEN_FOR_SOMETHING, "8:30", "24:01", "25:00", "12:60", "08:30:00", "٠٨:٣٠"])
def test_what_is_no_wall_time_is_refused(value: object) -> None:
    assert is_refused(WallTime(), value)


@pytest.mark.parametrize("value", [value for value in OFTEN_TAKEN_FOR_SOMETHING if value is True or value != 1])
def test_what_is_no_count_is_refused(value: object) -> None:
    assert is_refused(Count(), value)


@pytest.mark.parametrize("value", [0, 32768, 10**40, -1, 1.0])
def test_count_has_bounds(value: object) -> None:
    assert is_refused(Count(), value)
    assert read(Count(), 32767) == 32767


def test_count_in_a_query_is_digits() -> None:
    assert read(Count(in_query=True), "12") == 12
    for text in ("", "+1", "1.0", "1e3", " 1", "٣", "0x1", "1_000", "9" * 5000):
        assert is_refused(Count(in_query=True), text)


@pytest.mark.parametrize("value", [value for value in OFTEN_TAKEN_FOR_SOMETHING if not isinstance(value, bool)])
def test_what_is_no_flag_is_refused(value: object) -> None:
    assert is_refused(Flag(), value)


@pytest.mark.parametrize("value", [value for value in OFTEN_TAKEN_FOR_SOMETHING if not isinstance(value, str)])
def test_what_is_no_text_is_refused(value: object) -> None:
    assert is_refused(AnyText(), value)


@pytest.mark.parametrize("value", ["\0", "a\0b", "\udfff", "a" * 501])
def test_text_that_no_database_takes_is_refused(value: str) -> None:
    assert is_refused(AnyText(), value)


@pytest.mark.parametrize("value", [*OFTEN_TAKEN_FOR_SOMETHING, "0" * 32, "urn:uuid:" + "0" * 32, "g" * 36])
def test_what_is_no_uuid_is_refused(value: object) -> None:
    assert is_refused(Uuid(), value)
