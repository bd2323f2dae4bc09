"""A store that is closed again and again: whatever offers or takes a time obeys, and visits are decided about."""

from datetime import date, datetime, time

import pytest

from booking.arrivals.line import join_line
from booking.arrivals.walk_ins import admit_walk_in
from booking.bookings.rebooking import kept_times
from booking.bookings.rescheduling import reschedule
from booking.customer_input import CustomerDetails
from booking.models import Booking, Hold, Source, Status
from booking.places.availability import availability
from booking.places.explain import explain_slot
from booking.places.explanations import Explanation
from booking.refusals import BookingRefused, Refusal
from booking.store_setup.affected_visits import AffectedResolution, BookingsAffected
from booking.store_setup.closings import add_store_closing, remove_store_closing
from booking.store_setup.hours_changes import change_special_hours
from booking.waiting_list.entries import join_waiting_list
from booking.waiting_list.offers import offer_places
from booking.who import Who
from stores.absences import Absence
from stores.models import Store, StoreClosing
from stores.services import add_closing
from tests.booking.store_setup.hours_edits import TUESDAY, books_are_right, keep_place, reread
from tests.factories import NOW, at, make_booking, make_store, make_user

pytestmark = pytest.mark.django_db

EACH_TUESDAY_AFTERNOON = Absence(date(2026, 11, 2), None, from_time=time(14), weekdays=(1,))


@pytest.fixture
def store() -> Store:
    return make_store(capacity=1)


@pytest.fixture
def user(store: Store):
    return make_user(store=store)


def close(store: Store, user, *, then=None, closing: Absence = EACH_TUESDAY_AFTERNOON):
    return add_store_closing(store_id=store.pk, closing=closing, then=then, now=NOW, user=user)


def open_again(store: Store, user) -> None:
    known = StoreClosing.objects.get()
    remove_store_closing(store_id=store.pk, closing_id=known.pk, then=None, now=NOW, user=user)


def refusal(call) -> Refusal | None:
    try:
        call()
    except BookingRefused as refused:
        return Refusal(refused.reason)
    return None


def book(store: Store, starts_at: datetime, number: int = 0, **more) -> Refusal | None:
    phone = f"+3361235{number:04d}"
    return refusal(lambda: make_booking(store, starts_at=starts_at, phone=phone, **more))


# --- Whatever offers or takes a time ------------------------------------------------------------------


def test_no_such_time_is_offered(store, user) -> None:
    close(store, user)
    found = availability(
        store=store.slug, visit_type="visit", from_date=TUESDAY, to_date=date(2026, 12, 2), party_size=1, now=NOW
    )
    hours = {day.date: {slot.starts_at.astimezone(at(9).tzinfo).hour for slot in day.slots} for day in found.days}
    assert hours[TUESDAY] == hours[date(2026, 12, 1)] == {9, 10, 11}
    assert {14, 18} <= hours[date(2026, 11, 25)]


def test_no_such_time_can_be_held_booked_or_moved_to(store, user) -> None:
    visit = make_booking(store)
    close(store, user)

    def move(starts_at: datetime, who: Who) -> Refusal | None:
        return refusal(lambda: reschedule(booking_id=visit.pk, starts_at=starts_at, who=who))

    assert refusal(lambda: keep_place(store, at(15))) == Refusal.SLOT_CLOSED
    for source in (Source.WEB, Source.PHONE):
        assert book(store, at(15), source=source) == Refusal.SLOT_CLOSED
    assert move(at(15), Who.customer(NOW)) == move(at(15), Who.staff(user, NOW)) == Refusal.SLOT_CLOSED
    assert move(at(11), Who.customer(NOW)) is None


def test_nobody_is_let_in_without_a_booking_meanwhile(store, user) -> None:
    close(store, user)

    def walk_in(now: datetime) -> Refusal | None:
        return refusal(
            lambda: admit_walk_in(
                store=store, visit_type="visit", party_size=1, name="", squeeze_in=False, now=now, user=user
            )
        )

    assert walk_in(at(15)) == Refusal.SLOT_CLOSED
    assert walk_in(at(11)) is None


def test_line_takes_people_before_the_closing(store, user) -> None:
    close(store, user)
    ticket = join_line(store=store, visit_type="visit", party_size=1, name="", now=at(11))
    assert ticket.number == 1


