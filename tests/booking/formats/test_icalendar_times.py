from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from booking.formats.icalendar_files import booking_calendar, feed_calendar
from booking.formats.vtimezone import observances
from booking.models import Booking
from tests.calendar_readers import read_with_ical_js, times_by_ical, times_by_ical_js, times_by_vobject
from tests.visits import unsaved_booking, unsaved_store

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
MANAGE_URL = "https://carillon.example.org/b/K7Q29X4M/?token=abcdefghijklmnopqrstuv"
FOUR_ZONES = ["Europe/Paris", "America/New_York", "Australia/Lord_Howe", "America/Santiago"]
MORE_ZONES = ["Europe/Dublin", "Asia/Jerusalem", "Asia/Kolkata", "Africa/Casablanca", "Africa/Cairo", "America/Nuuk"]


def around_the_changes(zone: str) -> list[Booking]:
    """Return a visit each half hour around both clock changes of 2026."""
    store = unsaved_store(time_zone=zone)
    found = observances(ZoneInfo(zone), first_year=2027, last_year=2027)
    changes = [each.onset - each.offset_from for each in found if each.onset.year == 2026] or [datetime(2026, 3, 29)]
    starts = [change.replace(tzinfo=UTC) + timedelta(minutes=30 * step) for change in changes for step in range(-9, 9)]
    return [unsaved_booking(store=store, starts_at=at, reference=f"{number:08d}") for number, at in enumerate(starts)]


@pytest.mark.parametrize("zone", [*FOUR_ZONES, *MORE_ZONES])
@pytest.mark.parametrize("read", [times_by_ical, times_by_vobject, times_by_ical_js])
def test_times_around_clock_changes_as_others_read_them(
    zone: str, read: Callable[[str], list[tuple[datetime, datetime]]]
) -> None:
    bookings = around_the_changes(zone)

    file = feed_calendar(bookings[0].store, bookings, now=NOW).decode()

    assert read(file) == [(booking.starts_at, booking.ends_at) for booking in bookings]


@pytest.mark.parametrize("zone", FOUR_ZONES)
@pytest.mark.parametrize("read", [times_by_ical, times_by_vobject, times_by_ical_js])
def test_times_around_clock_changes_by_our_rules_alone(
    zone: str, read: Callable[[str], list[tuple[datetime, datetime]]]
) -> None:
    """Under a name that no reader knows, so that it has to go by the file's own rules."""
    bookings = around_the_changes(zone)
    file = feed_calendar(bookings[0].store, bookings, now=NOW).decode()

    unknown = file.replace(f"TZID={zone}", f"TZID=Carillon/{zone}").replace(f"TZID:{zone}", f"TZID:Carillon/{zone}")

    assert read(unknown) == [(booking.starts_at, booking.ends_at) for booking in bookings]


@pytest.mark.parametrize("zone", FOUR_ZONES)
def test_times_of_single_files_as_thunderbird_reads_them(zone: str) -> None:
    bookings = around_the_changes(zone)
    files = [
        booking_calendar(booking, method="REQUEST", manage_url=MANAGE_URL, now=NOW).decode() for booking in bookings
    ]

    read = read_with_ical_js(files)

    assert [visit["starts_at"] for (visit,) in read] == [
        booking.starts_at.strftime("%Y-%m-%dT%H:%M:%S.000Z") for booking in bookings
    ]
