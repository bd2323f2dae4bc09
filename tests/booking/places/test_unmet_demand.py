"""Counts of people who found no free time: by half-day, as sums, gone some weeks later."""

from datetime import date, time, timedelta

import pytest
from django.db import OperationalError
from pytest_django import DjangoAssertNumQueries

from booking import privacy
from booking.customer_input import CustomerDetails
from booking.models import Source, UnmetDemand
from booking.places import unmet_demand
from booking.places.unmet_demand import DAYS_KEPT, Look, Sums, first_days, note_look, write_looks
from booking.waiting_list.entries import join_waiting_list
from stores.models import Desk, SpecialHours, Store, VisitType
from tests.factories import NOW, at, make_booking, make_store

pytestmark = pytest.mark.django_db
TUESDAY = date(2026, 11, 24)
MORNING, AFTERNOON = False, True


@pytest.fixture
def sums() -> Sums:
    return Sums()


def look(store: Store, *dates: date, visit_type: str = "visit", party_size: int = 1, desk: str = "", **at_time) -> Look:
    return Look(store.slug, visit_type, desk, party_size, dates, **at_time)


def counted(store: Store) -> dict[tuple[date, bool, str], tuple[int, int]]:
    rows = UnmetDemand.objects.filter(store=store)
    return {
        (row.date, row.is_afternoon, row.visit_type.slug): (row.places, row.slots)
        for row in rows.select_related("visit_type")
    }


def test_a_day_looked_at_counts_in_each_half_of_it(sums: Sums) -> None:
    store = make_store()
    sums.add({look(store, TUESDAY): 2, look(store, TUESDAY, party_size=3): 1})

    assert write_looks(sums, now=NOW) == 2

    assert counted(store) == {(TUESDAY, MORNING, "visit"): (5, 12), (TUESDAY, AFTERNOON, "visit"): (5, 20)}


def test_what_is_written_adds_to_what_was_written_before(sums: Sums) -> None:
    store = make_store(hours=((time(9), time(12)),))
    for count in (1, 4):
        sums.add({look(store, TUESDAY): count})
        write_looks(sums, now=NOW)

    assert counted(store) == {(TUESDAY, MORNING, "visit"): (5, 12)}
    assert write_looks(sums, now=NOW) == 0


def test_a_party_is_one_where_visits_are_counted(sums: Sums) -> None:
    store = make_store(hours=((time(9), time(12)),), capacity_counts="visits")
    sums.add({look(store, TUESDAY, party_size=2): 3})

    write_looks(sums, now=NOW)

    assert counted(store) == {(TUESDAY, MORNING, "visit"): (3, 12)}


def test_a_full_time_counts_in_its_half_day_alone(sums: Sums) -> None:
    store = make_store()
    sums.add({look(store, starts_at=at(15)): 1, look(store, starts_at=at(15, 7)): 1})  # the second is no start

    write_looks(sums, now=NOW)

    assert counted(store) == {(TUESDAY, AFTERNOON, "visit"): (1, 20)}


def test_a_half_day_that_is_closed_or_over_lacks_no_place(sums: Sums) -> None:
    store = make_store()
    sunday, monday = TUESDAY + timedelta(days=5), NOW.date()
    SpecialHours.objects.create(store=store, date=TUESDAY, opens=time(14), closes=time(16))
    sums.add({look(store, monday, TUESDAY, sunday): 1})

    write_looks(sums, now=at(12, day=23))

    assert counted(store) == {(monday, AFTERNOON, "visit"): (1, 20), (TUESDAY, AFTERNOON, "visit"): (1, 8)}


def test_slots_are_those_of_the_desk_that_has_most(sums: Sums) -> None:
    store = make_store(hours=((time(9), time(12)),), desks=("main", "short"))
    short = Desk.objects.get(slug="short")
    short.hours.create(weekday=1, opens=time(9), closes=time(10))
    sums.add({look(store, TUESDAY): 1, look(store, TUESDAY, desk="short", visit_type="advice"): 1})

    write_looks(sums, now=NOW)

    assert counted(store) == {(TUESDAY, MORNING, "visit"): (1, 12), (TUESDAY, MORNING, "advice"): (1, 4)}


def test_a_store_or_kind_that_is_gone_is_left_out(sums: Sums) -> None:
    store, other = make_store(), make_store("other-niort")
    sums.add({look(store, TUESDAY): 1, look(other, TUESDAY, visit_type="advice"): 1, look(other, TUESDAY): 1})
    VisitType.objects.filter(store=other, slug="advice").update(is_active=False)
    slug = store.slug
    store.desks.all().delete()
    store.delete()

    write_looks(sums, now=NOW)

    assert not Store.objects.filter(slug=slug).exists()
    assert {kind for _, _, kind in counted(other)} == {"visit"}
    assert UnmetDemand.objects.count() == 2


