"""What is counted: in periods, classes and ranks that leave nothing out, and the same in one sum or in several."""

from collections import Counter
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from booking.models import Source, Status
from booking.reports.tallies import LEAD_DAYS, Tally, lead_class, period_start, period_starts, together, waits_of

ranges = st.tuples(st.dates(date(2020, 1, 1), date(2029, 1, 1)), st.integers(0, 800)).map(
    lambda pair: (pair[0], pair[0] + timedelta(days=pair[1]))
)
FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)
visits = st.tuples(
    st.dates(FIRST, LAST), st.integers(0, 30), st.sampled_from(Status.values), st.sampled_from(Source.values)
)
waits = st.tuples(st.integers(0, 23), st.integers(0, 90))


def tally_of(seen: list[tuple[date, int, str, str]], waited: list[tuple[int, int]]) -> Tally:
    tally = Tally(FIRST, LAST)
    for day, lead, status, source in seen:
        tally.add_visit(visit_date=day, booked_date=day - timedelta(days=lead), status=status, source=source)
        tally.taken[day.day % 24] += 1
        tally.offered[day.day % 24] += 2
        tally.messages["reminder", "sms", "sent"].update({"count": 1, "measured": 1, "segments": 2})
    for hour, minutes in waited:
        tally.waits[hour][minutes] += 1
    return tally


@given(ranges)
def test_periods_cover_a_range_in_order_and_are_few(days: tuple[date, date]) -> None:
    first, last = days
    starts = period_starts(first, last)

    assert starts[0] == first
    assert starts == sorted(set(starts))
    assert len(starts) <= 28
    assert period_start(last, from_date=first, to_date=last) == starts[-1]


@given(st.lists(st.integers(0, 600), min_size=1))
def test_percentiles_are_waits_there_were(minutes: list[int]) -> None:
    found = waits_of(Counter(minutes))

    assert found.count == len(minutes)
    assert {found.median, found.ninetieth} <= set(minutes)
    assert sum(wait <= found.median for wait in minutes) * 2 >= len(minutes)
    assert sum(wait < found.median for wait in minutes) * 2 < len(minutes), "none shorter would do"
    assert sum(wait <= found.ninetieth for wait in minutes) * 10 >= 9 * len(minutes)
    assert sum(wait < found.ninetieth for wait in minutes) * 10 < 9 * len(minutes)


@given(st.integers(-3, 400))
def test_every_lead_belongs_to_one_class(days: int) -> None:
    assert lead_class(days) in LEAD_DAYS
    assert lead_class(days) <= max(days, 0)


@given(st.lists(st.tuples(st.lists(visits, max_size=8), st.lists(waits, max_size=8)), max_size=4))
def test_counted_apart_and_together_is_the_same(
    stores: list[tuple[list[tuple[date, int, str, str]], list[tuple[int, int]]]],
) -> None:
    apart = together((tally_of(*store) for store in stores), from_date=FIRST, to_date=LAST)
    at_once = tally_of([one for seen, _ in stores for one in seen], [one for _, waited in stores for one in waited])

    assert apart.report() == at_once.report()
