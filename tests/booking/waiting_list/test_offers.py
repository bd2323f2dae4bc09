"""Offers: to whom, in which order, for how long, and that nothing is offered twice."""

from datetime import time, timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from booking.bookings.audit import differences
from booking.bookings.lifecycle import cancel_booking
from booking.models import Hold, WaitingListEntry
from booking.operations.logs import JsonLine
from booking.places.claims import release_expired_holds
from booking.places.holds import hold_places, release_hold
from booking.refusals import BookingRefused, Refusal
from booking.tasks import offer_places as sweep
from booking.tokens import hold_token
from booking.waiting_list import offers
from booking.waiting_list.entries import leave_waiting_list
from booking.waiting_list.offers import offer_places, stores_waiting
from booking.who import Who
from notifications.models import OutboxMessage
from stores.hours import ONE_DAY
from stores.models import Slot, VisitType
from tests.factories import NOW, at, make_booking, make_store
from tests.waiters import TUESDAY, make_waiting

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


def full_store(*, capacity=1, times=1, **fields):
    """Return a shop with few times a day, all of the Tuesday's taken, and what took them."""
    closes = (at(10) + timedelta(minutes=15 * times)).time()
    store = make_store(capacity=capacity, hours=((time(10), closes),), **fields)
    bookings = [
        make_booking(store, starts_at=at(10, 15 * number), phone=f"+336123{number:02d}{place:03d}")
        for number in range(times)
        for place in range(capacity)
    ]
    return store, bookings


def free(booking, *, now=NOW):
    cancel_booking(booking_id=booking.pk, who=Who.customer(now))


def statuses():
    return list(WaitingListEntry.objects.order_by("pk").values_list("status", flat=True))


def told():
    return list(
        OutboxMessage.objects.filter(kind="place_offered").order_by("pk").values_list("subject", "sequence", "channel")
    )


def test_offer_place_that_came_free_to_who_has_waited_longest():
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


def test_offered_place_cannot_be_had_by_anybody_else():
    store, (booking,) = full_store()
    make_waiting(store)
    free(booking)
    offer_places(store_id=store.pk, now=NOW)

    with pytest.raises(BookingRefused) as refused:
        make_booking(store, phone="+33612345699")

    assert refused.value.reason == Refusal.SLOT_FULL


def test_offer_that_runs_out_goes_to_the_next_and_comes_not_back():
    store, (booking,) = full_store()
    first, second = make_waiting(store), make_waiting(store)
    free(booking)
    later = NOW + 31 * MINUTE

    assert [offer_places(store_id=store.pk, now=moment) for moment in (NOW, later, later + 31 * MINUTE)] == [1, 1, 0]

    assert statuses() == ["waiting", "waiting"]
    assert [subject for subject, *_ in told()] == [f"wait-{one.reference}" for one in (first, second)]
    assert Slot.objects.get().places_taken == 0
    assert make_booking(store, phone="+33612345699", now=later + 31 * MINUTE)


def test_place_let_pass_is_offered_again_once_somebody_else_had_it():
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


def test_three_missed_offers_end_the_waiting():
    store, bookings = full_store(times=4)
    make_waiting(store)
    for booking in bookings:
        free(booking)
    moments = [NOW + 31 * MINUTE * number for number in range(5)]

    made = [offer_places(store_id=store.pk, now=moment) for moment in moments]

    assert made == [1, 1, 1, 0, 0]
    assert statuses() == ["expired"]


def test_waiting_ends_with_its_last_day():
    store, _ = full_store()
    make_waiting(store)

    offer_places(store_id=store.pk, now=at(23, 59))
    assert statuses() == ["waiting"]
    offer_places(store_id=store.pk, now=at(0, day=25))
    assert statuses() == ["expired"]


def test_party_too_large_for_what_came_free_is_passed_over():
    store, bookings = full_store(capacity=2)
    make_waiting(store, party_size=2)
    make_waiting(store, party_size=1)

    free(bookings[0])
    offer_places(store_id=store.pk, now=NOW)
    assert statuses() == ["waiting", "offered"]

    free(bookings[1])
    offer_places(store_id=store.pk, now=NOW)
    assert statuses() == ["waiting", "offered"]


def test_visit_of_two_slots_waits_for_both():
    store, bookings = full_store(times=2)
    make_waiting(store, visit_type="advice")

    free(bookings[0])
    assert offer_places(store_id=store.pk, now=NOW) == 0
    free(bookings[1])
    assert offer_places(store_id=store.pk, now=NOW) == 1
    assert list(Slot.objects.order_by("starts_at").values_list("places_taken", flat=True)) == [1, 1]


