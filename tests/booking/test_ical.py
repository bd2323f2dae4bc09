import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
import vobject
from hypothesis import given
from hypothesis import strategies as st
from ical.calendar_stream import IcsCalendarStream
from pytest_django.fixtures import Settings

from booking.ical import Method, booking_calendar, feed_calendar
from booking.models import Booking, Status
from booking.tokens import manage_token
from booking.zone_rules import observances
from stores.models import Store, VisitType

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
MANAGE_URL = "https://carillon.example.org/b/K7Q29X4M/?token=abcdefghijklmnopqrstuv"
FOUR_ZONES = ["Europe/Paris", "America/New_York", "Australia/Lord_Howe", "America/Santiago"]
MORE_ZONES = ["Europe/Dublin", "Asia/Jerusalem", "Asia/Kolkata", "Africa/Casablanca", "Africa/Cairo", "America/Nuuk"]

TIMEZONE_PROPERTIES = {"TZID", "DTSTART", "RRULE", "TZNAME", "TZOFFSETFROM", "TZOFFSETTO"}
CALENDAR_PROPERTIES = {"VERSION", "PRODID", "CALSCALE", "METHOD"}
FEED_PROPERTIES = {"NAME", "X-WR-CALNAME", "REFRESH-INTERVAL", "X-PUBLISHED-TTL"}
EVENT_PROPERTIES = {"UID", "SEQUENCE", "DTSTAMP", "LAST-MODIFIED", "DTSTART", "DTEND", "STATUS", "SUMMARY", "LOCATION"}
EVENT_PROPERTIES |= {"GEO", "URL", "ORGANIZER"}
ALARM_PROPERTIES = {"ACTION", "TRIGGER", "DESCRIPTION"}
ALL_PROPERTIES = CALENDAR_PROPERTIES | FEED_PROPERTIES | TIMEZONE_PROPERTIES | EVENT_PROPERTIES | ALARM_PROPERTIES
ALL_PROPERTIES |= {"BEGIN", "END"}

NASTY = [
    "Ada\r\nATTENDEE:mailto:ada@example.org",
    "Ada\nEND:VEVENT\nBEGIN:VEVENT",
    "Ada\x0bURL:https://evil.example.org",
    "Ada\x00\x07\x1b[31mTest",
    "Ada\u2028X-EVIL:1\u2029Test",
    "Ada\x85LOCATION:elsewhere",
    'Ada";CN="Other":mailto:other@example.org',
    "Ada\\NTest \\n \\; \\,",
    "a,b;c:d=e\\f^g",
    "é" * 60,
    "🔔" * 40,
    "\u202eadA tseT",
    " ",
]


def a_store(**fields: Any) -> Store:
    defaults: dict[str, Any] = {
        "slug": "pharmacie-du-port-niort",
        "name": "Pharmacie du Port",
        "street": "1 quai du Test",
        "postal_code": "79000",
        "town": "Niort",
        "country": "FR",
        "latitude": 46.3239,
        "longitude": -0.4645,
        "time_zone": "Europe/Paris",
        "email": "port@example.org",
    }
    return Store(**(defaults | fields))


def a_booking(**fields: Any) -> Booking:
    starts_at = fields.get("starts_at", datetime(2026, 12, 1, 9, 15, tzinfo=UTC))
    defaults: dict[str, Any] = {
        "reference": "K7Q29X4M",
        "store": fields.get("store") or a_store(),
        "visit_type": VisitType(slug="advice", name="Advice"),
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(minutes=30),
        "party_size": 2,
        "status": Status.CONFIRMED,
        "name": "Ada Test",
        "phone": "+33612345678",
        "email": "ada@example.org",
        "note": "Rings twice",
        "locale": "en",
        "updated_at": datetime(2026, 11, 1, 8, 0, 0, 123456, tzinfo=UTC),
    }
    return Booking(**(defaults | fields))


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
    tests = Path(__file__).parents[1]
    node = shutil.which("node")
    if node is None or not (tests / "node_modules").is_dir():
        missing = "ical.js does not run here: it needs node, and `npm ci` in tests/"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    script = tests / "booking" / "read_calendars.mjs"
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


