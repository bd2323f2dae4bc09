"""Locks under several hands at once: whoever waits has their turn, numbers and places are given once.

Each race is run without its guard first, so that this rig is seen to see it.
"""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from threading import Event, Thread
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import Error, connection, connections, transaction

from booking.arrivals import line
from booking.arrivals.line import join_line, serve_ticket
from booking.arrivals.steps import take_step
from booking.bookings.audit import differences
from booking.bookings.lifecycle import cancel_booking, confirm_attendance
from booking.bookings.rescheduling import reschedule
from booking.models import Booking, Source, Ticket
from booking.refusals import BookingRefused
from booking.who import Who
from stores import locks
from stores.locks import lock_store_alone, share_lock_store
from stores.models import Desk, Store
from stores.queries import one_store, store_rules
from tests.factories import NOW, at, make_booking, make_store, make_user
from tests.threads import Meeting, at_once, until_somebody_waits

LATE = at(10, 12)


def outcome(call: Callable[[], Any]) -> str:
    """Return "ok", the reason of a refusal, or the name of what else was raised."""
    try:
        call()
    except BookingRefused as refused:
        return str(refused.reason)
    except (Error, Booking.DoesNotExist) as error:
        return type(error).__name__
    return "ok"


def outcomes(calls: list[Callable[[], Any]]) -> Counter[str]:
    return Counter(at_once([partial(outcome, call) for call in calls]))


# --- The store ------------------------------------------------------------------------------------


def order_at_a_store(newcomer: str) -> list[str]:
    """Return who was done first, second and third: one who has a share, one who wants all, one who comes later."""
    store = make_store()
    order: list[str] = []

    def change() -> None:
        with transaction.atomic():
            lock_store_alone(store.pk)
            order.append("change")

    def book() -> None:
        with transaction.atomic():
            if newcomer == "store_rules":
                store_rules(store.slug, from_date=at(10).date(), lock=True)
            else:
                share_lock_store(store.pk)
            order.append("newcomer")

    with ThreadPoolExecutor(2) as pool:
        with transaction.atomic():
            share_lock_store(store.pk)
            changes = pool.submit(then_closed, change)
            until_somebody_waits(1)
            comes = pool.submit(then_closed, book)
            until_somebody_waits(2, or_done=comes.done)
            order.append("first")
        changes.result()
        comes.result()
    return order


def then_closed(call: Callable[[], None]) -> None:
    """Call, and close the connection of this thread."""
    try:
        call()
    finally:
        connections.close_all()


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite's one writer is guard enough")
@pytest.mark.parametrize("newcomer", ["share_lock_store", "store_rules"])
def test_rig_sees_a_newcomer_pass_who_wants_a_store_alone_where_rows_alone_are_locked(
    transactional_db: None, newcomer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "_ALONE", "1")
    for module in (locks, one_store):
        monkeypatch.setattr(module, "SHARED", "1")

    assert order_at_a_store(newcomer) == ["newcomer", "first", "change"]


@pytest.mark.parametrize("newcomer", ["share_lock_store", "store_rules"])
def test_who_wants_a_store_alone_has_it_before_those_who_come_later(transactional_db: None, newcomer: str) -> None:
    """A row lock alone would go to each newcomer who shares it, and a manager's change would wait for ever."""
    order = order_at_a_store(newcomer)

    expected = ["first", "change", "newcomer"]
    assert order == expected if connection.vendor == "postgresql" else sorted(order) == sorted(expected)


# --- The line -------------------------------------------------------------------------------------


def join(store: Store) -> Ticket:
    return join_line(store=store, visit_type="visit", party_size=1, name="", now=LATE)


