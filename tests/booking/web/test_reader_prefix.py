"""Language and simple words stand at the start of an address, and nowhere else."""

import pytest
from django.test import Client

from booking.web.reader_prefix import ReaderChoice, language_accepted, language_of_country, read_prefix
from tests.booking.reading import markup
from tests.factories import make_store

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("path", "reading", "rest"),
    [
        ("/", ReaderChoice(), "/"),
        ("/s/shop/", ReaderChoice(), "/s/shop/"),
        ("/fr/", ReaderChoice("fr"), "/"),
        ("/simple/", ReaderChoice("", is_simple=True), "/"),
        ("/simple/ar/s/shop/", ReaderChoice("ar", is_simple=True), "/s/shop/"),
        ("/fr", ReaderChoice(), "/fr"),
        ("/fr/simple/", ReaderChoice("fr"), "/simple/"),
        ("/xx/s/shop/", ReaderChoice(), "/xx/s/shop/"),
        ("/fr/api/v1/stores", ReaderChoice(), "/fr/api/v1/stores"),
        ("/simple/healthz", ReaderChoice(), "/simple/healthz"),
        ("/fr//example.org/", ReaderChoice("fr"), "//example.org/"),
    ],
)
def test_prefix_is_read(path: str, reading: ReaderChoice, rest: str) -> None:
    assert read_prefix(path) == (reading, rest)


def test_every_link_of_a_page_keeps_what_the_reader_chose(client: Client) -> None:
    make_store()

    html = markup(client.get("/simple/fr/s/corner-shop-niort/"))

    assert 'href="/simple/fr/s/corner-shop-niort/book/' in html
    assert '<html lang="fr" dir="ltr" class="simple">' in html


def test_next_request_without_a_prefix_has_none(client: Client) -> None:
    make_store()
    client.get("/fr/s/corner-shop-niort/")

    assert 'href="/s/corner-shop-niort/book/' in client.get("/s/corner-shop-niort/").content.decode()


def test_no_address_leads_to_another_host(client: Client) -> None:
    html = client.get("/simple//example.org/").content.decode()

    assert 'href="//' not in html


def test_programs_addresses_have_no_prefix(client: Client) -> None:
    assert client.get("/fr/api/v1/stores").status_code == 404


def test_staff_pages_are_in_the_languages_staff_read(client: Client) -> None:
    response = client.get("/staff/sign-in/", headers={"accept-language": "ar"})

    assert response["Content-Language"] == "en"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", ""),
        ("*", ""),
        ("fr", "fr"),
        ("fr-CH, fr;q=0.9, en;q=0.8", "fr"),
        ("it, de-AT;q=0.8, en;q=0.5", "de"),
        ("ja", ""),
        ("\0,;q=x" * 2000, ""),
        ("x" * 100_000, ""),
    ],
)
def test_the_first_language_that_we_speak_counts(header: str, language: str) -> None:
    assert language_accepted(header) == language


@pytest.mark.parametrize(("country", "language"), [("FR", "fr"), ("CH", "de"), ("UA", "uk"), ("SE", "en"), ("", "en")])
def test_a_country_has_a_language(country: str, language: str) -> None:
    assert language_of_country(country) == language
