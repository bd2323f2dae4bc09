"""The line as it is shown: who stands where, under what name, and about how long it takes."""

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from booking.arrivals.line import call_turn, join_line, serve_ticket
from booking.arrivals.line_state import CALLED_FOR, CLAIMED_WITHIN, LineState, Turn, line_of
from booking.arrivals.steps import take_step
from booking.models import Booking, Ticket
from booking.who import Who
from stores.models import Desk, LineShows, Store
from tests.factories import at, make_booking, make_store, make_user

pytestmark = pytest.mark.django_db
NOW = at(10, 12)


@pytest.fixture
def store() -> Store:
    return make_store(capacity=1)


def join(store: Store, name: str = "", *, minutes: int = 0) -> Ticket:
    return join_line(store=store, visit_type="visit", party_size=1, name=name, now=NOW + timedelta(minutes=minutes))


def checked_in(store: Store, **fields: object) -> Booking:
    booking = make_booking(store, **fields)  # type: ignore[arg-type]
    return take_step(booking_id=booking.pk, step="check_in", who=Who.staff(None, at(9, 50)))


def waiting(line: LineState) -> list[Turn]:
    return [turn for desk in line.desks for turn in desk.waiting]


def test_an_empty_line_has_each_desk_and_nobody(store: Store) -> None:
    line = line_of(store=store, now=NOW)

    assert [(desk.name, desk.at_once, desk.served, desk.waiting, desk.is_active) for desk in line.desks] == [
        ("Main", 1, (), (), True)
    ]
    assert (line.date, line.unclaimed, line.passed_on, line.called) == (NOW.date(), (), frozenset(), [])


def test_a_visit_stands_in_the_line_with_its_time_and_a_ticket_without_one(store: Store) -> None:
    booking = checked_in(store, starts_at=at(10), name="Ada Test")
    ticket = join(store, "Bea Test")

    visit, walk_in = waiting(line_of(store=store, now=NOW))

    assert (visit.key, visit.reference, visit.ticket_id) == (f"visit-{booking.reference}", booking.reference, None)
    assert (visit.starts_at, visit.came_at) == (at(10), at(9, 50))
    assert (walk_in.key, walk_in.reference, walk_in.ticket_id) == (f"ticket-{ticket.pk}", "", ticket.pk)
    assert (walk_in.starts_at, walk_in.came_at) == (None, NOW)


@pytest.mark.parametrize(
    ("shows", "name", "label"),
    [
        (LineShows.FIRST_NAME, "Ada Test", "Ada"),
        (LineShows.FIRST_NAME, "", "1"),
        (LineShows.CODE, "Ada Test", "1"),
    ],
)
def test_the_screen_in_the_shop_says_no_more_than_a_first_name(
    store: Store, shows: LineShows, name: str, label: str
) -> None:
    Store.objects.update(line_shows=shows)
    store.refresh_from_db()
    join(store, name)

    (turn,) = waiting(line_of(store=store, now=NOW))

    assert turn.label == label


def test_a_visit_without_a_number_is_called_by_the_end_of_its_reference(store: Store) -> None:
    Store.objects.update(line_shows=LineShows.CODE)
    store.refresh_from_db()
    booking = checked_in(store)

    assert [turn.label for turn in waiting(line_of(store=store, now=NOW))] == [booking.reference[-4:]]


def test_being_served_is_no_waiting_and_those_behind_are_told_how_long(store: Store) -> None:
    first = join(store)
    join(store, minutes=1)
    join(store, minutes=2)
    served = serve_ticket(
        store=store, ticket_id=first.pk, now=NOW, user=make_user("ann", store=store), may_squeeze_in=True
    )

    line = line_of(store=store, now=NOW + timedelta(minutes=3))

    (desk,) = line.desks
    assert [turn.key for turn in desk.served] == [f"visit-{served.reference}"]
    assert [turn.label for turn in desk.waiting] == ["2", "3"]
    second, third = (turn.wait for turn in desk.waiting)
    assert second is not None
    assert third is not None
    assert (second.least, third.least < third.most, second.most < third.most) == (0, True, True)


def test_a_call_stands_on_the_screen_for_ten_minutes_the_newest_first(store: Store) -> None:
    for minutes in (0, 1):
        call_turn(store=store, ticket_id=join(store).pk, reference="", now=NOW + timedelta(minutes=minutes))

    def called(after: timedelta) -> list[str]:
        return [turn.label for turn in line_of(store=store, now=NOW + after).called]

    assert called(timedelta(minutes=1)) == ["2", "1"]
    assert called(CALLED_FOR) == ["2"]
    assert called(CALLED_FOR + timedelta(minutes=1)) == []


@pytest.mark.parametrize(
    ("late", "is_unclaimed"), [(CLAIMED_WITHIN - timedelta(seconds=1), False), (CLAIMED_WITHIN, True)]
)
def test_a_place_is_unclaimed_ten_minutes_after_the_visit_should_have_begun(
    store: Store, late: timedelta, is_unclaimed: bool
) -> None:
    booking = make_booking(store, starts_at=at(10))

    unclaimed = line_of(store=store, now=at(10) + late).unclaimed

    assert [turn.reference for turn in unclaimed] == ([booking.reference] if is_unclaimed else [])


def test_a_desk_that_serves_no_more_keeps_the_line_before_it(store: Store) -> None:
    join(store)
    Desk.objects.create(store=store, slug="second", name="Second", capacity=1, position=1)
    Desk.objects.filter(slug="main").update(is_active=False)

    line = line_of(store=store, now=NOW)

    assert [(desk.name, len(desk.waiting), desk.is_active) for desk in line.desks] == [
        ("Second", 0, True),
        ("Main", 1, False),
    ]


@pytest.mark.parametrize("people", [1, 3])
def test_a_line_takes_three_statements_whatever_its_length(
    store: Store, people: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(people):
        join(store)
        checked_in(store, starts_at=at(10, 15 * number), phone=f"+3361234560{number}")

    with django_assert_num_queries(3):
        line_of(store=store, now=NOW)
