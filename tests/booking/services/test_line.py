from datetime import timedelta

import pytest

from booking.line import line_of
from booking.models import Booking, BookingEvent, Status, Ticket
from booking.policy import BookingRefused, Refusal
from booking.services.arrivals import step
from booking.services.line import call, call_back, forget_tickets, join_line, leave_line, put_back, serve_ticket
from booking.services.privacy import forget_old
from stores.models import Desk, LineShows, Slot, Store, StoreDay
from tests.factories import at, make_booking, make_store, make_user

pytestmark = pytest.mark.django_db
NOW = at(10, 12)
TODAY = NOW.date()


@pytest.fixture
def store() -> Store:
    return make_store(capacity=1)


@pytest.fixture
def ann(store):
    return make_user("ann", store=store)


def join(store, name="", **fields) -> Ticket:
    return join_line(store=store, **{"visit_type": "visit", "party_size": 1, "name": name, "now": NOW, **fields})


def serve(store, ticket, user, *, now=NOW, may_squeeze_in=False) -> Booking:
    return serve_ticket(store=store, ticket_id=ticket.pk, now=now, user=user, may_squeeze_in=may_squeeze_in)


def refusal_to(act, **arguments) -> Refusal:
    with pytest.raises(BookingRefused) as refused:
        act(**arguments)
    return refused.value.reason


def labels(store, now=NOW):
    return [turn.label for desk in line_of(store=store, date=TODAY, now=now).desks for turn in desk.waiting]


def here(store, **fields) -> Booking:
    booking = make_booking(store, **fields)
    step(booking_id=booking.pk, step="check_in", now=NOW, user=None)
    return booking


# --- Joining ----------------------------------------------------------------------------------------


def test_tickets_are_numbered_from_one_each_day(store):
    assert [join(store).number, join(store).number] == [1, 2]
    assert join(store, now=NOW + timedelta(days=1)).number == 1


def test_joining_takes_no_place_and_tells_the_day(store):
    join(store)

    assert not Slot.objects.filter(places_taken__gt=0).exists()
    assert StoreDay.objects.get(date=TODAY).version > 0


def test_shortest_line_is_joined(store):
    second = Desk.objects.create(store=store, slug="second", name="Second", capacity=1, position=1)
    desks = [join(store).desk_id for _ in range(4)]

    assert sorted(desks) == sorted([store.desks.exclude(pk=second.pk).get().pk, second.pk] * 2)


@pytest.mark.parametrize("people", [0, 99])
def test_party_that_no_visit_has_is_refused(store, people):
    assert refusal_to(join, store=store, party_size=people) == Refusal.PARTY_TOO_LARGE


# --- The order --------------------------------------------------------------------------------------


def test_who_booked_is_called_first_at_their_time(store):
    join(store)
    due = here(store, name="Ada Test", starts_at=at(10))

    assert labels(store) == [due.reference[-4:], "1"]


def test_first_names_are_shown_where_the_store_says_so_and_never_more(store):
    Store.objects.update(line_shows=LineShows.FIRST_NAME)
    store.refresh_from_db()
    here(store, name="Ada Mary Test", starts_at=at(10))
    join(store, "Bob Test")
    join(store)

    assert labels(store) == ["Ada", "Bob", "2"]


def test_line_costs_the_same_for_one_and_for_many(store, django_assert_num_queries):
    def statements():
        with django_assert_num_queries(3):
            line_of(store=store, date=TODAY, now=NOW)

    here(store, starts_at=at(10))
    join(store)
    statements()
    for number in range(3):
        here(store, starts_at=at(11, 15 * number))
        join(store)
    statements()


# --- Calling ----------------------------------------------------------------------------------------


def test_call_stands_on_the_screen_for_ten_minutes(store):
    ticket = join(store)

    call(store=store, ticket_id=ticket.pk, reference="", now=NOW)

    assert [turn.label for turn in line_of(store=store, date=TODAY, now=NOW).called] == ["1"]
    assert line_of(store=store, date=TODAY, now=NOW + timedelta(minutes=10)).called == []


def test_newest_call_stands_first(store):
    first, second = join(store), join(store)
    call(store=store, ticket_id=first.pk, reference="", now=NOW)
    call(store=store, ticket_id=second.pk, reference="", now=NOW + timedelta(seconds=5))

    called = line_of(store=store, date=TODAY, now=NOW + timedelta(seconds=6)).called
    assert [turn.label for turn in called] == ["2", "1"]


def test_call_taken_back_leaves_the_turn_where_it_was(store):
    booking = here(store, starts_at=at(10))
    join(store)
    call(store=store, ticket_id=None, reference=booking.reference, now=NOW)

    call_back(store=store, ticket_id=None, reference=booking.reference, now=NOW)

    line = line_of(store=store, date=TODAY, now=NOW)
    assert (line.called, labels(store)) == ([], [booking.reference[-4:], "1"])


def test_who_is_not_here_is_not_called(store):
    booking = make_booking(store)

    refused = refusal_to(call, store=store, ticket_id=None, reference=booking.reference, now=NOW)

    assert refused == Refusal.WRONG_STATUS


