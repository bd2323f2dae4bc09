from datetime import timedelta

import pytest

from booking.arrivals.line import call_back, call_turn, forget_tickets, join_line, leave_line, put_back, serve_ticket
from booking.arrivals.line_state import line_of
from booking.arrivals.steps import take_step
from booking.models import Booking, BookingEvent, Source, Status, Ticket
from booking.privacy import forget_old
from booking.refusals import BookingRefused, Refusal
from booking.reports.queries import numbers
from booking.who import Who
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
    return [turn.label for desk in line_of(store=store, now=now).desks for turn in desk.waiting]


def here(store, **fields) -> Booking:
    booking = make_booking(store, **fields)
    take_step(booking_id=booking.pk, step="check_in", who=Who.staff(None, NOW))
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
            line_of(store=store, now=NOW)

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

    call_turn(store=store, ticket_id=ticket.pk, reference="", now=NOW)

    assert [turn.label for turn in line_of(store=store, now=NOW).called] == ["1"]
    assert line_of(store=store, now=NOW + timedelta(minutes=10)).called == []


def test_newest_call_stands_first(store):
    first, second = join(store), join(store)
    call_turn(store=store, ticket_id=first.pk, reference="", now=NOW)
    call_turn(store=store, ticket_id=second.pk, reference="", now=NOW + timedelta(seconds=5))

    called = line_of(store=store, now=NOW + timedelta(seconds=6)).called
    assert [turn.label for turn in called] == ["2", "1"]


def test_call_taken_back_leaves_the_turn_where_it_was(store):
    booking = here(store, starts_at=at(10))
    join(store)
    call_turn(store=store, ticket_id=None, reference=booking.reference, now=NOW)

    call_back(store=store, ticket_id=None, reference=booking.reference, now=NOW)

    line = line_of(store=store, now=NOW)
    assert (line.called, labels(store)) == ([], [booking.reference[-4:], "1"])


def test_who_is_not_here_is_not_called(store):
    booking = make_booking(store)

    refused = refusal_to(call_turn, store=store, ticket_id=None, reference=booking.reference, now=NOW)

    assert refused == Refusal.WRONG_STATUS


def test_line_of_another_store_is_not_touched(store):
    other = make_store("other-shop")
    ticket = join(store)

    assert refusal_to(call_turn, store=other, ticket_id=ticket.pk, reference="", now=NOW) == Refusal.WRONG_STATUS
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

    line = line_of(store=store, now=NOW)
    assert ([turn.reference for turn in line.unclaimed], line.passed_on) == (
        [late.reference],
        frozenset({f"visit-{late.reference}"}),
    )
    take_step(booking_id=late.pk, step="start", who=Who.staff(ann, NOW))
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
    line = line_of(store=store, now=NOW)
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
    take_step(booking_id=booking.pk, step="complete", who=Who.staff(ann, NOW))

    assert refusal_to(put_back, store=store, ticket_id=ticket.pk, now=NOW, user=ann) == Refusal.WRONG_STATUS


def test_wait_follows_the_days_own_visits(store, ann):
    for minutes in (20, 20, 20):
        booking = make_booking(store, starts_at=at(9, 15 * Booking.objects.count()))
        take_step(booking_id=booking.pk, step="start", who=Who.staff(ann, at(9)))
        take_step(booking_id=booking.pk, step="complete", who=Who.staff(ann, at(9, minutes)))
    serve(store, join(store), ann)
    join(store)
    join(store)

    waits = [turn.wait for desk in line_of(store=store, now=NOW).desks for turn in desk.waiting]
    assert [(wait.least, wait.most) for wait in waits if wait] == [(0, 20), (20, 40)]


# --- Afterwards -------------------------------------------------------------------------------------


def test_tickets_of_days_that_are_over_are_forgotten_and_visits_stay(store, ann):
    serve(store, join(store, "Bob Test"), ann)
    join(store, "Cy Test")

    assert forget_tickets(store=store, now=NOW) == 0
    forget_old(now=NOW + timedelta(days=1))

    assert not Ticket.objects.exists()
    assert Booking.objects.count() == 1
    assert BookingEvent.objects.exists()


# --- Several desks ----------------------------------------------------------------------------------


@pytest.fixture
def two_desks() -> Store:
    return make_store("two-desks", capacity=1, desks=("team", "second"), capacity_counts="people")


def rest(store: Store, slug: str) -> Desk:
    Desk.objects.filter(store=store, slug=slug).update(is_active=False)
    return Desk.objects.get(store=store, slug=slug)


