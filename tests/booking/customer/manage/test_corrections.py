"""The page on which phone and e-mail of a booked visit are corrected."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from booking import limits
from booking.models import Booking
from notifications.models import OutboxMessage
from stores.models import Store
from tests.booking.customer.manage.own_pages import link, own
from tests.booking.reading import page
from tests.factories import NOW, make_booking, make_store

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_a_monday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def store() -> Store:
    return make_store()


@pytest.fixture
def booking(store: Store) -> Booking:
    return make_booking(store, phone="+33612345601")


@pytest.fixture
def opened(client: Client, booking: Booking) -> Client:
    client.get(link(booking))
    return client


def form(client: Client, booking: Booking) -> dict[str, str]:
    path = own(booking, "details/")
    return page(client.get(path)).forms[path]


def test_other_contact_gets_the_confirmation_and_this_browser_keeps_the_page(opened: Client, booking: Booking) -> None:
    typed = {**form(opened, booking), "phone": "06 12 34 56 02", "email": "Ada@Example.org"}

    answer = opened.post(own(booking, "details/"), typed, follow=True)

    booking.refresh_from_db()
    assert (booking.phone, booking.email) == ("+33612345602", "ada@example.org")
    assert "The confirmation is on its way again, with a new link" in page(answer).words
    assert opened.get(own(booking)).status_code == 200
    assert Client().get(link(booking)).status_code == 404  # the link that a stranger may have


def test_button_pressed_twice_corrects_once(opened: Client, booking: Booking) -> None:
    typed = {**form(opened, booking), "phone": "06 12 34 56 02"}
    key = {name: cookie.value for name, cookie in opened.cookies.items()}
    opened.post(own(booking, "details/"), typed)
    sent = OutboxMessage.objects.count()

    second = Client()
    second.cookies.load(key)
    answer = second.post(own(booking, "details/"), typed, follow=True)

    assert answer.status_code == 200
    booking.refresh_from_db()
    assert (booking.phone, booking.link_number, booking.sequence) == ("+33612345602", 1, 1)
    assert OutboxMessage.objects.count() == sent


def test_form_of_before_a_correction_does_not_bring_the_mistyped_number_back(opened: Client, booking: Booking) -> None:
    forms = form(opened, booking), form(opened, booking)
    opened.post(own(booking, "details/"), {**forms[0], "phone": "06 12 34 56 02"})

    answer = opened.post(own(booking, "details/"), {**forms[1], "name": "Ada Test"}, follow=True)

    booking.refresh_from_db()
    assert (booking.phone, booking.link_number) == ("+33612345602", 1)
    assert answer.status_code == 409
    assert "the contact of this visit is 06 12 34 56 02." in page(answer).words
    opened.post(own(booking, "details/"), {**page(answer).forms[own(booking, "details/")], "phone": "06 12 34 56 03"})
    booking.refresh_from_db()
    assert (booking.name, booking.phone) == ("Ada Test", "+33612345603")


@pytest.mark.parametrize("has_new_key", [True, False])
def test_other_number_in_a_form_that_was_sent_is_not_said_to_be_taken(
    opened: Client, booking: Booking, has_new_key: bool
) -> None:
    typed, key = form(opened, booking), {name: cookie.value for name, cookie in opened.cookies.items()}
    opened.post(own(booking, "details/"), {**typed, "phone": "06 12 34 56 02"})
    if not has_new_key:  # the answer was not waited for
        opened.cookies.load(key)

    answer = opened.post(own(booking, "details/"), {**typed, "phone": "06 12 34 56 03"}, follow=True)

    assert answer.status_code == 409
    assert page(answer).forms[own(booking, "details/")]["phone"] == "06 12 34 56 03"
    opened.post(own(booking, "details/"), page(answer).forms[own(booking, "details/")])
    booking.refresh_from_db()
    assert booking.phone == "+33612345603"


def test_other_name_in_a_form_that_was_sent_is_taken(opened: Client, booking: Booking) -> None:
    typed = form(opened, booking)
    for name in ("Bea Test", "Ada Test"):
        opened.post(own(booking, "details/"), {**typed, "name": name})

    booking.refresh_from_db()
    assert booking.name == "Ada Test"


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ({"phone": "", "email": ""}, "Enter a phone number or an e-mail address."),
        ({"phone": "06 12 34 56"}, "06 12 34 56"),
        ({"email": "ada"}, "Enter an e-mail address such as"),
    ],
)
def test_contact_that_cannot_be_read_is_asked_for_again(
    opened: Client, booking: Booking, typed: dict[str, str], problem: str
) -> None:
    answer = opened.post(own(booking, "details/"), {**form(opened, booking), **typed}, follow=True)

    assert answer.status_code == 400
    assert problem in answer.content.decode().replace("\xa0", " ")
    booking.refresh_from_db()
    assert booking.phone == "+33612345601"


def test_contact_with_too_many_visits_is_refused_and_what_was_typed_stays(
    opened: Client, store: Store, booking: Booking
) -> None:
    Store.objects.update(open_bookings_per_customer=1)
    make_booking(make_store("other"), phone="+33612345605")
    Booking.objects.exclude(pk=booking.pk).update(store=store)
    typed = {**form(opened, booking), "phone": "06 12 34 56 05"}

    answer = opened.post(own(booking, "details/"), typed, follow=True)

    assert answer.status_code == 409
    assert page(answer).forms[own(booking, "details/")]["phone"] == "06 12 34 56 05"


def test_contact_is_corrected_three_times_a_day_at_most(
    opened: Client, booking: Booking, settings: Settings, tmp_path: Path
) -> None:
    settings.RATE_LIMITS, settings.REDIS_URL, settings.DATA_DIR = True, "", tmp_path
    limits._limiter.cache_clear()
    try:
        for number in range(5, 9):
            typed = {**form(opened, booking), "phone": f"06 12 34 56 0{number}"}
            answer = opened.post(own(booking, "details/"), typed)
    finally:
        limits._limiter.cache_clear()

    assert answer["Location"].startswith("/later/")
    booking.refresh_from_db()
    assert booking.phone == "+33612345607"
