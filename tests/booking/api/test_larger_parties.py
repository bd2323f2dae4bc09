"""A party larger than a desk, at slots that have rows already: refused or taken, on every way to a place.

The row that the claim proposes is held against the table's own check before the database looks at the row that is
there, so a party beyond the desk's usual capacity once ended in an error wherever a row was.
"""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from booking.arrivals.offline_actions import Tap, TapOutcome, take_tap
from booking.bookings.audit import differences
from booking.bookings.lifecycle import cancel_booking
from booking.bookings.rescheduling import reschedule
from booking.models import Booking, Source
from booking.refusals import BookingRefused, Refusal
from booking.waiting_list.offers import offer_places
from booking.who import Who
from stores.models import Desk, Slot, Store, VisitType
from tests.booking.api.calls import Api, customer, refusal_of, request_to_book, wish
from tests.factories import NOW, at, make_booking, make_store, make_user
from tests.waiters import make_waiting

LATER = at(16)


@pytest.fixture
def store(db: None) -> Store:
    """A shop with a team of four and, before it, an adviser who sees one at a time."""
    made = make_store(capacity=4, desks=("adviser", "team"), open_bookings_per_customer=99)
    Desk.objects.filter(store=made, slug="adviser").update(capacity=1)
    return made


def fill(store: Store, starts_at: datetime) -> list[Booking]:
    """Take all places of a time: four at the team's, one at the adviser's."""
    return [make_booking(store, starts_at=starts_at, party_size=size, source=Source.PHONE, phone="") for size in (4, 1)]


def make_larger(store: Store, starts_at: datetime, capacity: int) -> None:
    """Let a time take more than the desks do, as a manager may."""
    for desk in Desk.objects.filter(store=store):
        Slot.objects.update_or_create(
            store=store,
            desk=desk,
            starts_at=starts_at,
            defaults={
                "ends_at": starts_at + timedelta(minutes=15),
                "capacity": capacity,
                "has_own_capacity": True,
            },
        )


def books_are_right() -> bool:
    return list(differences(now=NOW)) == []


# --- Where all places are taken -------------------------------------------------------------------


def test_booking_is_told_that_the_time_is_full(store: Store, api: Api) -> None:
    fill(store, at(10))

    answer = api.post("/bookings", request_to_book(party_size=3))

    assert refusal_of(answer) == (409, "slot_full")
    assert len(answer.json()["alternatives"]) == 3
    assert books_are_right()


def test_hold_is_told_that_the_time_is_full(store: Store, api: Api) -> None:
    fill(store, at(10))

    assert refusal_of(api.post("/holds", wish(party_size=3))) == (409, "slot_full")
    assert books_are_right()


def test_move_is_told_that_the_time_is_full_and_the_visit_stays(store: Store, api: Api) -> None:
    fill(store, at(10))
    booked = api.post("/bookings", request_to_book(party_size=3, starts_at=LATER.isoformat())).json()

    answer = customer(booked).post(f"/bookings/{booked['reference']}/reschedule", {"starts_at": at(10).isoformat()})

    assert refusal_of(answer) == (409, "slot_full")
    assert Booking.objects.get(reference=booked["reference"]).starts_at == LATER
    assert books_are_right()


@pytest.mark.parametrize("visit_type", ["visit", "advice"])
def test_staff_are_told_that_the_time_is_full(store: Store, staff: Api, visit_type: str) -> None:
    fill(store, at(10))
    fill(store, at(10, 15))

    body = request_to_book(party_size=3, visit_type=visit_type, source="phone")
    answer = staff.post(f"/staff/stores/{store.slug}/bookings", body)

    assert refusal_of(answer) == (409, "slot_full")
    assert books_are_right()


def test_walk_in_is_told_that_the_time_is_full_and_squeezed_in_by_a_manager(store: Store, manager: Api) -> None:
    fill(store, NOW)
    walk_in = {"visit_type": "visit", "party_size": 3, "name": "Bo"}

    refused = manager.post(f"/staff/stores/{store.slug}/walk-ins", walk_in)
    let_in = manager.post(f"/staff/stores/{store.slug}/walk-ins", {**walk_in, "squeeze_in": True})

    assert refusal_of(refused) == (409, "slot_full")
    assert (let_in.status_code, let_in.json()["status"]) == (201, "checked_in")
    assert books_are_right()


