from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from booking.arrivals.wait_estimates import ENOUGH, STEP, InLine, Wait, estimated_wait, in_order
from tests.factories import at

NOW = at(10)
MINUTES = st.lists(st.floats(0, 240, allow_nan=False), max_size=20)


def turn(key, booked=None, came=-5):
    starts_at = None if booked is None else NOW + timedelta(minutes=booked)
    return InLine(key, starts_at, NOW + timedelta(minutes=came))


def test_who_booked_comes_first_at_their_time_and_last_before_it() -> None:
    line = [turn("walk-in", came=-30), turn("early", booked=20), turn("due", booked=0), turn("late", booked=-15)]

    assert [one.key for one in in_order(line, now=NOW)] == ["late", "due", "walk-in", "early"]


def test_walk_ins_are_called_as_they_came() -> None:
    line = [turn("second", came=-3), turn("first", came=-9)]

    assert [one.key for one in in_order(line, now=NOW)] == ["first", "second"]


def test_wait_until_ones_own_time_is_known_by_it() -> None:
    def wait(before, early):
        return estimated_wait(before=before, at_once=1, minutes=[], planned_minutes=15, early_minutes=early)

    assert [wait(1, 90).is_until_own_time, wait(0, 90).is_until_own_time] == [True, True]
    assert [wait(3, 20).is_until_own_time, wait(1, 0).is_until_own_time, wait(0, 0).is_until_own_time] == [False] * 3


@given(st.lists(st.tuples(st.none() | st.integers(-90, 90), st.integers(-90, 0)), max_size=12))
def test_nobody_without_a_booking_passes_who_booked_once_their_time_has_come(people) -> None:
    line = [turn(str(number), booked, came) for number, (booked, came) in enumerate(people)]

    order = in_order(line, now=NOW)

    ranks = [2 if one.starts_at is None else 1 if one.starts_at <= NOW else 3 for one in order]
    assert ranks == sorted(ranks)
    assert {one.key for one in order} == {one.key for one in line}


def test_free_desk_means_now() -> None:
    assert estimated_wait(before=2, at_once=3, minutes=[], planned_minutes=15) == Wait(0, 0)


def test_wait_comes_from_what_the_day_has_shown() -> None:
    # Half of the visits took 10 to 20 minutes; one is being served, and one waits before.
    assert estimated_wait(before=2, at_once=1, minutes=[5, 10, 15, 20, 90], planned_minutes=15) == Wait(10, 40)


def test_wait_follows_the_plan_with_doubt_while_the_day_has_shown_little() -> None:
    assert estimated_wait(before=1, at_once=1, minutes=[3] * (ENOUGH - 1), planned_minutes=20) == Wait(0, 30)


@given(st.integers(0, 60), st.integers(1, 10), MINUTES, st.integers(5, 480))
def test_wait_is_a_range_in_whole_steps_that_grows_with_the_line(before, at_once, minutes, planned) -> None:
    wait = estimated_wait(before=before, at_once=at_once, minutes=minutes, planned_minutes=planned)
    longer = estimated_wait(before=before + 1, at_once=at_once, minutes=minutes, planned_minutes=planned)

    assert 0 <= wait.least <= wait.most
    assert wait.least % STEP == wait.most % STEP == 0
    assert (wait.most == 0) == (before < at_once)
    assert longer.least >= wait.least
    assert longer.most >= wait.most


@given(st.integers(0, 60), st.integers(1, 10), MINUTES, st.floats(1, 300))
def test_who_is_early_waits_for_their_own_time_at_least(before, at_once, minutes, early) -> None:
    wait = estimated_wait(before=before, at_once=at_once, minutes=minutes, planned_minutes=15, early_minutes=early)

    assert wait.least > early - STEP
    assert wait.most >= early


@given(st.integers(0, 60), st.integers(1, 9), MINUTES)
def test_more_desks_never_make_it_longer(before, at_once, minutes) -> None:
    few = estimated_wait(before=before, at_once=at_once, minutes=minutes, planned_minutes=15)
    more = estimated_wait(before=before, at_once=at_once + 1, minutes=minutes, planned_minutes=15)

    assert more.least <= few.least
    assert more.most <= few.most
