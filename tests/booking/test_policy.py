from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.policy import (
    first_bookable_start,
    first_start_changes_at,
    may_cancel,
    may_change,
    notice_ends,
    places_needed,
    refusal_to_book,
)
from booking.refusals import Refusal
from booking.sending_times import EARLIEST_MESSAGE, LATEST_MESSAGE, REMINDERS_APART, reminder_times
from tests.factories import NOW, PARIS, at

ZONES = st.sampled_from(
    [ZoneInfo(name) for name in ("Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata")]
)


class Rules:
    minimum_notice_minutes = 60
    booking_horizon_days = 28
    zone = PARIS


@dataclass
class Kind:
    notice_minutes: int | None = None
    notice_until: time | None = None


AS_THE_STORE = Kind()


def refusal(starts_at, *, now=NOW, party_size=1, by_staff=False):
    return refusal_to_book(
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=15),
        now=now,
        zone=PARIS,
        rules=Rules(),
        kind=AS_THE_STORE,
        party_size=party_size,
        max_party_size=4,
        by_staff=by_staff,
    )


@pytest.mark.parametrize(
    ("kind", "now", "expected"),
    [
        (Kind(notice_minutes=0), at(9, day=23), at(9, day=23)),
        (Kind(notice_minutes=180), at(9, day=23), at(12, day=23)),
        (Kind(notice_until=time(17)), at(16, 59, day=23), at(0, day=24)),
        (Kind(notice_until=time(17)), at(17, day=23), at(0, day=25)),
        # The day on which the clock is put back has 25 hours.
        (Kind(notice_until=time(17)), at(18, day=24, month=10), at(0, day=26, month=10)),
        # It is a quarter past two twice: half past two is over by then.
        (Kind(notice_until=time(2, 30)), datetime(2026, 10, 25, 1, 15, tzinfo=UTC), at(0, day=27, month=10)),
    ],
)
def test_kind_of_visit_has_its_own_notice(kind, now, expected) -> None:
    assert first_bookable_start(now=now, rules=Rules(), kind=kind) == expected


@given(
    kind=st.sampled_from(
        [Kind(), Kind(notice_minutes=90), Kind(notice_until=time(17)), Kind(notice_until=time(2, 30))]
    ),
    minutes=st.integers(0, 60 * 24 * 40),
    before=st.integers(0, 60 * 24 * 3),
)
def test_a_start_may_be_booked_until_its_notice_ends(kind, minutes, before) -> None:
    now = NOW - timedelta(days=50) + timedelta(minutes=minutes)  # over the day on which the clock is put back
    starts_at = now + timedelta(minutes=before)

    may_book = starts_at >= first_bookable_start(now=now, rules=Rules(), kind=kind)

    last = notice_ends(starts_at=starts_at, rules=Rules(), kind=kind)
    assert may_book == (now < last if kind.notice_until else now <= last)


@given(minutes=st.integers(0, 60 * 24 * 3))
def test_first_start_stays_until_it_jumps(minutes) -> None:
    kind, now = Kind(notice_until=time(17)), NOW + timedelta(minutes=minutes)

    until = first_start_changes_at(now=now, rules=Rules(), kind=kind)

    assert until is not None
    assert until > now
    almost = first_bookable_start(now=until - timedelta(seconds=1), rules=Rules(), kind=kind)
    assert almost == first_bookable_start(now=now, rules=Rules(), kind=kind)
    assert first_bookable_start(now=until, rules=Rules(), kind=kind) > almost


@pytest.mark.parametrize(
    ("starts_at", "expected"),
    [
        (NOW + timedelta(minutes=60), None),
        (NOW + timedelta(minutes=59, seconds=59), Refusal.TOO_SOON),
        (NOW - timedelta(days=1), Refusal.TOO_SOON),
        (at(23, 45, day=21, month=12), None),
        (at(0, 0, day=22, month=12), Refusal.TOO_FAR_AHEAD),
    ],
)
def test_customers_book_between_minimum_notice_and_horizon(starts_at, expected) -> None:
    assert refusal(starts_at) == expected