@pytest.mark.parametrize(("squeeze_in", "result"), [(False, TapOutcome.CONFLICT), (True, TapOutcome.DONE)])
def test_tap_for_a_walk_in_has_its_result(store: Store, squeeze_in: bool, result: TapOutcome) -> None:
    fill(store, NOW)
    tap = Tap(uuid4(), "walk_in", NOW, visit_type="visit", party_size=3, squeeze_in=squeeze_in)

    found = take_tap(store=store, tap=tap, now=NOW, user=make_user(store=store), is_manager=True)

    assert (found.result, found.reason) == (result, "" if result == TapOutcome.DONE else "slot_full")
    assert books_are_right()


def test_waiting_list_goes_on_to_the_next_who_fits(store: Store) -> None:
    VisitType.objects.filter(store=store).update(max_party_size=6)
    (of_four, _of_one) = fill(store, at(10))
    for starts_at in _all_times_but(at(10)):
        fill(store, starts_at)
    make_waiting(store, party_size=6)
    smaller = make_waiting(store, party_size=3)
    cancel_booking(booking_id=of_four.pk, who=Who.staff(None, NOW))

    assert offer_places(store_id=store.pk, now=NOW) == 1
    smaller.refresh_from_db()
    assert smaller.status == "offered"
    assert books_are_right()


def _all_times_but(taken: datetime) -> list[datetime]:
    day = [at(hour, minute) for hour in (*range(9, 12), *range(14, 19)) for minute in (0, 15, 30, 45)]
    return [moment for moment in day if moment != taken]


# --- Where a manager made a time larger than the desk ----------------------------------------------


def test_larger_time_is_listed_and_booked_by_a_larger_party(store: Store, api: Api) -> None:
    VisitType.objects.filter(store=store).update(max_party_size=6)
    make_larger(store, at(10), 6)
    query = {"visit_type": "visit", "from": "2026-11-24", "to": "2026-11-24", "party_size": 6}

    listed = api.get(f"/stores/{store.slug}/availability", query).json()["days"][0]["slots"]
    answers = [api.post("/bookings", request_to_book(party_size=6)) for _ in range(3)]

    assert [slot["starts_at"] for slot in listed] == ["2026-11-24T10:00:00+01:00"]
    assert [answer.status_code for answer in answers] == [201, 201, 409]
    assert sorted(Slot.objects.values_list("places_taken", "squeezed")) == [(6, 0), (6, 0)]
    assert books_are_right()


def test_larger_time_is_held_moved_to_and_offered(store: Store, api: Api) -> None:
    VisitType.objects.filter(store=store).update(max_party_size=6)
    for starts_at in (at(10), at(11), LATER):
        make_larger(store, starts_at, 6)
    make_booking(store, starts_at=LATER, party_size=6, source=Source.PHONE, phone="")
    moving = make_booking(store, starts_at=LATER, party_size=6)
    waiting = make_waiting(store, party_size=6)

    held = api.post("/holds", wish(party_size=6))
    moved = reschedule(booking_id=moving.pk, starts_at=at(11), who=Who.customer(NOW))

    assert (held.status_code, moved.starts_at) == (201, at(11))
    assert offer_places(store_id=store.pk, now=NOW) == 1
    waiting.refresh_from_db()
    assert (waiting.status, waiting.offered_start) == ("offered", LATER)
    assert books_are_right()


def test_half_of_a_larger_time_takes_nobody(store: Store) -> None:
    VisitType.objects.filter(store=store).update(max_party_size=6)
    make_larger(store, at(10), 6)

    with pytest.raises(BookingRefused) as refused:
        make_booking(store, visit_type="advice", party_size=6)

    assert refused.value.reason == Refusal.SLOT_FULL
    assert set(Slot.objects.values_list("places_taken", flat=True)) == {0}
