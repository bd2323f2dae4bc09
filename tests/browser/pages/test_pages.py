"""What is to hold on every page and in every state, whoever reads it."""

from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest

from tests.booking.reading import VOID
from tests.browser.barriers import ALL, COLORS_ALONE
from tests.browser.pages.camera import Shot
from tests.browser.pages.conftest import Album, Window

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

LANGUAGES = ("fr", "en", "de", "es", "ar", "uk")
READERS = [f"{words}/{language}" for words in ("", "/simple") for language in LANGUAGES]
NARROW, PHONE, TABLET, LAPTOP = 320, 390, 820, 1280
TARGET = 44


@pytest.mark.parametrize("reader", ["/fr", "/simple/en", "/ar"])
def test_no_customer_page_has_a_barrier(album: Album, window: Window, reader: str) -> None:
    shots = album.of_customers(reader)
    assert window.look(shots, "barriers", ALL, width=PHONE) == []
    assert window.look(in_new_colors(shots), "barriers", COLORS_ALONE, width=PHONE, dark=True) == []


def test_no_staff_page_has_a_barrier(album: Album, window: Window) -> None:
    shots = album.of_staff("/en")
    assert window.look(shots, "barriers", ALL, width=TABLET) == []
    assert window.look(in_new_colors(shots), "barriers", COLORS_ALONE, width=LAPTOP, dark=True) == []


@pytest.mark.parametrize("reader", READERS)
def test_no_customer_page_scrolls_sideways_on_the_narrowest_phone_or_at_200_percent(
    album: Album, window: Window, reader: str
) -> None:
    shots = album.of_customers(reader)
    assert window.look(shots, "overflow", width=NARROW) == []
    assert window.look(shots, "overflow", width=LAPTOP // 2) == []


def test_no_staff_page_scrolls_sideways_on_a_phone_or_a_tablet(album: Album, window: Window) -> None:
    shots = album.of_staff("/en")
    assert window.look(shots, "overflow", width=PHONE) == []
    assert window.look(shots, "overflow", width=TABLET) == []


@pytest.mark.parametrize("reader", ["/fr", "/simple/en", "/ar"])
def test_what_is_touched_is_as_large_as_a_finger(album: Album, window: Window, reader: str) -> None:
    assert window.look(album.of_customers(reader), "smallTargets", TARGET, width=PHONE) == []


@pytest.mark.parametrize("reader", READERS)
def test_no_customer_page_names_another_host(album: Album, reader: str) -> None:
    assert [f"{shot.name}: {one}" for shot in album.of_customers(reader) for one in fetched(shot)] == []


FAULTY = """<!doctype html><html lang="en"><head><title>Faulty</title>
<link rel="stylesheet" href="/static/booking/css/tokens.css">
<link rel="stylesheet" href="/static/booking/css/base.css"></head><body>
<main><p class="notice" style="color: #1c2430">Hard to read in the dark</p><div style="width: 99rem">Wide</div>
<a href="/" style="display: block; width: 20px">x</a><img src="//elsewhere.example.org/dot.png"></main></body></html>"""


def test_faults_are_seen(window: Window) -> None:
    shot = Shot("faulty", "", FAULTY.encode(), {}, None)
    assert "image-alt" in window.look([shot], "barriers", ALL, width=PHONE)[0]
    assert "color-contrast" in window.look([shot], "barriers", COLORS_ALONE, width=PHONE, dark=True)[0]
    assert window.look([shot], "barriers", COLORS_ALONE, width=PHONE) == []
    assert "Wide" in window.look([shot], "overflow", width=NARROW)[0]
    assert "20 ×" in window.look([shot], "smallTargets", TARGET, width=PHONE)[0]
    assert fetched(shot) == ["img src=//elsewhere.example.org/dot.png"]


def in_new_colors(shots: list[Shot]) -> list[Shot]:
    """Return the pages with something in a place that none before has: classes, from the outside in, make the color."""
    seen: set[tuple[str, ...]] = set()
    chosen = []
    for shot in shots:
        here = _Painted(shot.html.decode()).places
        if here - seen:
            chosen.append(shot)
        seen |= here
    return chosen


class _Painted(HTMLParser):
    """All places of a page, each by tags and classes from the outside in."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.places: set[tuple[str, ...]] = set()
        self._open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open.append(f"{tag}.{dict(attrs).get('class', '')}")
        self.places.add(tuple(self._open))
        if tag in VOID:
            self._open.pop()

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Leave out the strokes of drawings: they have the color of what they stand in."""

    def handle_endtag(self, tag: str) -> None:
        self._open.pop()


def fetched(shot: Shot) -> list[str]:
    """Return what a browser would fetch from, or send to, another host without being asked."""
    return _Fetched(shot.html.decode()).found


class _Fetched(HTMLParser):
    NAMES = ("src", "srcset", "data", "poster", "action", "formaction", "ping", "background", "style")

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            is_fetched = name in self.NAMES or name.startswith("hx-") or (tag == "link" and name == "href")
            own = ("canonical", "alternate")
            if is_fetched and value and (urlsplit(value).netloc or "//" in value) and dict(attrs).get("rel") not in own:
                self.found.append(f"{tag} {name}={value}")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
