"""Offers are told in time or not made, and one that fails keeps nobody else waiting."""

import pytest
import time_machine
from django.db import IntegrityError

from booking.bookings.audit import differences
from booking.models import WaitingListEntry
from booking.operations.logs import JsonLine
from booking.places.claims import release_expired_holds
from booking.places.holds import hold_places
from booking.tasks import offer_places as sweep
from booking.waiting_list import offers
from booking.waiting_list.offers import offer_places
from notifications.models import OutboxMessage
from stores.hours import ONE_DAY
from stores.models import Slot
from tests.booking.waiting_list.full_shop import MINUTE, free, full_store, statuses, told
from tests.factories import NOW, at, make_booking, make_store
from tests.waiters import TUESDAY, make_waiting

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("phone", "email", "channels"),
    [
        ("+33612345607", "", ["sms"]),
        ("+33612345607", "bea@example.org", ["sms", "email"]),
        ("+33549240039", "bea@example.org", ["email"]),
        ("", "bea@example.org", ["email"]),
    ],
)
def test_offer_is_told_by_every_way_that_reaches_them(phone, email, channels) -> None:
    store, (booking,) = full_store()
    make_waiting(store, phone=phone, email=email)
    free(booking)

    offer_places(store_id=store.pk, now=NOW)

    assert [channel for *_, channel in told()] == channels
    assert set(OutboxMessage.objects.filter(kind="place_offered").values_list("due_at", "not_after")) == {
        (NOW, NOW + 30 * MINUTE)
    }


def test_who_cannot_be_told_is_passed_over() -> None:
    store, (booking,) = full_store()
    make_waiting(store, phone="+33549240039")
    make_waiting(store)
    free(booking)

    offer_places(store_id=store.pk, now=NOW)

    assert statuses() == ["waiting", "offered"]


@pytest.mark.parametrize(("email", "channels"), [("", []), ("bea@example.org", ["email"])])
def test_nobody_is_texted_at_night(email, channels) -> None:
    store, (booking,) = full_store()
    make_waiting(store, email=email)
    night = at(22, day=23)
    free(booking, now=night)

    offer_places(store_id=store.pk, now=night)

    assert statuses() == ["offered"]
    assert [channel for *_, channel in told()] == channels


def test_place_let_pass_at_night_is_offered_again_in_the_morning() -> None:
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


def test_trouble_at_one_store_holds_up_no_other(caplog: pytest.LogCaptureFixture) -> None:
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
def test_pass_goes_on_to_the_next_whatever_happens_to_one(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, name, error
) -> None:
    store, (booking,) = full_store()
    first, _second = make_waiting(store), make_waiting(store)
    free(booking)
    failing_for(monkeypatch, first, name, error)

    assert offer_places(store_id=store.pk, now=NOW) == 1
    assert statuses() == ["waiting", "offered"]
    assert list(differences(now=NOW)) == []
    line = JsonLine().format(caplog.records[0])
    assert (caplog.records[0].message, vars(caplog.records[0])["entry_id"]) == ("offer_failed", first.pk)
    assert not any(word in line for word in ("Bea", "+336"))


def test_offer_that_cannot_be_settled_keeps_nobody_waiting(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
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


def test_hold_that_the_counters_do_not_know_of_keeps_no_other_from_being_let_go(
    caplog: pytest.LogCaptureFixture,
) -> None:
    store = make_store(capacity=1)
    for starts_at in (at(10), at(11)):
        hold_places(store=store.slug, visit_type="visit", starts_at=starts_at, party_size=1, now=NOW)
    Slot.objects.filter(starts_at=at(10)).update(places_taken=0, places_taken_web=0)

    assert release_expired_holds(now=NOW + 6 * MINUTE) == 1
    assert list(Slot.objects.order_by("starts_at").values_list("places_taken", flat=True)) == [0, 0]
    assert [record.message for record in caplog.records] == ["hold_not_released"]
