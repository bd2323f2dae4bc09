from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import YEARLY, rrule, weekday

from booking.formats.vtimezone import Observance, YearlyRule, observances

HOUR = timedelta(hours=1)


def test_observances_paris_two_yearly_rules() -> None:
    found = observances(ZoneInfo("Europe/Paris"), first_year=2026, last_year=2027)

    assert found == (
        Observance(
            is_daylight=False,
            name="CET",
            onset=datetime(2025, 10, 26, 3),
            offset_from=2 * HOUR,
            offset_to=HOUR,
            rule=YearlyRule(month=10, weekday=6, nth=-1, days=tuple(range(25, 32))),
        ),
        Observance(
            is_daylight=True,
            name="CEST",
            onset=datetime(2025, 3, 30, 2),
            offset_from=HOUR,
            offset_to=2 * HOUR,
            rule=YearlyRule(month=3, weekday=6, nth=-1, days=tuple(range(25, 32))),
        ),
    )


def test_observances_lord_howe_changes_by_half_an_hour() -> None:
    standard, daylight = observances(ZoneInfo("Australia/Lord_Howe"), first_year=2026, last_year=2026)

    assert (standard.offset_from - standard.offset_to, daylight.offset_to - daylight.offset_from) == (
        HOUR / 2,
        HOUR / 2,
    )
    assert (standard.onset, daylight.onset) == (datetime(2025, 4, 6, 2), datetime(2025, 10, 5, 2))


@pytest.mark.parametrize(
    ("name", "nths"),
    [
        ("America/New_York", [1, 2]),  # first Sunday of November, second of March
        ("Asia/Jerusalem", [-1, None]),  # last Sunday of October, the Friday before the last Sunday of March
        ("America/Santiago", [None, None]),  # the day after the first Saturday
        ("Europe/Dublin", [-1, -1]),  # where the law calls winter the exception
    ],
)
def test_observances_counts_weekdays_only_where_a_count_says_it(name: str, nths: list[int | None]) -> None:
    found = observances(ZoneInfo(name), first_year=2026, last_year=2026)

    assert [observance.rule and observance.rule.nth for observance in found] == nths
    assert [observance.is_daylight for observance in found] == [False, True]


@pytest.mark.parametrize("name", ["Asia/Kolkata", "UTC", "Europe/Istanbul"])
def test_observances_without_changes_one_clock(name: str) -> None:
    (only,) = observances(ZoneInfo(name), first_year=2026, last_year=2026)

    assert (only.is_daylight, only.rule, only.onset) == (False, None, datetime(1970, 1, 1))
    assert only.offset_from == only.offset_to == datetime(2026, 7, 1, tzinfo=ZoneInfo(name)).utcoffset()


@pytest.mark.parametrize(
    ("name", "first_year", "last_year"),
    [
        ("Africa/Casablanca", 2026, 2027),  # follows the moon
        ("Africa/Cairo", 2026, 2026),  # the last Thursday's midnight may fall in the next month
        ("America/Mexico_City", 2022, 2023),  # gave its rule up in between
        ("Asia/Almaty", 2024, 2024),  # changed once, for good
    ],
)
def test_observances_without_rule_each_change(name: str, first_year: int, last_year: int) -> None:
    zone = ZoneInfo(name)

    found = observances(zone, first_year=first_year, last_year=last_year)

    assert {observance.rule for observance in found} == {None}
    _check_offsets(found, zone, first_year, last_year)


@pytest.mark.parametrize(
    "name", ["Europe/Paris", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "America/Nuuk"]
)
def test_observances_rules_give_the_zones_own_offsets(name: str) -> None:
    zone = ZoneInfo(name)

    _check_offsets(observances(zone, first_year=2026, last_year=2034), zone, 2026, 2034)


def _check_offsets(found: tuple[Observance, ...], zone: ZoneInfo, first_year: int, last_year: int) -> None:
    """Read the clocks as a calendar program does and compare with the zone, hour by hour."""
    changes = sorted(
        (wall - observance.offset_from, observance.offset_to)
        for observance in found
        for wall in _onsets(observance, last_year)
    )
    at, end = datetime(first_year, 1, 1), datetime(last_year, 12, 31)
    while at < end:
        offset = [to for changed_at, to in changes if changed_at <= at][-1]
        assert offset == at.replace(tzinfo=ZoneInfo("UTC")).astimezone(zone).utcoffset(), at
        at += timedelta(hours=7)


def _onsets(observance: Observance, last_year: int) -> list[datetime]:
    rule = observance.rule
    if rule is None:
        return [observance.onset]
    days: dict[str, Any] = {"byweekday": weekday(rule.weekday, rule.nth)} if rule.nth else {"byweekday": rule.weekday}
    if rule.nth is None:
        days["bymonthday"] = rule.days
    return list(
        rrule(YEARLY, dtstart=observance.onset, until=datetime(last_year + 1, 1, 1), bymonth=rule.month, **days)
    )
