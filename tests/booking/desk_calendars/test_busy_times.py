"""Busy times of calendar files as programs write them."""

import json
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from booking.desk_calendars import busy_reader
from booking.desk_calendars.addresses import CalendarTrouble
from booking.desk_calendars.busy_reader import TooMany, busy_spans
from booking.desk_calendars.busy_times import read_busy_times
from booking.places.busy_times import BusyTimes
from tests.calendar_server import calendar
from tests.factories import PARIS, at

FIRST, LAST = at(0, day=23), at(0, day=30)


def event(*lines: str) -> str:
    return "\r\n".join(["BEGIN:VEVENT", "UID:1", "DTSTAMP:20261101T080000Z", *lines, "END:VEVENT", ""])


def busy(*parts: str, first: datetime = FIRST, last: datetime = LAST, zone: ZoneInfo = PARIS) -> list[tuple[str, str]]:
    """Return the busy times on the wall's clock in Niort."""
    found = BusyTimes(busy_spans(calendar(*parts), zone=zone, first=first, last=last))
    return [
        (f"{starts.astimezone(PARIS):%d %H:%M}", f"{ends.astimezone(PARIS):%d %H:%M}") for starts, ends in found.times
    ]


LUNCH = ("DTSTART;TZID=Europe/Paris:20261123T120000", "DTEND;TZID=Europe/Paris:20261123T130000")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (LUNCH, [("23 12:00", "23 13:00")]),
        (("DTSTART:20261124T090000Z", "DURATION:PT45M"), [("24 10:00", "24 10:45")]),
        (("DTSTART:20261124T090000", "DTEND:20261124T093000"), [("24 09:00", "24 09:30")]),  # no zone: the store's
        (("DTSTART;VALUE=DATE:20261125", "DTEND;VALUE=DATE:20261127"), [("25 00:00", "27 00:00")]),
        (("DTSTART;VALUE=DATE:20261125",), [("25 00:00", "26 00:00")]),
        (("DTSTART;TZID=America/New_York:20261124T040000", "DTEND;TZID=America/New_York:20261124T050000"),
         [("24 10:00", "24 11:00")]),
        (("DTSTART;TZID=Romance Standard Time:20261124T100000", "DTEND;TZID=Romance Standard Time:20261124T110000"),
         [("24 10:00", "24 11:00")]),
        ((*LUNCH, "TRANSP:TRANSPARENT"), []),
        ((*LUNCH, "STATUS:CANCELLED"), []),
        ((*LUNCH, "X-MICROSOFT-CDO-BUSYSTATUS:FREE"), []),
        ((*LUNCH, "X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE", "STATUS:TENTATIVE"), [("23 12:00", "23 13:00")]),
        (("DTSTART:20261124T090000Z", "DTEND:20261124T090000Z"), []),
        (("DTSTART:20261122T220000Z", "DTEND:20261123T080000Z"), [("23 00:00", "23 09:00")]),  # cut at the first
        (("DTSTART:20261130T090000Z", "DTEND:20261130T100000Z"), []),
    ],
)  # fmt: skip
def test_an_event_is_busy_when_its_program_says_so(lines, expected) -> None:
    assert busy(event(*lines)) == expected


def test_events_repeat_over_the_change_of_the_clock_as_people_mean_it() -> None:
    lines = ("DTSTART;TZID=Europe/Paris:20261023T120000", "DTEND;TZID=Europe/Paris:20261023T130000", "RRULE:FREQ=DAILY")

    found = busy(event(*lines), first=at(0, day=24, month=10), last=at(0, day=27, month=10))

    assert found == [(f"{day} 12:00", f"{day} 13:00") for day in (24, 25, 26)]


def test_one_of_a_series_may_be_moved_dropped_or_free() -> None:
    series = event(*LUNCH, "RRULE:FREQ=DAILY;COUNT=5", "EXDATE;TZID=Europe/Paris:20261124T120000")
    moved = event("RECURRENCE-ID;TZID=Europe/Paris:20261125T120000", "DTSTART;TZID=Europe/Paris:20261125T150000",
                  "DTEND;TZID=Europe/Paris:20261125T160000")  # fmt: skip
    off = event("RECURRENCE-ID;TZID=Europe/Paris:20261126T120000", "DTSTART;TZID=Europe/Paris:20261126T120000",
                "DTEND;TZID=Europe/Paris:20261126T130000", "STATUS:CANCELLED")  # fmt: skip

    found = busy(series, moved, off)

    assert found == [("23 12:00", "23 13:00"), ("25 15:00", "25 16:00"), ("27 12:00", "27 13:00")]


