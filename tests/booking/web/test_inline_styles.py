"""The first page of a visit brings its styles itself; all others link them."""

import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from booking.web.inline_styles import NAMES, inline_style, style_sources
from tests.factories import make_store
from tests.guards.test_styles import rules

SLUG = "corner-shop-niort"
OPENED = {"Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "none"}
PAGES = ("/", f"/s/{SLUG}/", f"/s/{SLUG}/book/", "/o/", "/my-visits/", "/simple/", f"/simple/s/{SLUG}/", "/simple/o/")
STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
LINKED = re.compile(r'<link rel="stylesheet" href="/static/booking/css/(\w+)(?:\.\w+)?\.css">')
FOR_LATER = re.compile(r'<link rel="stylesheet" href="/static/booking/css/(\w+)(?:\.\w+)?\.css" media="not all">')


@pytest.fixture(autouse=True)
def store(db: None) -> None:
    make_store()


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("site", ["none", "cross-site", "same-site"])
def test_first_page_of_a_visit_brings_its_styles(client: Client, path: str, site: str) -> None:
    first = client.get(path, headers={**OPENED, "Sec-Fetch-Site": site})
    later = client.get(path, headers={**OPENED, "Sec-Fetch-Site": "same-origin"})
    linked = LINKED.findall(later.text)

    assert first.status_code == later.status_code == 200
    assert STYLE.findall(first.text) == [inline_style(name) for name in linked]
    assert LINKED.findall(first.text) == []
    assert {"tokens", "base", "customer"} <= set(FOR_LATER.findall(first.text))
    assert STYLE.findall(later.text) == FOR_LATER.findall(later.text) == []


@pytest.mark.parametrize("path", PAGES)
def test_policy_allows_these_styles_and_no_others(client: Client, path: str) -> None:
    first = client.get(path, headers=OPENED)
    directives = dict(part.split(" ", 1) for part in first["Content-Security-Policy"].split("; "))
    allowed = directives["style-src"].split()

    for style in STYLE.findall(first.text):
        assert f"'sha256-{b64encode(sha256(style.encode()).digest()).decode()}'" in allowed
    assert allowed == style_sources()
    assert not any("unsafe" in source for source in allowed)
    assert directives["default-src"] == "'none'"


@pytest.mark.parametrize(
    "changed",
    [
        {"Sec-Fetch-Site": "same-origin"},  # the next page of the visit
        {"Sec-Fetch-Dest": "iframe"},
        {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"},  # parts.js
        {"Sec-Fetch-Site": ""},
    ],
)
def test_other_pages_link_their_styles_under_the_usual_policy(client: Client, changed: dict[str, str]) -> None:
    answer = client.get("/", headers={**OPENED, **changed})

    assert STYLE.findall(answer.text) == []
    assert "style-src 'self'" in answer["Content-Security-Policy"].split("; ")


def test_pages_of_staff_link_their_styles(client: Client) -> None:
    answer = client.get("/staff/sign-in/", headers=OPENED)

    assert answer.status_code == 200
    assert STYLE.findall(answer.text) == []


@pytest.mark.parametrize("name", NAMES)
def test_style_within_says_what_the_file_says(name: str) -> None:
    path = finders.find(f"booking/css/{name}.css")
    assert isinstance(path, str)
    written = Path(path).read_text()

    assert [_plain(*rule) for rule in rules(inline_style(name))] == [_plain(*rule) for rule in rules(written)]
    assert "</" not in inline_style(name)
    assert "url(" not in written  # it would lead elsewhere from within a page


def _plain(*parts: str) -> list[str]:
    return [re.sub(r"\s*([{};,])\s*", r"\1", " ".join(part.split())).strip() for part in parts]
