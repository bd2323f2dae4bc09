"""Calendar files as three other programs read them, and as RFC 5545 wants them written."""

import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import vobject
from ical.calendar_stream import IcsCalendarStream


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
    tests = Path(__file__).parent
    node = Path(sys.executable).with_name("node")
    if not node.exists() or not (tests / "node_modules").is_dir():
        missing = "ical.js does not run here: it needs what `make test` installs"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    script = tests / "read_calendars.mjs"
    done = subprocess.run([node, script], input=json.dumps(files), capture_output=True, text=True, check=True)
    found: list[list[dict[str, Any]]] = json.loads(done.stdout)
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