def around_the_changes(zone: str) -> list[Booking]:
    """Return a visit each half hour around both clock changes of 2026."""
    store = a_store(time_zone=zone)
    found = observances(ZoneInfo(zone), first_year=2027, last_year=2027)
    changes = [each.onset - each.offset_from for each in found if each.onset.year == 2026] or [datetime(2026, 3, 29)]
    starts = [change.replace(tzinfo=UTC) + timedelta(minutes=30 * step) for change in changes for step in range(-9, 9)]
    return [a_booking(store=store, starts_at=at, reference=f"{number:08d}") for number, at in enumerate(starts)]


# --- One visit, for its customer -------------------------------------------------------------------


def test_booking_calendar_download() -> None:
    file = booking_calendar(a_booking(sequence=1), method="PUBLISH", manage_url=MANAGE_URL, now=NOW)

    lines = lines_of(file)
    uid = next(line for line in lines if line.startswith("UID:"))
    assert re.fullmatch("UID:[0-9a-f]{32}@carillon", uid)
    assert sorted(lines[lines.index("BEGIN:VEVENT") :]) == sorted(
        [
            "BEGIN:VEVENT",
            uid,
            "SEQUENCE:1",
            "DTSTAMP:20261102T093000Z",
            "LAST-MODIFIED:20261101T080000Z",
            "DTSTART;TZID=Europe/Paris:20261201T101500",
            "DTEND;TZID=Europe/Paris:20261201T104500",
            "STATUS:CONFIRMED",
            "SUMMARY:Pharmacie du Port",
            "LOCATION:Pharmacie du Port\\, 1 quai du Test\\, 79000 Niort",
            "GEO:46.3239;-0.4645",
            'ORGANIZER;CN="Pharmacie du Port":mailto:port@example.org',
            f"URL:{MANAGE_URL}",
            f"DESCRIPTION:See\\, change or cancel this visit: {MANAGE_URL}",
            "BEGIN:VALARM",
            "ACTION:DISPLAY",
            "TRIGGER:-PT2H",
            "DESCRIPTION:Pharmacie du Port",
            "END:VALARM",
            "END:VEVENT",
            "END:VCALENDAR",
        ]
    )
    assert lines[: lines.index("BEGIN:VEVENT")] == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Carillon//Carillon//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "BEGIN:VTIMEZONE",
        "TZID:Europe/Paris",
        "BEGIN:STANDARD",
        "DTSTART:20251026T030000",
        "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10",
        "TZNAME:CET",
        "TZOFFSETFROM:+0200",
        "TZOFFSETTO:+0100",
        "END:STANDARD",
        "BEGIN:DAYLIGHT",
        "DTSTART:20250330T020000",
        "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3",
        "TZNAME:CEST",
        "TZOFFSETFROM:+0100",
        "TZOFFSETTO:+0200",
        "END:DAYLIGHT",
        "END:VTIMEZONE",
    ]


@pytest.mark.parametrize(
    ("method", "status", "written_status", "has_attendee", "has_alarm"),
    [
        ("PUBLISH", Status.CONFIRMED, "CONFIRMED", False, True),
        ("PUBLISH", Status.CANCELLED, "CANCELLED", False, False),
        ("PUBLISH", Status.NO_SHOW, "CONFIRMED", False, True),
        ("REQUEST", Status.CONFIRMED, "CONFIRMED", True, True),
        ("CANCEL", Status.CANCELLED, "CANCELLED", True, False),
    ],
)
def test_booking_calendar_method_decides_who_is_named(
    method: Method, status: Status, written_status: str, has_attendee: bool, has_alarm: bool
) -> None:
    file = booking_calendar(a_booking(status=status), method=method, manage_url=MANAGE_URL, now=NOW)

    lines = lines_of(file)
    attendee = "ATTENDEE;CUTYPE=INDIVIDUAL;PARTSTAT=ACCEPTED;ROLE=REQ-PARTICIPANT;RSVP=FALSE:mailto:ada@example.org"
    assert f"METHOD:{method}" in lines
    assert f"STATUS:{written_status}" in lines
    assert (attendee in lines, "BEGIN:VALARM" in lines) == (has_attendee, has_alarm)


