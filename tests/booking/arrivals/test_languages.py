"""Walk-ins who ask to speak a language: let in, put into line, called and served at desks that speak it alone."""

from uuid import uuid4

import pytest
from django.contrib.auth.models import User

from booking.arrivals.line import call_turn, put_back
from booking.arrivals.line_state import line_of
from booking.arrivals.offline_actions import Tap, TapOutcome, take_tap
from booking.arrivals.walk_ins import admit_walk_in
from booking.bookings.refusals import NobodySpeaks
from booking.customer_input import QuestionAnswer
from booking.models import Booking, Source, Ticket
from booking.refusals import Refusal
from stores.models import Desk, Store
from tests.booking.arrivals.people_in_line import NOW, join, refusal_to, serve
from tests.factories import at, make_booking, make_store, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def store() -> Store:
    """Return a store where Arabic is spoken at the right desk alone."""
    store = make_store(desks=("left", "right"), capacity=1)
    Desk.objects.filter(slug="left").update(languages="fr")
    Desk.objects.filter(slug="right").update(languages="fr,ar")
    return store


@pytest.fixture
def ann(store: Store) -> User:
    return make_user("ann", store=store)


def let_in(store: Store, user: User, language: str = "ar", **more: object) -> Booking:
    return admit_walk_in(
        store=store,
        visit_type="visit",
        party_size=1,
        name="",
        language=language,
        now=NOW,
        user=user,
        **{"squeeze_in": False, **more},  # type: ignore[arg-type]
    )


def booked_at(store: Store, slug: str) -> Booking:
    """Book at one desk: the other is at rest meanwhile."""
    Desk.objects.filter(store=store).exclude(slug=slug).update(is_active=False)
    booking = make_booking(store, starts_at=at(10), phone="", source=Source.DESK)
    Desk.objects.filter(store=store).update(is_active=True)
    return booking


def called_to(store: Store, ticket: Ticket) -> str:
    call_turn(store=store, ticket_id=ticket.pk, reference="", now=NOW)
    return Ticket.objects.get(pk=ticket.pk).desk.slug


# --- Let in -----------------------------------------------------------------------------------------


def test_walk_in_is_let_in_where_their_language_is_spoken(store: Store, ann: User) -> None:
    booking = let_in(store, ann)

    assert (booking.desk.slug, booking.language) == ("right", "ar")
    assert refusal_to(let_in, store=store, user=ann) == Refusal.SLOT_FULL  # the left desk is free
    squeezed = let_in(store, ann, squeeze_in=True)
    assert squeezed.desk.slug == "right"
    assert let_in(store, ann, "fr").desk.slug == "left"


def test_a_language_that_nobody_speaks_is_said_apart_from_a_closed_store(store: Store, ann: User) -> None:
    with pytest.raises(NobodySpeaks):
        let_in(store, ann, "uk")
    Desk.objects.filter(slug="right").update(languages="")  # that one says nothing: it meets no wish
    with pytest.raises(NobodySpeaks):
        let_in(store, ann, "ar")
    store.opening_hours.all().delete()
    assert not isinstance(_refused(store, ann), NobodySpeaks)


def _refused(store: Store, user: User) -> BaseException:
    with pytest.raises(Exception, match="slot_closed") as refused:
        let_in(store, user, "ar")
    return refused.value


def test_without_a_wish_every_desk_counts(store: Store, ann: User) -> None:
    assert {let_in(store, ann, "").desk.slug for _ in range(2)} == {"left", "right"}


# --- The line ---------------------------------------------------------------------------------------


def test_ticket_waits_in_the_line_of_a_desk_that_speaks_it(store: Store) -> None:
    tickets = [join(store, language="ar") for _ in range(3)]

    assert {ticket.desk.slug for ticket in tickets} == {"right"}
    assert join(store).desk.slug == "left"
    with pytest.raises(NobodySpeaks):
        join(store, language="uk")
    assert [turn.language for desk in line_of(store=store, now=NOW).desks for turn in desk.waiting] == ["", *["ar"] * 3]


def test_ticket_is_served_where_it_is_spoken_and_put_back_with_its_wish(store: Store, ann: User) -> None:
    ticket = join(store, language="ar")

    booking = serve(store, ticket, ann)

    assert (booking.desk.slug, booking.language) == ("right", "ar")
    put_back(store=store, ticket_id=ticket.pk, now=NOW, user=ann)
    assert Ticket.objects.get().language == "ar"


def test_an_unclaimed_place_elsewhere_is_not_theirs(store: Store, ann: User) -> None:
    let_in(store, ann)
    booked_at(store, "left")

    assert refusal_to(serve, store=store, ticket=join(store, language="ar"), user=ann) == Refusal.SLOT_FULL
    assert serve(store, join(store, language="fr"), ann).desk.slug == "left"


def test_ticket_of_a_desk_at_rest_is_called_to_another_that_speaks_it(store: Store) -> None:
    Desk.objects.create(store=store, slug="third", name="Third", capacity=1, position=3, languages="ar,uk")
    ticket = join(store, language="ar")
    Desk.objects.filter(pk=ticket.desk_id).update(is_active=False)

    assert called_to(store, ticket) == {"right": "third", "third": "right"}[ticket.desk.slug]


def test_who_waits_for_a_language_that_is_spoken_no_more_is_called_and_served_all_the_same(
    store: Store, ann: User
) -> None:
    ticket = join(store, language="ar")
    Desk.objects.filter(slug="right").update(is_active=False)

    assert called_to(store, ticket) == "left"
    assert serve(store, ticket, ann).desk.slug == "left"


# --- A tablet ---------------------------------------------------------------------------------------


def tap(step: str, **more: object) -> Tap:
    return Tap(uuid4(), step, NOW, visit_type="visit", language="ar", **more)  # type: ignore[arg-type]


def test_taps_take_the_language_and_the_answers(store: Store, ann: User) -> None:
    asked = QuestionAnswer("Which bike?", "A red one")

    found = take_tap(store=store, tap=tap("walk_in", answers=(asked,)), now=NOW, user=ann, is_manager=False)

    booking = Booking.objects.get(reference=found.reference)
    assert (booking.desk.slug, booking.language) == ("right", "ar")
    assert booking.answers == [{"question": "Which bike?", "answer": "A red one"}]
    take_tap(store=store, tap=tap("ticket"), now=NOW, user=ann, is_manager=False)
    ticket = Ticket.objects.get()
    assert (ticket.desk.slug, ticket.language) == ("right", "ar")


@pytest.mark.parametrize("step", ["walk_in", "ticket"])
def test_tap_says_that_nobody_speaks_it(store: Store, ann: User, step: str) -> None:
    Desk.objects.filter(slug="right").update(languages="fr")

    found = take_tap(store=store, tap=tap(step), now=NOW, user=ann, is_manager=True)

    assert (found.result, found.reason) == (TapOutcome.CONFLICT, "not_spoken")
    assert not Booking.objects.exists()
    assert not Ticket.objects.exists()
