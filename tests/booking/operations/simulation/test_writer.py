"""A simulated chain in the database: its books are right, nothing of it is sent, and a stopped run goes on."""

from collections import Counter
from datetime import timedelta

import pytest

from booking.bookings.audit import differences
from booking.models import Booking, BookingEvent, Source, Status
from booking.operations.simulation import writer
from booking.operations.simulation.stores import SimulationPlan, draw_stores
from booking.operations.simulation.visits import draw_visits
from booking.operations.simulation.writer import Written, has_other_stores, write_simulation
from booking.places.availability import availability
from booking.privacy import forget_old
from notifications.models import OutboxMessage
from stores.models import Organization, Slot, Store, StoreDay
from tests.factories import NOW, make_store

pytestmark = pytest.mark.django_db
PLAN = SimulationPlan(now=NOW, stores=3, days_back=7, days_ahead=7, bookings_per_day=12, rush=12)


def written(plan: SimulationPlan) -> Written:
    parts = list(write_simulation(plan))
    return Written(*(sum(counts) for counts in zip(*parts, strict=True)))


def test_books_are_right_and_nothing_is_to_be_sent() -> None:
    done = written(PLAN)

    assert done == Written(stores_made=3, visits=Booking.objects.count(), stores_found=0)
    assert done.visits > 150
    assert list(differences(now=NOW)) == []
    assert not OutboxMessage.objects.exists()
    assert Organization.objects.get().stores.count() == 3


def test_rows_say_what_was_drawn() -> None:
    written(PLAN)

    drawn = [visit for store in draw_stores(PLAN) for visit in draw_visits(PLAN, store)]
    rows = Booking.objects.values_list(
        *("visit_date", "starts_at", "party_size", "source", "status", "created_at", "checked_in_at", "phone")
    )
    assert Counter(rows) == Counter(
        (
            *(one.visit_date, one.slots[0].starts_at, one.party_size, one.source, one.status, one.booked_at),
            *(one.reached_at("checked_in"), one.phone),
        )
        for one in drawn
    )
    assert BookingEvent.objects.count() == sum(len(one.course) for one in drawn)
    versions = StoreDay.objects.values_list("version", flat=True)
    assert sum(versions) == BookingEvent.objects.count()
    walk_ins = Booking.objects.filter(source=Source.WALK_IN)
    assert walk_ins.count() > 5
    assert not walk_ins.filter(status__in=[Status.CONFIRMED, Status.NO_SHOW, Status.CANCELLED]).exists()


def test_each_history_leads_to_the_visits_status() -> None:
    written(PLAN)

    last = {event.booking_id: event.to_status for event in BookingEvent.objects.order_by("at", "pk")}

    assert last == dict(Booking.objects.values_list("pk", "status"))


def test_run_that_was_stopped_is_whole_so_far_and_goes_on(monkeypatch) -> None:
    monkeypatch.setattr(writer, "VISITS_AT_ONCE", 1)
    running = write_simulation(PLAN)
    next(running)
    running.close()
    assert Store.objects.count() == 1
    assert list(differences(now=NOW)) == []
    visits = Booking.objects.count()

    done = written(PLAN)

    assert (done.stores_made, done.stores_found) == (2, 1)
    assert Booking.objects.count() == visits + done.visits
    assert Organization.objects.get().stores.count() == 3
    assert list(differences(now=NOW)) == []
    assert written(PLAN) == Written(stores_found=3)


def test_customers_of_old_visits_are_erased_already() -> None:
    written(SimulationPlan(now=NOW, stores=1, days_back=120, days_ahead=0, bookings_per_day=2))

    old = Booking.objects.filter(ends_at__lt=NOW - timedelta(days=90))
    assert set(old.values_list("name", "phone", "erased_at")) == {("", "", NOW)}
    assert forget_old(now=NOW, dry_run=True) == {}


def test_other_stores_are_seen_and_stay_as_they_are() -> None:
    assert not has_other_stores()
    store = make_store()
    assert has_other_stores()

    written(PLAN)

    assert not Slot.objects.filter(store=store).exists()
    assert not Organization.objects.filter(stores=store).exists()
    store.delete()
    assert not has_other_stores()


def test_free_places_of_a_simulated_store_are_those_that_its_visits_leave() -> None:
    written(PLAN)
    store = Store.objects.order_by("pk")[0]
    day = Booking.objects.filter(store=store, starts_at__gt=NOW + timedelta(days=1)).earliest("starts_at").visit_date

    answer = availability(store=store.slug, visit_type="visit", from_date=day, to_date=day, party_size=1, now=NOW)

    left = {slot.starts_at: slot.places_left for slot in answer.days[0].slots}
    capacity = store.desks.get().capacity
    taken = dict(Slot.objects.filter(store=store).values_list("starts_at", "places_taken"))
    assert left
    assert left == {start: capacity - taken.get(start, 0) for start in left}
