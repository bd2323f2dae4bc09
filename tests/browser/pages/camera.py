"""Somebody who walks through the site as a browser would, in the tests' own process, and keeps every page they see."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.test import Client

from tests.booking.reading import Page, page


@dataclass(frozen=True)
class Shot:
    """One state of one page as the server sent it."""

    name: str
    reader: str
    html: bytes
    headers: Mapping[str, str]
    response: Any

    @cached_property
    def page(self) -> Page:
        return page(self.response)


@dataclass
class Camera:
    """One reader with a browser of their own; `reader` is the start of all their addresses: "", "/fr", "/simple/ar"."""

    reader: str
    shots: list[Shot] = field(default_factory=list)
    client: Client = field(default_factory=Client)

    def get(self, name: str, path: str, data: Mapping[str, str] | None = None, *, status: int = 200) -> Shot:
        return self.keep(name, self.client.get(self.reader + path, data, follow=True), status)

    def post(self, name: str, path: str, data: Mapping[str, str], *, status: int = 200) -> Shot:
        return self.keep(name, self.client.post(self.reader + path, data, follow=True), status)

    def send(self, name: str, shown: Shot, action: str, /, *, by: str = "", status: int = 200, **typed: str) -> Shot:
        """Fill in the form of a page whose address ends like this, and send it, by the button that leads elsewhere."""
        address = next(one for one in shown.page.forms if one.partition("?")[0].endswith(action))
        fields = {**shown.page.forms[address], **typed}
        response = self.client.post(address.replace(action, by or action), fields, follow=True)
        return self.keep(name, response, status)

    def keep(self, name: str, response: Any, status: int) -> Shot:
        assert response.status_code == status, (self.reader, name, response.status_code, page(response).words[:600])
        shot = Shot(name, self.reader, response.content, dict(response.headers), response)
        self.shots.append(shot)
        return shot
