"""Pages of errors in the simple version: short, with one way on and a human's phone."""

from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from pytest_django import Settings

from booking import limits
from booking.customer import store_lookup
from booking.models import Booking
from tests.booking.customer.manage.own_pages import link, own
from tests.booking.reading import page
from tests.factories import make_booking, make_store

pytestmark = pytest.mark.django_db
HELP = "You need help? Phone the store. Find the number of the store"


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/nowhere/", 404, "We do not find this page"),
        ("/s/no-such-shop/", 404, "We do not find this page"),
        ("/b/00000000/", 404, "This page is closed"),
        ("/w/00000000/", 404, "This page is closed"),
    ],
)
def test_page_that_is_not_there_says_so_in_short_words(client: Client, path: str, status: int, words: str) -> None:
    response = client.get(f"/simple/en{path}")

    shown = page(response)
    assert response.status_code == status
    assert words in shown.words
    assert "/simple/en/" in shown.links


def test_address_of_a_store_leads_to_it_and_names_its_phone(client: Client) -> None:
    store = make_store(phone="+33549280011")

    shown = page(client.get(f"/simple/en/s/{store.slug}/nowhere/"))

    assert shown.links[f"/simple/en/s/{store.slug}/"] == "To the store"
    assert "tel:+33549280011" in shown.links


def test_form_that_is_only_sent_is_told_in_short_words(client: Client) -> None:
    store = make_store(phone="+33549280011")

    response = client.get(f"/simple/en/s/{store.slug}/book/hold/")

    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert "There is nothing on this page We changed nothing. Go back. Start again." in page(response).words
    assert "tel:+33549280011" in page(response).links


def test_form_without_its_token_is_told_in_short_words() -> None:
    booking: Booking = make_booking(make_store())
    client = Client(enforce_csrf_checks=True)
    client.get(link(booking))

    response = client.post(f"/simple/en{own(booking, 'cancel/')}", {"sure": "1"})

    assert response.status_code == 403
    assert "This page was open too long We changed nothing." in page(response).words
    assert HELP in page(response).words


def test_too_many_tries_are_told_with_the_time_and_the_phone_of_the_store(
    client: Client, settings: Settings, tmp_path: Any
) -> None:
    settings.RATE_LIMITS, settings.REDIS_URL, settings.DATA_DIR = True, "", tmp_path
    limits._limiter.cache_clear()
    store = make_store(phone="+33549280011")
    wait = f"/simple/en/s/{store.slug}/wait/"
    typed = {"from": "2026-11-24", "to": "2026-11-24", "name": "Bea Test", "phone": "06 12 34 56 02"}
    try:
        for _ in range(4):
            answer = client.post(wait, {**typed, "visit_type": "visit"}, follow=True)
    finally:
        limits._limiter.cache_clear()

    assert answer.status_code == 429
    assert "There were too many tries. We changed nothing." in page(answer).words
    assert "tel:+33549280011" in page(answer).links


def test_busy_database_is_told_in_short_words_without_asking_it(
    client: Client, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    def away(*_args: object, **_kwargs: object) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(store_lookup, "store_page", away)
    with django_assert_num_queries(0):
        response = client.get("/simple/en/s/corner-shop-niort/book/")

    assert (response.status_code, response["Retry-After"]) == (503, "2")
    assert "We have a lot to do now. We changed nothing." in page(response).words


def test_failure_is_told_in_short_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: object, **_kwargs: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(store_lookup, "store_page", fail)
    response = Client(raise_request_exception=False).get("/simple/en/s/corner-shop-niort/book/")

    assert response.status_code == 500
    assert "It is not your fault. Go back. Then try again." in page(response).words


def test_standard_version_and_staff_keep_their_pages(client: Client) -> None:
    assert "This page does not exist" in page(client.get("/en/nowhere/")).words
    assert "This page does not exist" in page(client.get("/simple/en/staff/nowhere/at/all/")).words


def test_unreadable_request_is_told_in_short_words(client: Client) -> None:
    response = client.get("/simple/en/s/corner\x00shop/")

    assert response.status_code == 400
    assert "Something is wrong We changed nothing." in page(response).words
    assert HELP in page(response).words