def test_why_names_what_comes_again(store, user) -> None:
    close(store, user)
    found = explain_slot(store=store.slug, visit_type="visit", starts_at=at(15), party_size=1, now=NOW)
    assert [one.answer for one in found.desks] == [Explanation.CLOSING]
    assert found.refusal == Refusal.SLOT_CLOSED
    found = explain_slot(store=store.slug, visit_type="visit", starts_at=at(13), party_size=1, now=NOW)
    assert [one.answer for one in found.desks] == [Explanation.OUTSIDE_HOURS]


def test_who_waits_is_offered_no_such_time_and_gets_one_once_it_is_open(store, user) -> None:
    close(store, user)
    for number in range(12):
        book(store, at(9 + number // 4, number % 4 * 15), number)
    join_waiting_list(
        store=store.slug,
        visit_type="visit",
        from_date=TUESDAY,
        to_date=TUESDAY,
        party_size=1,
        customer=CustomerDetails(name="Bea Test", phone="+33612349999"),
        source=Source.WEB,
        now=NOW,
    )
    assert offer_places(store_id=store.pk, now=NOW) == 0

    open_again(store, user)

    assert offer_places(store_id=store.pk, now=NOW) == 1
    assert Hold.objects.get(offered_to__isnull=False).starts_at >= at(14)


# --- Visits that it affects -----------------------------------------------------------------------------


def test_visits_of_each_week_are_asked_about_at_once(store, user) -> None:
    morning = make_booking(store, starts_at=at(10))
    touched = [make_booking(store, starts_at=at(15), phone="+33612345602"),
               make_booking(store, starts_at=at(16, day=1, month=12), phone="+33612345603")]  # fmt: skip

    with pytest.raises(BookingsAffected) as asked:
        close(store, user)
    assert [one.pk for one in asked.value.affected] == [one.pk for one in touched]
    assert not StoreClosing.objects.exists()

    change = close(store, user, then=AffectedResolution.CANCEL)

    assert [one.was for one in change.settled] == [AffectedResolution.CANCEL] * 2
    assert [reread(one).status for one in touched] == [Status.CANCELLED] * 2
    assert reread(morning).status == Status.CONFIRMED
    assert books_are_right()


def test_nobody_else_can_serve_while_the_store_is_closed(user) -> None:
    store = make_store("wide-shop", capacity=1, desks=("samir", "ada"))
    visit = make_booking(store, starts_at=at(15))

    with pytest.raises(BookingsAffected) as asked:
        close(store, user)
    assert asked.value.free_desks == {}
    close(store, user, then=AffectedResolution.MOVE)

    asked_visit = reread(visit)
    assert all(hold.starts_at != at(15) for hold in kept_times(asked_visit, now=NOW))
    assert len(kept_times(asked_visit, now=NOW)) == 3
    assert books_are_right()


def test_visit_has_its_place_again_once_the_closing_is_removed(store, user) -> None:
    visit = make_booking(store, starts_at=at(15))
    close(store, user, then=AffectedResolution.OFFER)
    assert reread(visit).answer_until is not None

    open_again(store, user)

    assert reread(visit).answer_until is None
    assert not Hold.objects.exists()
    assert books_are_right()


def test_hold_ends_and_its_time_opens_again(store, user) -> None:
    keep_place(store, at(15))
    close(store, user)
    assert not Hold.objects.exists()

    open_again(store, user)

    keep_place(store, at(15))
    assert books_are_right()


def test_special_hours_of_a_date_open_it_all_the_same(store, user) -> None:
    close(store, user)
    whole_day = [(time(9), time(19))]
    change_special_hours(store_id=store.pk, date=TUESDAY, intervals=whole_day, then=None, now=NOW, user=user)

    assert make_booking(store, starts_at=at(15)).starts_at == at(15)
    assert book(store, at(15, day=1, month=12)) == Refusal.SLOT_CLOSED
    assert books_are_right()


def test_store_without_closings_reads_as_much_as_before(store, django_assert_num_queries) -> None:
    make_booking(store)
    with django_assert_num_queries(3):
        availability(store=store.slug, visit_type="visit", from_date=TUESDAY, to_date=TUESDAY, party_size=1, now=NOW)
    add_closing(store=store, closing=EACH_TUESDAY_AFTERNOON, user=None, now=NOW)
    with django_assert_num_queries(3):
        availability(store=store.slug, visit_type="visit", from_date=TUESDAY, to_date=TUESDAY, party_size=1, now=NOW)
    assert Booking.objects.count() == 1
