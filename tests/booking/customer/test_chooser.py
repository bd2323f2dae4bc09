from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from booking.customer.chooser import Chooser, chooser, first_free_start, week_start
from booking.customer.day_choices import DayState
from booking.models import Hold
from booking.places.holds import hold_places
from stores.models import Slot, SpecialHours, Store, VisitType
from stores.queries import store_rules
from stores.slots import StoreRules
from tests.factories import NOW, at, make_booking, make_store

pytestmark = pytest.mark.django_db

TODAY = NOW.date()
TUESDAY = date(2026, 11, 24)
NARROW = ((time(9), time(9, 30)),)
Hours = tuple[tuple[time, time], ...]


def rules_of(slug: str = "corner-shop-niort") -> StoreRules:
    rules = store_rules(slug, from_date=TODAY - timedelta(days=2))
    assert rules is not None
    return rules


def choice(
    *, from_date: date | None = None, day: date | None = None, desk: str = "", party_size: int = 1, now=NOW
) -> Chooser:
    rules = rules_of()
    return chooser(rules, rules.visit_types[0], party_size=party_size, from_date=from_date, day=day, desk=desk, now=now)


def states(found: Chooser) -> dict[date, DayState]:
    return {day.date: day.state for day in found.days}


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


# --- Parts of a day -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hours", "morning_ends", "afternoon_begins"),
    [
        (((time(9), time(12, 30)), (time(13, 45), time(19))), "12:15", "13:45"),
        (((time(9), time(13)), (time(14), time(19))), "12:45", "14:00"),
        (((time(9), time(19)),), "11:45", "12:00"),
    ],
    ids=["break until 13:45", "break until 14:00", "no break"],
)
def test_afternoon_begins_after_the_break_at_noon(hours: Hours, morning_ends: str, afternoon_begins: str) -> None:
    make_store(hours=hours)

    parts = {part.name: [slot.time for slot in part.slots] for part in choice(day=TUESDAY).parts}

    assert list(parts) == ["Morning", "Afternoon", "Evening"]
    assert parts["Morning"][-1] == morning_ends
    assert parts["Afternoon"][0] == afternoon_begins
    assert parts["Evening"][0] == "18:00"


@pytest.mark.parametrize(("capacity", "words", "is_last"), [(1, "", False), (2, "last place", True)])
def test_the_last_place_is_told_only_where_there_were_more(capacity: int, words: str, is_last: bool) -> None:
    store = make_store(capacity=capacity, hours=NARROW)
    if capacity > 1:
        make_booking(store, starts_at=at(9))

    first = choice(day=TUESDAY).parts[0].slots[0]

    assert (first.places, first.is_last) == (words, is_last)


# --- Which week, which day ------------------------------------------------------------------------


@given(day=st.integers(0, 400), today=st.integers(0, 400))
def test_weeks_are_counted_from_today_and_hold_their_day(day: int, today: int) -> None:
    day_asked, first_day = (date(2026, 1, 1) + timedelta(days=days) for days in (day, today))

    first = week_start(day_asked, today=first_day)

    assert first <= day_asked < first + timedelta(days=7)
    assert (first - first_day).days % 7 == 0


@pytest.mark.parametrize(
    ("wanted", "shown"),
    [
        ({}, date(2026, 11, 25)),
        ({"from_date": date(2026, 11, 26)}, date(2026, 11, 26)),
        ({"from_date": date(2026, 11, 28)}, date(2026, 11, 25)),  # none left later that week: its first one
        ({"day": date(2026, 11, 24)}, date(2026, 11, 24)),
        ({"day": date(2026, 11, 29)}, date(2026, 11, 29)),
        ({"from_date": date(2026, 12, 7), "day": date(2026, 12, 9)}, date(2026, 12, 9)),
        ({"day": date(2020, 1, 1)}, date(2026, 11, 25)),
        ({"day": date(2030, 1, 1)}, date(2026, 12, 21)),
    ],
)
def test_the_day_asked_for_is_shown_else_the_first_free_one(wanted: dict[str, Any], shown: date) -> None:
    store = make_store()
    for day in (23, 24, 28):
        SpecialHours.objects.create(store=store, date=date(2026, 11, day))

    assert choice(**wanted).shown.date == shown


