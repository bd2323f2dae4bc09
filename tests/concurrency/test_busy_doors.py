"""A lock that is not had in time: whoever came is told when to come again, by whatever door, and nothing is done."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import OperationalError
from django.test import Client
from pytest_django import Settings
from twilio.request_validator import RequestValidator

from booking.models import Booking, Hold, Status
from booking.tasks import release_expired_holds
from notifications.models import OptOut, OutboxMessage, State
from tests.booking.api.calls import Api, refusal_of, request_to_book, wish
from tests.booking.staff.staff_room import ARRIVALS, Room, act_url, make_room
from tests.factories import at, make_booking
from tests.fake_twilio import AUTH_TOKEN
from tests.locks import while_locked

pytestmark = pytest.mark.django_db(transaction=True)

Call = Callable[[], Any]
MOMENT = at(9, 55)  # just before a visit begins
OTHER = {"name": "Bea Test", "phone": "06 12 34 56 02", "locale": "en"}
AN_HOUR_LATER = at(11, 15).isoformat()


@pytest.fixture
def room(settings: Settings) -> Iterator[Room]:
    settings.TWILIO_AUTH_TOKEN = AUTH_TOKEN
    with time_machine.travel(MOMENT, tick=False):
        made = make_room()
        make_booking(made.store)
        yield made


def calm(client: Client) -> Client:
    """Return a browser that gets answers, as from a server, instead of exceptions."""
    client.raise_request_exception = False
    return client


# --- Doors: each is prepared, and then called while all is locked ------------------------------------


def hold_by_page(room: Room) -> Call:
    return partial(calm(Client()).post, "/s/corner-shop-niort/book/hold/", wish(starts_at=AN_HOUR_LATER))


def book_by_api(room: Room) -> Call:
    api = Api()
    calm(api.client)
    return partial(api.post, "/bookings", request_to_book(starts_at=AN_HOUR_LATER, customer=OTHER))


def check_in_by_page(room: Room) -> Call:
    return partial(calm(room.client()).post, act_url(Booking.objects.get(), "check-in"))


def receipt_of_provider(room: Room) -> Call:
    message = OutboxMessage.objects.filter(kind="confirmation").first()
    assert message is not None
    OutboxMessage.objects.filter(pk=message.pk).update(state=State.SENT, provider_sid="SM1")
    return signed(f"/webhooks/twilio/status?message={message.uuid}", MessageSid="SM1", MessageStatus="delivered")


def text_to_us(room: Room) -> Call:
    return signed("/webhooks/twilio/inbound", MessageSid="SM1", From="+33612345601", Body="STOP")


def signed(path: str, **form: str) -> Call:
    with_host = f"http://localhost:8000{path}"
    signature = RequestValidator(AUTH_TOKEN).compute_signature(with_host, form)
    return partial(calm(Client()).post, path, form, headers={"X-Twilio-Signature": signature})


DOORS = (hold_by_page, book_by_api, check_in_by_page, receipt_of_provider, text_to_us)


@pytest.mark.parametrize("door", DOORS)
def test_whoever_comes_is_told_when_to_come_again_and_nothing_is_done(
    room: Room, settings: Settings, door: Callable[[Room], Call]
) -> None:
    settings.PUBLIC_URL = "http://localhost:8000"
    call = door(room)

    answer = while_locked(call)

    assert (answer.status_code, answer["Retry-After"]) == (503, "2")
    if door is book_by_api:
        assert refusal_of(answer) == (503, "busy")
    assert (Booking.objects.get().status, Hold.objects.exists(), OptOut.objects.exists()) == (
        Status.CONFIRMED, False, False,
    )  # fmt: skip
    assert not OutboxMessage.objects.filter(state=State.DELIVERED).exists()
    assert call().status_code < 400


def test_tap_is_to_be_sent_again(room: Room) -> None:
    booking = Booking.objects.get()
    tap = {
        "action_id": str(uuid4()),
        "step": "check_in",
        "happened_at": MOMENT.isoformat(),
        "reference": booking.reference,
    }
    send = partial(room.client().post, f"{ARRIVALS}actions/", {"actions": [tap]}, content_type="application/json")

    assert while_locked(send).json()["results"][0]["result"] == "busy"
    assert send().json()["results"][0]["result"] == "done"


def test_pages_are_read_all_the_same(room: Room) -> None:
    client = calm(Client())

    for path in ("/", "/s/corner-shop-niort/", "/s/corner-shop-niort/book/?visit_type=visit", "/api/v1/stores"):
        assert while_locked(partial(client.get, path)).status_code == 200, path


def test_task_fails_and_its_next_turn_does_it(room: Room) -> None:
    hold_by_page(room)()
    Hold.objects.update(expires_at=MOMENT)

    with pytest.raises(OperationalError):
        while_locked(release_expired_holds)
    assert Hold.objects.exists()

    release_expired_holds()
    assert not Hold.objects.exists()
