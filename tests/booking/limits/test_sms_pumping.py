"""Somebody who has texts sent to numbers of theirs, or e-mails to somebody else: how many leave, and who is told."""

from datetime import timedelta

import pytest
import time_machine
from pytest_django import Settings

from booking.bookings.lifecycle import book_visit, cancel_booking
from booking.customer_input import CustomerDetails
from booking.message_kinds import Kind
from booking.models import Booking, Source
from booking.who import Who
from notifications.models import Channel, OutboxMessage, State
from notifications.tasks import deliver_due
from stores.models import Store
from tests.booking.reading import page
from tests.booking.staff.staff_room import DAY, Room, make_room
from tests.factories import NOW, at

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _limits_on(settings, tmp_path):
    settings.RATE_LIMITS, settings.DATA_DIR = True, tmp_path
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def room() -> Room:
    return make_room(capacity=200, open_bookings_per_customer=500)


def book_for(store: Store, number: int, *, phone: str = "", email: str = "", source: Source = Source.API) -> Booking:
    return book_visit(
        store=store.slug,
        visit_type="visit",
        starts_at=at(9) + timedelta(minutes=15 * (number % 12)),
        party_size=1,
        customer=CustomerDetails(name="Ada", phone=phone, email=email),
        note="",
        source=source,
        now=NOW,
    )


def deliver_all() -> None:
    while deliver_due():
        pass


def sent(channel: Channel) -> int:
    return OutboxMessage.objects.filter(channel=channel, state=State.SENT).count()


def test_one_range_of_numbers_gets_ten_texts_in_an_hour_and_the_manager_is_told(room: Room) -> None:
    for number in range(100):
        booking = book_for(room.store, number, phone=f"+336550100{number:02d}")
        if number % 2:
            cancel_booking(booking_id=booking.pk, who=Who.customer(NOW))
    deliver_all()

    assert sent(Channel.SMS) == 10
    assert OutboxMessage.objects.filter(state=State.SKIPPED, reason="prefix_limit").count() >= 90
    assert "far more were asked for than usual" in page(room.client().get(DAY)).words
    assert "far more were asked for" not in page(room.client(room.staff).get(DAY)).words


def test_all_numbers_together_get_an_hour_s_budget(room: Room, settings: Settings) -> None:
    settings.SMS_HOURLY_BUDGET = 15
    for number in range(40):
        book_for(room.store, number, phone=f"+3365{number:02d}50001")
    deliver_all()

    assert sent(Channel.SMS) == 15


def test_what_the_store_books_and_cancels_is_held_by_no_customer_s_limit(room: Room) -> None:
    for number in range(30):
        booking = book_for(room.store, number, phone=f"+336550100{number:02d}", source=Source.PHONE)
        cancel_booking(booking_id=booking.pk, who=Who.staff(None, NOW))
    deliver_all()

    assert OutboxMessage.objects.filter(state=State.SENT, kind=Kind.CANCELLATION).count() == 30


def test_one_address_is_mailed_five_times_a_day(room: Room) -> None:
    for number in range(30):
        booking = book_for(room.store, number, email="victim@example.org" if number % 2 else "Victim@Example.org")
        deliver_all()
        cancel_booking(booking_id=booking.pk, who=Who.customer(NOW))
        deliver_all()

    assert sent(Channel.EMAIL) == 5
    assert not OutboxMessage.objects.filter(state__in=(State.DUE, State.SENDING), due_at__lte=NOW).exists()


def test_a_family_is_written_to_as_often_as_it_books(room: Room) -> None:
    for number in range(2):
        booking = book_for(room.store, number, phone="+33655010001", email="ada@example.org")
        deliver_all()
    cancel_booking(booking_id=booking.pk, who=Who.customer(NOW))
    deliver_all()

    assert (sent(Channel.SMS), sent(Channel.EMAIL)) == (3, 3)
