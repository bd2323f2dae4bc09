"""Busy times of a calendar file, worked out by a process of its own (`busy_reader`)."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from booking.desk_calendars.addresses import CalendarTrouble
from booking.places.busy_times import BusyTimes

READ_SECONDS = 15
_READER = Path(__file__).with_name("busy_reader.py")


def read_busy_times(content: bytes, *, zone: ZoneInfo, first: datetime, last: datetime) -> BusyTimes:
    """Return when a calendar is busy in [first, last). Raises CalendarTrouble."""
    asked = {"zone": zone.key, "first": first.astimezone(UTC).isoformat(), "last": last.astimezone(UTC).isoformat()}
    try:
        done = subprocess.run(  # noqa: S603 -- our own program
            [sys.executable, "-I", str(_READER)],
            input=json.dumps(asked).encode() + b"\n" + content,
            capture_output=True,
            timeout=READ_SECONDS,
            check=True,
            env={},
        )
        answer = json.loads(done.stdout)
    except (subprocess.SubprocessError, ValueError) as error:  # killed by its limits, or out of time
        raise CalendarTrouble("too_many") from error
    if problem := answer.get("problem"):
        raise CalendarTrouble(problem)
    return BusyTimes(
        (datetime.fromtimestamp(starts, UTC), datetime.fromtimestamp(ends, UTC)) for starts, ends in answer["busy"]
    )
