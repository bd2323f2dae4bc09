"""A moment asked of people who book while far more is booked than usual, and the field that nobody sees."""

import hashlib
import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from booking import limits
from booking.models import Booking, Hold
from booking.web.proof_of_work import NUMBERS, STORE_NORMAL, WAITED_A_MINUTE, check, new_challenge
from stores.models import Store
from tests.booking.customer.book.way import ANSWER, CHECK, CONFIRM, DETAILS, HOLD, TEN, TYPED, filled
from tests.booking.reading import Page, page
from tests.factories import NOW

pytestmark = pytest.mark.django_db
CHOSEN = {"visit_type": "visit", "party_size": "1", "starts_at": TEN}


@pytest.fixture(autouse=True)
def _counted_apart(settings, tmp_path):
    settings.RATE_LIMITS, settings.REDIS_URL, settings.DATA_DIR = True, "", tmp_path
    limits._limiter.cache_clear()
    yield
    limits._limiter.cache_clear()


def crowd(store: Store) -> None:
    for _ in range(STORE_NORMAL + 1):
        check({}, store.slug, now=NOW)


def calculated(html: bytes, form: dict[str, str]) -> dict[str, str]:
    """Return what a form sends once the device has found its number."""
    salt, digest = re.search(rb'data-salt="(\w+)"\s+data-digest="(\w+)"', html).groups()
    tried = (hashlib.sha256(salt + str(number).encode()).hexdigest() for number in range(NUMBERS))
    return {**form, "proof": str(next(at for at, one in enumerate(tried) if one == digest.decode()))}


def test_on_an_ordinary_day_nothing_of_it_is_on_the_way(client: Client, store: Store) -> None:
    form = filled(client)

    assert "proof_asked" not in form
    assert client.post(CONFIRM, form).status_code == 303


@pytest.mark.parametrize("path", [DETAILS, CHECK])
def test_under_load_a_page_that_books_asks_for_the_sum(client: Client, store: Store, path: str) -> None:
    details = filled(client)
    crowd(store)
    shown = client.post(path, details, follow=True)

    response = client.post(CONFIRM, calculated(shown.content, page(shown).forms[CONFIRM]))

    assert response.status_code == 303
    assert Booking.objects.count() == 1


def test_without_the_sum_a_moment_is_asked_for_and_everything_is_kept(client: Client, store: Store) -> None:
    form = filled(client)
    crowd(store)

    response = client.post(CONFIRM, form, follow=True)

    assert response.status_code == 428
    assert response.redirect_chain[0][1] == 303
    assert "One moment, please" in page(response).words
    assert "Phone the store: 05 49 24 00 39" in page(response).words.replace("\N{NO-BREAK SPACE}", " ")
    sent_again = page(response).forms[CONFIRM]
    assert client.post(CONFIRM, calculated(response.content, sent_again)).status_code == 303
    assert Booking.objects.get().name == TYPED["name"]


def test_who_has_no_script_waits_and_then_books(client: Client, store: Store) -> None:
    form = filled(client)
    crowd(store)
    asked = page(client.post(CONFIRM, form, follow=True))
    assert "Please wait 15 seconds, then go on." in asked.words

    with time_machine.travel(NOW + timedelta(seconds=5), tick=False):
        early = page(client.post(CONFIRM, asked.forms[CONFIRM], follow=True))
    assert "Please wait 10 more seconds, then go on." in early.words
    with time_machine.travel(NOW + timedelta(seconds=15), tick=False):
        response = client.post(CONFIRM, early.forms[CONFIRM])

    assert response.status_code == 303
    assert Booking.objects.count() == 1


def test_where_too_many_wait_it_takes_longer_and_nothing_is_lost(client: Client, store: Store) -> None:
    form = filled(client)
    crowd(store)
    asked = page(client.post(CONFIRM, form, follow=True)).forms[CONFIRM]
    for _ in range(WAITED_A_MINUTE):
        check({"proof_asked": new_challenge(store.slug, now=NOW).token}, store.slug, now=NOW + timedelta(seconds=20))

    with time_machine.travel(NOW + timedelta(seconds=20), tick=False):
        response = client.post(CONFIRM, asked, follow=True)
    assert response.status_code == 428
    assert "It takes longer than usual." in page(response).words
    with time_machine.travel(NOW + timedelta(seconds=70), tick=False):
        assert client.post(CONFIRM, page(response).forms[CONFIRM]).status_code == 303


def test_a_time_is_kept_after_the_sum_as_well(client: Client, store: Store) -> None:
    crowd(store)

    response = client.post(HOLD, CHOSEN, follow=True)

    assert response.status_code == 428
    assert Hold.objects.count() == 0
    assert client.post(HOLD, calculated(response.content, page(response).forms[HOLD])).status_code == 303
    assert Hold.objects.count() == 1


def test_a_sum_sent_twice_shows_the_visit_it_booked(client: Client, store: Store) -> None:
    form = filled(client)
    crowd(store)
    asked = client.post(CONFIRM, form, follow=True)
    solved = calculated(asked.content, page(asked).forms[CONFIRM])

    first, again = client.post(CONFIRM, solved), client.post(CONFIRM, solved)

    assert again["Location"] == first["Location"]
    assert Booking.objects.count() == 1


def test_the_moment_speaks_simply_and_in_the_reader_s_language(client: Client, store: Store) -> None:
    crowd(store)

    response = client.post(f"/simple/en{HOLD}", CHOSEN, follow=True)

    assert "Wait a little. Then go on." in page(response).words
    assert list(page(response).forms) == [f"/simple/en{HOLD}"]


def _told_of_the_unseen_field(client: Client, before: str) -> Page:
    form = page(client.post(f"{before}{CHECK}", filled(client), follow=True)).forms[f"{before}{CONFIRM}"]
    assert form["homepage"] == ""

    response = client.post(f"{before}{CONFIRM}", {**form, "homepage": "https://example.org"}, follow=True)

    assert response.status_code == 400
    asked = page(response)
    assert "If it was not you, simply continue. If this comes again, phone the store." in asked.words
    return asked


def test_what_fills_in_the_unseen_field_is_asked_again(client: Client, store: Store) -> None:
    again = _told_of_the_unseen_field(client, "").forms[CONFIRM]

    assert (again["name"], again["note"]) == (TYPED["name"], TYPED["note"])
    assert client.post(CONFIRM, again, follow=True).status_code == 200


def test_what_fills_in_the_unseen_field_in_simple_words_leads_back_to_the_check(client: Client, store: Store) -> None:
    again = _told_of_the_unseen_field(client, "/simple/en").forms[f"/simple/en{ANSWER}"]

    check = page(client.post(f"/simple/en{ANSWER}", again, follow=True))

    assert TYPED["name"] in check.words
    assert TYPED["note"] in check.words
    assert client.post(f"/simple/en{CONFIRM}", check.forms[f"/simple/en{CONFIRM}"], follow=True).status_code == 200


def test_the_unseen_field_stops_a_booking_sent_at_once(client: Client, store: Store) -> None:
    form = filled(client)

    assert client.post(CONFIRM, {**form, "homepage": "https://example.org"}, follow=True).status_code == 400
    assert Booking.objects.count() == 0
