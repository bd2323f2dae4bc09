from datetime import timedelta

import pytest

from booking.bookings.audit import differences
from booking.bookings.lifecycle import book_visit, cancel_booking, confirm_attendance
from booking.bookings.rescheduling import reschedule
from booking.customer_input import CustomerDetails
from booking.models import Booking, BookingEvent, Source, Status
from booking.places.holds import hold_places
from booking.refusals import BookingRefused, Refusal, UnknownVisitType
from booking.tokens import hold_token
from booking.who import Who
from notifications.models import OutboxMessage
from stores.models import Slot, StoreDay
from stores.queries import UnknownStore
from tests.factories import NOW, at, make_booking, make_store

pytestmark = pytest.mark.django_db


def refusal_of(call, *args, **kwargs):
    with pytest.raises(BookingRefused) as refused:
        call(*args, **kwargs)
    return refused.value.reason


def taken(store):
    return list(Slot.objects.filter(store=store).order_by("starts_at").values_list("places_taken", flat=True))


def test_book_takes_places_and_writes_all_that_belongs_to_it() -> None:
    store = make_store()

    booking = make_booking(store, party_size=2)

    assert booking.starts_at == at(10)
    assert booking.ends_at == at(10, 15)
    assert booking.visit_date == at(10).date()
    assert taken(store) == [2]
    assert list(BookingEvent.objects.values_list("kind", flat=True)) == ["booked"]
    assert sorted(OutboxMessage.objects.values_list("kind", "offset", "channel")) == [
        ("confirmation", "", "sms"),
        ("reminder", "1d", "sms"),
    ]
    assert StoreDay.objects.get(store=store).date == at(10).date()


def test_book_of_several_slots_takes_each() -> None:
    store = make_store()

    booking = make_booking(store, visit_type="advice")

    assert booking.ends_at == at(10, 30)
    assert taken(store) == [1, 1]


def test_book_full_slot_is_refused_and_changes_nothing() -> None:
    store = make_store(capacity=1)
    make_booking(store)

    reason = refusal_of(make_booking, store, phone="+33612345602")

    assert reason == Refusal.SLOT_FULL
    assert taken(store) == [1]
    assert Booking.objects.count() == 1


def test_book_second_slot_of_visit_full_gives_the_first_back() -> None:
    store = make_store(capacity=1)
    make_booking(store, starts_at=at(10, 15))

    reason = refusal_of(make_booking, store, visit_type="advice", phone="+33612345602")

    assert reason == Refusal.SLOT_FULL
    assert list(Slot.objects.filter(places_taken__gt=0).values_list("starts_at", flat=True)) == [at(10, 15)]


@pytest.mark.parametrize(
    ("starts_at", "reason"),
    [
        (NOW + timedelta(minutes=59), Refusal.TOO_SOON),
        (NOW - timedelta(days=1), Refusal.TOO_SOON),
        (at(10, day=22, month=12), Refusal.TOO_FAR_AHEAD),
        (at(10, 7), Refusal.SLOT_CLOSED),
        (at(13), Refusal.SLOT_CLOSED),
        (at(10, day=29), Refusal.SLOT_CLOSED),
    ],
)
def test_book_outside_the_rules_is_refused(starts_at, reason) -> None:
    store = make_store()

    assert refusal_of(make_booking, store, starts_at=starts_at) == reason
    assert not Slot.objects.exists()


def test_book_party_larger_than_the_visit_type_takes_is_refused() -> None:
    assert refusal_of(make_booking, make_store(capacity=2), party_size=3) == Refusal.PARTY_TOO_LARGE


def test_book_last_visit_must_end_by_closing_time() -> None:
    store = make_store()

    assert refusal_of(make_booking, store, visit_type="advice", starts_at=at(11, 45)) == Refusal.SLOT_CLOSED