def test_booking_calendar_says_nothing_of_why_they_come() -> None:
    text = booking_calendar(a_booking(), method="REQUEST", manage_url=MANAGE_URL, now=NOW).decode()

    assert not [word for word in ("Advice", "Rings twice", "Ada Test", "K7Q29X4M@", "+336") if word in text]


def test_booking_calendar_uid_stays_and_tells_bookings_apart() -> None:
    first = booking_calendar(a_booking(), method="REQUEST", manage_url=None, now=NOW)
    moved = booking_calendar(
        a_booking(sequence=3, starts_at=NOW, status=Status.CANCELLED), method="CANCEL", manage_url=None, now=NOW
    )
    other = booking_calendar(a_booking(reference="K7Q29X4N"), method="REQUEST", manage_url=None, now=NOW)

    uids = [next(line for line in lines_of(file) if line.startswith("UID:")) for file in (first, moved, other)]
    assert uids[0] == uids[1] != uids[2]


def test_booking_calendar_without_address_gives_no_url() -> None:
    file = booking_calendar(a_booking(), method="PUBLISH", manage_url=None, now=NOW)

    assert not [line for line in lines_of(file) if line.startswith(("URL", "DESCRIPTION:See"))]


def test_booking_calendar_store_without_email_organizes_by_ours(settings: Settings) -> None:
    settings.DEFAULT_FROM_EMAIL = "carillon@example.org"

    file = booking_calendar(a_booking(store=a_store(email="")), method="PUBLISH", manage_url=None, now=NOW)

    assert 'ORGANIZER;CN="Pharmacie du Port":mailto:carillon@example.org' in lines_of(file)


def test_booking_calendar_position_never_in_exponents() -> None:
    file = booking_calendar(
        a_booking(store=a_store(latitude=51.47782345678, longitude=0.00001)), method="PUBLISH", manage_url=None, now=NOW
    )

    assert "GEO:51.477823;0.0" in lines_of(file)


def test_booking_calendar_hour_that_comes_twice_is_written_in_utc() -> None:
    """A local time would mean its first occurrence, an hour early."""
    second_half_past_two = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)

    file = booking_calendar(a_booking(starts_at=second_half_past_two), method="PUBLISH", manage_url=None, now=NOW)

    assert {"DTSTART:20261025T013000Z", "DTEND:20261025T020000Z"} <= set(lines_of(file))


# --- Times, as others read them --------------------------------------------------------------------


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


# --- The feed --------------------------------------------------------------------------------------


def test_feed_calendar_names_nobody_in_full() -> None:
    bookings = [
        a_booking(),
        a_booking(reference="K7Q29X4N", name="Bo", party_size=1),
        a_booking(reference="K7Q29X4P", name="", erased_at=NOW, status=Status.CANCELLED),
        a_booking(reference="K7Q29X4Q", name="Ada Maria Test", locale="fr"),
    ]

    file = feed_calendar(a_store(country="GB"), bookings, now=NOW)

    lines = lines_of(file)
    assert [line for line in lines if line.startswith("SUMMARY")] == [
        "SUMMARY:Ada T. · Advice · 2 people",
        "SUMMARY:Bo · Advice · 1 person",
        "SUMMARY:— · Advice · 2 people",
        "SUMMARY:Ada T. · Advice · 2 people",
    ]
    secrets = ["Test", "ada@example.org", "12345678", "Rings twice", manage_token("K7Q29X4M"), "token", "ATTENDEE"]
    assert not [secret for secret in secrets if secret in "\n".join(lines).replace("quai du Test", "")]


def test_feed_calendar_says_what_it_is() -> None:
    lines = lines_of(feed_calendar(a_store(), [a_booking()], now=NOW))

    assert {
        "METHOD:PUBLISH",
        "NAME:Pharmacie du Port",
        "X-WR-CALNAME:Pharmacie du Port",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
        'ORGANIZER;CN="Pharmacie du Port":mailto:port@example.org',
    } <= set(lines)
    assert [line for line in lines if line.startswith("URL:")] == ["URL:http://127.0.0.1:8000/b/K7Q29X4M/"]


def test_feed_calendar_same_bookings_same_bytes_whenever_asked() -> None:
    bookings = [a_booking(), a_booking(reference="K7Q29X4N", status=Status.CANCELLED)]

    files = {feed_calendar(a_store(), bookings, now=NOW + timedelta(minutes=minutes)) for minutes in (0, 7, 90)}

    assert len(files) == 1


