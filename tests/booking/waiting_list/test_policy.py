"""The rules of the waiting list: who may wait, for how long a place is kept, and when nobody is woken."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.policy import offer_until, refusal_to_wait
from booking.refusals import Refusal
from booking.sending_times import is_quiet, may_be_offered, missed_offers_after
from stores.hours import ONE_DAY
from tests.factories import NOW, PARIS

TODAY = date(2026, 11, 23)


@dataclass
class Rules:
    minimum_notice_minutes: int = 60
    booking_horizon_days: int = 28
    zone: ZoneInfo = PARIS


@dataclass
class Kind:
    notice_minutes: int | None = None
    notice_until: time | None = None


AS_THE_STORE = Kind()


@pytest.mark.parametrize(
    ("first", "last", "party_size", "expected"),
    [
        (0, 0, 4, None),
        (-3, 0, 1, None),
        (0, 28, 1, None),
        (0, 29, 1, Refusal.TOO_FAR_AHEAD),
        (29, 29, 1, Refusal.TOO_FAR_AHEAD),
        (-2, -1, 1, Refusal.TOO_SOON),
        (0, 0, 5, Refusal.PARTY_TOO_LARGE),
    ],
)
def test_refusal_to_wait(first, last, party_size, expected) -> None:
    found = refusal_to_wait(
        from_date=TODAY + first * ONE_DAY,
        to_date=TODAY + last * ONE_DAY,
        now=NOW,
        zone=PARIS,
        rules=Rules(),
        kind=AS_THE_STORE,
        party_size=party_size,
        max_party_size=4,
    )

    assert found == expected


@given(
    before=st.integers(min_value=0, max_value=3 * 24 * 60),
    notice=st.integers(min_value=0, max_value=2 * 24 * 60),
)
def test_offer_until_is_half_an_hour_or_less_and_never_over_the_start(before, notice) -> None:
    starts_at = NOW + timedelta(minutes=before)

    until = offer_until(starts_at=starts_at, now=NOW, rules=Rules(minimum_notice_minutes=notice), kind=AS_THE_STORE)

    if before < 5:
        assert until is None
    else:
        assert until is not None
        assert timedelta(minutes=5) <= until - NOW <= timedelta(minutes=30)
        assert until <= starts_at
        assert until <= max(starts_at - timedelta(minutes=notice), NOW + timedelta(minutes=5))


@pytest.mark.parametrize(
    ("clock", "expected"), [("07:59", True), ("08:00", False), ("12:00", False), ("19:59", False), ("20:00", True)]
)
def test_is_quiet_by_the_clock_of_the_store(clock, expected) -> None:
    moment = datetime.fromisoformat(f"2026-11-24T{clock}:00").replace(tzinfo=PARIS)

    assert is_quiet(moment, zone=PARIS) == expected


@pytest.mark.parametrize(
    ("last", "now", "expected"),
    [
        (None, "2026-11-24T23:00", True),
        ("2026-11-24T19:30", "2026-11-24T23:00", True),  # of the day before this night
        ("2026-11-24T20:30", "2026-11-24T23:00", False),
        ("2026-11-24T20:30", "2026-11-25T07:59", False),
        ("2026-11-24T20:30", "2026-11-25T08:00", True),
        ("2026-11-25T01:00", "2026-11-25T23:00", True),
        ("2026-11-24T10:00", "2026-11-24T10:30", True),
    ],
)
def test_may_be_offered_once_a_night(last, now, expected) -> None:
    last_offered_at = datetime.fromisoformat(last).replace(tzinfo=PARIS) if last else None
    moment = datetime.fromisoformat(now).replace(tzinfo=PARIS)

    assert may_be_offered(last_offered_at=last_offered_at, now=moment, zone=PARIS) == expected


@pytest.mark.parametrize(("hour", "expected"), [(7, 1), (8, 2), (19, 2), (20, 1)])
def test_missed_offers_of_the_night_do_not_count(hour, expected) -> None:
    offered_at = datetime(2026, 11, 24, hour, tzinfo=PARIS)

    assert missed_offers_after(missed_offers=1, offered_at=offered_at, zone=PARIS) == expected
