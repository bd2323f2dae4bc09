"""Slots as just read: they tell whether a claim would find places, so that a full time is refused without its lock."""

from itertools import product

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from booking.models import Booking, Source
from booking.places.claims import claim
from booking.places.runs import Run, runs_at
from booking.places.seen_slots import see_slots
from booking.refusals import BookingRefused, Refusal
from stores.models import Desk, Slot, Store
from stores.queries import rules_around
from tests.factories import at, make_booking, make_store

pytestmark = pytest.mark.django_db

NO_ROW = -1


def run_at_ten(store: Store) -> Run:
    rules = rules_around(store.slug, at(10))
    kind = rules.visit_type("visit")
    assert kind is not None
    return runs_at(rules, kind, at(10))[0]


@pytest.mark.parametrize(("closed", "kept_back", "own_capacity"), list(product([False, True], [0, 2], [1, 3, 5])))
@pytest.mark.parametrize(("taken", "taken_web"), [(NO_ROW, 0), (0, 0), (1, 1), (3, 1)])
def test_they_tell_what_a_claim_finds(
    closed: bool, kept_back: int, own_capacity: int, taken: int, taken_web: int
) -> None:
    store = make_store(capacity=3)
    Desk.objects.update(kept_back=kept_back)
    run = run_at_ten(store)
    if taken != NO_ROW:
        Slot.objects.create(
            store=store, desk_id=run.desk.id, starts_at=run.starts_at, ends_at=run.ends_at, capacity=own_capacity,
            has_own_capacity=True, places_taken=taken, places_taken_web=taken_web, closed=closed,
            squeezed=max(0, taken - own_capacity),
        )  # fmt: skip
    for places, from_web in product([1, 2, 3, 4], [True, False]):
        seen = see_slots(store.pk, [run]).have_places(run, places=places, from_web=from_web)
        before = list(Slot.objects.values())

        assert claim(store.pk, run, places=places, from_web=from_web) == seen, (places, from_web)
        Slot.objects.all().delete()
        Slot.objects.bulk_create(Slot(**row) for row in before)


def test_a_full_time_is_refused_without_a_lock_on_its_slot() -> None:
    store = make_store(capacity=1)
    make_booking(store, phone="+33612345601", source=Source.WEB)

    with CaptureQueriesContext(connection) as asked, pytest.raises(BookingRefused) as refused:
        make_booking(store, phone="+33612345602", source=Source.WEB)

    assert refused.value.reason == Refusal.SLOT_FULL
    assert not [one["sql"] for one in asked.captured_queries if "INSERT" in one["sql"]]
    assert Booking.objects.count() == 1
