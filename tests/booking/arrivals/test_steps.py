from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction

from booking.arrivals.steps import take_step, undo_step
from booking.arrivals.walk_ins import admit_walk_in
from booking.bookings.audit import differences
from booking.bookings.lifecycle import cancel_booking, cancel_locked
from booking.models import BookingEvent, Status
from booking.refusals import BookingRefused, Refusal
from booking.who import Who
from stores.models import Slot
from tests.factories import NOW, at, make_booking, make_store, make_user

pytestmark = pytest.mark.django_db


def refused(call, **kwargs):
    with pytest.raises(BookingRefused) as refusal:
        call(**kwargs)
    return refusal.value


@pytest.fixture
def visit():
    store = make_store()
    return make_booking(store), make_user(store=store)


def test_a_visit_goes_through_all_its_steps(visit) -> None:
    booking, user = visit

    steps: tuple[tuple[str, int, Status], ...] = (
        ("check_in", 0, Status.CHECKED_IN),
        ("start", 5, Status.IN_SERVICE),
        ("complete", 20, Status.COMPLETED),
    )
    for name, minute, status in steps:
        booking = take_step(booking_id=booking.pk, step=name, who=Who.staff(user, at(10, minute)))
        assert booking.status == status

    assert (booking.checked_in_at, booking.started_at, booking.completed_at) == (at(10), at(10, 5), at(10, 20))


def test_undo_takes_the_steps_back_one_by_one(visit) -> None:
    booking, user = visit
    take_step(booking_id=booking.pk, step="start", who=Who.staff(user, at(10)))
    take_step(booking_id=booking.pk, step="complete", who=Who.staff(user, at(10, 10)))

    first = undo_step(booking_id=booking.pk, who=Who.staff(user, at(10, 11)))
    assert (first.status, first.completed_at, first.started_at) == (Status.IN_SERVICE, None, at(10))
    second = undo_step(booking_id=booking.pk, who=Who.staff(user, at(10, 12)))
    assert (second.status, second.started_at, second.checked_in_at) == (Status.CONFIRMED, None, None)
    third = refused(undo_step, booking_id=booking.pk, who=Who.staff(user, at(10, 13)))
    assert third.reason == Refusal.WRONG_STATUS


def test_undo_another_day_is_refused(visit) -> None:
    booking, user = visit
    take_step(booking_id=booking.pk, step="check_in", who=Who.staff(user, at(10)))

    assert (
        refused(undo_step, booking_id=booking.pk, who=Who.staff(user, at(0, 1, day=25))).reason == Refusal.WRONG_STATUS
    )


@pytest.mark.parametrize("moment", [at(23, 59, day=23), at(0, 0, day=25)])
def test_check_in_is_for_the_day_of_the_visit(visit, moment) -> None:
    booking, user = visit

    refusal = refused(take_step, booking_id=booking.pk, step="check_in", who=Who.staff(user, moment))

    assert (refusal.reason, refusal.booking.status) == (Refusal.WRONG_STATUS, Status.CONFIRMED)


def test_check_in_is_open_all_of_that_day(visit) -> None:
    booking, user = visit

    assert take_step(booking_id=booking.pk, step="check_in", who=Who.staff(user, at(0, 0))).status == Status.CHECKED_IN


def test_no_show_waits_for_the_start(visit) -> None:
    booking, user = visit

    assert (
        refused(take_step, booking_id=booking.pk, step="no_show", who=Who.staff(user, at(9, 59))).reason
        == "wrong_status"
    )
    assert take_step(booking_id=booking.pk, step="no_show", who=Who.staff(user, at(10))).status == Status.NO_SHOW
    assert undo_step(booking_id=booking.pk, who=Who.staff(user, at(10, 1))).status == Status.CONFIRMED


def test_the_same_action_sent_again_changes_nothing(visit) -> None:
    booking, user = visit
    action_id = uuid4()
    take_step(booking_id=booking.pk, step="check_in", who=Who.staff(user, at(10)), action_id=action_id)
    undo_step(booking_id=booking.pk, who=Who.staff(user, at(10, 1)), action_id=uuid4())

    again = take_step(booking_id=booking.pk, step="check_in", who=Who.staff(user, at(10, 2)), action_id=action_id)

    assert again.status == Status.CONFIRMED
    assert BookingEvent.objects.filter(booking=booking).count() == 3


