from urllib.parse import parse_qs, urlsplit

import pytest

from booking.formats.calendar_links import calendar_links
from booking.tokens import manage_token
from tests.factories import make_booking, make_store

pytestmark = pytest.mark.django_db


def test_links_tell_when_and_where_and_hold_no_secret_and_no_name() -> None:
    booking = make_booking(make_store())

    links = calendar_links(booking)

    google, outlook = (parse_qs(urlsplit(url).query) for url in (links.google_url, links.outlook_url))
    assert google["dates"] == ["20261124T090000Z/20261124T091500Z"]
    assert google["ctz"] == ["Europe/Paris"]
    assert outlook["startdt"] == ["2026-11-24T09:00:00+00:00"]
    assert google["location"] == outlook["location"] == ["Corner Shop, 1 Rue de la Gare, 79000 Niort"]
    for url in (links.google_url, links.outlook_url):
        assert manage_token(booking.reference) not in url
        assert "token" not in url
        assert "Ada" not in url