def test_times_of_free_and_busy_alone_count_too() -> None:
    periods = (
        "BEGIN:VFREEBUSY", "UID:2", "DTSTAMP:20261101T080000Z",
        "FREEBUSY;FBTYPE=BUSY:20261124T080000Z/PT1H,20261124T090000Z/20261124T093000Z",
        "FREEBUSY;FBTYPE=FREE:20261125T080000Z/PT1H",
        "FREEBUSY:20261126T080000Z/PT1H",
        "END:VFREEBUSY", "",
    )  # fmt: skip

    assert busy("\r\n".join(periods)) == [("24 09:00", "24 10:30"), ("26 09:00", "26 10:00")]


def test_a_zone_of_the_whole_calendar_is_read() -> None:
    content = calendar(event("DTSTART:20261124T040000", "DTEND:20261124T050000"))
    content = content.replace(b"VERSION:2.0\r\n", b"VERSION:2.0\r\nX-WR-TIMEZONE:America/New_York\r\n")

    spans = busy_spans(content, zone=PARIS, first=FIRST, last=LAST)

    assert [starts for starts, _ in spans] in ([at(4)], [at(10)])  # the package reads it only for times in UTC


def test_our_own_visits_that_come_back_take_no_place_twice() -> None:
    assert busy(event(*LUNCH).replace("UID:1", f"UID:{'a' * 32}@carillon")) == []


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY", "FREQ=MINUTELY;COUNT=9", "FREQ=HOURLY", "FREQ=DAILY;BYHOUR=1,2,3,4,5;BYMINUTE=0,10,20,30,40",
        "FREQ=YEARLY;BYSECOND=" + ",".join(map(str, range(60))),
    ],
)  # fmt: skip
def test_rules_that_repeat_all_day_long_are_refused(rule: str) -> None:
    with pytest.raises(TooMany):
        busy(event(*LUNCH, f"RRULE:{rule}"))


def test_a_calendar_that_no_person_keeps_is_refused() -> None:
    with pytest.raises(TooMany):
        busy(*[event(*LUNCH)] * 20_001)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not_calendar"),
        (b"<html>Please sign in</html>", "not_calendar"),
        (b"BEGIN:VEVENT\r\nEND:VEVENT\r\n", "not_calendar"),
        (b"\xff\xfe\x00" * 100, "not_calendar"),
        (b"BEGIN:VCALENDAR\r\n", "not_calendar"),
        (calendar(event(*LUNCH, "RRULE:FREQ=HOURLY")), "too_many"),
    ],
)
def test_a_program_of_its_own_reads_the_file_and_says_what_is_wrong(content: bytes, reason: str) -> None:
    with pytest.raises(CalendarTrouble, match=reason):
        read_busy_times(content, zone=PARIS, first=FIRST, last=LAST)


def test_the_program_also_runs_where_it_has_less_than_it_would_take() -> None:
    reader = Path(busy_reader.__file__)
    asked = {"zone": "Europe/Paris", "first": FIRST.isoformat(), "last": LAST.isoformat()}

    done = subprocess.run(
        ["sh", "-c", 'ulimit -v 700000 && exec "$0" -I "$1"', sys.executable, str(reader)],
        input=json.dumps(asked).encode() + b"\n" + calendar(event(*LUNCH)),
        capture_output=True,
        check=True,
    )

    assert json.loads(done.stdout) == {"busy": [[at(12, day=23).timestamp(), at(13, day=23).timestamp()]]}


@pytest.mark.slow
def test_a_rule_that_would_take_hours_is_given_up() -> None:
    never = [event(*LUNCH, "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30").replace("UID:1", f"UID:{n}") for n in range(500)]

    with pytest.raises(CalendarTrouble, match="too_many"):
        read_busy_times(calendar(*never), zone=PARIS, first=FIRST, last=LAST)


def test_busy_times_are_joined_and_compared() -> None:
    one = BusyTimes([(at(11), at(12)), (at(9), at(10)), (at(10), at(10, 30)), (at(15), at(15))])
    other = BusyTimes([(at(9), at(10, 30)), (at(16), at(17))])

    assert one.times == ((at(9), at(10, 30)), (at(11), at(12)))
    assert one.differing(other).times == ((at(11), at(12)), (at(16), at(17)))
    for minute, is_busy in ((-15, False), (0, True), (75, True), (90, False), (105, False), (120, True), (180, False)):
        starts = at(9) + timedelta(minutes=minute)
        slot = type("Slot", (), {"starts_at": starts, "ends_at": starts + timedelta(minutes=15)})
        assert one.overlap(slot()) == is_busy, minute
