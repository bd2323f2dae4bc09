from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from booking.arrivals.line import call_back, call_turn, forget_tickets, leave_line
from booking.arrivals.line_state import line_of
from booking.models import Booking, BookingEvent, Ticket
from booking.privacy import forget_old
from booking.refusals import Refusal
from stores.models import Desk, LineShows, Slot, Store, StoreDay
from tests.booking.arrivals.people_in_line import NOW, TODAY, here, join, labels, refusal_to, serve
from tests.factories import at, make_booking, make_store, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def store() -> Store:
    return make_store(capacity=1)


@pytest.fixture
def ann(store):
    return make_user("ann", store=store)


# --- Joining ----------------------------------------------------------------------------------------


def test_tickets_are_numbered_from_one_each_day(store: Store) -> None:
    assert [join(store).number, join(store).number] == [1, 2]
    assert join(store, now=NOW + timedelta(days=1)).number == 1


def test_joining_takes_no_place_and_tells_the_day(store: Store) -> None:
    join(store)

    assert not Slot.objects.filter(places_taken__gt=0).exists()
    assert StoreDay.objects.get(date=TODAY).version > 0


def test_shortest_line_is_joined(store: Store) -> None:
    second = Desk.objects.create(store=store, slug="second", name="Second", capacity=1, position=1)
    desks = [join(store).desk_id for _ in range(4)]

    assert sorted(desks) == sorted([store.desks.exclude(pk=second.pk).get().pk, second.pk] * 2)


@pytest.mark.parametrize("people", [0, 99])
def test_party_that_no_visit_has_is_refused(store: Store, people) -> None:
    assert refusal_to(join, store=store, party_size=people) == Refusal.PARTY_TOO_LARGE


# --- The order --------------------------------------------------------------------------------------


def test_who_booked_is_called_first_at_their_time(store: Store) -> None:
    join(store)
    due = here(store, name="Ada Test", starts_at=at(10))

    assert labels(store) == [due.reference[-4:], "1"]


def test_first_names_are_shown_where_the_store_says_so_and_never_more(store: Store) -> None:
    Store.objects.update(line_shows=LineShows.FIRST_NAME)
    store.refresh_from_db()
    here(store, name="Ada Mary Test", starts_at=at(10))
    join(store, "Bob Test")
    join(store)

    assert labels(store) == ["Ada", "Bob", "2"]


def test_line_costs_the_same_for_one_and_for_many(
    store: Store, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    def statements():
        with django_assert_num_queries(3):
            line_of(store=store, now=NOW)

    here(store, starts_at=at(10))
    join(store)
    statements()
    for number in range(3):
        here(store, starts_at=at(11, 15 * number))
        join(store)
    statements()


# --- Calling ----------------------------------------------------------------------------------------


def test_call_stands_on_the_screen_for_ten_minutes(store: Store) -> None:
    ticket = join(store)

    call_turn(store=store, ticket_id=ticket.pk, reference="", now=NOW)

    assert [turn.label for turn in line_of(store=store, now=NOW).called] == ["1"]
    assert line_of(store=store, now=NOW + timedelta(minutes=10)).called == []


def test_newest_call_stands_first(store: Store) -> None:
    first, second = join(store), join(store)
    call_turn(store=store, ticket_id=first.pk, reference="", now=NOW)
    call_turn(store=store, ticket_id=second.pk, reference="", now=NOW + timedelta(seconds=5))

    called = line_of(store=store, now=NOW + timedelta(seconds=6)).called
    assert [turn.label for turn in called] == ["2", "1"]


def test_call_taken_back_leaves_the_turn_where_it_was(store: Store) -> None:
    booking = here(store, starts_at=at(10))
    join(store)
    call_turn(store=store, ticket_id=None, reference=booking.reference, now=NOW)

    call_back(store=store, ticket_id=None, reference=booking.reference, now=NOW)

    line = line_of(store=store, now=NOW)
    assert (line.called, labels(store)) == ([], [booking.reference[-4:], "1"])


def test_who_is_not_here_is_not_called(store: Store) -> None:
    booking = make_booking(store)

    refused = refusal_to(call_turn, store=store, ticket_id=None, reference=booking.reference, now=NOW)

    assert refused == Refusal.WRONG_STATUS


def test_line_of_another_store_is_not_touched(store: Store) -> None:
    other = make_store("other-shop")
    ticket = join(store)

    assert refusal_to(call_turn, store=other, ticket_id=ticket.pk, reference="", now=NOW) == Refusal.WRONG_STATUS
    assert refusal_to(leave_line, store=other, ticket_id=ticket.pk, has_left=True, now=NOW) == Refusal.WRONG_STATUS


def test_who_left_is_out_of_the_line_and_may_come_back(store: Store) -> None:
    ticket = join(store)

    leave_line(store=store, ticket_id=ticket.pk, has_left=True, now=NOW)
    assert labels(store) == []
    leave_line(store=store, ticket_id=ticket.pk, has_left=False, now=NOW)
    assert labels(store) == ["1"]


# --- Afterwards -------------------------------------------------------------------------------------


def test_tickets_of_days_that_are_over_are_forgotten_and_visits_stay(store: Store, ann) -> None:
    serve(store, join(store, "Bob Test"), ann)
    join(store, "Cy Test")

    assert forget_tickets(store=store, now=NOW) == 0
    forget_old(now=NOW + timedelta(days=1))

    assert not Ticket.objects.exists()
    assert Booking.objects.count() == 1
    assert BookingEvent.objects.exists()
