"""After any change of hours, slots, desks or rules each visit, hold, offer and kept time fits, or was decided upon."""

from datetime import date, datetime, time, timedelta
from itertools import pairwise

import pytest

from booking.bookings.audit import differences
from booking.bookings.lifecycle import book_visit, cancel_booking
from booking.bookings.offered_place import take_offer
from booking.bookings.rebooking import cancel_unanswered, kept_times
from booking.customer_input import CustomerDetails
from booking.message_kinds import Kind
from booking.models import Booking, Hold, Source, Status, WaitingListEntry, WaitingStatus
from booking.places.holds import hold_places
from booking.refusals import BookingRefused, Refusal
from booking.store_setup.affected_visits import AffectedResolution
from booking.store_setup.hours_changes import (
    change_opening_hours,
    change_rules,
    change_slots,
    change_special_hours,
    remove_special_hours,
)
from booking.tokens import hold_token
from booking.waiting_list.entries import join_waiting_list
from booking.waiting_list.offers import offer_places
from booking.who import Who
from notifications.models import OutboxMessage, State
from stores.hours import WeeklyInterval
from stores.models import Desk, Slot, Store
from stores.services import save_desk, save_policy
from tests.factories import NOW, at, make_booking, make_store, make_user

pytestmark = pytest.mark.django_db

TUESDAY = date(2026, 11, 24)
SECOND = "+33612345602"


@pytest.fixture
def store():
    return make_store()


@pytest.fixture
def user(store):
    return make_user(store=store)


def week(*intervals: tuple[time, time]) -> list[WeeklyInterval]:
    return [WeeklyInterval(day, *interval) for day in range(6) for interval in intervals]


def close_day(store, user, *, then: AffectedResolution | None = None, day: date = TUESDAY, now: datetime = NOW):
    return change_special_hours(store_id=store.pk, date=day, intervals=[], then=then, now=now, user=user)


def open_day(store, user, *, day: date = TUESDAY, now: datetime = NOW):
    return remove_special_hours(store_id=store.pk, date=day, then=None, now=now, user=user)


def slots(
    store, user, *, from_at=None, to_at=None, then: AffectedResolution | None = None, now: datetime = NOW, **changes
):
    from_at, to_at = from_at or at(10), to_at or at(10, 15)
    return change_slots(store_id=store.pk, from_at=from_at, to_at=to_at, then=then, now=now, user=user, **changes)


def rules(store, user, *, then: AffectedResolution | None = None, now: datetime = NOW, **changes):
    values = {
        name: getattr(store, name)
        for name in (
            *("slot_minutes", "capacity_counts", "minimum_notice_minutes", "booking_horizon_days"),
            *("change_until_minutes", "open_bookings_per_customer", "keep_days"),
        )
    }
    return change_rules(
        store_id=store.pk,
        change=lambda one: save_policy(store=one, **{**values, **changes}, user=user, now=now),
        then=then,
        now=now,
        user=user,
    )


def desk(store, user, *, slug: str = "main", then: AffectedResolution | None = None, now: datetime = NOW, **changes):
    known = Desk.objects.get(store=store, slug=slug)
    values = {"name": known.name, "capacity": known.capacity, "kept_back": known.kept_back, "is_active": True}
    return change_rules(
        store_id=store.pk,
        change=lambda one: save_desk(store=one, desk=known, **{**values, **changes}, user=user, now=now),
        then=then,
        now=now,
        user=user,
    )


def keep_place(store, starts_at=None, *, visit_type: str = "visit", party_size: int = 1, now: datetime = NOW, desk=""):
    kept = hold_places(
        store=store.slug,
        visit_type=visit_type,
        starts_at=starts_at or at(10),
        party_size=party_size,
        now=now,
        desk=desk,
    )
    return hold_token(kept.public_id)


def book_held(store, token: str, starts_at=None, *, party_size: int = 1, now: datetime = NOW) -> Booking:
    return book_visit(
        store=store.slug,
        visit_type="visit",
        starts_at=starts_at or at(10),
        party_size=party_size,
        customer=CustomerDetails(name="Ada Test", phone="+33612345601"),
        note="",
        source=Source.API,
        now=now,
        hold=token,
    )


def refusal(call, *args, **kwargs) -> Refusal:
    with pytest.raises(BookingRefused) as refused:
        call(*args, **kwargs)
    return refused.value.reason


def affected_of(call, *args, **kwargs) -> list[Booking]:
    with pytest.raises(BookingRefused) as refused:
        call(*args, **kwargs)
    assert refused.value.reason == Refusal.BOOKINGS_AFFECTED
    affected = refused.value.details["affected"]
    assert isinstance(affected, list)
    return affected


def books_are_right(now: datetime = NOW) -> bool:
    return list(differences(now=now)) == []


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


def make_desk(store, slug: str = "second", capacity: int = 1) -> Desk:
    return Desk.objects.create(store=store, slug=slug, name=slug.title(), capacity=capacity, position=1)


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


def reread(booking: Booking) -> Booking:
    return Booking.objects.get(pk=booking.pk)


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


# --- Places ---------------------------------------------------------------------------------------


