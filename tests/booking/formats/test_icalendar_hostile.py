import re
from datetime import UTC, datetime

import icalendar
import pytest
import vobject
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st
from ical.calendar_stream import IcsCalendarStream

from booking.formats.icalendar_files import booking_calendar, feed_calendar
from stores.models import VisitType
from tests.calendar_readers import names_of, read_with_ical_js
from tests.visits import unsaved_booking, unsaved_store

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
MANAGE_URL = "https://carillon.example.org/b/K7Q29X4M/?token=abcdefghijklmnopqrstuv"

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


def plain(text: str) -> str:
    """Return what a parser should give back of a text."""
    return "".join(
        " " if character.isspace() else character
        for character in text.replace("\\", "/")
        if character.isspace() or not re.match("[\x00-\x1f\x7f-\x9f]", character)
    )


def test_nasty_texts_add_no_line_in_any_reader() -> None:
    store = unsaved_store(
        name='Chez "Ada"\r\nATTENDEE;X=1:mailto:x@example.org', street="1;2,3\x00\n4", town="\\N:Niort"
    )
    bookings = [unsaved_booking(store=store, name=name, reference=f"{number:08d}") for number, name in enumerate(NASTY)]

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
    booking = unsaved_booking(store=unsaved_store(name=name))

    file = booking_calendar(booking, method="REQUEST", manage_url=MANAGE_URL, now=NOW)

    assert names_of(file) <= ALL_PROPERTIES | {"ATTENDEE", "CLASS"}
    (event,) = IcsCalendarStream.calendar_from_ics(file.decode()).events
    assert event.summary == plain(f"Visit: {name}")
    assert str(vobject.readOne(file.decode()).vevent.organizer.value) == "mailto:port@example.org"


@limits(deadline=None)  # the first example also loads templates and zones
@given(
    names=st.lists(st.text(max_size=120), min_size=1, max_size=4),
    store_name=st.text(min_size=1, max_size=255),
    visit_type=st.text(max_size=80),
)
def test_any_text_comes_back_and_adds_nothing(names: list[str], store_name: str, visit_type: str) -> None:
    store = unsaved_store(name=store_name, town=store_name, country="GB")
    bookings = [
        unsaved_booking(store=store, name=name, reference=f"{number:08d}", visit_type=VisitType(name=visit_type))
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
