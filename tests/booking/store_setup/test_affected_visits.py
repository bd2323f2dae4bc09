"""After any change of hours, slots, desks or rules each visit, hold, offer and kept time fits, or was decided upon."""

from datetime import date, time, timedelta

import pytest

from booking.bookings.lifecycle import cancel_booking
from booking.bookings.offered_place import take_offer
from booking.bookings.rebooking import cancel_unanswered, kept_times
from booking.customer_input import CustomerDetails
from booking.message_kinds import Kind
from booking.models import Booking, Hold, Source, Status, WaitingListEntry, WaitingStatus
from booking.refusals import Refusal
from booking.store_setup.affected_visits import AffectedResolution
from booking.store_setup.hours_changes import (
    change_opening_hours,
    change_special_hours,
)
from booking.tokens import hold_token
from booking.waiting_list.entries import join_waiting_list
from booking.waiting_list.offers import offer_places
from booking.who import Who
from notifications.models import OutboxMessage, State
from stores.hours import WeeklyInterval
from stores.models import Slot
from tests.booking.store_setup.hours_edits import (
    SECOND,
    TUESDAY,
    affected_of,
    book_held,
    books_are_right,
    close_day,
    desk,
    keep_place,
    make_desk,
    open_day,
    refusal,
    reread,
    slots,
)
from tests.factories import NOW, at, make_booking, make_store, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def store():
    return make_store()


@pytest.fixture
def user(store):
    return make_user(store=store)


def week(*intervals: tuple[time, time]) -> list[WeeklyInterval]:
    return [WeeklyInterval(day, *interval) for day in range(6) for interval in intervals]


# --- Holds and offers ----------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["day", "week", "slot", "no_place", "desk"])
def test_hold_is_refused_as_closed_once_its_time_is(store, user, how) -> None:
    make_desk(store)
    token = keep_place(store, desk="main")
    if how == "day":
        close_day(store, user)
    elif how == "week":
        change_opening_hours(store_id=store.pk, weekly=[], then=None, now=NOW, user=user)
    elif how == "slot":
        slots(store, user, closed=True)
    elif how == "no_place":
        slots(store, user, capacity=0)
    else:
        close_day(store, user)
        desk(store, user, is_active=False)

    assert refusal(book_held, store, token) == Refusal.SLOT_CLOSED
    assert not Hold.objects.exists()
    assert books_are_right()


def test_hold_that_ran_out_or_never_was_is_refused_as_such(store) -> None:
    token = keep_place(store)
    late = NOW + timedelta(minutes=6)
    assert refusal(book_held, store, token, now=late) == Refusal.HOLD_EXPIRED
    assert refusal(book_held, store, "no token of ours", at(12)) == Refusal.HOLD_EXPIRED


def test_hold_elsewhere_on_the_day_stays(store, user) -> None:
    token = keep_place(store, at(11))
    slots(store, user, closed=True)
    assert book_held(store, token, at(11)).status == Status.CONFIRMED


def test_offered_place_is_taken_back_with_its_day_and_the_customer_waits_on(store, user) -> None:
    store.desks.update(capacity=1)
    full = [make_booking(store, starts_at=at(10), phone="", source=Source.PHONE)]
    entry = join_list(store)
    change_opening_hours(store_id=store.pk, weekly=week((time(10), time(10, 15))), then=None, now=NOW, user=user)
    cancel_booking(booking_id=full[0].pk, who=Who.staff(None, NOW))
    assert offer_places(store_id=store.pk, now=NOW) == 1
    token = hold_token(Hold.objects.get().public_id)

    close_day(store, user)

    entry.refresh_from_db()
    assert (entry.status, entry.missed_offers, entry.known_starts) == (WaitingStatus.WAITING, 0, [])
    assert refusal(book_held, store, token) == Refusal.SLOT_CLOSED
    assert refusal(take_offer, entry=entry, now=NOW) == Refusal.SLOT_CLOSED
    assert not OutboxMessage.objects.filter(kind=Kind.PLACE_OFFERED, state=State.DUE).exists()
    assert offer_places(store_id=store.pk, now=NOW) == 0
    open_day(store, user)
    assert offer_places(store_id=store.pk, now=NOW) == 1
    assert books_are_right()


