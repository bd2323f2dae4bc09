"""The switch "no more text messages" of a visit's page."""

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from booking.models import Booking
from tests.booking.customer.manage.own_pages import link, own
from tests.booking.reading import page
from tests.factories import NOW, make_booking, make_store

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_a_monday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def booking() -> Booking:
    return make_booking(make_store(), email="ada@example.org")


def wants_no_texts(booking: Booking) -> bool:
    booking.refresh_from_db()
    return booking.wants_no_texts


@pytest.fixture
def opened(client: Client, booking: Booking) -> Client:
    """A browser that has followed the booking's link."""
    client.get(link(booking))
    return client


@pytest.mark.parametrize("prefix", ["", "/simple", "/ar", "/simple/fr"])
def test_one_press_stops_texts_and_one_starts_them_again(opened: Client, booking: Booking, prefix: str) -> None:
    address = prefix + own(booking, "texts/")
    assert address in page(opened.get(prefix + own(booking))).forms

    response = opened.post(address, {"texts": "off"})

    assert (response.status_code, response["Location"]) == (303, prefix + own(booking) + "?done=texts_off")
    assert wants_no_texts(booking)
    assert "on" in page(opened.get(prefix + own(booking))).offered
    opened.post(address, {"texts": "on"})
    assert not wants_no_texts(booking)
    assert "off" in page(opened.get(prefix + own(booking))).offered


def test_page_says_what_happens_instead(opened: Client, booking: Booking) -> None:
    opened.post(own(booking, "texts/"), {"texts": "off"})

    words = page(opened.get(own(booking) + "?done=texts_off")).words
    assert "You get no more text messages about this visit." in words
    assert (
        "No text messages about this visit go to 06 12 34 56 01. We will write to your e-mail address instead." in words
    )
    history = page(opened.get(own(booking, "kept/"))).words
    assert "text messages switched off, by you" in history


def test_who_may_have_sent_stop_is_told_to_send_start(opened: Client, booking: Booking, settings: Settings) -> None:
    settings.SMS_GATEWAY, settings.TWILIO_FROM = "twilio", "+33700000000"
    opened.post(own(booking, "texts/"), {"texts": "off"})
    response = opened.post(own(booking, "texts/"), {"texts": "on"})

    assert "Then text START too." in page(opened.get(response["Location"])).words


@pytest.mark.parametrize("form", [{}, {"texts": "maybe"}])
def test_anything_else_changes_nothing(opened: Client, booking: Booking, form: dict[str, str]) -> None:
    assert opened.post(own(booking, "texts/"), form).status_code == 303
    assert opened.get(own(booking, "texts/")).status_code == 303
    assert not wants_no_texts(booking)


def test_visit_without_a_number_for_texts_has_no_switch(client: Client) -> None:
    booking = make_booking(make_store(), phone="", email="ada@example.org")
    client.get(link(booking))

    assert own(booking, "texts/") not in page(client.get(own(booking))).forms