def test_rig_sees_a_number_given_twice_where_the_lines_lock_is_off(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, others, next_number = make_store(), Meeting(12), line._next_number
    monkeypatch.setattr(line, "lock_line", lambda store_id: None)

    def number_as_all_see_it(*asked: Any) -> int:
        found = next_number(*asked)
        if connection.vendor == "postgresql":  # SQLite's writers come one after the other
            others.wait()
        return found

    monkeypatch.setattr(line, "_next_number", number_as_all_see_it)

    told = outcomes([partial(join, store)] * 12)

    assert (told["IntegrityError"] > 0) == (connection.vendor == "postgresql")


def test_everybody_who_joins_at_once_has_a_number_of_their_own(transactional_db: None) -> None:
    store = make_store()

    assert outcomes([partial(join, store)] * 12) == {"ok": 12}
    assert list(Ticket.objects.order_by("number").values_list("number", flat=True)) == list(range(1, 13))


def served_at_once(store: Store, user: User) -> Counter[str]:
    """Four in the line, one place that nobody claimed; all four are served at once, by staff."""
    make_booking(store, party_size=1, source=Source.PHONE, phone="")
    tickets = [join(store) for _ in range(4)]
    calls: list[Callable[[], Any]] = [
        partial(serve_ticket, store=store, ticket_id=ticket.pk, now=LATE, user=user, may_squeeze_in=False)
        for ticket in tickets
    ]
    return outcomes(calls)


def test_rig_sees_one_place_passed_on_to_several_where_the_lines_lock_is_off(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, others = make_store(capacity=1), Meeting(4)
    user = make_user(store=store)

    def look_without_a_lock(store: Store, ticket: Ticket, *, now: datetime) -> Booking | None:
        found = Booking.objects.filter(store=store, status="confirmed", passed_to=None).first()
        if connection.vendor == "postgresql":
            others.wait()
        return found

    monkeypatch.setattr(line, "lock_line", lambda store_id: None)
    monkeypatch.setattr(line, "unclaimed_visit", look_without_a_lock)

    told = served_at_once(store, user)

    assert (told["ok"] > 1) == (connection.vendor == "postgresql")


def test_one_unclaimed_place_is_passed_on_once(transactional_db: None) -> None:
    store = make_store(capacity=1)

    told = served_at_once(store, make_user(store=store))

    assert told == {"ok": 1, "slot_full": 3}
    assert Ticket.objects.exclude(passed_from=None).count() == 1
    assert list(differences(now=NOW)) == []


def test_unclaimed_places_of_several_desks_are_passed_on_once_each_and_only_to_who_fits(transactional_db: None) -> None:
    store = make_store(capacity=3, desks=("team", "second"))
    Desk.objects.filter(store=store, slug="team").update(capacity=1)
    user = make_user(store=store)
    booked = [make_booking(store, party_size=size, source=Source.PHONE, phone="") for size in (2, 1, 1)]
    here = next(one for one in booked if one.party_size == 1 and one.desk.slug == "second")
    take_step(booking_id=here.pk, step="check_in", who=Who.staff(user, LATE))
    tickets = [
        join_line(store=store, visit_type="visit", party_size=size, name="", now=LATE) for size in (2, 1, 2, 1, 3)
    ]

    told = outcomes([
        partial(serve_ticket, store=store, ticket_id=ticket.pk, now=LATE, user=user, may_squeeze_in=False)
        for ticket in tickets
    ])  # fmt: skip

    passed = Ticket.objects.exclude(passed_from=None).select_related("booking", "passed_from")
    assert told == {"ok": 2, "slot_full": 3}
    assert {one.passed_from_id for one in passed} == {one.pk for one in booked if one != here}
    for one in passed:
        assert one.booking is not None
        assert one.passed_from is not None
        assert one.booking.desk_id == one.passed_from.desk_id
        assert one.booking.places <= one.passed_from.places
    assert list(differences(now=NOW)) == []


def test_same_ticket_served_twice_at_once_is_served_once(transactional_db: None) -> None:
    store = make_store(capacity=4)
    user, ticket = make_user(store=store), join(store)

    told = outcomes([
        partial(serve_ticket, store=store, ticket_id=ticket.pk, now=LATE, user=user, may_squeeze_in=True)
    ] * 4)  # fmt: skip

    assert told == {"ok": 1, "wrong_status": 3}
    assert Booking.objects.count() == 1


# --- A visit that is just being moved to another desk ------------------------------------------------


def touched_while_moved(store: Store, touch: Callable[[int], Any]) -> str:
    """Move a visit to the other desk, and touch it before that is written; return what whoever touches is told."""
    booking = make_booking(store)
    other = "right" if booking.desk.slug == "left" else "left"
    told: list[str] = []
    is_moved = Event()

    def touching() -> None:
        is_moved.wait(60)
        told.append(outcome(partial(touch, booking.pk)))
        connections.close_all()

    thread = Thread(target=touching)
    thread.start()
    with transaction.atomic():
        reschedule(booking_id=booking.pk, starts_at=at(10), desk=other, who=Who.staff(None, NOW))
        is_moved.set()
        until_somebody_waits(1)
    thread.join()
    return told[0]


def careless_touch(booking_id: int) -> None:
    """Lock a visit together with the desk it had when the statement began."""
    with transaction.atomic():
        visits = Booking.objects.select_related("store", "desk", "visit_type")
        visits.select_for_update(of=("self",)).get(pk=booking_id)


def test_rig_sees_a_visit_vanish_where_it_is_locked_with_its_desk(transactional_db: None) -> None:
    told = touched_while_moved(make_store(desks=("left", "right")), careless_touch)

    assert told == ("DoesNotExist" if connection.vendor == "postgresql" else "ok")


@pytest.mark.parametrize(
    "touch",
    [
        lambda pk: cancel_booking(booking_id=pk, who=Who.customer(NOW)),
        lambda pk: confirm_attendance(booking_id=pk, now=NOW),
        lambda pk: take_step(booking_id=pk, step="check_in", who=Who.staff(None, at(9, 55))),
        lambda pk: reschedule(booking_id=pk, starts_at=at(11), who=Who.customer(NOW)),
    ],
    ids=["cancel", "confirm", "check_in", "move"],
)
def test_visit_being_moved_is_waited_for(transactional_db: None, touch: Callable[[int], Any]) -> None:
    assert touched_while_moved(make_store(desks=("left", "right")), touch) == "ok"
    assert list(differences(now=NOW)) == []
