"""One tap's id, sent for two visits at once by a program that is wrong: one step is taken, and nothing breaks."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from uuid import uuid4

from django.db import connections, transaction

from booking.arrivals.steps import take_action
from booking.models import Booking, BookingEvent
from booking.who import Who
from tests.factories import at, make_booking, make_store
from tests.threads import until_somebody_waits


def test_a_tap_for_two_visits_at_once_takes_one_step(transactional_db: None) -> None:
    store, action_id = make_store(), uuid4()
    first, second = make_booking(store), make_booking(store)
    take = partial(take_action, action="check_in", who=Who.staff(None, at(10)), action_id=action_id)

    def take_second() -> str:
        try:
            return take(booking_id=second.pk).status
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            take(booking_id=first.pk)
            other = pool.submit(take_second)
            until_somebody_waits(1, or_done=other.done)
        assert other.result() == "confirmed"

    assert BookingEvent.objects.filter(action_id=action_id).count() == 1
    assert [one.status for one in Booking.objects.order_by("pk")] == ["checked_in", "confirmed"]
