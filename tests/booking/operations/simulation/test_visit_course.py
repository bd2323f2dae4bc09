"""The course of a simulated visit is one that a real visit could take."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from booking.arrivals.step_rules import STEPS
from booking.models import Actor, EventKind, Source, Status
from booking.operations.simulation.visit_course import CourseStep, draw_course

STARTS_AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
ENDS_AT = STARTS_AT + timedelta(minutes=30)
FAR = ENDS_AT + timedelta(days=1)


def course(seed: int, *, source: str = "web", lead: timedelta = timedelta(days=3), now: datetime = FAR):
    walk_in = source == "walk_in"
    booked_at = STARTS_AT + timedelta(minutes=3) if walk_in else STARTS_AT - lead
    return draw_course(Random(seed), source=source, booked_at=booked_at, starts_at=STARTS_AT, ends_at=ENDS_AT, now=now)


@given(
    seed=st.integers(0, 10**6),
    source=st.sampled_from([one.value for one in Source]),
    lead=st.timedeltas(timedelta(hours=1), timedelta(days=28)),
    hours=st.floats(-30, 30),
)
def test_steps_follow_each_other_and_none_is_to_come(seed, source, lead, hours) -> None:
    now = STARTS_AT + timedelta(hours=hours)

    steps = course(seed, source=source, lead=lead, now=now)

    assert all(step.at <= now for step in steps)
    assert [step.at for step in steps] == sorted(step.at for step in steps)
    assert all(before.to_status == after.from_status for before, after in pairwise(steps))
    for step in steps:
        assert step.kind in EventKind.values
        assert step.actor in Actor.values
        assert step.to_status in Status.values
        rule = next((rule for rule in STEPS.values() if rule.event == step.kind), None)
        assert rule is None or (step.from_status in rule.allowed_from and step.to_status == rule.leads_to)


@given(seed=st.integers(0, 10**6), source=st.sampled_from([one.value for one in Source]))
def test_visit_of_yesterday_is_settled(seed, source) -> None:
    assert course(seed, source=source)[-1].to_status in {"completed", "no_show", "cancelled"}


@given(seed=st.integers(0, 10**6), lead=st.timedeltas(timedelta(hours=1), timedelta(hours=2)))
def test_nobody_cancels_a_visit_of_the_next_two_hours(seed, lead) -> None:
    assert course(seed, lead=lead)[-1].to_status != "cancelled"


def test_visits_of_before_now_have_all_ends_and_people_who_booked_long_ago_forget_more() -> None:
    early = Counter(course(seed)[-1].to_status for seed in range(3000))
    late = Counter(course(seed, lead=timedelta(hours=5))[-1].to_status for seed in range(3000))

    assert set(early) == {"completed", "no_show", "cancelled"}
    assert early["no_show"] > 1.4 * late["no_show"] > 0
    assert 0.05 < early["cancelled"] / 3000 < 0.11


def test_walk_in_begins_with_the_check_in_and_a_call_is_taken_by_staff() -> None:
    assert course(1, source="walk_in")[0] == CourseStep(
        "checked_in", STARTS_AT + timedelta(minutes=3), "staff", "confirmed", "checked_in"
    )
    assert course(1, source="phone")[0].actor == "staff"
    assert course(1, source="web")[0].actor == "customer"
