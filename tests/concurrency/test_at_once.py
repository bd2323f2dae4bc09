"""A kind of visit of which only so many may go on at once, booked by many at the same moment at desks of their own.

The desks' slots cannot tell: each has places left. First, that this rig sees one too many where the guard is off.
"""

from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest
from django.db import connection

from booking.bookings.audit import differences
from booking.bookings.rescheduling import reschedule
from booking.models import Booking, Hold, Source
from booking.places import at_once as kinds
from booking.places import claims, requests
from booking.places.at_once import KindVisits
from booking.places.fit import most_together
from booking.places.holds import hold_places
from booking.refusals import BookingRefused
from booking.who import Who
from stores.models import Store
from tests.factories import NOW, at, make_booking, make_store
from tests.threads import Meeting, at_once

DESKS = 6
MOST = 2


def shop() -> Store:
    """Return a store with many desks, of which two may serve this visit at once."""
    store = make_store(capacity=1, desks=tuple(f"desk-{number}" for number in range(DESKS)), capacity_counts="visits")
    store.visit_types.update(most_at_once=MOST, slot_count=2)
    return store


def outcome(call: Callable[[], object]) -> str:
    try:
        call()
    except BookingRefused as refused:
        return str(refused.reason)
    return "ok"


def outcomes(calls: list[Callable[[], object]]) -> Counter[str]:
    return Counter(at_once([partial(outcome, call) for call in calls]))


def wants(store: Store, number: int) -> Callable[[], object]:
    """Return a booking or a hold of one of many customers, some of them a quarter of an hour later."""
    moment = at(10) if number % 2 else at(10, 15)
    if number % 3 == 0:
        asked = {"store": store.slug, "visit_type": "visit", "starts_at": moment, "party_size": 1, "now": NOW}
        return partial(hold_places, **asked)  # type: ignore[arg-type]
    source = Source.PHONE if number % 3 == 1 else Source.API
    return partial(make_booking, store, starts_at=moment, phone=f"+3361234560{number}", source=source)


def most_there() -> int:
    """Return how many visits and holds go on together at most."""
    spans = [(one.starts_at, one.ends_at) for one in (*Booking.objects.all(), *Hold.objects.all())]
    return max(most_together(spans, one) for one in (*Booking.objects.all(), *Hold.objects.all()))


def test_rig_sees_one_too_many_where_the_kind_is_not_locked(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite's one writer is guard enough")
    store = shop()
    together = Meeting(DESKS)

    def count_and_wait(*args: object, **options: object) -> KindVisits:
        found = kinds.kind_visits(*args, **options)  # type: ignore[arg-type]
        together.wait()
        return found

    for module in (claims, requests):
        monkeypatch.setattr(module, "lock_kind", lambda visit_type: None)
    monkeypatch.setattr(claims, "kind_visits", count_and_wait)

    outcomes([wants(store, number) for number in range(DESKS)])

    assert most_there() > MOST


def test_no_more_than_so_many_at_once_whoever_comes_first(transactional_db: None) -> None:
    store = shop()

    found = outcomes([wants(store, number) for number in range(DESKS)])

    assert found == {"ok": MOST, "slot_full": DESKS - MOST}
    assert most_there() == MOST
    assert list(differences(now=NOW)) == []


def test_moves_into_the_same_time_are_counted_too(transactional_db: None) -> None:
    store = shop()
    visits = [make_booking(store, starts_at=at(14 + number), phone=f"+3361234561{number}") for number in range(4)]
    move = partial(reschedule, starts_at=at(10), who=Who.customer(NOW))

    found = outcomes([partial(move, booking_id=visit.pk) for visit in visits])

    assert found == {"ok": MOST, "slot_full": 4 - MOST}
    assert list(differences(now=NOW)) == []
