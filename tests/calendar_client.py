"""What other people's calendar programs make of a file, told as JSON: a program of the environment `.venv/calendars`.

Run as `calendar_client.py caldav URL`, with a list of files as JSON on standard input: a CalDAV client puts one after
the other into a new calendar of the server, and tells after each what is there. `calendar_client.py ics` reads each.
`calendar_client.py add URL` adds them to the one calendar that is there, whatever is in it.
"""

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import caldav
import ics

DAY = (datetime(2026, 12, 1, tzinfo=UTC), datetime(2026, 12, 2, tzinfo=UTC))


def by_caldav(url: str, files: list[str]) -> list[list[dict[str, Any]]]:
    """Put each file into a new calendar; return the events that are there after each."""
    calendar = _principal(url).make_calendar(name="Own")
    told = []
    for file in files:
        caldav.Event(calendar.client, data=file, parent=calendar).save(increase_seqno=False)
        told.append([_of_caldav(event) for event in calendar.events()])
    found = calendar.search(start=DAY[0], end=DAY[1], event=True)
    return [*told, [_of_caldav(event) for event in found]]


def added(url: str, files: list[str]) -> str:
    """Add each file to the calendar of this name, and return the calendar's address."""
    principal = _principal(url)
    calendars = principal.calendars()
    calendar = calendars[0] if calendars else principal.make_calendar(name="Own")
    for file in files:
        calendar.save_event(file)
    return str(calendar.url)


def by_ics(files: list[str]) -> list[list[dict[str, Any]]]:
    """Read each file as ics.py does."""
    told = []
    for file in files:
        events = sorted(ics.Calendar(file).events)
        told.append(
            [
                {
                    "starts_at": event.begin.datetime.astimezone(UTC).isoformat(),
                    "ends_at": event.end.datetime.astimezone(UTC).isoformat(),
                    "status": event.status,
                    "summary": event.name,
                    "organizer": event.organizer.email if event.organizer else "",
                }
                for event in events
            ]
        )
    return told


def _principal(url: str) -> Any:
    return caldav.DAVClient(
        url=url, username="ada", password="ada", require_tls=False, enable_rfc6764=False
    ).principal()


def _of_caldav(event: Any) -> dict[str, Any]:
    part = event.icalendar_component
    return {
        "uid": str(part["UID"]),
        "starts_at": part.start.astimezone(UTC).isoformat(),
        "ends_at": part.end.astimezone(UTC).isoformat(),
        "status": str(part["STATUS"]),
        "sequence": int(part["SEQUENCE"]),
    }


def main() -> None:
    """Do what the command says."""
    what, *more = sys.argv[1:]
    files = json.load(sys.stdin)
    does: dict[str, Callable[..., Any]] = {"caldav": by_caldav, "add": added, "ics": by_ics}
    json.dump(does[what](*more, files), sys.stdout)


if __name__ == "__main__":
    main()
