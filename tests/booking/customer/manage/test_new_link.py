"""A link that somebody passed on is ended by its customer, who goes on with a new one."""

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from booking.bookings.link_renewal import renew_link
from booking.links import manage_url, short_manage_url
from booking.models import Booking
from booking.tokens import manage_token
from tests.booking.api.calls import Api
from tests.booking.reading import page
from tests.factories import NOW, make_booking, make_store

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_a_monday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def opened(url: str) -> Client:
    """Return a browser that has followed a link."""
    client = Client()
    client.get("/" + url.split("/", 3)[3], follow=True)
    return client


def test_a_new_link_ends_the_old_one_and_every_browser_it_opened_but_one_s_own() -> None:
    booking = make_booking(make_store())
    own, old = f"/b/{booking.reference}/", manage_url(booking.reference)
    customer, other = opened(old), opened(old)
    asked = page(customer.get(f"{own}link/"))
    assert "With a new link, the old one opens nothing any more" in asked.words

    shown = page(customer.post(f"{own}link/", asked.forms[""], follow=True))

    booking.refresh_from_db()
    new = manage_url(booking.reference, booking.link_number)
    assert new != old
    assert new in shown.links
    assert [browser.get(own).status_code for browser in (customer, other)] == [200, 404]
    assert [opened(url).get(own).status_code for url in (old, new)] == [404, 200]
    assert [opened(short_manage_url(booking.reference, number)).get(own).status_code for number in (0, 1)] == [404, 200]


def test_the_old_token_of_a_program_is_not_found() -> None:
    booking = make_booking(make_store())
    renew_link(booking_id=booking.pk, now=NOW)

    answers = [
        Api(f"Bearer {manage_token(booking.reference, number)}").get(f"/bookings/{booking.reference}").status_code
        for number in (0, 1, 2)
    ]

    assert answers == [404, 200, 404]


def test_opening_the_page_changes_nothing() -> None:
    booking = make_booking(make_store())
    client = opened(manage_url(booking.reference))

    client.get(f"/b/{booking.reference}/link/")
    said = page(client.get(f"/b/{booking.reference}/link/?done=1")).words
    client.head(f"/b/{booking.reference}/link/?done=1")

    assert "Make a new link?" in said
    assert "This is your new link" not in said
    assert Booking.objects.get().link_number == 0


def test_calendar_brings_the_new_link() -> None:
    booking = make_booking(make_store())
    renewed = renew_link(booking_id=booking.pk, now=NOW)
    new = manage_url(renewed.reference, renewed.link_number)

    calendar = opened(new).get(f"/b/{booking.reference}/calendar.ics").content.decode().replace("\r\n ", "")

    assert manage_token(booking.reference, 1) in calendar
    assert manage_token(booking.reference) not in calendar