def test_book_more_than_a_customers_share_is_refused_by_phone_and_by_email() -> None:
    store = make_store()
    make_booking(store, starts_at=at(9), email="ada@example.org")
    make_booking(store, starts_at=at(9, 15), email="ada@example.org")

    assert refusal_of(make_booking, store) == Refusal.TOO_MANY_OPEN_BOOKINGS
    assert refusal_of(make_booking, store, phone="", email="ada@example.org") == Refusal.TOO_MANY_OPEN_BOOKINGS
    assert make_booking(store, phone="+33612345602").status == Status.CONFIRMED


def test_book_unknown_store_or_visit_type_is_a_lookup_error() -> None:
    store = make_store()

    with pytest.raises(UnknownVisitType):
        make_booking(store, visit_type="haircut")
    store.slug = "elsewhere"
    with pytest.raises(UnknownStore):
        make_booking(store)


def test_book_from_the_web_leaves_the_places_kept_back() -> None:
    store = make_store(capacity=2, kept_back=1)
    make_booking(store)

    assert refusal_of(make_booking, store, phone="+33612345602") == Refusal.SLOT_FULL
    assert make_booking(store, phone="+33612345602", source=Source.PHONE).status == Status.CONFIRMED
    assert refusal_of(make_booking, store, phone="+33612345603", source="phone") == Refusal.SLOT_FULL


def test_book_by_staff_needs_no_minimum_notice_but_a_slot_not_over() -> None:
    store = make_store()
    now = at(10, 5)

    booking = make_booking(store, starts_at=at(10), now=now, source=Source.PHONE)

    assert booking.starts_at == at(10)
    assert refusal_of(make_booking, store, starts_at=at(9, 45), now=now, source="phone") == Refusal.TOO_LATE


def test_book_counting_visits_takes_one_place_for_any_party() -> None:
    store = make_store(capacity=3, capacity_counts="visits")

    make_booking(store, party_size=3)

    assert taken(store) == [1]


def test_book_stays_at_one_desk_and_takes_the_emptiest() -> None:
    store = make_store(capacity=2, desks=("left", "right"))

    first = make_booking(store, party_size=1)
    second = make_booking(store, party_size=2, phone="+33612345602")

    assert {first.desk.slug, second.desk.slug} == {"left", "right"}
    assert refusal_of(make_booking, store, party_size=2, phone="+33612345603") == Refusal.SLOT_FULL
    assert make_booking(store, party_size=1, phone="+33612345603").desk == first.desk


def test_book_with_a_hold_takes_its_places_once() -> None:
    store = make_store(capacity=1)
    kept = hold_places(store=store.slug, visit_type="visit", starts_at=at(10), party_size=1, now=NOW)

    assert refusal_of(make_booking, store) == Refusal.SLOT_FULL
    booking = book_visit(
        store=store.slug,
        visit_type="visit",
        starts_at=at(10),
        party_size=1,
        customer=CustomerDetails(name="Ada Test", phone="+33612345601"),
        note="",
        source=Source.API,
        now=NOW + timedelta(minutes=4),
        hold=hold_token(kept.public_id),
    )

    assert booking.starts_at == at(10)
    assert taken(store) == [1]


def test_hold_that_ran_out_counts_no_more_without_any_worker() -> None:
    store = make_store(capacity=1)
    hold_places(store=store.slug, visit_type="visit", starts_at=at(10), party_size=1, now=NOW)

    booking = make_booking(store, now=NOW + timedelta(minutes=5))

    assert booking.status == Status.CONFIRMED
    assert taken(store) == [1]


def test_reschedule_moves_places_and_messages_and_keeps_the_reference() -> None:
    store = make_store()
    booking = make_booking(store)

    moved = reschedule(booking_id=booking.pk, starts_at=at(11), who=Who.customer(NOW))

    assert (moved.reference, moved.sequence, moved.starts_at) == (booking.reference, 1, at(11))
    assert taken(store) == [0, 1]
    states = OutboxMessage.objects.order_by("sequence", "kind").values_list("kind", "sequence", "state")
    assert list(states) == [
        ("confirmation", 0, "skipped"),
        ("reminder", 0, "skipped"),
        ("change", 1, "due"),
        ("reminder", 1, "due"),
    ]