@pytest.mark.parametrize(
    ("first", "earlier", "later"),
    [
        (date(2026, 11, 23), None, date(2026, 11, 30)),
        (date(2026, 12, 9), date(2026, 11, 30), date(2026, 12, 14)),
        (date(2026, 12, 21), date(2026, 12, 14), None),
    ],
)
def test_weeks_beside_are_offered_as_far_as_one_may_book(first: date, earlier: date | None, later: date | None) -> None:
    make_store()

    found = choice(from_date=first)

    assert (found.earlier, found.later) == (earlier, later)


def test_the_last_week_ends_with_the_horizon() -> None:
    make_store(booking_horizon_days=8)

    found = choice(from_date=date(2026, 11, 30))

    assert [day.date.day for day in found.days] == [30, 1]
    assert found.title == "30\xa0November – 1\xa0December"


def test_the_last_week_ends_with_a_day_that_has_times() -> None:
    store = make_store(booking_horizon_days=13, capacity=1)
    for day in (4, 5, 6):  # from Friday on; Sunday is closed anyway
        SpecialHours.objects.create(store=store, date=date(2026, 12, day))

    found = choice(from_date=date(2026, 11, 30))

    assert [day.date.day for day in found.days] == [30, 1, 2, 3]


def test_no_week_of_one_closed_day_is_offered() -> None:
    make_store(booking_horizon_days=7, days=(1, 2, 3, 4, 5))  # the last day is a Monday, closed

    assert choice().later is None


@pytest.mark.parametrize(
    ("now", "wanted", "shown", "also", "following"),
    [
        (at(8, day=23), {}, 23, None, 24),  # a whole day is enough to choose from
        (at(15, 45, day=23), {}, 23, None, 24),  # nine times are left, an hour from now on
        (at(16, day=23), {}, 23, 24, 25),
        (at(17, 45, day=23), {}, 23, 24, 25),
        (at(18, day=23), {}, 24, None, 25),
        (at(17, 45, day=23), {"day": date(2026, 11, 23)}, 23, None, 24),  # who asks for a day has it alone
        (at(17, 45, day=28), {}, 28, 30, 1),  # Sunday is closed
        (at(17, 45, day=23), {"from_date": date(2026, 11, 30)}, 30, None, 1),
    ],
)
def test_day_with_few_times_left_is_shown_with_the_next(
    now: datetime, wanted: dict[str, Any], shown: int, also: int | None, following: int
) -> None:
    make_store()

    found = choice(now=now, **wanted)

    assert (found.shown.date.day, found.also and found.also.day.date.day) == (shown, also)
    assert found.next_day is not None
    assert found.next_day.date.day == following
    assert [day.date.day for day in found.days if day.is_shown] == [shown]
    if found.also:
        days = {datetime.fromisoformat(slot.value).day for part in found.also.parts for slot in part.slots}
        assert days == {also}
        assert found.also.day.summary == "32 free times"
        assert [part.name for part in found.parts] == [""]
        assert [part.name for part in found.also.parts] == ["Morning", "Afternoon", "Evening"]


def test_last_free_day_of_a_week_is_shown_alone() -> None:
    make_store(hours=NARROW, days=(0,))

    found = choice(now=at(8, day=23))

    assert found.also is None
    assert found.shown.date == TODAY


def test_days_say_why_no_time_is_free() -> None:
    store = make_store(capacity=1, hours=NARROW, days=(0, 1, 2))
    for number, minute in enumerate((0, 15)):
        make_booking(store, starts_at=at(9, minute), phone=f"+3361234560{number}")

    found = choice(now=at(10, day=23))

    assert states(found) == {
        date(2026, 11, 23): DayState.OVER,
        date(2026, 11, 24): DayState.FULL,
        date(2026, 11, 25): DayState.FREE,
        **{date(2026, 11, day): DayState.CLOSED for day in range(26, 30)},
    }
    assert [day.summary for day in found.days][:4] == ["No more times today", "Full", "2 free times", "Closed"]
    assert [day.is_open for day in found.days][:4] == [False, True, True, False]


@given(closed=st.sets(st.integers(0, 27)), wanted=st.integers(0, 40))
def test_no_choice_is_a_dead_end(closed: set[int], wanted: int) -> None:
    """From any day, whatever is closed, the earliest time and the next free day are offered where there are any."""
    rules = rules_of_closed(closed)
    free = [TODAY + timedelta(days=days) for days in range(29) if days not in closed]

    found = chooser(
        rules, rules.visit_types[0], party_size=1, from_date=TODAY + timedelta(days=wanted), now=at(8, day=23)
    )

    assert (found.earliest.value[:10] if found.earliest else "") == (free[0].isoformat() if free else "")
    in_week = [day.date for day in found.days]
    assert found.is_empty == (not set(in_week) & set(free))
    last_shown = found.also.day if found.also else found.shown
    later = [day for day in free if day > (in_week[-1] if found.is_empty else last_shown.date)]
    expected = later[0] if later and (found.is_empty or later[0] in in_week) else None
    assert (found.next_day.date if found.next_day else None) == expected


