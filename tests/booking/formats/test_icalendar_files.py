import re
from datetime import UTC, datetime, timedelta

import icalendar
import pytest
from ical.calendar_stream import IcsCalendarStream
from pytest_django import Settings

from booking.formats.icalendar_files import Method, booking_calendar, feed_calendar
from booking.links import reply_address
from booking.models import Status
from booking.tokens import manage_token
from stores.models import VisitType
from tests.calendar_readers import lines_of
from tests.visits import unsaved_booking, unsaved_store

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
MANAGE_URL = "https://carillon.example.org/b/K7Q29X4M/?token=abcdefghijklmnopqrstuv"


def test_booking_calendar_download() -> None:
    file = booking_calendar(unsaved_booking(sequence=1), method="PUBLISH", manage_url=MANAGE_URL, now=NOW)

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
            "CLASS:PRIVATE",
            "SUMMARY:Visit: Pharmacie du Port",
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
    file = booking_calendar(unsaved_booking(status=status), method=method, manage_url=MANAGE_URL, now=NOW)

    lines = lines_of(file)
    attendee = "ATTENDEE;CUTYPE=INDIVIDUAL;PARTSTAT=ACCEPTED;ROLE=REQ-PARTICIPANT;RSVP=FALSE:mailto:ada@example.org"
    assert f"METHOD:{method}" in lines
    assert f"STATUS:{written_status}" in lines
    assert (attendee in lines, "BEGIN:VALARM" in lines) == (has_attendee, has_alarm)


def test_booking_calendar_says_nothing_of_why_they_come() -> None:
    text = booking_calendar(unsaved_booking(), method="REQUEST", manage_url=MANAGE_URL, now=NOW).decode()

    assert not [word for word in ("Advice", "Rings twice", "Ada Test", "K7Q29X4M@", "+336") if word in text]


@pytest.mark.parametrize(("mode", "said"), [("phone", "By phone"), ("video", "By video")])
def test_booking_calendar_of_a_visit_from_afar_sends_nobody_to_the_store(mode: str, said: str) -> None:
    visit_type = VisitType(slug="advice", name="Advice", mode=mode, video_url="https://video.example/room")

    file = booking_calendar(unsaved_booking(visit_type=visit_type), method="PUBLISH", manage_url=MANAGE_URL, now=NOW)

    lines = lines_of(file)
    assert f"LOCATION:{said}\\, Pharmacie du Port" in lines
    assert f"URL:{MANAGE_URL}" in lines
    assert not [line for line in lines if line.startswith("GEO") or "video.example" in line]


def test_booking_calendar_uid_stays_and_tells_bookings_apart() -> None:
    first = booking_calendar(unsaved_booking(), method="REQUEST", manage_url=None, now=NOW)
    moved = booking_calendar(
        unsaved_booking(sequence=3, starts_at=NOW, status=Status.CANCELLED), method="CANCEL", manage_url=None, now=NOW
    )
    other = booking_calendar(unsaved_booking(reference="K7Q29X4N"), method="REQUEST", manage_url=None, now=NOW)

    uids = [next(line for line in lines_of(file) if line.startswith("UID:")) for file in (first, moved, other)]
    assert uids[0] == uids[1] != uids[2]


def test_booking_calendar_without_address_gives_no_url() -> None:
    file = booking_calendar(unsaved_booking(), method="PUBLISH", manage_url=None, now=NOW)

    assert not [line for line in lines_of(file) if line.startswith(("URL", "DESCRIPTION:See"))]


def test_booking_calendar_by_email_says_who_sent_it_for_the_organizer(settings: Settings) -> None:
    settings.DEFAULT_FROM_EMAIL = "Carillon <carillon@example.org>"
    sent_by = 'SENT-BY="mailto:carillon@example.org"'

    mailed = booking_calendar(unsaved_booking(), method="REQUEST", manage_url=None, now=NOW)
    loaded = booking_calendar(unsaved_booking(), method="PUBLISH", manage_url=None, now=NOW)

    assert f'ORGANIZER;CN="Pharmacie du Port";{sent_by}:mailto:port@example.org' in lines_of(mailed)
    assert 'ORGANIZER;CN="Pharmacie du Port":mailto:port@example.org' in lines_of(loaded)


def test_booking_calendar_is_answered_at_an_address_of_its_own_where_replies_come_in(settings: Settings) -> None:
    settings.EMAIL_REPLIES = "visit@in.example.org"

    files = [
        booking_calendar(unsaved_booking(), method=method, manage_url=None, now=NOW)
        for method in ("REQUEST", "CANCEL", "PUBLISH")
    ]

    organizers = {
        line.rpartition("mailto:")[2] for file in files for line in lines_of(file) if line.startswith("ORGANIZER")
    }
    assert organizers == {reply_address("K7Q29X4M")}


def test_booking_calendar_store_without_email_organizes_by_ours(settings: Settings) -> None:
    settings.DEFAULT_FROM_EMAIL = "Carillon <carillon@example.org>"

    file = booking_calendar(unsaved_booking(store=unsaved_store(email="")), method="PUBLISH", manage_url=None, now=NOW)

    assert 'ORGANIZER;CN="Pharmacie du Port":mailto:carillon@example.org' in lines_of(file)


def test_booking_calendar_position_never_in_exponents() -> None:
    file = booking_calendar(
        unsaved_booking(store=unsaved_store(latitude=51.47782345678, longitude=0.00001)),
        method="PUBLISH",
        manage_url=None,
        now=NOW,
    )

    assert "GEO:51.477823;0.0" in lines_of(file)


def test_booking_calendar_hour_that_comes_twice_is_written_in_utc() -> None:
    """A local time would mean its first occurrence, an hour early."""
    second_half_past_two = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)

    file = booking_calendar(unsaved_booking(starts_at=second_half_past_two), method="PUBLISH", manage_url=None, now=NOW)

    assert {"DTSTART:20261025T013000Z", "DTEND:20261025T020000Z"} <= set(lines_of(file))


def test_feed_calendar_names_nobody_in_full() -> None:
    bookings = [
        unsaved_booking(),
        unsaved_booking(reference="K7Q29X4N", name="Bo", party_size=1),
        unsaved_booking(reference="K7Q29X4P", name="", erased_at=NOW, status=Status.CANCELLED),
        unsaved_booking(reference="K7Q29X4Q", name="Ada Maria Test", locale="fr"),
    ]

    file = feed_calendar(unsaved_store(country="GB"), bookings, now=NOW)

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
    lines = lines_of(feed_calendar(unsaved_store(), [unsaved_booking()], now=NOW))

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
    bookings = [unsaved_booking(), unsaved_booking(reference="K7Q29X4N", status=Status.CANCELLED)]

    files = {feed_calendar(unsaved_store(), bookings, now=NOW + timedelta(minutes=minutes)) for minutes in (0, 7, 90)}

    assert len(files) == 1


def test_feed_calendar_cancelled_visit_is_struck_through() -> None:
    lines = lines_of(feed_calendar(unsaved_store(), [unsaved_booking(status=Status.CANCELLED, sequence=1)], now=NOW))

    assert {"STATUS:CANCELLED", "SEQUENCE:1"} <= set(lines)
    assert "BEGIN:VALARM" not in lines


def test_feed_calendar_without_visits_is_still_a_calendar() -> None:
    file = feed_calendar(unsaved_store(), [], now=NOW)

    assert [part.name for part in icalendar.Calendar.from_ical(file).subcomponents] == ["VTIMEZONE"]
    assert IcsCalendarStream.calendar_from_ics(file.decode()).events == []
