"""A store is shared by a link, a code, a picture and a poster, all made here."""

import os
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from django.test import Client
from PIL import Image
from pytest_django import Settings

import booking.formats.share_image
from booking.formats.share_image import drop_old_cards, store_card
from tests.booking.reading import markup, page
from tests.factories import NOW, make_store

pytestmark = pytest.mark.django_db

SHARE, CODE, CARD, POSTER = (f"/s/corner-shop-niort/{part}" for part in ("share/", "code.svg", "card.png", "poster/"))


def test_share_page_gives_the_link_in_every_way(client: Client) -> None:
    make_store()

    shown = page(client.get(SHARE))

    assert any(link.startswith("mailto:?subject=Book%20a%20visit") for link in shown.links)
    assert any(link.startswith("sms:?&body=") and link.endswith("%2Fs%2Fcorner-shop-niort%2F") for link in shown.links)
    assert {CODE, POSTER} <= set(shown.links)


def test_code_is_a_drawing_that_may_be_kept(client: Client) -> None:
    make_store()

    response = client.get(CODE)

    assert response["Content-Type"] == "image/svg+xml"
    assert ET.fromstring(response.content).tag.endswith("svg")
    assert client.get(CODE, headers={"if-none-match": response["ETag"]}).status_code == 304


@pytest.mark.parametrize("name", ["Corner Shop", "Épicerie " + "très longue " * 20, "متجر", "日本", "x" * 255, "‮"])
def test_card_is_drawn_for_any_name(client: Client, name: str) -> None:
    make_store(name=name, slug="corner-shop-niort")

    response = client.get(CARD)

    with Image.open(BytesIO(response.content)) as card:
        assert card.size == (1200, 630)
    assert len(response.content) < 60_000
    assert response["Content-Type"] == "image/png"


def test_card_speaks_the_language_of_its_address(client: Client) -> None:
    make_store()

    assert client.get(f"/fr{CARD}").content != client.get(f"/en{CARD}").content


def test_poster_says_it_in_two_languages_with_the_phone(client: Client) -> None:
    make_store()

    response = client.get(POSTER, headers={"accept-language": "en"})

    html = markup(response)
    assert 'class="poster-call" lang="en"' in html
    assert 'class="poster-call" lang="fr"' in html
    assert "05 49 24 00 39" in page(response).words.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize("path", [SHARE, CODE, CARD, POSTER])
def test_unknown_store_has_none_of_them(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_store_page_tells_shared_links_what_it_is(client: Client) -> None:
    make_store()

    html = client.get("/fr/s/corner-shop-niort/").content.decode()

    assert '<link rel="canonical" href="http://127.0.0.1:8000/fr/s/corner-shop-niort/">' in html
    assert '<link rel="alternate" hreflang="ar" href="http://127.0.0.1:8000/ar/s/corner-shop-niort/">' in html
    assert '<link rel="alternate" hreflang="x-default" href="http://127.0.0.1:8000/s/corner-shop-niort/">' in html
    assert '<meta property="og:image" content="http://127.0.0.1:8000/s/corner-shop-niort/card.png">' in html
    assert html.count('<meta name="description"') == 1


def test_card_is_drawn_once_whatever_the_number_of_stores(
    client: Client, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DATA_DIR = tmp_path
    make_store(name="Drawn Once")
    store_card.cache_clear()
    first = client.get(CARD).content
    store_card.cache_clear()  # another process, or many stores later
    monkeypatch.setattr(booking.formats.share_image, "_drawn", None)

    assert client.get(CARD).content == first
    assert [one.suffix for one in (tmp_path / "cards").iterdir()] == [".png"]


def test_card_is_drawn_where_nothing_can_be_kept(client: Client, settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path / "missing"
    make_store(name="Kept Nowhere")
    store_card.cache_clear()

    assert client.get(CARD).status_code == 200


def test_cards_drawn_long_ago_are_dropped(client: Client, settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    make_store(name="Drawn Long Ago")
    store_card.cache_clear()
    client.get(CARD)
    kept = next((tmp_path / "cards").iterdir())
    os.utime(kept, (NOW.timestamp(), NOW.timestamp()))

    assert drop_old_cards(now=NOW + timedelta(days=60)) == 0
    assert drop_old_cards(now=NOW + timedelta(days=60, seconds=1)) == 1
    assert not kept.exists()