@pytest.mark.parametrize(
    ("starts_at", "expected"),
    [(NOW - timedelta(minutes=14), None), (NOW - timedelta(minutes=15), Refusal.TOO_LATE), (NOW, None)],
)
def test_staff_book_what_is_not_over_yet(starts_at, expected) -> None:
    assert refusal(starts_at, by_staff=True) == expected


def test_party_larger_than_allowed_is_refused_first() -> None:
    assert refusal(NOW - timedelta(days=1), party_size=5) == Refusal.PARTY_TOO_LARGE


def test_places_needed_are_people_or_one_visit() -> None:
    assert (places_needed(party_size=3, counts_people=True), places_needed(party_size=3, counts_people=False)) == (3, 1)


@pytest.mark.parametrize(
    ("status", "minutes_before", "change", "cancel"),
    [
        ("confirmed", 120, True, True),
        ("confirmed", 119, False, True),
        ("confirmed", 0, False, False),
        ("checked_in", 500, False, False),
        ("cancelled", 500, False, False),
    ],
)
def test_customers_change_until_the_deadline_and_cancel_until_the_start(status, minutes_before, change, cancel) -> None:
    now = at(10) - timedelta(minutes=minutes_before)

    assert may_change(status=status, starts_at=at(10), now=now, change_until_minutes=120) is change
    assert may_cancel(status=status, starts_at=at(10), now=now) is cancel


def local(moment):
    return moment.astimezone(PARIS).strftime("%d %H:%M")


@pytest.mark.parametrize(
    ("starts_at", "expected"),
    [
        (at(10, day=30), {"3d": "27 10:00", "1d": "29 10:00"}),
        (at(20, day=30), {"3d": "27 20:00", "1d": "29 20:00"}),
        (at(20, 30, day=30), {"3d": "27 20:00", "1d": "29 20:00"}),
        (at(23, 30, day=30), {"3d": "27 20:00", "1d": "29 20:00"}),
        (at(7, 30, day=30), {"3d": "27 08:00", "1d": "29 08:00"}),
        (at(0, 30, day=30), {"3d": "27 08:00", "1d": "29 08:00"}),
    ],
)
def test_reminders_keep_the_wall_clock_within_sending_hours(starts_at, expected) -> None:
    times = reminder_times(starts_at=starts_at, zone=PARIS, now=NOW)

    assert {offset: local(moment) for offset, moment in times.items()} == expected


def test_reminders_keep_the_wall_clock_over_a_clock_change() -> None:
    starts_at = datetime(2027, 3, 28, 10, 0, tzinfo=PARIS)

    times = reminder_times(starts_at=starts_at, zone=PARIS, now=NOW)

    assert times["1d"] == datetime(2027, 3, 27, 9, 0, tzinfo=UTC)
    assert starts_at - times["1d"] == timedelta(hours=23)


def test_reminders_whose_moment_has_passed_are_not_made() -> None:
    assert set(reminder_times(starts_at=at(10, day=25), zone=PARIS, now=NOW)) == {"1d"}
    assert reminder_times(starts_at=at(8, 30, day=24), zone=PARIS, now=NOW) == {}


@given(
    starts_at=st.datetimes(datetime(2026, 12, 1), datetime(2028, 12, 1), timezones=st.just(UTC)),
    hours_before=st.integers(0, 24 * 40),
    zone=ZONES,
)
def test_reminders_are_coming_in_sending_hours_apart_and_before_the_visit(starts_at, hours_before, zone) -> None:
    now = starts_at - timedelta(hours=hours_before)

    times = sorted(reminder_times(starts_at=starts_at, zone=zone, now=now).values())

    for moment in times:
        assert now < moment < starts_at
        assert EARLIEST_MESSAGE <= moment.astimezone(zone).time() <= LATEST_MESSAGE
    for earlier, later in pairwise(times):
        assert later - earlier >= REMINDERS_APART


def test_sending_hours_are_eight_to_eight() -> None:
    assert (time(8), time(20)) == (EARLIEST_MESSAGE, LATEST_MESSAGE)
