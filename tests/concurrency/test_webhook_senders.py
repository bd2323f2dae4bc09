"""Two workers tell the same webhooks, whose server refuses now and then: each event is taken once, in its order."""

from collections import defaultdict
from datetime import timedelta
from functools import partial
from ipaddress import ip_network

from pytest_django import Settings

from booking.arrivals.steps import take_action
from booking.bookings.lifecycle import cancel_booking
from booking.models import TellingState, WebhookEvent
from booking.who import Who
from tests.booking.webhooks.events_told import follow, tell
from tests.factories import NOW, at, make_booking, make_store, make_user
from tests.threads import at_once
from tests.webhook_receiver import running

VISITS = 6


def test_two_workers_tell_each_event_once_and_in_order(transactional_db: None, settings: Settings) -> None:
    settings.WEBHOOK_NETWORKS = [ip_network("127.0.0.0/8"), ip_network("::1/128")]
    store = make_store(capacity=20)
    staff = Who.staff(make_user("cleo", store=store), at(10))
    with running() as receiver:
        follow(store, receiver)
        follow(store, receiver)
        for number in range(VISITS):
            booking = make_booking(store, phone=f"+3361234560{number}")
            take_action(booking_id=booking.pk, action="check_in", who=staff)
            take_action(booking_id=booking.pk, action="undo", who=staff)
            cancel_booking(booking_id=booking.pk, who=staff)
        receiver.answers = [500 if number % 5 == 0 else 422 if number % 3 == 0 else 204 for number in range(60)]
        for minute in range(0, 600, 20):
            at_once([partial(tell, NOW + timedelta(days=1, minutes=minute)) for _ in range(2)])

    events = list(WebhookEvent.objects.order_by("pk"))
    assert len(events) == VISITS * 4 * 2
    assert {event.state for event in events} == {TellingState.TOLD}
    # An event that was taken is not sent again: so it is the last of its tries.
    taken = {one.id: number for number, one in enumerate(receiver.received)}
    tries: defaultdict[str, int] = defaultdict(int)
    for one in receiver.received:
        tries[one.id] += 1
    assert {str(event.uuid): event.attempts for event in events} == tries
    of_a_visit: defaultdict[tuple[int, str], list[int]] = defaultdict(list)
    for event in events:
        of_a_visit[event.webhook_id, event.subject].append(taken[str(event.uuid)])
    assert all(numbers == sorted(numbers) for numbers in of_a_visit.values())