def test_line_of_a_desk_at_rest_is_somebodys(two_desks) -> None:
    tickets = [join(two_desks) for _ in range(4)]
    booking = here(two_desks, starts_at=at(10))
    resting = rest(two_desks, "second")

    line = line_of(store=two_desks, now=NOW)

    found = {turn.key for desk in line.desks for turn in desk.waiting}
    assert found == {f"visit-{booking.reference}", *(f"ticket-{ticket.pk}" for ticket in tickets)}
    assert [(desk.name, desk.is_active) for desk in line.desks] == [("Team", True), (resting.name, False)]


def test_line_of_a_desk_at_rest_is_gone_with_its_people(two_desks, ann) -> None:
    rest(two_desks, "second")

    assert [desk.is_active for desk in line_of(store=two_desks, now=NOW).desks] == [True]


def test_ticket_of_a_desk_at_rest_is_called_to_another(two_desks) -> None:
    tickets = [join(two_desks) for _ in range(2)]
    resting = rest(two_desks, "second")
    stranded = next(ticket for ticket in tickets if ticket.desk_id == resting.pk)

    call_turn(store=two_desks, ticket_id=stranded.pk, reference="", now=NOW)

    assert Ticket.objects.get(pk=stranded.pk).desk_id == Desk.objects.get(store=two_desks, slug="team").pk


def booked_at(store: Store, slug: str, starts_at=None, **fields) -> Booking:
    """Book at one desk: the others are at rest meanwhile."""
    Desk.objects.filter(store=store).exclude(slug=slug).update(is_active=False)
    booking = make_booking(store, starts_at=starts_at or at(10), phone="", source=Source.DESK, **fields)
    Desk.objects.filter(store=store).update(is_active=True)
    return booking


def fill(store: Store, starts_at) -> None:
    """Take every place that is left at a time, by people who are here."""
    for desk in store.desks.order_by("position"):
        taken = sum(Slot.objects.filter(desk=desk, starts_at=starts_at).values_list("places_taken", flat=True))
        for _ in range(desk.capacity - taken):
            visit = booked_at(store, desk.slug, starts_at)
            take_step(booking_id=visit.pk, step="check_in", who=Who.staff(None, NOW))


def test_one_unclaimed_place_lets_no_four_in() -> None:
    shop = make_store("big", capacity=4, capacity_counts="people")
    ann = make_user("bea", store=shop)
    make_booking(shop, starts_at=at(10), party_size=1)
    fill(shop, at(10))
    family = join(shop, party_size=4)

    assert refusal_to(serve, store=shop, ticket=family, user=ann) == Refusal.SLOT_FULL
    slot = Slot.objects.get(starts_at=at(10))
    assert (slot.places_taken, slot.squeezed) == (4, 0)


def test_party_has_the_unclaimed_places_that_are_enough_at_their_desk(two_desks) -> None:
    Desk.objects.filter(store=two_desks, slug="second").update(capacity=3)
    two_desks.visit_types.update(max_party_size=3)
    ann = make_user("bea", store=two_desks)
    booked_at(two_desks, "team")
    large = booked_at(two_desks, "second", party_size=2)
    fill(two_desks, at(10))

    served = serve(two_desks, join(two_desks, party_size=2), ann)

    second = Desk.objects.get(store=two_desks, slug="second")
    assert (served.desk_id, Ticket.objects.get(booking=served).passed_from_id) == (second.pk, large.pk)
    slots = Slot.objects.filter(starts_at=at(10)).order_by("desk__position")
    assert list(slots.values_list("places_taken", "squeezed")) == [(1, 0), (5, 2)]


def test_unclaimed_place_at_a_desk_at_rest_is_nobodys(two_desks) -> None:
    ann = make_user("bea", store=two_desks)
    booked_at(two_desks, "second")
    fill(two_desks, at(10))
    rest(two_desks, "second")

    assert refusal_to(serve, store=two_desks, ticket=join(two_desks), user=ann) == Refusal.SLOT_FULL


def test_manager_squeezes_in_at_the_desk_of_the_ticket(two_desks) -> None:
    ann = make_user("bea", store=two_desks)
    fill(two_desks, at(10))
    tickets = [join(two_desks) for _ in range(2)]

    served = [serve(two_desks, ticket, ann, may_squeeze_in=True) for ticket in tickets]

    assert [visit.desk_id for visit in served] == [ticket.desk_id for ticket in tickets]
    assert len({visit.desk_id for visit in served}) == 2


def test_served_put_back_and_served_again_is_one_walk_in(store, ann) -> None:
    ticket = join(store)
    for _ in range(2):
        serve(store, ticket, ann)
        put_back(store=store, ticket_id=ticket.pk, now=NOW, user=ann)
    serve(store, ticket, ann)

    counted = numbers(store=store.slug, from_date=TODAY, to_date=TODAY)

    assert (counted.sources["walk_in"], counted.total.cancelled, counted.total.came) == (1, 0, 1)
