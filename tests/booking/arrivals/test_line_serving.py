"""Serving people from the line: in free places, in unclaimed ones, at one desk of several."""

import pytest

from booking.arrivals.line import call_turn, put_back
from booking.arrivals.line_state import line_of
from booking.arrivals.steps import take_step
from booking.models import Booking, Source, Status, Ticket
from booking.refusals import BookingRefused, Refusal
from booking.reports.queries import store_report
from booking.who import Who
from stores.models import Desk, Slot, Store
from tests.booking.arrivals.people_in_line import NOW, TODAY, here, join, labels, refusal_to, serve
from tests.factories import at, make_booking, make_store, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def store() -> Store:
    return make_store(capacity=1)


@pytest.fixture
def ann(store):
    return make_user("ann", store=store)


# --- Serving ----------------------------------------------------------------------------------------


def test_ticket_is_served_in_a_free_place(store: Store, ann) -> None:
    booking = serve(store, join(store, "Bob Test"), ann)

    assert (booking.status, booking.source, booking.name) == (Status.IN_SERVICE, "walk_in", "Bob Test")
    assert Slot.objects.get(starts_at=at(10)).places_taken == 1
    assert labels(store) == []


def test_no_place_and_nothing_unclaimed_means_waiting(store: Store, ann) -> None:
    here(store, starts_at=at(10))
    ticket = join(store)

    with pytest.raises(BookingRefused) as refused:
        serve(store, ticket, ann)

    assert refused.value.reason == Refusal.SLOT_FULL
    assert labels(store) == [Booking.objects.get().reference[-4:], "1"]


def test_manager_may_serve_all_the_same(store: Store, ann) -> None:
    here(store, starts_at=at(10))

    assert serve(store, join(store), ann, may_squeeze_in=True).status == Status.IN_SERVICE


def test_place_is_passed_on_after_ten_minutes_visibly_and_who_comes_late_is_served(store: Store, ann) -> None:
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


def test_one_place_is_passed_on_once(store: Store, ann) -> None:
    make_booking(store, starts_at=at(10))
    first, second = join(store), join(store)
    serve(store, first, ann)

    with pytest.raises(BookingRefused) as refused:
        serve(store, second, ann)

    assert refused.value.reason == Refusal.SLOT_FULL


def test_served_by_mistake_is_put_back_with_the_place_given_back(store: Store, ann) -> None:
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


def test_ticket_is_served_once(store: Store, ann) -> None:
    ticket = join(store)
    serve(store, ticket, ann)

    with pytest.raises(BookingRefused) as refused:
        serve(store, ticket, ann)

    assert refused.value.reason == Refusal.WRONG_STATUS
    assert Booking.objects.count() == 1


def test_visit_that_is_over_is_not_put_back(store: Store, ann) -> None:
    ticket = join(store)
    booking = serve(store, ticket, ann)
    take_step(booking_id=booking.pk, step="complete", who=Who.staff(ann, NOW))

    assert refusal_to(put_back, store=store, ticket_id=ticket.pk, now=NOW, user=ann) == Refusal.WRONG_STATUS


def test_wait_follows_the_days_own_visits(store: Store, ann) -> None:
    for minutes in (20, 20, 20):
        booking = make_booking(store, starts_at=at(9, 15 * Booking.objects.count()))
        take_step(booking_id=booking.pk, step="start", who=Who.staff(ann, at(9)))
        take_step(booking_id=booking.pk, step="complete", who=Who.staff(ann, at(9, minutes)))
    serve(store, join(store), ann)
    join(store)
    join(store)

    waits = [turn.wait for desk in line_of(store=store, now=NOW).desks for turn in desk.waiting]
    assert [(wait.least, wait.most) for wait in waits if wait] == [(0, 20), (20, 40)]


# --- Several desks ----------------------------------------------------------------------------------


@pytest.fixture
def two_desks() -> Store:
    return make_store("two-desks", capacity=1, desks=("team", "second"), capacity_counts="people")


def rest(store: Store, slug: str) -> Desk:
    Desk.objects.filter(store=store, slug=slug).update(is_active=False)
    return Desk.objects.get(store=store, slug=slug)


def test_line_of_a_desk_at_rest_is_somebodys(two_desks: Store) -> None:
    tickets = [join(two_desks) for _ in range(4)]
    booking = here(two_desks, starts_at=at(10))
    resting = rest(two_desks, "second")

    line = line_of(store=two_desks, now=NOW)

    found = {turn.key for desk in line.desks for turn in desk.waiting}
    assert found == {f"visit-{booking.reference}", *(f"ticket-{ticket.pk}" for ticket in tickets)}
    assert [(desk.name, desk.is_active) for desk in line.desks] == [("Team", True), (resting.name, False)]


def test_line_of_a_desk_at_rest_is_gone_with_its_people(two_desks: Store, ann) -> None:
    rest(two_desks, "second")

    assert [desk.is_active for desk in line_of(store=two_desks, now=NOW).desks] == [True]


def test_ticket_of_a_desk_at_rest_is_called_to_another(two_desks: Store) -> None:
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


def test_party_has_the_unclaimed_places_that_are_enough_at_their_desk(two_desks: Store) -> None:
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


def test_unclaimed_place_at_a_desk_at_rest_is_nobodys(two_desks: Store) -> None:
    ann = make_user("bea", store=two_desks)
    booked_at(two_desks, "second")
    fill(two_desks, at(10))
    rest(two_desks, "second")

    assert refusal_to(serve, store=two_desks, ticket=join(two_desks), user=ann) == Refusal.SLOT_FULL


def test_unclaimed_place_of_another_kind_is_nobodys_where_as_many_go_on_as_may_at_once(two_desks: Store) -> None:
    ann = make_user("bea", store=two_desks)
    two_desks.visit_types.filter(slug="visit").update(most_at_once=1)
    make_booking(two_desks, starts_at=at(10), visit_type="advice")
    at_the_machine = here(two_desks, starts_at=at(10), phone="+33612345602")
    ticket = join(two_desks)

    assert refusal_to(serve, store=two_desks, ticket=ticket, user=ann) == Refusal.SLOT_FULL
    Booking.objects.filter(pk=at_the_machine.pk).update(status=Status.CANCELLED)
    assert serve(two_desks, ticket, ann).status == Status.IN_SERVICE


def test_manager_squeezes_in_at_the_desk_of_the_ticket(two_desks: Store) -> None:
    ann = make_user("bea", store=two_desks)
    fill(two_desks, at(10))
    tickets = [join(two_desks) for _ in range(2)]

    served = [serve(two_desks, ticket, ann, may_squeeze_in=True) for ticket in tickets]

    assert [visit.desk_id for visit in served] == [ticket.desk_id for ticket in tickets]
    assert len({visit.desk_id for visit in served}) == 2


def test_served_put_back_and_served_again_is_one_walk_in(store: Store, ann) -> None:
    ticket = join(store)
    for _ in range(2):
        serve(store, ticket, ann)
        put_back(store=store, ticket_id=ticket.pk, now=NOW, user=ann)
    serve(store, ticket, ann)

    counted = store_report(store=store, from_date=TODAY, to_date=TODAY)

    assert (counted.sources["walk_in"], counted.total.cancelled, counted.total.came) == (1, 0, 1)
