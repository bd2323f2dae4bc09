"""Absences and closings that are saved while customers book, or by two managers at once: no visit is left unseen."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from threading import Event

import pytest
from django.contrib.auth.models import User
from django.db import connection, connections

from booking.bookings.audit import differences
from booking.models import Booking, BookingEvent, EventKind, Status
from booking.places import requests
from booking.refusals import BookingRefused
from booking.store_setup.absences import add_desk_absence
from booking.store_setup.affected_visits import AffectedResolution
from booking.store_setup.closings import add_store_closing
from notifications.models import OutboxMessage
from stores.absences import Absence
from stores.models import DeskAbsence, SetupChange, Store
from stores.queries import rules_around
from stores.slots import StoreRules
from tests.factories import NOW, at, make_booking, make_store, make_user
from tests.threads import at_once, until_somebody_waits

TUESDAY = date(2026, 11, 24)
ALL_DAY = Absence(TUESDAY, TUESDAY)
Read = Callable[..., StoreRules]


def go_away(store: Store, user: User, *, desk: str = "samir") -> str:
    known = store.desks.get(slug=desk)
    then = AffectedResolution.MOVE
    add_desk_absence(store_id=store.pk, desk=known, absence=ALL_DAY, then=then, now=NOW, user=user)
    return "away"


def close_each_tuesday(store: Store, user: User) -> str:
    then = AffectedResolution.CANCEL
    closing = Absence(TUESDAY, None, weekdays=(1,))
    add_store_closing(store_id=store.pk, closing=closing, then=then, now=NOW, user=user)
    return "closed"


def book(store: Store, number: int = 0) -> str:
    try:
        make_booking(store, starts_at=at(10), phone=f"+3361234{number:04d}")
    except BookingRefused:
        return "refused"
    return "booked"


def test_visits_booked_at_once_with_an_absence_move_or_are_booked_elsewhere(transactional_db: None) -> None:
    store = make_store(capacity=3, desks=("samir", "ada"))
    user = make_user(store=store)
    bookings: list[Callable[[], str]] = [partial(book, store, number) for number in range(8)]
    leaves: Callable[[], str] = partial(go_away, store, user)

    results = at_once([*bookings[:4], leaves, *bookings[4:]])

    assert results.count("away") == 1
    assert Booking.objects.count() == results.count("booked")
    left = Booking.objects.filter(desk__slug="samir", status=Status.CONFIRMED, answer_until=None)
    assert not left.exists()
    assert Booking.objects.filter(desk__slug="ada", status=Status.CONFIRMED).count() <= 3
    assert list(differences(now=NOW)) == []


def test_visits_booked_at_once_with_a_closing_are_decided_about_or_refused(transactional_db: None) -> None:
    store = make_store(capacity=4)
    user = make_user(store=store)
    bookings: list[Callable[[], str]] = [partial(book, store, number) for number in range(6)]
    closes: Callable[[], str] = partial(close_each_tuesday, store, user)

    results = at_once([*bookings[:3], closes, *bookings[3:]])

    assert results.count("closed") == 1
    assert Booking.objects.count() == results.count("booked")
    assert not Booking.objects.exclude(status=Status.CANCELLED).exists()
    assert list(differences(now=NOW)) == []


# --- The guard: whoever books reads the rules under the store's lock, in the transaction that takes the place -------


def visits_left(change: Callable[[], str], booking: Callable[[Event], str], has_read: Event) -> int:
    """Return how many visits stand where nobody is: somebody reads when Samir is there, and books while he leaves."""
    is_done = Event()

    def leave() -> str:
        has_read.wait()
        try:
            return change()
        finally:
            is_done.set()
            connections.close_all()

    def come() -> str:
        try:
            return booking(is_done)
        finally:
            has_read.set()
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        comes, leaves = pool.submit(come), pool.submit(leave)
        assert comes.result() == "booked"
        leaves.result()
    return Booking.objects.filter(status=Status.CONFIRMED, desk__slug="samir").count()


CHANGES = [go_away, close_each_tuesday]


@pytest.mark.parametrize("change", CHANGES)
def test_rig_sees_a_visit_left_where_a_booking_goes_by_what_was_read_before(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch, change: Callable[..., str]
) -> None:
    store = make_store(desks=("samir",))
    user, has_read = make_user(store=store), Event()

    def by_what_was_read(is_done: Event) -> str:
        kept = rules_around(store.slug, NOW)
        monkeypatch.setattr(requests, "rules_around", lambda *_args, **_how: kept)
        has_read.set()
        is_done.wait()
        return book(store)

    assert visits_left(partial(change, store, user), by_what_was_read, has_read) == 1


@pytest.mark.parametrize("change", CHANGES)
def test_rig_sees_a_visit_left_where_a_booking_reads_without_the_lock(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch, change: Callable[..., str]
) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite's one writer is guard enough")
    store = make_store(desks=("samir",))
    user, has_read = make_user(store=store), Event()

    def without_the_lock(is_done: Event) -> str:
        def read(slug: str, instant: object, **_how: object) -> StoreRules:
            found = rules_around(slug, NOW)
            has_read.set()
            is_done.wait()
            return found

        monkeypatch.setattr(requests, "rules_around", read)
        return book(store)

    assert visits_left(partial(change, store, user), without_the_lock, has_read) == 1


@pytest.mark.parametrize("change", CHANGES)
def test_no_visit_is_left_where_a_booking_has_read_and_not_yet_written(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch, change: Callable[..., str]
) -> None:
    store = make_store(desks=("samir",))
    user, has_read = make_user(store=store), Event()

    def as_it_is(is_done: Event) -> str:
        def read(*args: object, **how: object) -> StoreRules:
            found = rules_around(*args, **how)  # type: ignore[arg-type]
            has_read.set()
            until_somebody_waits(1, or_done=is_done.is_set)
            return found

        monkeypatch.setattr(requests, "rules_around", read)
        return book(store)

    left = visits_left(partial(change, store, user), as_it_is, has_read)

    unasked = Booking.objects.filter(status=Status.CONFIRMED, answer_until=None)
    assert (left, unasked.count()) in {(0, 0), (1, 0)}
    assert Booking.objects.count() == 1
    assert list(differences(now=NOW)) == []


# --- Two managers -----------------------------------------------------------------------------------------------


def test_two_managers_who_choose_somebody_else_for_the_same_visits_move_each_once(transactional_db: None) -> None:
    """The second finds the visits where the first has moved them: one absence, one line of history, one text each."""
    store = make_store(capacity=3, desks=("samir", "ada"))
    users = [make_user(name, store=store) for name in ("tess", "tom")]
    visits = [make_booking(store, starts_at=at(9 + number), phone=f"+3361234560{number}") for number in range(3)]
    assert {visit.desk.slug for visit in visits} == {"samir"}
    Booking.objects.update(desk_was_chosen=True)

    assert at_once([partial(go_away, store, user) for user in users]) == ["away", "away"]

    assert DeskAbsence.objects.count() == 1
    assert SetupChange.objects.filter(what="absence").count() == 1
    for visit in visits:
        moved = Booking.objects.select_related("desk").get(pk=visit.pk)
        assert (moved.desk.slug, moved.sequence) == ("ada", 1)
        assert BookingEvent.objects.filter(booking=visit, kind=EventKind.RESCHEDULED).count() == 1
        assert OutboxMessage.objects.filter(subject=visit.reference, kind="change").count() == 1
    assert list(differences(now=NOW)) == []
