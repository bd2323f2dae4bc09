"""Reads a page as a browser does: its forms with what they would send, its links, its title."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

INLINE = {"a", "b", "bdi", "small", "span", "strong"}
VOID = {"input", "meta", "link", "br", "img", "path", "circle", "rect", "use"}


class Page(HTMLParser):
    """A page, parsed.

    `forms` by the path they are sent to, `links` by address and `offered` by a button's value, with their text.
    """

    def __init__(self, response: Any) -> None:
        super().__init__()
        self.forms: dict[str, dict[str, str]] = {}
        self.links: dict[str, str] = {}
        self.buttons: list[dict[str, str]] = []
        self.offered: dict[str, str] = {}
        self.text = ""
        self.title = ""
        self.ids: list[str] = []
        self._form: dict[str, str] | None = None
        self._field = ""
        self._link = ""
        self._button = ""
        self._open: list[str] = []
        self.feed(response.content.decode())
        self.title = _folded(self.title)
        self.links = {address: _folded(text) for address, text in self.links.items()}
        self.offered = {value: _folded(text) for value, text in self.offered.items()}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag not in VOID:
            self._open.append(tag)
        if tag not in INLINE:
            self.text += " "
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "form":
            self._form = self.forms.setdefault(given.get("action", ""), {})
        if tag == "input" and self._form is not None and "name" in given:
            is_chosen = given.get("type") not in ("radio", "checkbox") or "checked" in given
            if is_chosen:
                self._form[given["name"]] = given.get("value", "")
        if tag == "textarea" and self._form is not None:
            self._field = given["name"]
            self._form[self._field] = ""
        if tag == "button":
            self.buttons.append(given)
            self._button = given.get("value", "")
            self.offered[self._button] = ""  # the last one counts
        if tag == "a":
            self._link = given.get("href", "")
            self.links.setdefault(self._link, "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in VOID

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag
        if tag == "form":
            self._form = None
        if tag == "textarea":
            self._field = ""
        if tag == "a":
            self._link = ""
        if tag == "button":
            self._button = ""

    def handle_data(self, data: str) -> None:
        if "title" in self._open:
            self.title += data
        if "script" in self._open:
            return
        self.text += data
        if self._field and self._form is not None:
            self._form[self._field] += data.removeprefix("\n")
        if self._link:
            self.links[self._link] += data
        if self._button:
            self.offered[self._button] += data

    @property
    def words(self) -> str:
        """The page's text with white space folded."""
        return " ".join(self.text.split())

    def links_to(self, part: str) -> Iterator[str]:
        """Yield the addresses that hold `part`, in the order of the page."""
        return (address for address in self.links if part in address)


def _folded(text: str) -> str:
    """Return a text as a browser shows it: without white space at its ends, with single spaces within."""
    return re.sub(r"[ \t\n\r\f]+", " ", text).strip(" ")


def markup(response: Any) -> str:
    """Return a page's markup on one line, nothing around its tags, one space between their attributes."""
    return re.sub(r" ?(<|>) ?", r"\1", _folded(response.content.decode()))


def without_csrf(response: Any) -> bytes:
    """Return a page without what differs each time it is made."""
    return re.sub(rb'name="csrfmiddlewaretoken" value="[^"]*"', b"", response.content)


def page(response: Any) -> Page:
    """Parse a page; its tags must be closed in order and its ids be unique."""
    parsed = Page(response)
    assert parsed._open == []
    assert len(parsed.ids) == len(set(parsed.ids)), parsed.ids
    return parsed