def join_list(store) -> WaitingListEntry:
    return join_waiting_list(
        store=store.slug,
        visit_type="visit",
        from_date=TUESDAY,
        to_date=TUESDAY,
        party_size=1,
        customer=CustomerDetails(name="Bea Test", email="bea@example.org", phone=SECOND),
        source=Source.API,
        now=NOW,
    )


def test_hold_that_ran_out_makes_no_visit_affected(store, user) -> None:
    store.desks.update(capacity=3)
    make_booking(store)
    make_booking(store, phone=SECOND)
    keep_place(store)
    later = NOW + timedelta(minutes=7)

    assert slots(store, user, capacity=2, now=later).affected == ()
    assert Slot.objects.get().places_taken == 2
    assert books_are_right(later)


def test_live_hold_gives_way_before_any_visit(store, user) -> None:
    store.desks.update(capacity=3)
    token = keep_place(store)
    make_booking(store)
    make_booking(store, phone=SECOND)

    assert slots(store, user, capacity=2).affected == ()
    assert refusal(book_held, store, token) == Refusal.HOLD_EXPIRED
    assert (Slot.objects.get().places_taken, Slot.objects.get().squeezed) == (2, 0)


# --- Visits kept before ---------------------------------------------------------------------------


def test_visit_kept_outside_the_hours_is_not_passed_over_by_a_later_closing(store, user) -> None:
    early, late = make_booking(store, starts_at=at(10)), make_booking(store, starts_at=at(18), phone=SECOND)
    shorter = {"date": TUESDAY, "intervals": [(time(9), time(17))], "now": NOW, "user": user}
    change_special_hours(store_id=store.pk, then=AffectedResolution.KEEP, **shorter)

    assert affected_of(close_day, store, user) == [early, late]
    close_day(store, user, then=AffectedResolution.CANCEL)

    assert not Booking.objects.exclude(status=Status.CANCELLED).exists()
    assert books_are_right()


def test_same_hours_once_more_ask_nothing_and_longer_ones_neither(store, user) -> None:
    make_booking(store, starts_at=at(18))
    for intervals in ([(time(9), time(12))], [(time(9), time(12))], [(time(9), time(13))]):
        change_special_hours(
            store_id=store.pk, date=TUESDAY, intervals=intervals, then=AffectedResolution.KEEP, now=NOW, user=user
        )
    change = change_special_hours(
        store_id=store.pk, date=TUESDAY, intervals=[(time(8), time(14))], then=None, now=NOW, user=user
    )
    assert change.affected == ()


def test_visit_kept_in_a_closed_slot_is_asked_about_when_more_is_closed(store, user) -> None:
    kept = make_booking(store)
    slots(store, user, closed=True, then=AffectedResolution.KEEP)
    assert slots(store, user, closed=True).affected == ()
    assert slots(store, user, from_at=at(11), to_at=at(12), closed=True).affected == ()
    assert affected_of(slots, store, user, from_at=at(9), to_at=at(12), closed=True) == [kept]


def test_visit_of_a_desk_at_rest_is_asked_about_when_the_day_is_closed(store, user) -> None:
    make_desk(store)
    kept = make_booking(store)
    assert affected_of(desk, store, user, is_active=False) == [kept]
    desk(store, user, is_active=False, then=AffectedResolution.KEEP)
    assert affected_of(close_day, store, user) == [kept]


# --- Other times ----------------------------------------------------------------------------------


