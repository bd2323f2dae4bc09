from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from booking import limits
from booking.models import Booking, WaitingListEntry
from stores.models import Desk, Store
from tests.booking.ceased import ceasing_to_offer
from tests.booking.reading import Page, page
from tests.factories import make_store

JOIN = "/s/corner-shop-niort/wait/"
ASKED = {"visit_type": "visit", "party_size": "1", "from": "2026-11-24", "to": "2026-11-25"}


def shown(client: Client, **query: str) -> Page:
    return page(client.get(JOIN, {**ASKED, **query}))


def filled(client: Client, **typed: str) -> dict[str, str]:
    return {**shown(client).forms[JOIN], "name": "Bea Test", "phone": "06 12 34 56 02", **typed}


def test_form_proposes_the_days_asked_for_and_asks_for_five_things(client: Client, full: Booking) -> None:
    form = shown(client).forms[JOIN]

    assert (form["from"], form["to"]) == ("2026-11-24", "2026-11-25")
    assert [name for name in form if name not in {"visit_type", "party_size", "idempotency_key"}] == [
        "from",
        "to",
        "name",
        "phone",
        "email",
    ]
    html = client.get(JOIN, ASKED).content.decode()
    assert all(f'autocomplete="{value}"' in html for value in ("name", "tel", "email"))
    assert "csrfmiddlewaretoken" not in html


@pytest.mark.parametrize(
    ("query", "days"),
    [
        ({}, ("2026-11-23", "2026-11-29")),
        ({"from": "nonsense", "to": "2026-11-01"}, ("2026-11-23", "2026-11-23")),
        ({"from": "2020-01-01", "to": "2999-01-01"}, ("2026-11-23", "2026-12-21")),
    ],
)
def test_form_without_days_that_can_be_had_proposes_others(
    client: Client, store: Store, query: dict[str, str], days: tuple[str, str]
) -> None:
    form = page(client.get(JOIN, query)).forms[JOIN]

    assert (form["from"], form["to"]) == days


def test_form_says_what_is_free_already(client: Client, full: Booking) -> None:
    assert "Times are still free, for example Wednesday 25 November, 10:00." in shown(client).words
    assert "is free now" not in shown(client, to="2026-11-24").words


def test_join_leads_to_the_place_in_line(client: Client, full: Booking) -> None:
    response = client.post(JOIN, filled(client))

    entry = WaitingListEntry.objects.get()
    assert response.status_code == 303
    assert response["Location"] == f"/w/{entry.reference}/"
    assert (entry.name, entry.phone, entry.locale, entry.source) == ("Bea Test", "+33612345602", "en", "web")
    assert (str(entry.from_date), str(entry.to_date), entry.is_simple) == ("2026-11-24", "2026-11-25", False)
    after = page(client.get(response["Location"]))
    assert "You are on the waiting list" in after.words
    assert "You are first in line." in after.words
    assert "Tuesday 24 November to Wednesday 25 November" in after.words


@pytest.mark.parametrize("prefix", ["", "/simple"])
def test_the_form_carries_the_language_that_was_asked_for(client: Client, full: Booking, prefix: str) -> None:
    Desk.objects.update(languages="fr,ar")

    form = page(client.get(f"{prefix}{JOIN}", {**ASKED, "language": "ar"})).forms[f"{prefix}{JOIN}"]

    assert form["language"] == "ar"


def test_whoever_joins_waits_for_the_language_that_was_asked_for(client: Client, full: Booking) -> None:
    Desk.objects.update(languages="fr,ar")
    form = shown(client, language="ar").forms[JOIN]

    client.post(JOIN, {**form, "name": "Bea Test", "phone": "06 12 34 56 02"})

    assert WaitingListEntry.objects.get().language == "ar"


def test_a_used_form_is_told_in_simple_words_to_whoever_reads_them(client: Client, full: Booking) -> None:
    told = {prefix: page(client.get(f"{prefix}{JOIN}", {**ASKED, "why": "used"})).words for prefix in ("", "/simple")}

    assert "This form was used before" in told[""]
    assert "You sent this page already" in told["/simple"]


def test_join_sent_twice_joins_once(client: Client, full: Booking) -> None:
    form = filled(client)

    first, second = client.post(JOIN, form), client.post(JOIN, form)

    assert WaitingListEntry.objects.count() == 1
    assert second["Location"] == first["Location"]


