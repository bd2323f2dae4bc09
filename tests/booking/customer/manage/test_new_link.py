"""A link that somebody passed on is ended by its customer, who goes on with a new one."""

from collections.abc import Iterator
from datetime import timedelta

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


def press(client: Client, booking: Booking, form: dict[str, str], *, key: str = "") -> str:
    """Press the button; return where it leads. `key` is a key cookie to send, in the place of the browser's own."""
    name = f"booking-{booking.reference}"
    if key:
        client.cookies[name] = key
    return str(client.post(f"/b/{booking.reference}/link/", form)["Location"])


def test_button_pressed_twice_makes_one_link_and_both_answers_show_it() -> None:
    booking = make_booking(make_store())
    own, client = f"/b/{booking.reference}/", opened(manage_url(booking.reference))
    form = page(client.get(f"{own}link/")).forms[""]
    old_key = client.cookies[f"booking-{booking.reference}"].value

    answers = [press(client, booking, form), press(client, booking, form, key=old_key), press(client, booking, form)]

    booking.refresh_from_db()
    assert answers == [f"{own}link/?done=1"] * 3
    assert booking.link_number == 1
    assert manage_url(booking.reference, 1) in page(client.get(answers[1])).links


def test_two_pages_of_one_customer_make_one_link() -> None:
    booking = make_booking(make_store())
    own, client = f"/b/{booking.reference}/", opened(manage_url(booking.reference))
    first, second = (page(client.get(f"{own}link/")).forms[""] for _page in range(2))

    answers = [press(client, booking, form) for form in (first, second)]

    booking.refresh_from_db()
    assert answers == [f"{own}link/?done=1"] * 2
    assert booking.link_number == 1


def test_who_had_the_old_link_gets_nothing_by_pressing_too() -> None:
    booking = make_booking(make_store())
    own = f"/b/{booking.reference}/"
    customer = opened(manage_url(booking.reference))
    with time_machine.travel(NOW + timedelta(seconds=5), tick=False):
        other = opened(manage_url(booking.reference))
        theirs = page(other.get(f"{own}link/")).forms[""]
        form = page(customer.get(f"{own}link/")).forms[""]
    press(customer, booking, form)

    answers = [
        press(other, booking, theirs),
        press(other, booking, theirs | {"form": "0" * 36}),
        press(Client(), booking, form),
    ]

    booking.refresh_from_db()
    assert answers == [f"{own}link/"] * 3
    assert booking.link_number == 1
    assert other.get(own).status_code == 404


def test_form_for_a_link_that_is_not_made_yet_opens_nothing_later() -> None:
    booking = make_booking(make_store())
    own = f"/b/{booking.reference}/"
    customer = opened(manage_url(booking.reference))
    with time_machine.travel(NOW + timedelta(seconds=5), tick=False):
        other = opened(manage_url(booking.reference))
        theirs = page(other.get(f"{own}link/")).forms[""] | {"number": "1"}
    key = other.cookies[f"booking-{booking.reference}"].value
    press(other, booking, theirs, key=key)
    for _time in range(2):
        press(customer, booking, page(customer.get(f"{own}link/")).forms[""])

    assert press(other, booking, theirs, key=key) == f"{own}link/"
    booking.refresh_from_db()
    assert booking.link_number == 2
    assert other.get(own).status_code == 404


def test_first_form_shows_no_later_link() -> None:
    booking = make_booking(make_store())
    own, client = f"/b/{booking.reference}/", opened(manage_url(booking.reference))
    form = page(client.get(f"{own}link/")).forms[""]
    old_key = client.cookies[f"booking-{booking.reference}"].value
    press(client, booking, form)
    press(client, booking, page(client.get(f"{own}link/")).forms[""])

    assert press(client, booking, form, key=old_key) == f"{own}link/"
    booking.refresh_from_db()
    assert booking.link_number == 2


@pytest.mark.parametrize(
    "broken", [{"form": ""}, {"form": "x" * 36}, {"number": "-1"}, {"number": "9" * 20}, {"number": ""}]
)
def test_form_that_the_page_did_not_write_changes_nothing(broken: dict[str, str]) -> None:
    booking = make_booking(make_store())
    own, client = f"/b/{booking.reference}/", opened(manage_url(booking.reference))
    form = page(client.get(f"{own}link/")).forms[""]

    assert press(client, booking, form | broken) == f"{own}link/"

    booking.refresh_from_db()
    assert booking.link_number == 0


def test_the_old_token_of_a_program_is_not_found() -> None:
    booking = make_booking(make_store())
    renew_link(booking_id=booking.pk, number=0, now=NOW)

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
    renewed = renew_link(booking_id=booking.pk, number=0, now=NOW)
    new = manage_url(renewed.reference, renewed.link_number)

    calendar = opened(new).get(f"/b/{booking.reference}/calendar.ics").content.decode().replace("\r\n ", "")

    assert manage_token(booking.reference, 1) in calendar
    assert manage_token(booking.reference) not in calendar
