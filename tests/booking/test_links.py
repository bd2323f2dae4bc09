from urllib.parse import parse_qs, urlsplit

from django.urls import resolve
from pytest_django import Settings

from booking.links import manage_page_url, manage_url, short_manage_url
from booking.tokens import manage_token, short_token

REFERENCE = "K7Q29X4M"


def test_links_lead_to_the_booking_at_the_public_address(settings: Settings) -> None:
    settings.PUBLIC_URL = "https://rdv.example.org"

    links = [urlsplit(link(REFERENCE)) for link in (manage_url, manage_page_url, short_manage_url)]

    assert {(link.scheme, link.netloc) for link in links} == {("https", "rdv.example.org")}
    assert [resolve(link.path).url_name for link in links] == ["manage", "manage", "short-link"]
    assert {resolve(link.path).kwargs["reference"] for link in links[:2]} == {REFERENCE}


def test_links_hold_the_token_where_they_are_for_the_customer() -> None:
    token = manage_token(REFERENCE)

    assert parse_qs(urlsplit(manage_url(REFERENCE)).query) == {"token": [token]}
    assert resolve(urlsplit(short_manage_url(REFERENCE)).path).kwargs["token"] == short_token("booking", REFERENCE)
    assert token not in manage_page_url(REFERENCE)
