"""A plan of reminders that changes while visits are booked, moved and texted: each reminder goes once, as planned."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import time, timedelta
from functools import partial

import pytest
import time_machine
from django.db import connection, connections, transaction
from pytest_django import Settings

from booking.bookings.reminder_plans import count_touched
from booking.bookings.rescheduling import reschedule
from booking.message_kinds import Kind
from booking.models import Actor, Booking
from booking.store_setup.message_plans import change_message_plan
from booking.who import Who
from notifications.models import OutboxMessage, State
from notifications.tasks import deliver_due
from stores.models import Store
from stores.queries import one_store
from tests.factories import NOW, at, make_booking, make_store
from tests.threads import at_once, until_somebody_waits

CUSTOMER = Who(Actor.CUSTOMER, None, NOW)


@pytest.fixture
def store(transactional_db: None) -> Store:
    return make_store(time_zone="Europe/Paris", capacity=8)


def change(store: Store, *days: int, until: int = 20) -> None:
    try:
        change_message_plan(
            store=store,
            reminder_days=days,
            messages_from=time(8),
            messages_until=time(until),
            reminder_channel="text_first",
            reminder_hours=0,
            confirms_by_text=True,
            user=None,
            now=NOW,
        )
    finally:
        connections.close_all()


def offsets_due() -> set[str]:
    return set(OutboxMessage.objects.filter(kind=Kind.REMINDER, state=State.DUE).values_list("offset", flat=True))


def booked_while_the_plan_changes(store: Store, *, waits: bool) -> None:
    """Book a visit, and let the plan change before the booking is committed."""
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            make_booking(store, starts_at=at(10, day=30))
            changes = pool.submit(change, store, 2)
            if waits:
                until_somebody_waits(1, or_done=changes.done)
            else:
                changes.result()
        changes.result()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite's one writer is guard enough")
def test_rig_sees_a_visit_with_the_former_plan_where_it_shares_no_lock(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_store = one_store.read_store
    monkeypatch.setattr(one_store, "read_store", lambda *asked, **how: read_store(*asked, **{**how, "lock": False}))
    booked_while_the_plan_changes(store, waits=False)

    assert offsets_due() == {"3d", "1d"}


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite's one writer is guard enough")
def test_visit_that_is_just_being_booked_follows_the_new_plan(store: Store) -> None:
    booked_while_the_plan_changes(store, waits=True)

    assert offsets_due() == {"2d"}


def test_plans_moves_and_senders_at_once_leave_each_reminder_planned_and_sent_once(
    store: Store, settings: Settings
) -> None:
    visits = [
        make_booking(store, starts_at=at(18, 30, day=30), phone=f"+336123456{10 + number}") for number in range(6)
    ]
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        deliver_due()
    for file in settings.MESSAGES_DIR.glob("*"):
        file.unlink()
    due = at(18, 30, day=27)

    with time_machine.travel(due + timedelta(minutes=1), tick=False):
        calls: list[Callable[[], object]] = [
            partial(change, store, 3, 2, 1),
            partial(change, store, 3, 1, until=18),
            *(partial(move, visit) for visit in visits[:2]),
            *[deliver_due] * 3,
        ]
        at_once(calls)
        store.refresh_from_db()
        assert count_touched(store, now=due) == 0

    planned = Counter(
        OutboxMessage.objects.filter(kind=Kind.REMINDER, state__in=(State.DUE, State.SENT)).values_list(
            "subject", "offset", "sequence"
        )
    )
    assert set(planned.values()) == {1}
    sent = OutboxMessage.objects.filter(kind=Kind.REMINDER, state=State.SENT).count()
    changed = OutboxMessage.objects.filter(kind=Kind.CHANGE, state=State.SENT).count()
    assert len(list(settings.MESSAGES_DIR.glob("*"))) == sent + changed
    assert not OutboxMessage.objects.filter(state=State.UNKNOWN).exists()


def move(visit: Booking) -> None:
    reschedule(booking_id=visit.pk, starts_at=at(11, day=30), who=CUSTOMER)