def test_reschedule_to_the_same_start_changes_nothing() -> None:
    booking = make_booking(make_store())

    same = reschedule(booking_id=booking.pk, starts_at=booking.starts_at, who=Who.customer(NOW))

    assert same.sequence == 0
    assert not OutboxMessage.objects.filter(sequence=1).exists()


def test_reschedule_to_a_full_slot_keeps_the_old_place() -> None:
    store = make_store(capacity=1)
    make_booking(store, starts_at=at(11))
    booking = make_booking(store, phone="+33612345602")

    reason = refusal_of(reschedule, booking_id=booking.pk, starts_at=at(11), who=Who.customer(NOW))

    booking.refresh_from_db()
    assert (reason, booking.starts_at, booking.sequence) == (Refusal.SLOT_FULL, at(10), 0)
    assert taken(store) == [1, 1]


def test_reschedule_of_a_long_visit_may_overlap_itself() -> None:
    store = make_store(capacity=1)
    booking = make_booking(store, visit_type="advice")

    moved = reschedule(booking_id=booking.pk, starts_at=at(10, 15), who=Who.customer(NOW))

    assert moved.starts_at == at(10, 15)
    assert taken(store) == [0, 1, 1]


def test_reschedule_after_the_deadline_is_for_staff_only() -> None:
    booking = make_booking(make_store())
    late = at(8, 1)

    reason = refusal_of(reschedule, booking_id=booking.pk, starts_at=at(11), who=Who.customer(late))
    moved = reschedule(booking_id=booking.pk, starts_at=at(11), who=Who.staff(None, late))

    assert (reason, moved.sequence) == (Refusal.TOO_LATE, 1)


def test_cancel_gives_places_back_once() -> None:
    store = make_store()
    booking = make_booking(store)

    first = cancel_booking(booking_id=booking.pk, who=Who.customer(NOW))
    second = cancel_booking(booking_id=booking.pk, who=Who.customer(NOW))

    assert (first.status, first.sequence, second.sequence) == (Status.CANCELLED, 1, 1)
    assert taken(store) == [0]
    assert OutboxMessage.objects.filter(kind="cancellation").count() == 1


def test_cancel_is_open_until_the_start() -> None:
    booking = make_booking(make_store())

    assert refusal_of(cancel_booking, booking_id=booking.pk, who=Who.customer(at(10))) == Refusal.TOO_LATE
    assert cancel_booking(booking_id=booking.pk, who=Who.customer(at(9, 59))).status == Status.CANCELLED


def test_confirm_attendance_is_noted_once() -> None:
    booking = make_booking(make_store())

    confirm_attendance(booking_id=booking.pk, now=NOW)
    confirm_attendance(booking_id=booking.pk, now=NOW)

    assert Booking.objects.get().attendance_confirmed is True
    assert BookingEvent.objects.filter(kind="attendance_confirmed").count() == 1


def test_book_by_staff_with_a_hold_of_the_web_keeps_its_places_what_they_were_taken_as() -> None:
    store = make_store(capacity=2, kept_back=1)
    kept = hold_places(store=store.slug, visit_type="visit", starts_at=at(10), party_size=1, now=NOW)

    booking = book_visit(
        store=store.slug,
        visit_type="visit",
        starts_at=at(10),
        party_size=1,
        customer=CustomerDetails(name="Ada Test"),
        note="",
        source=Source.PHONE,
        now=NOW,
        hold=hold_token(kept.public_id),
    )

    assert booking.takes_web_places
    assert list(differences(now=NOW)) == []
    cancel_booking(booking_id=booking.pk, who=Who.staff(None, NOW))
    assert list(differences(now=NOW)) == []
