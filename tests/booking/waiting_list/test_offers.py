"""Offers: to whom, in which order, for how long, and that nothing is offered twice."""

from datetime import time

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from booking.bookings.audit import differences
from booking.models import Hold, WaitingListEntry
from booking.places.holds import hold_places, release_hold
from booking.refusals import BookingRefused, Refusal
from booking.tasks import offer_places as sweep
from booking.tokens import hold_token
from booking.waiting_list.entries import leave_waiting_list
from booking.waiting_list.offers import offer_places, stores_waiting
from notifications.models import OutboxMessage
from stores.models import Slot, VisitType
from tests.booking.waiting_list.full_shop import MINUTE, free, full_store, statuses, told
from tests.factories import NOW, at, make_booking, make_store
from tests.waiters import make_waiting

pytestmark = pytest.mark.django_db


def test_offer_place_that_came_free_to_who_has_waited_longest() -> None:
    store, (booking,) = full_store()
    first, second = make_waiting(store), make_waiting(store)

    assert offer_places(store_id=store.pk, now=NOW) == 0
    free(booking)
    assert offer_places(store_id=store.pk, now=NOW) == 1
    assert offer_places(store_id=store.pk, now=NOW) == 0

    assert statuses() == ["offered", "waiting"]
    kept = Hold.objects.get()
    assert (kept.offered_to, kept.starts_at, kept.expires_at) == (first, at(10), NOW + 30 * MINUTE)
    assert told() == [(f"wait-{first.reference}", 1, "sms")]
    assert second.reference != first.reference
    assert list(differences(now=NOW)) == []


def test_offered_place_cannot_be_had_by_anybody_else() -> None:
    store, (booking,) = full_store()
    make_waiting(store)
    free(booking)
    offer_places(store_id=store.pk, now=NOW)

    with pytest.raises(BookingRefused) as refused:
        make_booking(store, phone="+33612345699")

    assert refused.value.reason == Refusal.SLOT_FULL


def test_offer_that_runs_out_goes_to_the_next_and_comes_not_back() -> None:
    store, (booking,) = full_store()
    first, second = make_waiting(store), make_waiting(store)
    free(booking)
    later = NOW + 31 * MINUTE

    assert [offer_places(store_id=store.pk, now=moment) for moment in (NOW, later, later + 31 * MINUTE)] == [1, 1, 0]

    assert statuses() == ["waiting", "waiting"]
    assert [subject for subject, *_ in told()] == [f"wait-{one.reference}" for one in (first, second)]
    assert Slot.objects.get().places_taken == 0
    assert make_booking(store, phone="+33612345699", now=later + 31 * MINUTE)


def test_place_let_pass_is_offered_again_once_somebody_else_had_it() -> None:
    store, (booking,) = full_store()
    make_waiting(store)
    free(booking)
    offer_places(store_id=store.pk, now=NOW)
    later = NOW + 31 * MINUTE
    offer_places(store_id=store.pk, now=later)

    again = make_booking(store, phone="+33612345699", now=later)
    offer_places(store_id=store.pk, now=later)
    free(again, now=later)

    assert offer_places(store_id=store.pk, now=later) == 1
    assert [sequence for _, sequence, _ in told()] == [1, 2]


def test_three_missed_offers_end_the_waiting() -> None:
    store, bookings = full_store(times=4)
    make_waiting(store)
    for booking in bookings:
        free(booking)
    moments = [NOW + 31 * MINUTE * number for number in range(5)]

    made = [offer_places(store_id=store.pk, now=moment) for moment in moments]

    assert made == [1, 1, 1, 0, 0]
    assert statuses() == ["expired"]


def test_waiting_ends_with_its_last_day() -> None:
    store, _ = full_store()
    make_waiting(store)

    offer_places(store_id=store.pk, now=at(23, 59))
    assert statuses() == ["waiting"]
    offer_places(store_id=store.pk, now=at(0, day=25))
    assert statuses() == ["expired"]


def test_party_too_large_for_what_came_free_is_passed_over() -> None:
    store, bookings = full_store(capacity=2)
    make_waiting(store, party_size=2)
    make_waiting(store, party_size=1)

    free(bookings[0])
    offer_places(store_id=store.pk, now=NOW)
    assert statuses() == ["waiting", "offered"]

    free(bookings[1])
    offer_places(store_id=store.pk, now=NOW)
    assert statuses() == ["waiting", "offered"]


def test_visit_of_two_slots_waits_for_both() -> None:
    store, bookings = full_store(times=2)
    make_waiting(store, visit_type="advice")

    free(bookings[0])
    assert offer_places(store_id=store.pk, now=NOW) == 0
    free(bookings[1])
    assert offer_places(store_id=store.pk, now=NOW) == 1
    assert list(Slot.objects.order_by("starts_at").values_list("places_taken", flat=True)) == [1, 1]


def test_party_stays_at_one_desk() -> None:
    store = make_store(capacity=1, desks=("left", "right"), hours=((time(10), time(10, 15)),))
    VisitType.objects.update(max_party_size=2)
    bookings = [make_booking(store, phone=f"+3361234560{number}") for number in range(2)]
    make_waiting(store, party_size=2)
    for booking in bookings:
        free(booking)

    assert offer_places(store_id=store.pk, now=NOW) == 0


