"""Simulated visits: the same plan draws the same ones, and a real store could have taken each of them."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from booking.customer_input import can_be_texted
from booking.models import Source
from booking.operations.simulation.stores import ZONE, SimulationPlan, draw_stores
from booking.operations.simulation.visits import PHONE_RANGE, SimulatedVisit, draw_visits

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
PLANS = st.builds(
    SimulationPlan,
    now=st.datetimes(datetime(2026, 1, 1), datetime(2041, 1, 1), timezones=st.just(UTC)),
    stores=st.just(1),
    seed=st.integers(0, 2**31),
    days_back=st.integers(0, 6),
    days_ahead=st.integers(0, 40),
    bookings_per_day=st.sampled_from([1, 12, 70]),
    rush=st.sampled_from([0, 25]),
)


def visits_of(plan: SimulationPlan) -> list[SimulatedVisit]:
    return [visit for store in draw_stores(plan) for visit in draw_visits(plan, store)]


@settings(max_examples=40)
@given(plan=PLANS)
def test_same_plan_draws_the_same_visits(plan) -> None:
    assert visits_of(plan) == visits_of(plan)


@settings(max_examples=40)
@given(plan=PLANS)
def test_no_slot_has_one_too_many_and_everybody_booked_by_now(plan) -> None:
    (store,) = draw_stores(plan)
    taken = Counter[datetime]()
    for visit in draw_visits(plan, store):
        assert visit.booked_at <= plan.now
        assert visit.course
        assert visit.course[0].at == visit.booked_at
        assert 1 <= visit.party_size <= store.largest_party
        assert visit.source in Source.values
        assert all(before.ends_at == after.starts_at for before, after in pairwise(visit.slots))
        days_from_today = (visit.visit_date - plan.today).days
        assert -plan.days_back <= days_from_today <= min(plan.days_ahead, 28)
        for slot in visit.slots:
            assert slot.starts_at.astimezone(ZONE).date() == visit.visit_date
            taken[slot.starts_at] += visit.party_size if visit.status != "cancelled" else 0
    assert max(taken.values(), default=0) <= store.capacity


@settings(max_examples=20)
@given(plan=PLANS)
def test_days_that_are_over_have_no_visit_left_open(plan) -> None:
    open_ones = {
        visit.visit_date for visit in visits_of(plan) if visit.status in {"confirmed", "checked_in", "in_service"}
    }

    assert min(open_ones, default=plan.today) >= plan.today


def test_rush_adds_visits_of_one_minute_and_changes_no_other() -> None:
    calm = SimulationPlan(now=NOW, stores=3)
    rush = SimulationPlan(now=NOW, stores=3, rush=50)

    more = Counter(visits_of(rush)) - Counter(visits_of(calm))

    assert sum(more.values()) == len(visits_of(rush)) - len(visits_of(calm)) == 50
    assert all(NOW - timedelta(minutes=1) < visit.booked_at <= NOW for visit in more)
    assert all(visit.visit_date > calm.today and visit.source == "web" for visit in more)


def test_rush_ends_where_no_place_is_left() -> None:
    plan = SimulationPlan(now=NOW, stores=1, days_back=0, days_ahead=1, bookings_per_day=1, rush=5000)
    (store,) = draw_stores(plan)

    rushed = [visit for visit in draw_visits(plan, store) if visit.source == "web"]

    assert 10 < len(rushed) < 500


def test_phone_numbers_are_kept_for_fiction_and_no_text_can_be_sent_to_them() -> None:
    phones = {visit.phone for visit in visits_of(SimulationPlan(now=NOW, stores=2))}

    assert "" in phones
    for phone in phones - {""}:
        assert phone.startswith(PHONE_RANGE)
        assert len(phone) == len("+33639980000")
        assert not can_be_texted(phone)
    assert all(visit.name.endswith(" Test") for visit in visits_of(SimulationPlan(now=NOW, stores=1)))


def test_far_days_are_booked_less() -> None:
    coming = Counter((visit.visit_date - NOW.date()).days for visit in visits_of(SimulationPlan(now=NOW, stores=8)))

    assert coming[1] > coming[8] > coming[21]