def test_feed_calendar_cancelled_visit_is_struck_through() -> None:
    lines = lines_of(feed_calendar(a_store(), [a_booking(status=Status.CANCELLED, sequence=1)], now=NOW))

    assert {"STATUS:CANCELLED", "SEQUENCE:1"} <= set(lines)
    assert "BEGIN:VALARM" not in lines


def test_feed_calendar_without_visits_is_still_a_calendar() -> None:
    file = feed_calendar(a_store(), [], now=NOW)

    assert [part.name for part in icalendar.Calendar.from_ical(file).subcomponents] == ["VTIMEZONE"]
    assert IcsCalendarStream.calendar_from_ics(file.decode()).events == []


# --- What people type ------------------------------------------------------------------------------


def plain(text: str) -> str:
    """Return what a parser should give back of a text."""
    return "".join(
        " " if character.isspace() else character
        for character in text.replace("\\", "/")
        if character.isspace() or not re.match("[\x00-\x1f\x7f-\x9f]", character)
    )


def test_nasty_texts_add_no_line_in_any_reader() -> None:
    store = a_store(name='Chez "Ada"\r\nATTENDEE;X=1:mailto:x@example.org', street="1;2,3\x00\n4", town="\\N:Niort")
    bookings = [a_booking(store=store, name=name, reference=f"{number:08d}") for number, name in enumerate(NASTY)]

    file = feed_calendar(store, bookings, now=NOW)

    assert names_of(file) <= ALL_PROPERTIES
    (visits,) = read_with_ical_js([file.decode()])
    by_ical = IcsCalendarStream.calendar_from_ics(file.decode()).events
    by_vobject = vobject.readOne(file.decode()).vevent_list
    assert len(visits) == len(by_ical) == len(by_vobject) == len(NASTY)
    assert [visit["summary"] for visit in visits] == [event.summary for event in by_ical]
    assert [event.summary.value for event in by_vobject] == [event.summary for event in by_ical]
    assert {tuple(sorted(visit["properties"])) for visit in visits} == {
        tuple(sorted(name.lower() for name in EVENT_PROPERTIES))
    }
    assert {visit["location"] for visit in visits} == {
        plain(f"{store.name}, {store.street}, {store.postal_code} {store.town}")
    }


@pytest.mark.parametrize("name", NASTY)
def test_nasty_store_name_in_a_customers_file(name: str) -> None:
    booking = a_booking(store=a_store(name=name))

    file = booking_calendar(booking, method="REQUEST", manage_url=MANAGE_URL, now=NOW)

    assert names_of(file) <= ALL_PROPERTIES | {"ATTENDEE"}
    (event,) = IcsCalendarStream.calendar_from_ics(file.decode()).events
    assert event.summary == plain(name)
    assert str(vobject.readOne(file.decode()).vevent.organizer.value) == "mailto:port@example.org"


@given(
    names=st.lists(st.text(max_size=120), min_size=1, max_size=4),
    store_name=st.text(min_size=1, max_size=255),
    visit_type=st.text(max_size=80),
)
def test_any_text_comes_back_and_adds_nothing(names: list[str], store_name: str, visit_type: str) -> None:
    store = a_store(name=store_name, town=store_name, country="GB")
    bookings = [
        a_booking(store=store, name=name, reference=f"{number:08d}", visit_type=VisitType(name=visit_type))
        for number, name in enumerate(names)
    ]

    file = feed_calendar(store, bookings, now=NOW)

    assert names_of(file) <= ALL_PROPERTIES
    parsed = icalendar.Calendar.from_ical(file)
    assert len(parsed.events) == len(names)
    location = plain(f"{store_name}, 1 quai du Test, 79000 {store_name}")
    assert {str(event["LOCATION"]) for event in parsed.events} == {location}
    assert {str(event["SUMMARY"]).split(" · ", 1)[1] for event in parsed.events} == {plain(f"{visit_type} · 2 people")}
    assert {frozenset(event) for event in parsed.events} == {frozenset(EVENT_PROPERTIES)}
    assert {str(event["ORGANIZER"]) for event in parsed.events} == {"mailto:port@example.org"}
