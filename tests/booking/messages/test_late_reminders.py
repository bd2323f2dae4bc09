"""When a message that is late may still go."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from booking.messages.late_reminders import hours_before, is_late, late_message_goes_at
from booking.sending_times import STANDARD_PLAN, MessagePlan
from tests.factories import NOW, at

PARIS = ZoneInfo("Europe/Paris")
EVENINGS = MessagePlan((1,), time(10), time(18))
VISIT = at(15, day=24)


@pytest.mark.parametrize(
    ("plan", "now", "visit", "goes_at"),
    [
        (STANDARD_PLAN, at(3, day=24), VISIT, at(8, day=24)),
        (STANDARD_PLAN, at(7, 59, day=24), VISIT, at(8, day=24)),
        (STANDARD_PLAN, at(8, day=24), VISIT, at(8, day=24)),
        (STANDARD_PLAN, at(14, day=24), VISIT, at(14, day=24)),
        (STANDARD_PLAN, at(14, 1, day=24), VISIT, None),  # less than an hour before the visit
        (STANDARD_PLAN, at(19, 59, day=23), VISIT, at(19, 59, day=23)),
        (STANDARD_PLAN, at(20, day=23), VISIT, at(8, day=24)),
        (STANDARD_PLAN, at(3, day=24), at(9, day=24), at(8, day=24)),
        (STANDARD_PLAN, at(3, day=24), at(8, 59, day=24), None),
        (EVENINGS, at(9, day=24), VISIT, at(10, day=24)),
        (EVENINGS, at(18, day=23), VISIT, at(10, day=24)),
        (EVENINGS, at(18, day=23), at(10, 30, day=24), None),
        (
            STANDARD_PLAN,
            at(22, day=24, month=10),
            at(15, day=25, month=10),
            at(8, day=25, month=10),
        ),  # the clock goes back
    ],
)
def test_a_late_message_goes_by_day_and_an_hour_before_the_visit_at_least(
    plan: MessagePlan, now: datetime, visit: datetime, goes_at: datetime | None
) -> None:
    assert late_message_goes_at(now=now, starts_at=visit, zone=PARIS, plan=plan) == goes_at


def test_what_was_due_in_the_evenings_last_minute_may_go_a_little_after_it() -> None:
    assert not is_late(due_at=NOW, now=NOW + timedelta(minutes=10))
    assert is_late(due_at=NOW, now=NOW + timedelta(minutes=10, seconds=1))


def test_an_offset_says_how_many_days_before() -> None:
    assert [hours_before(offset) for offset in ("14d", "3d", "1d", "2h")] == [14 * 24, 72, 24, 2]
