from datetime import UTC, date, timedelta
from typing import Any

import pytest

from booking.arrivals.step_rules import (
    GROUP_OF_STATUS,
    GROUPS,
    STEPS,
    arrival_group,
    is_overdue,
    is_step_done,
    is_step_offered,
    may_step,
    next_step,
)
from booking.models import EventKind, Status
from tests.factories import PARIS, at


@pytest.mark.parametrize(
    ("step", "status", "days_later", "expected"),
    [
        ("check_in", "confirmed", 0, True),
        ("check_in", "confirmed", 1, False),
        ("check_in", "confirmed", -1, False),
        ("check_in", "checked_in", 0, False),
        ("start", "confirmed", 0, True),
        ("start", "checked_in", 1, True),
        ("complete", "confirmed", 0, False),
        ("complete", "in_service", 1, True),
        ("no_show", "confirmed", 30, True),
        ("no_show", "checked_in", 0, False),
    ],
)
def test_steps_follow_status_and_day(step, status, days_later, expected) -> None:
    moment = at(10) + timedelta(days=days_later)

    allowed = may_step(
        step=step,
        status=status,
        starts_at=at(10),
        visit_date=date(2026, 11, 24),
        today=moment.date(),
        at=moment,
    )

    assert allowed is expected


@pytest.mark.parametrize(
    ("step", "status", "starts_at", "moment", "expected"),
    [
        ("check_in", "confirmed", at(23, 45), at(0, 5, day=25), True),
        ("check_in", "confirmed", at(0, 15, day=25), at(23, 50), True),
        ("start", "confirmed", at(0, 15, day=25), at(23, 50), True),
        ("complete", "in_service", at(0, 15, day=25), at(23, 55), True),
        ("check_in", "confirmed", at(0, 15, day=25), at(18, 14), False),
        ("check_in", "confirmed", at(18), at(0, 1, day=25), False),
        ("no_show", "confirmed", at(0, 15, day=25), at(23, 50), False),
        # The night that has an hour more: from 23:45 to 4:45 is six hours.
        ("check_in", "confirmed", at(23, 45, day=24, month=10), at(4, 45, day=25, month=10), True),
        ("check_in", "confirmed", at(23, 45, day=24, month=10), at(4, 46, day=25, month=10), False),
    ],
)
def test_night_is_one_on_either_side_of_midnight(step, status, starts_at, moment, expected) -> None:
    allowed = may_step(
        step=step,
        status=status,
        starts_at=starts_at.astimezone(UTC),
        visit_date=starts_at.date(),
        today=moment.astimezone(PARIS).date(),
        at=moment,
    )

    assert allowed is expected


@pytest.mark.parametrize(
    ("status", "late_minutes", "minutes", "expected"),
    [
        ("confirmed", None, 9, False),
        ("confirmed", None, 10, True),
        ("confirmed", 5, 9, False),
        ("confirmed", 30, 29, False),
        ("confirmed", 30, 30, True),
        ("checked_in", None, 30, False),
    ],
)
def test_nobody_is_awaited_in_vain_before_ten_minutes_or_what_they_said(
    status, late_minutes, minutes, expected
) -> None:
    now = at(10) + timedelta(minutes=minutes)

    assert is_overdue(status=status, starts_at=at(10), late_minutes=late_minutes, now=now) is expected


def test_table_of_steps_names_states_and_events_that_exist() -> None:
    for step in STEPS.values():
        assert step.allowed_from | {step.leads_to} <= set(Status.values)
        assert step.event in EventKind.values
    assert set(GROUP_OF_STATUS) == set(Status.values) - {"confirmed"}
    assert set(GROUP_OF_STATUS.values()) <= set(GROUPS)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("confirmed", "check_in"),
        ("checked_in", "start"),
        ("in_service", "complete"),
        ("completed", ""),
        ("no_show", ""),
        ("cancelled", ""),
    ],
)
def test_next_step_is_the_first_that_is_allowed(status, expected) -> None:
    assert next_step(status) == expected


@pytest.mark.parametrize(
    ("minutes", "late_minutes", "expected"), [(0, None, False), (9, None, False), (10, None, True), (29, 30, False)]
)
def test_no_show_is_offered_only_of_who_is_overdue_though_it_may_be_taken_from_the_start(
    minutes, late_minutes, expected
) -> None:
    now = at(10) + timedelta(minutes=minutes)
    visit: dict[str, Any] = {
        "status": "confirmed",
        "starts_at": at(10),
        "visit_date": date(2026, 11, 24),
        "today": date(2026, 11, 24),
    }

    assert may_step(step="no_show", at=now, **visit)
    assert is_step_offered(step="no_show", late_minutes=late_minutes, now=now, **visit) is expected


@pytest.mark.parametrize(
    ("status", "minutes", "expected"),
    [
        ("confirmed", 10, "late"),
        ("confirmed", 9, "now"),
        ("confirmed", -60, "now"),
        ("confirmed", -61, "later"),
        ("checked_in", 30, "waiting"),
        ("in_service", 30, "served"),
        ("completed", 30, "done"),
        ("no_show", 30, "done"),
        ("cancelled", -61, "done"),
    ],
)
def test_visit_stands_in_the_group_of_what_comes_next(status, minutes, expected) -> None:
    now = at(10) + timedelta(minutes=minutes)

    assert arrival_group(status=status, starts_at=at(10), late_minutes=None, now=now) == expected


@pytest.mark.parametrize(
    ("step", "done_in"),
    [
        ("check_in", {"checked_in", "in_service", "completed"}),
        ("start", {"in_service", "completed"}),
        ("complete", {"completed"}),
        ("no_show", {"no_show"}),
    ],
)
def test_step_is_done_where_the_visit_stands_there_or_further_on(step: str, done_in: set[str]) -> None:
    assert {status for status in Status.values if is_step_done(step=step, status=status)} == done_in


def test_every_step_is_asked_about_by_the_test_before() -> None:
    assert list(STEPS) == ["check_in", "start", "complete", "no_show"]
