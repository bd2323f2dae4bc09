"""The thread that writes counts of unmet demand: while its process runs, once more at its end, whatever fails."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread

import pytest
from django.utils import timezone

from booking.models import UnmetDemand
from booking.operations import demand_writer
from booking.operations.demand_writer import start_writer
from booking.places import unmet_demand
from booking.places.unmet_demand import Look, note_look, write_looks
from tests.factories import make_store
from tests.servers import wait_until

pytestmark = pytest.mark.django_db(transaction=True)

TOO_LONG_SECONDS = 3600


@contextmanager
def process(*, seconds: float) -> Iterator[None]:
    """Run a writer for a thread that ends with this block, and wait for its last word."""
    is_over = Event()
    of = Thread(target=is_over.wait)
    of.start()
    writer = start_writer(of, seconds=seconds)
    try:
        yield
    finally:
        is_over.set()
        writer.join()


def look() -> Look:
    unmet_demand._of_this_process.take()
    store = make_store(days=tuple(range(7)))
    return Look(store.slug, "visit", "", 1, ((timezone.now() + timedelta(days=3)).date(),))


def counts() -> list[int]:
    return list(UnmetDemand.objects.values_list("places", flat=True))


def test_it_writes_while_the_process_runs() -> None:
    looked = look()

    with process(seconds=0.05):
        note_look(looked)
        wait_until(lambda: counts() == [1, 1], seconds=180, what="written")
        note_look(looked)
        wait_until(lambda: counts() == [2, 2], seconds=180, what="written again")


def test_it_writes_once_more_when_the_process_ends() -> None:
    looked = look()

    with process(seconds=TOO_LONG_SECONDS):
        note_look(looked)
        before = counts()

    assert (before, counts()) == ([], [1, 1])


def test_no_fault_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    looked, is_broken = look(), Event()

    def break_once(**named: object) -> int:
        if not is_broken.is_set():
            is_broken.set()
            raise ValueError("a fault")
        return write_looks(**named)  # type: ignore[arg-type]

    monkeypatch.setattr(demand_writer, "write_looks", break_once)
    with process(seconds=0.05):
        note_look(looked)
        wait_until(lambda: counts() == [1, 1], seconds=180, what="written")

    assert is_broken.is_set()