def rules_of_closed(closed: set[int]) -> StoreRules:
    """Return a store's rules, always open but on some days from today on; of days nobody booked, nothing is stored."""
    if not Store.objects.exists():
        make_store(hours=NARROW, days=(0, 1, 2, 3, 4, 5, 6), minimum_notice_minutes=0)
    return replace(rules_of(), special={TODAY + timedelta(days=days): () for days in closed})


# --- Whom, and what it costs ----------------------------------------------------------------------


def test_a_chosen_desk_alone_is_asked() -> None:
    store = make_store(desks=("ada", "bea"), capacity=1, hours=NARROW, offers_desk_choice=True)
    taken = make_booking(store, starts_at=at(9)).desk.slug

    counts = {desk: sum(len(part.slots) for part in choice(day=TUESDAY, desk=desk).parts) for desk in ("ada", "bea")}

    assert counts == {taken: 1, {"ada": "bea", "bea": "ada"}[taken]: 2}


@pytest.mark.parametrize("desks", [("ada",), ("ada", "bea", "cleo")])
def test_each_stretch_of_days_is_asked_for_once(
    django_assert_num_queries: DjangoAssertNumQueries, desks: tuple[str, ...]
) -> None:
    store = make_store(desks=desks, hours=NARROW)
    rules = rules_of()

    with django_assert_num_queries(2):  # holds that have run out, the first week
        chooser(rules, rules.visit_types[0], party_size=1, from_date=None, now=NOW)
    with django_assert_num_queries(3):  # and the shown one
        chooser(rules, rules.visit_types[0], party_size=1, from_date=date(2026, 12, 9), now=NOW)
    close(store, days=8)
    with django_assert_num_queries(3):  # and all that come after a week without a free time
        chooser(rules, rules.visit_types[0], party_size=1, from_date=None, now=NOW)


@pytest.mark.django_db(transaction=True)
def test_days_that_are_kept_cost_one_statement_together_and_a_hold_of_the_visitor_is_kept_for_nobody(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    store = make_store(hours=NARROW, capacity=1)
    rules, own = rules_of(), Hold.objects.filter(store=store).values_list("public_id", flat=True)
    ask = partial(chooser, rules, rules.visit_types[0], party_size=1, from_date=None, day=TUESDAY, now=NOW)
    ask()
    with django_assert_num_queries(1):
        ask()
    connection.close_at = None  # as in life, a booking does not end the connection
    hold_places(store=store.slug, visit_type="visit", starts_at=at(9), party_size=1, now=NOW)

    seen = []
    for own_hold, cost in (("", 2), (own.get(), 3), ("", 1)):  # the hold's own visitor asks whether it was let go
        with django_assert_num_queries(cost):
            seen.append(sum(len(part.slots) for part in ask(own_hold=own_hold).parts))

    assert seen == [1, 2, 1]


def close(store: Store, *, days: int) -> None:
    """Close every slot of the days to come."""
    slots = [
        Slot(store=store, desk=desk, starts_at=start, ends_at=start + timedelta(minutes=15), capacity=2, closed=True)
        for desk in store.desks.all()
        for days_on in range(days)
        for start in (at(9, day=23) + timedelta(days=days_on), at(9, 15, day=23) + timedelta(days=days_on))
    ]
    Slot.objects.bulk_create(slots)


def test_first_free_is_the_first_of_all() -> None:
    store = make_store()
    SpecialHours.objects.bulk_create(SpecialHours(store=store, date=TODAY + timedelta(days=days)) for days in range(10))
    rules = rules_of()

    assert first_free_start(rules, rules.visit_types[0], now=NOW) == at(9, day=3, month=12)


def test_first_free_of_what_is_never_open_is_nothing() -> None:
    VisitType.objects.filter(store=make_store(hours=())).update(slot_count=2)
    rules = rules_of()

    assert first_free_start(rules, rules.visit_types[0], now=NOW) is None
