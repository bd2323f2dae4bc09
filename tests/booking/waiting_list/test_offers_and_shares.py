"""A place is offered only to somebody who may take it: one visit beyond their share, never the one they have."""

from datetime import date

import pytest

from booking.bookings.lifecycle import cancel_booking
from booking.bookings.offered_place import take_offer
from booking.customer_input import CustomerDetails
from booking.models import Hold, Source, WaitingStatus
from booking.refusals import BookingRefused, Refusal
from booking.waiting_list.entries import join_waiting_list
from booking.waiting_list.offers import offer_places
from booking.who import Who
from tests.factories import NOW, at, make_booking, make_store

pytestmark = pytest.mark.django_db
PHONE, OTHER = "+33612345601", "+33612345602"


@pytest.fixture
def store():
    return make_store(capacity=1, open_bookings_per_customer=1, hours=((at(10).time(), at(10, 30).time()),))


def wait(store, phone: str = PHONE):
    tuesday = date(2026, 11, 24)
    return join_waiting_list(
        store=store.slug,
        visit_type="visit",
        from_date=tuesday,
        to_date=tuesday,
        party_size=1,
        customer=CustomerDetails(name="Ada Test", phone=phone),
        source=Source.API,
        now=NOW,
    )


def fill(store) -> list[int]:
    places = [(at(10), "+33612345611"), (at(10, 15), "+33612345612")]
    return [make_booking(store, starts_at=start, phone=phone).pk for start, phone in places]


def test_who_waits_for_an_earlier_place_may_take_it_beside_the_later_one(store) -> None:
    first, _ = fill(store)
    make_booking(store, starts_at=at(10, day=25), phone=PHONE)
    entry = wait(store)
    cancel_booking(booking_id=first, who=Who.staff(None, NOW))

    assert offer_places(store_id=store.pk, now=NOW) == 1
    entry.refresh_from_db()
    assert take_offer(entry=entry, now=NOW).starts_at == at(10)
    with pytest.raises(BookingRefused) as refused:
        make_booking(store, starts_at=at(10, day=26), phone=PHONE)
    assert refused.value.reason == Refusal.TOO_MANY_OPEN_BOOKINGS


def test_who_has_one_beyond_their_share_is_passed_over(store) -> None:
    first, _ = fill(store)
    for day in (25, 26):
        make_booking(store, starts_at=at(10, day=day), phone="", source=Source.PHONE)
    store.bookings.filter(starts_at__gte=at(0, day=25)).update(phone=PHONE)
    passed, following = wait(store), wait(store, OTHER)
    cancel_booking(booking_id=first, who=Who.staff(None, NOW))

    assert offer_places(store_id=store.pk, now=NOW) == 1
    passed.refresh_from_db()
    following.refresh_from_db()
    assert (passed.status, following.status) == (WaitingStatus.WAITING, WaitingStatus.OFFERED)
    assert Hold.objects.get().offered_to_id == following.pk
