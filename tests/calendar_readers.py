"""Calendar files as three other programs read them, and as RFC 5545 wants them written."""

import re
from datetime import UTC, datetime
from typing import Any

import vobject
from ical.calendar_stream import IcsCalendarStream

from tests.node import run_in_node


def lines_of(file: bytes) -> list[str]:
    """Return the unfolded lines, having seen that the file is written as RFC 5545 wants it."""
    assert file.endswith(b"\r\n")
    folded = file.split(b"\r\n")[:-1]
    assert all(b"\n" not in line and b"\r" not in line for line in folded)
    assert max(len(line) for line in folded) <= 75
    text = file.decode()
    assert not re.search("[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029]", text)
    return text.replace("\r\n ", "").split("\r\n")[:-1]


def names_of(file: bytes) -> set[str]:
    return {re.split("[:;]", line, maxsplit=1)[0] for line in lines_of(file)}


def read_with_ical_js(files: list[str]) -> list[list[dict[str, Any]]]:
    """Return the visits that Thunderbird's engine finds in each file."""
    found: list[list[dict[str, Any]]] = run_in_node("read_calendars.mjs", files, package="ical.js")
    return found


def times_by_ical(file: str) -> list[tuple[datetime, datetime]]:
    events: list[Any] = list(IcsCalendarStream.calendar_from_ics(file).events)
    return [(event.dtstart.astimezone(UTC), event.dtend.astimezone(UTC)) for event in events]


def times_by_vobject(file: str) -> list[tuple[datetime, datetime]]:
    events = vobject.readOne(file).vevent_list
    return [(event.dtstart.value.astimezone(UTC), event.dtend.value.astimezone(UTC)) for event in events]


def times_by_ical_js(file: str) -> list[tuple[datetime, datetime]]:
    (visits,) = read_with_ical_js([file])
    return [(datetime.fromisoformat(visit["starts_at"]), datetime.fromisoformat(visit["ends_at"])) for visit in visits]
