"""The planner's model: what it says is true of its numbers, whatever they are."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from booking.reports.planner import FEWEST_SERVED, MOST_ADDED, Addition, Unmet, best_addition, served

SATURDAY = date(2026, 11, 7)
SATURDAYS = [SATURDAY + timedelta(days=7 * number) for number in range(4)]


def on(day: date, people: int, *, slots: int = 12, slot_count: int = 1, is_afternoon: bool = False) -> Unmet:
    return Unmet(day, is_afternoon, slot_count, people, slots)


@st.composite
def demands(draw: st.DrawFn) -> list[Unmet]:
    """Draw counts of four weeks: each half-day has one number of slots and each kind of visit at most one count."""
    found = []
    for number in draw(st.lists(st.integers(0, 27), max_size=8, unique=True)):
        for is_afternoon in draw(st.sets(st.booleans())):
            slots = draw(st.integers(0, 20))
            for slot_count in draw(st.sets(st.integers(1, 4), max_size=3)):
                people = draw(st.integers(1, 60))
                found.append(Unmet(SATURDAY + timedelta(days=number), is_afternoon, slot_count, people, slots))
    return found


def test_two_more_places_serve_most_of_those_who_found_nothing() -> None:
    found = [on(day, people) for day, people in zip(SATURDAYS, (13, 13, 3, 2), strict=True)]

    assert served(found, 1) == 12 + 12 + 3 + 2
    assert best_addition(found) == Addition(5, False, 1, 29)
    assert best_addition([on(SATURDAY, 40)]) == Addition(5, False, 2, 24)


def test_long_visits_take_more_of_an_added_place() -> None:
    assert served([on(SATURDAY, 9, slot_count=5)], 1) == 2
    assert served([on(SATURDAY, 10), on(SATURDAY, 9, slot_count=2)], 1) == 10 + 1
    assert served([on(SATURDAY, 9, slot_count=13)], 1) == 0


def test_the_half_day_that_would_have_served_most_is_named_and_the_first_of_equals() -> None:
    friday = SATURDAY - timedelta(days=1)
    evening = [on(SATURDAY, 8, is_afternoon=True), on(SATURDAY, 7), on(friday, 8)]

    assert best_addition(evening) == Addition(4, False, 1, 8)


def test_nothing_is_said_of_few_or_of_nobody() -> None:
    assert best_addition([]) is None
    assert best_addition([on(SATURDAY, FEWEST_SERVED - 1)]) is None
    assert best_addition([on(SATURDAY, FEWEST_SERVED)]) == Addition(5, False, 1, FEWEST_SERVED)
    assert best_addition([on(SATURDAY, 100, slots=0)]) is None


def test_a_rush_asks_for_no_more_than_the_most_places() -> None:
    assert best_addition([on(SATURDAY, 1_000_000)]) == Addition(5, False, MOST_ADDED, MOST_ADDED * 12)


@given(demands())
def test_an_addition_is_the_smallest_that_serves_more_than_half(found: list[Unmet]) -> None:
    best = best_addition(found)
    if best is None:
        return
    there = [one for one in found if (one.date.weekday(), one.is_afternoon) == (best.weekday, best.is_afternoon)]
    people = sum(one.people for one in there)

    assert best.served == served(there, best.places) >= FEWEST_SERVED
    assert best.served <= people
    assert 2 * best.served > people or best.places == MOST_ADDED
    assert all(2 * served(there, fewer) <= people for fewer in range(best.places))


@given(demands())
def test_no_half_day_would_have_served_more_by_the_same_rule(found: list[Unmet]) -> None:
    best = best_addition(found)
    half_days: dict[tuple[int, bool], list[Unmet]] = {}
    for one in found:
        half_days.setdefault((one.date.weekday(), one.is_afternoon), []).append(one)
    alone = map(best_addition, half_days.values())

    most = max((one.served for one in alone if one is not None), default=None)
    assert (best.served if best else None) == most


@given(demands(), st.integers(0, MOST_ADDED))
def test_each_place_serves_at_most_what_the_half_day_holds(found: list[Unmet], places: int) -> None:
    for one in found:
        assert served([one], places) <= min(one.people, places * (one.slots // one.slot_count))
    assert served(found, places) <= served(found, places + 1)
    assert served(found, places) <= sum(one.people for one in found)


@given(demands(), st.randoms(use_true_random=False))
def test_order_does_not_matter(found: list[Unmet], random) -> None:
    shuffled = list(found)
    random.shuffle(shuffled)

    assert best_addition(shuffled) == best_addition(found)
