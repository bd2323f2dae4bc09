"""The timetable: what it says, and that moving the clock does not silence it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django_q.models import Schedule

from booking.operations.schedules import set_right, sync_schedules

pytestmark = pytest.mark.django_db


def next_runs() -> dict[str, datetime]:
    return dict(Schedule.objects.values_list("name", "next_run"))


def test_timetable_is_written_once(now: datetime) -> None:
    sync_schedules(now=now)
    sync_schedules(now=now)

    assert sorted(next_runs()) == [
        "calendars",
        "day sheets",
        "forget",
        "holds",
        "nearly",
        "notices",
        "offers",
        "offers between",
        "plans",
        "provider",
    ]


def test_timetable_forgets_what_it_does_not_name(now: datetime) -> None:
    Schedule.objects.create(name="old", func="booking.tasks.gone", schedule_type=Schedule.HOURLY)

    sync_schedules(now=now)

    assert "old" not in next_runs()


def test_timetable_in_order_is_left_alone(now: datetime) -> None:
    sync_schedules(now=now)
    before = next_runs()

    assert set_right(now=now + timedelta(seconds=50)) == 0
    assert next_runs() == before


def test_clock_set_back_silences_nothing(now: datetime) -> None:
    sync_schedules(now=now)
    earlier = now - timedelta(days=3)

    assert set_right(now=earlier) == 10

    found = next_runs()
    assert {found[name] for name in ("offers", "holds", "nearly", "day sheets")} == {earlier}
    assert found["offers between"] == earlier + timedelta(seconds=30)
    assert found["forget"] == datetime(2026, 11, 21, 2, 30, tzinfo=UTC)


def test_clock_set_far_ahead_runs_each_once(now: datetime) -> None:
    sync_schedules(now=now)
    later = now + timedelta(days=3650)

    set_right(now=later)

    found = next_runs()
    assert found.pop("offers between") == later + timedelta(seconds=30)
    assert set(found.values()) == {later}


def test_time_that_others_wrote_in_their_own_way_is_brought_near_too(now: datetime) -> None:
    sync_schedules(now=now)
    with connection.cursor() as cursor:  # with an offset: in SQLite a text that Django would not write
        cursor.execute("UPDATE django_q_schedule SET next_run = '2001-01-01 00:00:00+00:00' WHERE name = 'holds'")

    assert set_right(now=now) == 1
    assert next_runs()["holds"] == now


def test_sweep_for_offers_comes_twice_a_minute(now: datetime) -> None:
    sync_schedules(now=now)

    found = next_runs()

    assert found["offers between"] - found["offers"] == timedelta(seconds=30)