def test_join_remembers_how_somebody_reads(client: Client, full: Booking) -> None:
    response = client.post(f"/simple/fr{JOIN}", filled(client))

    entry = WaitingListEntry.objects.get()
    assert (entry.locale, entry.is_simple) == ("fr", True)
    assert response["Location"].startswith(f"/simple/fr/w/{entry.reference}/")


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"name": ""}, "id_name", "Enter a name."),
        ({"phone": ""}, "id_phone", "Enter a phone number or an e-mail address."),
        ({"phone": "05 49 24 00 39"}, "id_phone", "We cannot text this number."),
        ({"phone": "12"}, "id_phone", "Enter a phone number such as 06 12 34 56 78."),
        ({"email": "bea"}, "id_email", "Enter an e-mail address"),
        ({"from": "soon"}, "id_from", "Choose a day."),
        ({"to": ""}, "id_to", "Choose a day."),
        ({"to": "2026-11-23"}, "id_to", "The last day must not be before the first."),
        ({"to": "2027-11-23"}, "id_to", "Choose 62 days at most."),
    ],
)
def test_bad_input_is_told_on_top_and_nothing_typed_is_lost(
    client: Client, full: Booking, typed: dict[str, str], field: str, words: str
) -> None:
    response = client.post(JOIN, filled(client, **typed), follow=True)

    again = page(response)
    assert response.redirect_chain[0][1] == 303
    assert response.status_code == 400
    assert words in again.links[f"#{field}"].replace("\N{NO-BREAK SPACE}", " ")
    assert field in again.ids
    sent = filled(client, **typed)
    assert {name: again.forms[JOIN][name] for name in ("name", "phone", "email", "from", "to")} == {
        name: sent[name] for name in ("name", "phone", "email", "from", "to")
    }
    assert not WaitingListEntry.objects.exists()


def test_landline_with_an_address_is_taken(client: Client, full: Booking) -> None:
    assert client.post(JOIN, filled(client, phone="05 49 24 00 39", email="bea@example.org")).status_code == 303


@pytest.mark.parametrize(
    ("typed", "status", "words"),
    [
        ({"from": "2026-11-29", "to": "2026-11-29"}, 409, "The store takes no visits on these days."),
        ({"from": "2026-11-02", "to": "2026-11-03"}, 409, "It is too late to wait for these days."),
        ({"from": "2026-12-01", "to": "2026-12-30"}, 409, "These days are too far ahead."),
        ({"party_size": "9"}, 409, "This is too many people for one visit."),
        ({"party_size": "x"}, 400, "Say how many people will come."),
        ({"visit_type": "nope"}, 404, "This store does not offer this kind of visit."),
    ],
)
def test_what_the_rules_refuse_is_told(
    client: Client, full: Booking, typed: dict[str, str], status: int, words: str
) -> None:
    response = client.post(JOIN, filled(client, **typed), follow=True)

    assert response.status_code == status
    assert words in page(response).words
    assert not WaitingListEntry.objects.exists()


def test_joining_again_tells_a_stranger_nothing(client: Client, full: Booking) -> None:
    first = client.post(JOIN, filled(client), follow=True)
    stranger = Client()

    again = stranger.post(JOIN, filled(stranger), follow=True)

    assert (first.status_code, again.status_code) == (200, 200)
    assert "You are on the waiting list" in page(again).words
    assert "already" not in page(again).words


def test_fourth_try_of_a_number_in_a_day_is_too_many(
    client: Client, full: Booking, settings: Settings, tmp_path: Any
) -> None:
    settings.RATE_LIMITS, settings.REDIS_URL, settings.DATA_DIR = True, "", tmp_path
    limits._limiter.cache_clear()
    try:
        statuses = [client.post(JOIN, filled(client), follow=True).status_code for _ in range(4)]
    finally:
        limits._limiter.cache_clear()

    assert statuses == [200, 200, 200, 429]


def test_kind_of_visit_that_ceases_to_be_offered_meanwhile_is_refused(client: Client, full: Booking) -> None:
    form = filled(client)

    with ceasing_to_offer("visit"):
        answer = client.post(JOIN, form)

    assert (answer.status_code, "why=slot_closed" in answer["Location"]) == (303, True)
    assert client.get(answer["Location"]).status_code < 500
    assert not WaitingListEntry.objects.exists()


def test_unknown_store_and_store_without_visits(client: Client, store: Store) -> None:
    make_store("closed-shop").visit_types.update(is_active=False)

    assert client.get("/s/nope/wait/").status_code == 404
    assert "Visits cannot be booked here for now" in page(client.get("/s/closed-shop/wait/")).words
    assert client.put(JOIN).status_code == 405


@pytest.mark.parametrize("prefix", ["", "/fr", "/simple", "/simple/fr", "/ar"])
def test_form_in_every_way_of_reading(client: Client, full: Booking, prefix: str) -> None:
    response = client.get(prefix + JOIN, ASKED)

    assert response.status_code == 200
    assert f"{prefix}{JOIN}" in page(response).forms