def test_smaller_desk_asks_about_who_booked_last(store, user) -> None:
    first, last = make_booking(store), make_booking(store, phone=SECOND)
    assert affected_of(desk, store, user, capacity=1) == [last]
    desk(store, user, capacity=1, then=AffectedResolution.CANCEL)
    assert reread(first).status == Status.CONFIRMED
    assert Slot.objects.get().squeezed == 0
    assert desk(store, user, capacity=2).affected == ()
    assert books_are_right()


def test_larger_party_than_before_counts_as_people_and_as_visits(store, user) -> None:
    store.desks.update(capacity=4)
    make_booking(store, party_size=2)
    make_booking(store, party_size=2, phone=SECOND)
    token = keep_place(store, at(11), party_size=2)

    rules(store, user, capacity_counts="visits")
    assert Slot.objects.get(starts_at=at(10)).places_taken == 2
    held = book_held(store, token, at(11), party_size=2)
    assert (held.places, Slot.objects.get(starts_at=at(11)).places_taken) == (1, 1)

    rules(store, user, capacity_counts="people")
    assert set(Booking.objects.values_list("places", flat=True)) == {2}
    assert Slot.objects.get(starts_at=at(10)).places_taken == 4
    for booking in Booking.objects.all():
        cancel_booking(booking_id=booking.pk, who=Who.customer(NOW))
    assert set(Slot.objects.values_list("places_taken", flat=True)) == {0}
    assert books_are_right()


def test_people_counted_where_visits_were_asks_about_those_too_many(store, user) -> None:
    store.capacity_counts = "visits"
    store.save()
    store.visit_types.update(max_party_size=4)
    first, last = make_booking(store, party_size=2), make_booking(store, party_size=2, phone=SECOND)
    assert affected_of(rules, store, user, capacity_counts="people") == [last]
    rules(store, user, capacity_counts="people", then=AffectedResolution.KEEP)
    assert (Slot.objects.get().places_taken, Slot.objects.get().squeezed) == (4, 2)
    assert cancel_booking(booking_id=first.pk, who=Who.customer(NOW)).status == Status.CANCELLED
    assert books_are_right()


def test_places_of_a_hold_change_hands_as_they_were_taken(store) -> None:
    store.desks.update(capacity=4)
    token = keep_place(store, party_size=2)
    Store.objects.update(capacity_counts="visits")  # by hand, past every service
    assert book_held(store, token, party_size=2).places == 2
    assert books_are_right()


# --- The grid -------------------------------------------------------------------------------------


def test_other_length_of_slots_asks_about_visits_across_the_new_ones(store, user) -> None:
    make_booking(store, starts_at=at(10))
    across = make_booking(store, starts_at=at(10, 15), phone=SECOND)
    assert affected_of(rules, store, user, slot_minutes=20) == [across]
    rules(store, user, slot_minutes=20, then=AffectedResolution.OFFER)
    assert reread(across).answer_until is not None
    close_day(store, user, day=date(2026, 11, 27))
    assert reread(across).answer_until is not None
    rules(store, user, slot_minutes=15)
    assert reread(across).answer_until is None
    assert books_are_right()


def test_slots_laid_anew_while_one_runs_never_overlap(store, user) -> None:
    booking = make_booking(store, starts_at=at(9), source=Source.PHONE)
    now = at(9, 16)
    change_special_hours(
        store_id=store.pk, date=TUESDAY, intervals=[(time(9, 10), time(12))], then=None, now=now, user=user
    )
    make_booking(store, starts_at=at(9, 10), phone=SECOND, source=Source.PHONE, now=now)
    assert no_rows_overlap()
    assert books_are_right(now)
    assert cancel_booking(booking_id=booking.pk, who=Who.staff(None, now)).status == Status.CANCELLED
    assert books_are_right(now)


def no_rows_overlap() -> bool:
    rows = list(Slot.objects.order_by("desk_id", "starts_at"))
    return all(a.desk_id != b.desk_id or a.ends_at <= b.starts_at for a, b in pairwise(rows))


def test_closed_slot_is_still_closed_once_a_closed_day_opens_again(store, user) -> None:
    slots(store, user, closed=True)
    slots(store, user, from_at=at(11), to_at=at(11, 15), capacity=0)
    close_day(store, user)
    open_day(store, user)
    for start in (at(10), at(11)):
        assert refusal(make_booking, store, starts_at=start) == Refusal.SLOT_CLOSED


# --- Closed, or full ------------------------------------------------------------------------------


@pytest.mark.parametrize("source", [Source.API, Source.PHONE])
@pytest.mark.parametrize("how", [{"closed": True}, {"capacity": 0}])
def test_closed_slot_is_closed_and_a_full_one_full(store, user, how, source) -> None:
    make_desk(store)
    slots(store, user, desk="main", **how)
    make_booking(store, source=source)
    assert refusal(make_booking, store, source=source, phone=SECOND) == Refusal.SLOT_FULL
    slots(store, user, desk="second", then=AffectedResolution.KEEP, **how)
    assert refusal(make_booking, store, source=source, phone=SECOND) == Refusal.SLOT_CLOSED
    assert refusal(keep_place, store) == Refusal.SLOT_CLOSED


def test_what_is_over_is_not_changed_any_more(store, user) -> None:
    now = at(10, 20)
    assert refusal(slots, store, user, now=now, closed=True) == Refusal.TOO_LATE
    slots(store, user, to_at=at(10, 30), now=now, closed=True)
    assert list(Slot.objects.values_list("starts_at", flat=True)) == [at(10, 15)]
