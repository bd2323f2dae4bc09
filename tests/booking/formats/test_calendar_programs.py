"""Our files in other people's programs: one visit that moves and is called off, and never a second one beside it."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest

from booking.desk_calendars.followed_calendars import follow_calendar
from booking.desk_calendars.reading import read_due_calendars
from booking.formats.icalendar_files import booking_calendar, feed_calendar, visits_calendar
from booking.models import Status
from stores.models import BusyTime
from tests import calendar_programs
from tests.calendar_programs import Khal, ask_client, radicale
from tests.calendar_readers import read_with_ical_js, times_by_ical, times_by_vobject
from tests.calendar_server import calendar, event
from tests.factories import NOW, PARIS, at, make_store
from tests.visits import unsaved_booking, unsaved_store

pytestmark = [pytest.mark.slow, pytest.mark.plain]
LINK = "https://carillon.example.org/b/K7Q29X4M/?token=abcdefghijklmnopqrstuv"
TEN, ELEVEN = datetime(2026, 12, 1, 9, tzinfo=UTC), datetime(2026, 12, 1, 10, tzinfo=UTC)
LENGTH = timedelta(minutes=30)


@pytest.fixture(autouse=True)
def _programs() -> None:
    calendar_programs.are_there()


def course(*, is_mailed: bool, **fields: object) -> list[bytes]:
    """Return the files of a visit: booked, moved, called off."""
    states = (
        unsaved_booking(starts_at=TEN, sequence=0, **fields),
        unsaved_booking(starts_at=ELEVEN, sequence=1, **fields),
        unsaved_booking(starts_at=ELEVEN, sequence=2, status=Status.CANCELLED, **fields),
    )
    return [
        booking_calendar(
            booking,
            method=("CANCEL" if booking.status == Status.CANCELLED else "REQUEST") if is_mailed else "PUBLISH",
            manage_url=LINK,
            now=NOW + timedelta(minutes=booking.sequence),
        )
        for booking in states
    ]


def stored(file: bytes) -> bytes:
    """Return a file as a program stores it on a server, where no METHOD may stand (RFC 4791, 4.1)."""
    return b"".join(line for line in file.splitlines(keepends=True) if not line.startswith(b"METHOD:"))


@pytest.mark.parametrize("is_mailed", [True, False])
def test_a_caldav_server_has_one_event_that_follows_the_visit(is_mailed: bool, tmp_path: Path) -> None:
    files = [stored(file) for file in course(is_mailed=is_mailed)]

    with radicale(tmp_path) as url:
        *after_each, on_the_day = ask_client("caldav", url, files=files)

    assert [len(events) for events in after_each] == [1, 1, 1]
    assert len({events[0]["uid"] for events in after_each}) == 1
    assert [(one["starts_at"], one["status"], one["sequence"]) for (one,) in after_each] == [
        (TEN.isoformat(), "CONFIRMED", 0),
        (ELEVEN.isoformat(), "CONFIRMED", 1),
        (ELEVEN.isoformat(), "CANCELLED", 2),
    ]
    assert [one["uid"] for one in on_the_day] == [after_each[0][0]["uid"]]


@pytest.mark.parametrize("is_mailed", [True, False])
def test_khal_moves_the_event_and_strikes_it_through(is_mailed: bool, tmp_path: Path) -> None:
    khal, shown = Khal(tmp_path), []
    for file in course(is_mailed=is_mailed):
        khal.take(file)
        shown.append(khal.shown("2026-12-01", "2026-12-02"))

    title = "Visit: Pharmacie du Port"
    assert shown == [
        [f"2026-12-01 10:00|2026-12-01 10:30|{title}|CONFIRMED"],
        [f"2026-12-01 11:00|2026-12-01 11:30|{title}|CONFIRMED"],
        [f"2026-12-01 11:00|2026-12-01 11:30|{title}|CANCELLED"],
    ]


@pytest.mark.parametrize("locale", ["fr", "en", "de", "es", "ar", "uk"])
def test_four_parsers_read_the_same_of_all_files(locale: str) -> None:
    files = [*course(is_mailed=True, locale=locale), *course(is_mailed=False, locale=locale)]
    visits = [unsaved_booking(starts_at=TEN, locale=locale), unsaved_booking(starts_at=ELEVEN, reference="K7Q29X4N")]
    feeds = [
        feed_calendar(unsaved_store(), visits, now=NOW),
        feed_calendar(unsaved_store(), visits, now=NOW, desk="main"),
        visits_calendar(visits, locale=locale, now=NOW),
    ]
    wanted = 2 * [[(start, start + LENGTH)] for start in (TEN, ELEVEN, ELEVEN)]
    wanted += 3 * [[(TEN, TEN + LENGTH), (ELEVEN, ELEVEN + LENGTH)]]

    texts = [file.decode() for file in files + feeds]

    by_ics = ask_client("ics", files=files + feeds)
    for told in (by_ics, read_with_ical_js(texts)):
        assert [
            [(datetime.fromisoformat(one["starts_at"]), datetime.fromisoformat(one["ends_at"])) for one in events]
            for events in told
        ] == wanted
    assert [times_by_ical(text) for text in texts] == wanted
    assert [times_by_vobject(text) for text in texts] == wanted
    assert [event["status"] for events in by_ics[:3] for event in events] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]


@pytest.mark.django_db
def test_a_desk_follows_a_calendar_on_a_caldav_server(settings, tmp_path: Path) -> None:
    settings.CALENDAR_NETWORKS = [ip_network("127.0.0.0/8")]
    store = make_store()
    dentist = calendar(event("dentist", at(10), at(11)))
    lunch = calendar(event("lunch", at(12, day=23), at(13, day=23), "RRULE:FREQ=DAILY;COUNT=3"))
    with radicale(tmp_path) as url:
        address = ask_client("add", url, files=[dentist, lunch])
        address = address.replace("//", "//ada:ada@", 1)
        follow_calendar(desk_id=store.desks.get().pk, address=address, user=None, now=NOW)
        assert read_due_calendars(now=NOW) == 1

    busy = [(one.starts_at, one.ends_at) for one in BusyTime.objects.order_by("starts_at")]
    assert busy == [
        (at(12, day=23), at(13, day=23)), (at(10), at(11)), (at(12), at(13)), (at(12, day=25), at(13, day=25)),
    ]  # fmt: skip
    assert {starts.astimezone(PARIS).hour for starts, _ in busy} == {10, 12}