def test_party_stays_at_one_desk():
    store = make_store(capacity=1, desks=("left", "right"), hours=((time(10), time(10, 15)),))
    VisitType.objects.update(max_party_size=2)
    bookings = [make_booking(store, phone=f"+3361234560{number}") for number in range(2)]
    make_waiting(store, party_size=2)
    for booking in bookings:
        free(booking)

    assert offer_places(store_id=store.pk, now=NOW) == 0


def test_several_places_are_offered_to_several_at_once_in_their_order():
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


def test_what_was_free_when_somebody_joined_is_not_offered_to_them():
    store = make_store()
    booking = make_booking(store, party_size=2)
    make_waiting(store)

    assert offer_places(store_id=store.pk, now=NOW) == 0
    free(booking)
    assert offer_places(store_id=store.pk, now=NOW) == 1
    assert Hold.objects.get().starts_at == at(10)


def test_hold_that_ran_out_is_a_place_that_came_free():
    store = make_store(capacity=1, hours=((time(10), time(10, 15)),))
    hold_places(store=store.slug, visit_type="visit", starts_at=at(10), party_size=1, now=NOW)
    make_waiting(store)

    assert offer_places(store_id=store.pk, now=NOW + 4 * MINUTE) == 0
    assert offer_places(store_id=store.pk, now=NOW + 5 * MINUTE) == 1


def test_offered_place_given_back_by_its_hold_goes_to_the_next():
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
def test_offer_is_kept_no_longer_than_the_minimum_notice_allows(minutes_before, kept_minutes):
    store, (booking,) = full_store()
    make_waiting(store)
    moment = at(10) - minutes_before * MINUTE
    free(booking, now=moment)

    offer_places(store_id=store.pk, now=moment)

    ends = [kept.expires_at - moment for kept in Hold.objects.all()]
    assert ends == ([kept_minutes * MINUTE] if kept_minutes else [])


def test_nothing_is_offered_for_days_nobody_waits_for():
    store = make_store(capacity=1, hours=((time(10), time(10, 15)),))
    wednesday = make_booking(store, starts_at=at(10, day=25))
    make_booking(store, phone="+33612345602")
    make_waiting(store)
    free(wednesday)

    assert offer_places(store_id=store.pk, now=NOW) == 0


def test_share_kept_back_from_the_web_is_not_offered():
    store = make_store(capacity=2, kept_back=1, hours=((time(10), time(10, 15)),))
    make_booking(store)
    make_waiting(store)

    assert offer_places(store_id=store.pk, now=NOW) == 0


@pytest.mark.parametrize(
    ("phone", "email", "channels"),
    [
        ("+33612345607", "", ["sms"]),
        ("+33612345607", "bea@example.org", ["sms", "email"]),
        ("+33549240039", "bea@example.org", ["email"]),
        ("", "bea@example.org", ["email"]),
    ],
)
def test_offer_is_told_by_every_way_that_reaches_them(phone, email, channels):
    store, (booking,) = full_store()
    make_waiting(store, phone=phone, email=email)
    free(booking)

    offer_places(store_id=store.pk, now=NOW)

    assert [channel for *_, channel in told()] == channels
    assert set(OutboxMessage.objects.filter(kind="place_offered").values_list("due_at", "not_after")) == {
        (NOW, NOW + 30 * MINUTE)
    }


def test_who_cannot_be_told_is_passed_over():
    store, (booking,) = full_store()
    make_waiting(store, phone="+33549240039")
    make_waiting(store)
    free(booking)

    offer_places(store_id=store.pk, now=NOW)

    assert statuses() == ["waiting", "offered"]


@pytest.mark.parametrize(("email", "channels"), [("", []), ("bea@example.org", ["email"])])
def test_nobody_is_texted_at_night(email, channels):
    store, (booking,) = full_store()
    make_waiting(store, email=email)
    night = at(22, day=23)
    free(booking, now=night)

    offer_places(store_id=store.pk, now=night)

    assert statuses() == ["offered"]
    assert [channel for *_, channel in told()] == channels