def test_a_tap_made_offline_counts_when_it_was_made(visit) -> None:
    booking, user = visit

    late = take_step(
        booking_id=booking.pk, step="check_in", who=Who.staff(user, at(0, 10, day=25)), happened_at=at(10, 2)
    )

    assert late.checked_in_at == at(10, 2)


def test_a_tablets_clock_ahead_of_ours_counts_as_now(visit) -> None:
    booking, user = visit

    early = take_step(
        booking_id=booking.pk, step="check_in", who=Who.staff(user, at(10)), happened_at=at(10) + timedelta(hours=2)
    )

    assert early.checked_in_at == at(10)


def test_a_cancelled_visit_cannot_be_checked_in(visit) -> None:
    booking, user = visit
    cancel_booking(booking_id=booking.pk, who=Who.customer(NOW))

    refusal = refused(take_step, booking_id=booking.pk, step="check_in", who=Who.staff(user, at(10)))

    assert refusal.booking.status == Status.CANCELLED


def walk_in(store, user, **changes):
    values = {"visit_type": "visit", "party_size": 1, "name": "Bea Test", "squeeze_in": False, "now": at(10, 7)}
    return admit_walk_in(store=store, user=user, **{**values, **changes})


def test_walk_in_takes_a_place_of_the_slot_running_now() -> None:
    store = make_store()
    user = make_user(store=store)

    booking = walk_in(store, user)

    assert (booking.status, booking.starts_at, booking.source) == (Status.CHECKED_IN, at(10), "walk_in")
    assert Slot.objects.get().places_taken == 1
    assert undo_step(booking_id=booking.pk, who=Who.staff(user, at(10, 8))).status == Status.CONFIRMED


def test_walk_in_into_a_full_slot_is_squeezed_in_only_knowingly() -> None:
    store = make_store(capacity=1)
    user = make_user(store=store)
    walk_in(store, user)

    assert refused(walk_in, store=store, user=user).reason == Refusal.SLOT_FULL
    assert walk_in(store, user, squeeze_in=True).status == Status.CHECKED_IN
    slot = Slot.objects.get()
    assert (slot.places_taken, slot.squeezed) == (2, 1)


def test_a_place_squeezed_in_is_not_sold_again_when_given_back() -> None:
    store = make_store(capacity=1)
    user = make_user(store=store)
    make_booking(store)
    squeezed = walk_in(store, user, squeeze_in=True)

    undo_step(booking_id=squeezed.pk, who=Who.staff(user, at(10, 8)))
    cancel_booking(booking_id=squeezed.pk, who=Who.staff(user, at(10, 9)))

    slot = Slot.objects.get()
    assert (slot.places_taken, slot.squeezed) == (1, 0)


def test_walk_in_while_closed_is_refused() -> None:
    store = make_store()

    assert refused(walk_in, store=store, user=make_user(store=store), now=at(13)).reason == Refusal.SLOT_CLOSED


def test_walk_in_near_closing_takes_what_is_left() -> None:
    store = make_store()

    booking = walk_in(store, make_user(store=store), visit_type="advice", now=at(11, 50))

    assert (booking.starts_at, booking.ends_at) == (at(11, 45), at(12))


def test_undo_never_brings_back_a_visit_that_was_cancelled_since(visit) -> None:
    """Put back into the line, a visit is cancelled and its place given back: it has none to come back to."""
    booking, user = visit
    booking = take_step(booking_id=booking.pk, step="start", who=Who.staff(user, at(10, 5)))
    with transaction.atomic():
        cancel_locked(booking, who=Who.staff(user, at(10, 6)), tell=False)

    assert refused(undo_step, booking_id=booking.pk, who=Who.staff(user, at(10, 7))).reason == Refusal.WRONG_STATUS
    booking.refresh_from_db()
    assert booking.status == Status.CANCELLED
    assert list(differences(now=NOW)) == []