def test_several_places_are_offered_to_several_at_once_in_their_order() -> None:
    store, bookings = full_store(times=3)
    entries = [make_waiting(store) for _ in range(4)]
    for booking in bookings:
        free(booking)

    assert offer_places(store_id=store.pk, now=NOW) == 3
    assert statuses() == ["offered"] * 3 + ["waiting"]
    assert [kept.starts_at for kept in Hold.objects.order_by("offered_to__created_at", "offered_to")] == [
        at(10, 15 * number) for number in range(3)
    ]
    assert entries[3].status == "waiting"


def test_what_was_free_when_somebody_joined_is_not_offered_to_them() -> None:
    store = make_store()
    booking = make_booking(store, party_size=2)
    make_waiting(store)

    assert offer_places(store_id=store.pk, now=NOW) == 0
    free(booking)
    assert offer_places(store_id=store.pk, now=NOW) == 1
    assert Hold.objects.get().starts_at == at(10)


def test_hold_that_ran_out_is_a_place_that_came_free() -> None:
    store = make_store(capacity=1, hours=((time(10), time(10, 15)),))
    hold_places(store=store.slug, visit_type="visit", starts_at=at(10), party_size=1, now=NOW)
    make_waiting(store)

    assert offer_places(store_id=store.pk, now=NOW + 4 * MINUTE) == 0
    assert offer_places(store_id=store.pk, now=NOW + 5 * MINUTE) == 1


def test_offered_place_given_back_by_its_hold_goes_to_the_next() -> None:
    store, (booking,) = full_store()
    make_waiting(store)
    make_waiting(store)
    free(booking)
    offer_places(store_id=store.pk, now=NOW)

    release_hold(token=hold_token(Hold.objects.get().public_id), now=NOW)
    offer_places(store_id=store.pk, now=NOW)

    assert statuses() == ["waiting", "offered"]


@pytest.mark.parametrize(
    ("minutes_before", "kept_minutes"), [(120, 30), (90, 30), (80, 20), (62, 5), (60, 5), (59, None)]
)
def test_offer_is_kept_no_longer_than_the_minimum_notice_allows(minutes_before, kept_minutes) -> None:
    store, (booking,) = full_store()
    make_waiting(store)
    moment = at(10) - minutes_before * MINUTE
    free(booking, now=moment)

    offer_places(store_id=store.pk, now=moment)

    ends = [kept.expires_at - moment for kept in Hold.objects.all()]
    assert ends == ([kept_minutes * MINUTE] if kept_minutes else [])


def test_nothing_is_offered_for_days_nobody_waits_for() -> None:
    store = make_store(capacity=1, hours=((time(10), time(10, 15)),))
    wednesday = make_booking(store, starts_at=at(10, day=25))
    make_booking(store, phone="+33612345602")
    make_waiting(store)
    free(wednesday)

    assert offer_places(store_id=store.pk, now=NOW) == 0


def test_share_kept_back_from_the_web_is_not_offered() -> None:
    store = make_store(capacity=2, kept_back=1, hours=((time(10), time(10, 15)),))
    make_booking(store)
    make_waiting(store)

    assert offer_places(store_id=store.pk, now=NOW) == 0


def test_sweep_goes_over_every_store_where_somebody_waits() -> None:
    stores = []
    for number in range(3):
        store, (booking,) = full_store(slug=f"shop-{number}")
        make_waiting(store)
        free(booking)
        stores.append(store.pk)
    assert stores_waiting() == stores

    with time_machine.travel(NOW, tick=False):
        assert [sweep(), sweep()] == [3, 0]

    assert statuses() == ["offered"] * 3


@pytest.mark.parametrize("count", [1, 5])
def test_pass_with_nothing_to_offer_asks_the_same_however_many_wait(count) -> None:
    store, _ = full_store()
    for _ in range(count):
        make_waiting(store)

    with CaptureQueriesContext(connection) as queries:
        offer_places(store_id=store.pk, now=NOW)

    assert len(queries) == 7
    assert [query["sql"] for query in queries if not query["sql"].lstrip("(\n").startswith("SELECT")] == []


def test_leaving_while_offered_leaves_the_books_right() -> None:
    store, (booking,) = full_store()
    entry = make_waiting(store)
    free(booking)
    offer_places(store_id=store.pk, now=NOW)

    leave_waiting_list(entry_id=entry.pk, now=NOW)

    assert list(differences(now=NOW)) == []


def test_books_tell_of_offers_that_do_not_fit_together() -> None:
    store, (booking,) = full_store()
    entry = make_waiting(store, email="bea@example.org")
    free(booking)
    offer_places(store_id=store.pk, now=NOW)
    assert list(differences(now=NOW)) == []

    WaitingListEntry.objects.update(offers=2)
    messages = list(OutboxMessage.objects.filter(kind="place_offered").order_by("pk").values_list("pk", flat=True))
    assert list(differences(now=NOW)) == [
        *(f"message {pk}: wait-{entry.reference} is offered no such place" for pk in messages),
        f"waiting list {entry.reference}: no message tells of its offer",
    ]
    WaitingListEntry.objects.update(status="left", offers=1)
    assert f"keeps a place for {entry.reference} of the waiting list, which is left" in next(differences(now=NOW))
