"""Asking a running Carillon over HTTP, as its customers do."""

import http.client
import json
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

ANSWER_SECONDS = 180  # longer than a server waits for a lock


@dataclass(frozen=True)
class Answer:
    """What came back over HTTP."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """The problem's code, "" for what is no problem."""
        return str(self.json.get("code", "")) if "problem" in self.headers.get("content-type", "") else ""


def call(port: int, method: str, path: str, payload: object = None, **headers: str) -> Answer:
    """Call a server on this machine over a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS)
    with closing(connection):
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        body = None if payload is None else json.dumps(payload)
        if body is not None:
            names["Content-Type"] = "application/json"
        connection.request(method, path, body=body, headers=names)
        response = connection.getresponse()
        return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())


def booking_at(
    store: str, starts_at: str, *, number: int, party_size: int = 1, email: str = "", note: str = ""
) -> dict[str, object]:
    """Return a request to book; each number is another customer with another mobile phone."""
    customer = {"name": f"Ada Test {number}", "phone": phone(number), "email": email, "locale": "fr"}
    return {
        "store": store,
        "visit_type": "visit",
        "starts_at": starts_at,
        "party_size": party_size,
        "customer": customer,
        "note": note,
    }


def phone(number: int) -> str:
    """Return one of 900,000 French mobile numbers."""
    return f"+3361{2000000 + number}"


def slot(*, days: int = 2, index: int = 40, minutes: int = 15, zone: str = "Europe/Paris") -> str:
    """Return the start of a slot some days from now, in a store that never closes."""
    day = datetime.now(ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    wall = day + timedelta(days=days, minutes=index * minutes)
    return wall.replace(tzinfo=ZoneInfo(zone)).isoformat()
