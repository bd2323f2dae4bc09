from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from booking.models import Webhook, WebhookEvent
from stores.models import Role, Store
from tests.booking.reading import markup, page
from tests.booking.staff.staff_room import SHOP, Room, make_room
from tests.booking.webhooks.events_told import tell, types
from tests.factories import NOW, make_booking, make_store, make_user
from tests.webhook_receiver import WebhookReceiver, running

pytestmark = pytest.mark.django_db

WEBHOOKS = f"{SHOP}setup/webhooks/"


@pytest.fixture(autouse=True)
def _on_a_monday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def room() -> Room:
    return make_room()


@pytest.fixture
def receiver(settings: Settings) -> Iterator[WebhookReceiver]:
    settings.WEBHOOK_NETWORKS = [ip_network("127.0.0.0/8"), ip_network("::1/128")]
    with running() as server:
        yield server


def secret_on(response: Any) -> str:
    """Return the secret on the page."""
    return str(markup(response).partition('value="whsec_')[2].partition('"')[0])


def test_program_is_added_and_its_secret_is_shown_once(room: Room) -> None:
    manager = room.client()
    answer = manager.post(WEBHOOKS, {"what": "add", "address": "https://till.example.org/hook"})

    secret = secret_on(answer)
    assert len(secret) == 44
    assert "This is the secret for till.example.org." in page(answer).words
    again = manager.get(WEBHOOKS)
    assert secret not in markup(again)
    assert "https://till.example.org/hook" in page(again).words
    assert "Other programs are told" in page(manager.get(f"{SHOP}setup/")).words


def test_page_without_programs_says_so(room: Room) -> None:
    assert "No program is told of the visits." in page(room.client().get(WEBHOOKS)).words


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("", "Enter the address of the program."),
        ("till", "This is no address of a program."),
        ("http://till.example.org/", "Ask for one that begins with https."),
        ("https://till.example.org:22/", "has a number behind its name"),
        ("https://ada:secret@till.example.org/", "has a password in it"),
    ],
)
def test_address_that_cannot_be_called_is_refused(room: Room, address, words) -> None:
    answer = room.client().post(WEBHOOKS, {"what": "add", "address": address})

    assert answer.status_code == 400
    assert words in page(answer).words
    assert not Webhook.objects.exists()


def test_sixth_program_is_refused(room: Room) -> None:
    manager = room.client()
    codes = [
        manager.post(WEBHOOKS, {"address": f"https://till{number}.example.org/"}).status_code for number in range(6)
    ]

    assert codes == [200] * 5 + [400]


def test_buttons_do_what_they_say(room: Room, receiver: WebhookReceiver) -> None:
    manager = room.client()
    first = secret_on(manager.post(WEBHOOKS, {"address": receiver.url}))
    number = Webhook.objects.get().pk

    def press(what: str, **more: Any) -> Any:
        return manager.post(WEBHOOKS, {"webhook": number, "what": what, **more})

    assert press("trial")["Location"] == f"{WEBHOOKS}?done=trial"
    tell()
    assert types(receiver) == ["webhook.trial"]
    assert "Trial Monday 23 November, 09:00 · Arrived" in page(manager.get(WEBHOOKS)).words
    press("again", event=WebhookEvent.objects.get().pk)
    tell()
    assert len(receiver.received) == 2
    renewed = press("renew")
    assert secret_on(renewed) not in ("", first)
    assert "The secret before is good until Tuesday 24 November, 09:00 too." in page(renewed).words
    press("off")
    assert "Switched off: it is told nothing." in page(manager.get(WEBHOOKS)).words
    assert press("trial").status_code == 404
    press("on")
    press("remove")
    assert not Webhook.objects.exists()
    assert Store.objects.get(slug=room.store.slug).webhook_ids == ""


def test_what_did_not_arrive_is_said_and_sent_again(room: Room, receiver: WebhookReceiver) -> None:
    manager = room.client()
    manager.post(WEBHOOKS, {"address": receiver.url})
    number = Webhook.objects.get().pk
    booking = make_booking(room.store)
    receiver.status = 410
    tell()
    words = page(manager.get(WEBHOOKS)).words
    assert "the program said that it wants nothing any more" in words
    assert "1 event did not arrive." in words
    assert f"Visit booked · {booking.reference[:4]}-{booking.reference[4:]}" in words

    receiver.status = 200
    manager.post(WEBHOOKS, {"webhook": number, "what": "on"})
    manager.post(WEBHOOKS, {"webhook": number, "what": "again"})
    tell()
    assert types(receiver) == ["visit.created", "visit.created"]
    receiver.status = 500
    make_booking(room.store, phone="+33612345602")
    tell()
    assert "The program refused it (500). Tried once. Next try: " in page(manager.get(WEBHOOKS)).words


@pytest.mark.parametrize(
    "form",
    [
        {"what": "remove", "webhook": "x"}, {"what": "remove", "webhook": "9" * 30}, {"what": "remove"},
        {"what": "explode", "webhook": "1"}, {"what": "again", "webhook": "1", "event": "²"},
    ],
)  # fmt: skip
def test_nonsense_is_not_found(room: Room, form) -> None:
    assert room.client().post(WEBHOOKS, form).status_code == 404


def test_programs_of_other_stores_are_not_found(room: Room) -> None:
    other = make_store("other-shop")
    stranger = Client()
    stranger.force_login(make_user("zed", store=other, role=Role.MANAGER))
    room.client().post(WEBHOOKS, {"address": "https://till.example.org/hook"})
    number = Webhook.objects.get().pk

    for what in ("remove", "renew", "off", "trial", "again"):
        answer = stranger.post("/staff/other-shop/setup/webhooks/", {"webhook": number, "what": what})
        assert answer.status_code == 404
    assert Webhook.objects.get().is_on