@pytest.mark.parametrize("count", [1, 3])
def test_two_statements_write_any_number_of_stores(
    sums: Sums, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    for number in range(count):
        sums.add({look(make_store(f"shop-{number}"), *first_days(TUESDAY, TUESDAY + timedelta(days=6))): 1})

    with django_assert_num_queries(2 + 2):  # and the savepoint of this test's transaction
        assert write_looks(sums, now=NOW) == count * 12


def test_nothing_is_asked_where_nobody_looked_in_vain(
    sums: Sums, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        assert write_looks(sums, now=NOW) == 0


def test_what_a_database_does_not_take_is_written_the_next_time(sums: Sums, monkeypatch: pytest.MonkeyPatch) -> None:
    store = make_store(hours=((time(9), time(12)),))
    sums.add({look(store, TUESDAY): 2})

    def away(*_arguments: object, **_named: object) -> None:
        raise OperationalError("the server is away")

    with monkeypatch.context() as patched:
        patched.setattr(unmet_demand, "listed_stores", away)
        assert write_looks(sums, now=NOW) == 0
    sums.add({look(store, TUESDAY): 1})
    write_looks(sums, now=NOW)

    assert counted(store) == {(TUESDAY, MORNING, "visit"): (3, 12)}


def test_a_process_keeps_so_many_different_looks_and_no_more(sums: Sums, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unmet_demand, "MOST_LOOKS", 2)
    one, two, three = (Look(slug, "visit", "", 1, (TUESDAY,)) for slug in ("a", "b", "c"))

    for found in (one, two, three, one):
        sums.add({found: 1})

    assert sums.take() == {one: 2, two: 1}


def test_a_look_holds_each_weekday_once() -> None:
    assert first_days(TUESDAY, TUESDAY) == (TUESDAY,)
    assert len({day.weekday() for day in first_days(TUESDAY, TUESDAY + timedelta(days=40))}) == 7
    assert len(first_days(TUESDAY, TUESDAY + timedelta(days=40))) == 7


def test_the_night_deletes_what_is_long_over(sums: Sums) -> None:
    store, today = make_store(), NOW.date()
    for days_ago in (DAYS_KEPT, DAYS_KEPT + 1):
        UnmetDemand.objects.create(
            store=store, date=today - timedelta(days=days_ago), is_afternoon=False,
            visit_type=store.visit_types.all()[0], places=1, slots=12,
        )  # fmt: skip

    privacy.forget_old(now=NOW, dry_run=True)
    before = UnmetDemand.objects.count()
    privacy.forget_old(now=NOW)

    assert before == 2
    assert [row.date for row in UnmetDemand.objects.all()] == [today - timedelta(days=DAYS_KEPT)]


# --- The waiting list ------------------------------------------------------------------------------


@pytest.fixture
def taken() -> Sums:
    """Return the looks of this process, of which there are none yet."""
    unmet_demand._of_this_process.take()
    return unmet_demand._of_this_process


def join(store: Store, *, source: Source = Source.API) -> None:
    join_waiting_list(
        store=store.slug, visit_type="visit", from_date=TUESDAY, to_date=TUESDAY, party_size=1, source=source,
        customer=CustomerDetails(name="Ada", phone="+33612345601"), now=NOW,
    )  # fmt: skip


def full_store() -> Store:
    store = make_store(capacity=1, hours=((time(9), time(9, 15)),))
    make_booking(store, starts_at=at(9), phone="+33612345699")
    return store


@pytest.mark.parametrize("source", [Source.API, Source.PHONE])
def test_who_joins_the_waiting_list_of_full_days_is_counted(taken: Sums, source: Source) -> None:
    store = full_store()

    join(store, source=source)

    assert taken.take() == {look(store, TUESDAY): 1}


def test_who_joins_on_the_website_was_counted_when_nothing_was_free(taken: Sums) -> None:
    join(full_store(), source=Source.WEB)

    assert taken.take() == {}


def test_who_joins_for_the_same_again_counts_once(taken: Sums) -> None:
    store = full_store()

    join(store)
    join(store)

    assert taken.take() == {look(store, TUESDAY): 1}


def test_who_waits_though_a_time_is_free_has_not_looked_in_vain(taken: Sums) -> None:
    join(make_store())

    assert taken.take() == {}


def test_a_count_reads_and_writes_nothing(taken: Sums, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        note_look(Look("corner-shop-niort", "visit", "", 1, (TUESDAY,)))

    assert taken.take().total() == 1