def test_opening_again_takes_the_question_back_and_tells_who_was_asked(store, user) -> None:
    booking = make_booking(store)
    before = state_of(booking)
    close_day(store, user, then=AffectedResolution.OFFER)
    OutboxMessage.objects.filter(kind=Kind.CHANGE).update(state=State.SENT, attempted_at=NOW)
    assert Booking.objects.get().answer_until is not None

    open_day(store, user)

    assert state_of(booking) == before
    assert not Hold.objects.exists()
    told = OutboxMessage.objects.get(kind=Kind.CHANGE, state=State.DUE)
    assert told.offset.startswith("hours-")
    assert cancel_unanswered(now=NOW + timedelta(days=1)) == 0
    assert books_are_right()


def state_of(booking: Booking) -> tuple[object, ...]:
    booking.refresh_from_db()
    reminders = OutboxMessage.objects.filter(subject=booking.reference, kind=Kind.REMINDER).order_by("offset")
    due = tuple(reminders.values_list("offset", "due_at", "state"))
    return booking.status, booking.answer_until, booking.starts_at, booking.sequence, due


def test_question_that_never_left_is_taken_back_without_a_word(store, user) -> None:
    make_booking(store)
    slots(store, user, closed=True, then=AffectedResolution.OFFER)
    slots(store, user, closed=False)
    assert not OutboxMessage.objects.filter(kind=Kind.CHANGE, state=State.DUE).exists()
    assert Booking.objects.get().answer_until is None


def test_another_change_elsewhere_leaves_the_question(store, user) -> None:
    make_booking(store)
    slots(store, user, closed=True, then=AffectedResolution.OFFER)
    close_day(store, user, day=date(2026, 11, 27))
    assert Booking.objects.get().answer_until is not None
    assert Hold.objects.count() == 3


def test_places_given_back_take_the_question_back_too(store, user) -> None:
    make_booking(store)
    make_booking(store, phone=SECOND)
    slots(store, user, capacity=1, then=AffectedResolution.OFFER)
    assert Booking.objects.filter(answer_until__isnull=False).count() == 1
    slots(store, user, capacity=2)
    assert not Booking.objects.filter(answer_until__isnull=False).exists()
    assert not Hold.objects.exists()
    assert books_are_right()


def test_kept_times_on_a_day_closed_since_are_taken_back_and_somebody_decides_anew(store, user) -> None:
    asked = make_booking(store)
    wednesday = date(2026, 11, 25)
    close_day(store, user, then=AffectedResolution.OFFER)
    days = {one.starts_at.astimezone(at(9).tzinfo).date() for one in kept_times(reread(asked), now=NOW)}
    assert days <= {date(2026, 11, 23), wednesday}
    for day in sorted(days)[:-1]:
        close_day(store, user, day=day)  # others are left: the question stands

    assert affected_of(close_day, store, user, day=max(days)) == [asked]
    close_day(store, user, day=max(days), then=AffectedResolution.OFFER)

    times = kept_times(reread(asked), now=NOW)
    assert len(times) == 3
    assert not {one.starts_at.astimezone(at(9).tzinfo).date() for one in times} & {*days, TUESDAY}
    assert reread(asked).answer_until == max(one.expires_at for one in times)
    assert OutboxMessage.objects.filter(kind=Kind.CHANGE, state=State.DUE).count() == 1
    assert books_are_right()


@pytest.mark.parametrize(
    ("then", "status"), [(AffectedResolution.CANCEL, "cancelled"), (AffectedResolution.KEEP, "confirmed")]
)
def test_newer_decision_holds_for_who_was_asked(store, user, then, status) -> None:
    asked = make_booking(store, starts_at=at(18))
    change_special_hours(
        store_id=store.pk,
        date=TUESDAY,
        intervals=[(time(9), time(12))],
        then=AffectedResolution.OFFER,
        now=NOW,
        user=user,
    )
    close_day(store, user, then=then)
    assert (reread(asked).status, reread(asked).answer_until) == (status, None)
    assert not Hold.objects.exists()
    assert books_are_right()