def test_place_let_pass_at_night_is_offered_again_in_the_morning():
    store, _ = full_store()
    wednesday = TUESDAY + ONE_DAY
    booking = make_booking(store, starts_at=at(10, day=25), phone="+33612345608")
    make_waiting(store, from_date=wednesday)
    free(booking, now=at(22))
    moments = [at(22), at(22, 31), at(2, day=25), at(7, 59, day=25), at(8, day=25)]

    made = [offer_places(store_id=store.pk, now=moment) for moment in moments]

    assert made == [1, 0, 0, 0, 1]
    assert [(sequence, channel) for _, sequence, channel in told()] == [(2, "sms")]
    assert WaitingListEntry.objects.get().missed_offers == 0


def test_sweep_goes_over_every_store_where_somebody_waits():
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
def test_pass_with_nothing_to_offer_asks_the_same_however_many_wait(count):
    store, _ = full_store()
    for _ in range(count):
        make_waiting(store)

    with CaptureQueriesContext(connection) as queries:
        offer_places(store_id=store.pk, now=NOW)

    assert len(queries) == 7
    assert [query["sql"] for query in queries if not query["sql"].lstrip("(\n").startswith("SELECT")] == []


def test_leaving_while_offered_leaves_the_books_right():
    store, (booking,) = full_store()
    entry = make_waiting(store)
    free(booking)
    offer_places(store_id=store.pk, now=NOW)

    leave_waiting_list(entry_id=entry.pk, now=NOW)

    assert list(differences(now=NOW)) == []


def test_trouble_at_one_store_holds_up_no_other(caplog):
    stores = []
    for number in range(2):
        store, (booking,) = full_store(slug=f"shop-{number}")
        make_waiting(store)
        free(booking)
        stores.append(store)
    stores[0].time_zone = "Nowhere/Lost"
    stores[0].save()

    with time_machine.travel(NOW, tick=False):
        assert sweep() == 1

    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == ["offers_failed"]
    assert statuses() == ["waiting", "offered"]


def test_books_tell_of_offers_that_do_not_fit_together():
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


# --- Entries that fail ------------------------------------------------------------------------------


def failing_for(monkeypatch, entry, name, error):
    """Let one entry fail where the pass comes to it in the function of this name."""
    careful = getattr(offers, name)

    def fails(one, *args, **named):
        if getattr(one, "pk", one) == entry.pk:
            raise error
        return careful(one, *args, **named)

    monkeypatch.setattr(offers, name, fails)


@pytest.mark.parametrize("name", ["_starts_for", "offer_channels", "can_be_offered"])
@pytest.mark.parametrize("error", [IntegrityError("Failing row contains (Bea Test)"), ValueError("+336980000001")])
def test_pass_goes_on_to_the_next_whatever_happens_to_one(monkeypatch, caplog, name, error):
    store, (booking,) = full_store()
    first, _second = make_waiting(store), make_waiting(store)
    free(booking)
    failing_for(monkeypatch, first, name, error)

    assert offer_places(store_id=store.pk, now=NOW) == 1
    assert statuses() == ["waiting", "offered"]
    assert list(differences(now=NOW)) == []
    line = JsonLine().format(caplog.records[0])
    assert (caplog.records[0].message, caplog.records[0].entry_id) == ("offer_failed", first.pk)
    assert not any(word in line for word in ("Bea", "+336"))


def test_offer_that_cannot_be_settled_keeps_nobody_waiting(monkeypatch, caplog):
    store, bookings = full_store(times=2)
    for _ in range(2):
        make_waiting(store)
    free(bookings[0])
    assert offer_places(store_id=store.pk, now=NOW) == 1
    monkeypatch.setattr(offers, "settle_offer", failing_call)
    free(bookings[1])

    assert offer_places(store_id=store.pk, now=NOW + 31 * MINUTE) == 1
    assert [record.message for record in caplog.records] == ["offer_failed"]
    assert statuses() == ["offered", "offered"]


def failing_call(*args, **named):
    raise IntegrityError("counters")


def test_hold_that_the_counters_do_not_know_of_keeps_no_other_from_being_let_go(caplog):
    store = make_store(capacity=1)
    for starts_at in (at(10), at(11)):
        hold_places(store=store.slug, visit_type="visit", starts_at=starts_at, party_size=1, now=NOW)
    Slot.objects.filter(starts_at=at(10)).update(places_taken=0, places_taken_web=0)

    assert release_expired_holds(now=NOW + 6 * MINUTE) == 1
    assert list(Slot.objects.order_by("starts_at").values_list("places_taken", flat=True)) == [0, 0]
    assert [record.message for record in caplog.records] == ["hold_not_released"]
