"""A full day, somebody who waits, a place that comes free, and the link in a text message that books it."""

import re
from collections.abc import Iterator
from datetime import time
from pathlib import Path

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from booking.models import Booking, WaitingListEntry
from booking.tasks import offer_places
from booking.tokens import manage_token
from notifications.tasks import deliver_due
from tests.booking.api.calls import Api
from tests.booking.reading import page
from tests.factories import NOW, make_booking, make_store

pytestmark = pytest.mark.django_db

WAIT = "/s/corner-shop-niort/wait/"


@pytest.fixture
def texts(settings: Settings, tmp_path: Path) -> Iterator[Path]:
    """Where messages are put, on a Monday morning."""
    settings.MESSAGES_DIR = tmp_path
    with time_machine.travel(NOW, tick=False):
        yield tmp_path


def text_of(folder: Path, kind: str) -> list[str]:
    deliver_due()
    return [file.read_text() for file in sorted(folder.glob(f"*-{kind}-sms-*"))]


def join(client: Client, name: str, phone: str) -> WaitingListEntry:
    form = page(client.get(WAIT, {"visit_type": "visit", "from": "2026-11-24", "to": "2026-11-24"})).forms[WAIT]
    response = client.post(WAIT, {**form, "name": name, "phone": phone}, follow=True)
    assert "You are on the waiting list" in page(response).words
    return WaitingListEntry.objects.get(name=name)


def test_from_a_full_day_to_the_place_of_somebody_who_cancelled(texts: Path) -> None:
    store = make_store(capacity=1, hours=((time(10), time(10, 15)),))
    first = make_booking(store)
    asked = {"visit_type": "visit", "from": "2026-11-24"}
    choose = page(Client().get(f"/s/{store.slug}/book/", asked))
    assert not [button for button in choose.buttons if button.get("value", "").startswith("2026-11-24")]

    bea, cleo = join(Client(), "Bea Test", "06 12 34 56 02"), join(Client(), "Cleo Test", "06 12 34 56 03")
    assert text_of(texts, "place_offered") == []

    Api(f"Bearer {manage_token(first.reference)}").post(f"/bookings/{first.reference}/cancel")
    offer_places()

    (text,) = text_of(texts, "place_offered")
    assert "Bea" not in text
    assert offer_places() == 0
    assert len(text_of(texts, "place_offered")) == 1
    link = re.search(r"/p/\S+", text)
    assert link is not None
    phone = Client()
    shown = page(phone.get(link[0], follow=True))
    assert "A place is free for you" in shown.words
    take = f"/en/w/{bea.reference}/take/"
    booked = page(phone.post(take, shown.forms[take], follow=True))

    assert "Your visit is booked" in booked.words
    booking = Booking.objects.get(status="confirmed")
    assert (booking.name, booking.phone) == ("Bea Test", "+33612345602")
    cleo.refresh_from_db()
    assert cleo.status == "waiting"
    assert len(text_of(texts, "confirmation")) == 2
