"""Counts of unmet demand that several processes write at once: their sum, and no deadlock."""

from datetime import date, timedelta
from functools import partial

import pytest

from booking.models import UnmetDemand
from booking.places.unmet_demand import Look, Sums, write_looks
from stores.models import Store
from tests.factories import NOW, make_store
from tests.threads import Meeting, at_once

pytestmark = pytest.mark.django_db(transaction=True)

PROCESSES = 12
TUESDAY = date(2026, 11, 24)


def look(store: Store, *dates: date) -> Look:
    return Look(store.slug, "visit", "", 1, dates)


def careless_write(others: Meeting, store: Store) -> None:
    """Read, wait until all others have read, then write: what a write would be without its single statement."""
    row = UnmetDemand.objects.get(store=store)
    others.wait()
    UnmetDemand.objects.filter(pk=row.pk).update(places=row.places + 1)


def test_rig_sees_counts_lost_where_the_guard_is_off() -> None:
    store = make_store()
    kind = store.visit_types.all()[0]
    UnmetDemand.objects.create(store=store, date=TUESDAY, is_afternoon=False, visit_type=kind, places=0, slots=12)

    at_once([partial(careless_write, Meeting(PROCESSES), store)] * PROCESSES)

    assert UnmetDemand.objects.get().places < PROCESSES


def test_what_processes_write_at_once_adds_up() -> None:
    stores = [make_store(f"shop-{number}") for number in range(3)]
    days = [TUESDAY + timedelta(days=number) for number in range(4)]
    looks = [look(store, day) for store in stores for day in days]
    processes = [Sums() for _ in range(PROCESSES)]
    for number, sums in enumerate(processes):
        for one in looks if number % 2 else reversed(looks):
            sums.add({one: number + 1})

    written = at_once([partial(write_looks, sums, now=NOW) for sums in processes])

    assert written == [24] * PROCESSES
    rows = UnmetDemand.objects.values_list("places", flat=True)
    assert list(rows) == [sum(range(1, PROCESSES + 1))] * 24
    assert all(not sums.take() for sums in processes)


def test_what_is_counted_while_it_is_written_is_not_lost() -> None:
    store, sums = make_store(), Sums()

    def count_and_write() -> None:
        for _ in range(20):
            sums.add({look(store, TUESDAY): 1})
            write_looks(sums, now=NOW)

    at_once([count_and_write] * 4)

    assert list(UnmetDemand.objects.values_list("places", flat=True)) == [80, 80]