def test_line_of_another_store_is_not_touched(store):
    other = make_store("other-shop")
    ticket = join(store)

    assert refusal_to(call, store=other, ticket_id=ticket.pk, reference="", now=NOW) == Refusal.WRONG_STATUS
    assert refusal_to(leave_line, store=other, ticket_id=ticket.pk, has_left=True, now=NOW) == Refusal.WRONG_STATUS


def test_who_left_is_out_of_the_line_and_may_come_back(store):
    ticket = join(store)

    leave_line(store=store, ticket_id=ticket.pk, has_left=True, now=NOW)
    assert labels(store) == []
    leave_line(store=store, ticket_id=ticket.pk, has_left=False, now=NOW)
    assert labels(store) == ["1"]


# --- Serving ----------------------------------------------------------------------------------------


def test_ticket_is_served_in_a_free_place(store, ann):
    booking = serve(store, join(store, "Bob Test"), ann)

    assert (booking.status, booking.source, booking.name) == (Status.IN_SERVICE, "walk_in", "Bob Test")
    assert Slot.objects.get(starts_at=at(10)).places_taken == 1
    assert labels(store) == []


def test_no_place_and_nothing_unclaimed_means_waiting(store, ann):
    here(store, starts_at=at(10))
    ticket = join(store)

    with pytest.raises(BookingRefused) as refused:
        serve(store, ticket, ann)

    assert refused.value.reason == Refusal.SLOT_FULL
    assert labels(store) == [Booking.objects.get().reference[-4:], "1"]


def test_manager_may_serve_all_the_same(store, ann):
    here(store, starts_at=at(10))

    assert serve(store, join(store), ann, may_squeeze_in=True).status == Status.IN_SERVICE


def test_place_is_passed_on_after_ten_minutes_visibly_and_who_comes_late_is_served(store, ann):
    late = make_booking(store, starts_at=at(10))
    ticket = join(store)
    with pytest.raises(BookingRefused):
        serve(store, ticket, ann, now=at(10, 9))

    serve(store, ticket, ann, now=at(10, 10))

    line = line_of(store=store, date=TODAY, now=NOW)
    assert ([turn.reference for turn in line.unclaimed], line.passed_on) == (
        [late.reference],
        {f"visit-{late.reference}"},
    )
    step(booking_id=late.pk, step="start", now=NOW, user=ann)
    late.refresh_from_db()
    assert late.status == Status.IN_SERVICE
    slot = Slot.objects.get(starts_at=at(10))
    assert (slot.places_taken, slot.squeezed) == (2, 1)


def test_one_place_is_passed_on_once(store, ann):
    make_booking(store, starts_at=at(10))
    first, second = join(store), join(store)
    serve(store, first, ann)

    with pytest.raises(BookingRefused) as refused:
        serve(store, second, ann)

    assert refused.value.reason == Refusal.SLOT_FULL


def test_served_by_mistake_is_put_back_with_the_place_given_back(store, ann):
    make_booking(store, starts_at=at(10))
    ticket = join(store, "Bob Test")
    booking = serve(store, ticket, ann)

    put_back(store=store, ticket_id=ticket.pk, now=NOW, user=ann)

    booking.refresh_from_db()
    slot = Slot.objects.get(starts_at=at(10))
    assert (booking.status, slot.places_taken) == (Status.CANCELLED, 1)
    line = line_of(store=store, date=TODAY, now=NOW)
    assert (labels(store), line.passed_on) == (["1"], frozenset())
    assert serve(store, ticket, ann).status == Status.IN_SERVICE


def test_ticket_is_served_once(store, ann):
    ticket = join(store)
    serve(store, ticket, ann)

    with pytest.raises(BookingRefused) as refused:
        serve(store, ticket, ann)

    assert refused.value.reason == Refusal.WRONG_STATUS
    assert Booking.objects.count() == 1


def test_visit_that_is_over_is_not_put_back(store, ann):
    ticket = join(store)
    booking = serve(store, ticket, ann)
    step(booking_id=booking.pk, step="complete", now=NOW, user=ann)

    assert refusal_to(put_back, store=store, ticket_id=ticket.pk, now=NOW, user=ann) == Refusal.WRONG_STATUS


def test_wait_follows_the_days_own_visits(store, ann):
    for minutes in (20, 20, 20):
        booking = make_booking(store, starts_at=at(9, 15 * Booking.objects.count()))
        step(booking_id=booking.pk, step="start", now=at(9), user=ann)
        step(booking_id=booking.pk, step="complete", now=at(9, minutes), user=ann)
    serve(store, join(store), ann)
    join(store)
    join(store)

    waits = [turn.wait for desk in line_of(store=store, date=TODAY, now=NOW).desks for turn in desk.waiting]
    assert [(wait.least, wait.most) for wait in waits if wait] == [(0, 20), (20, 40)]


# --- Afterwards -------------------------------------------------------------------------------------


def test_tickets_of_days_that_are_over_are_forgotten_and_visits_stay(store, ann):
    serve(store, join(store, "Bob Test"), ann)
    join(store, "Cy Test")

    assert forget_tickets(store_id=store.pk, today=TODAY, now=NOW) == 0
    forget_old(now=NOW + timedelta(days=1))

    assert not Ticket.objects.exists()
    assert Booking.objects.count() == 1
    assert BookingEvent.objects.exists()
