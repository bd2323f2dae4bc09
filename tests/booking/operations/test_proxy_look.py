"""The doctor sees what a proxy passes on, and only the doctor does."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from booking.operations.health import healthz
from booking.operations.proxy_look import (
    FALSE_ADDRESS,
    SEEN,
    SeenRequest,
    asking_headers,
    read_what_is_seen,
    what_proxy_does_wrong,
)
from booking.web.frame import TrustedProxy

PROXY, VISITOR = "127.0.0.1", "203.0.113.9"


def seen_through(*, forwarded: str | None, now: datetime, peer: str = PROXY, asked_at: datetime | None = None) -> str:
    """Return what `/healthz` tells of a request that a proxy passed with these addresses."""
    headers = asking_headers(now=asked_at or now)
    headers.pop("X-Forwarded-For")
    if forwarded is not None:
        headers["X-Forwarded-For"] = forwarded
    request = RequestFactory(REMOTE_ADDR=peer).get("/healthz", headers=headers)
    with time_machine.travel(now, tick=False):
        return str(TrustedProxy(_healthz)(request).headers.get(SEEN, ""))


def _healthz(request: HttpRequest) -> HttpResponse:
    return healthz(request)


@pytest.mark.parametrize(
    ("forwarded", "peer", "wrong"),
    [
        (f"{FALSE_ADDRESS}, {VISITOR}", PROXY, ""),
        (VISITOR, PROXY, ""),
        (f"{FALSE_ADDRESS}, {PROXY}", PROXY, ""),
        (None, PROXY, "passes no X-Forwarded-For"),
        (FALSE_ADDRESS, PROXY, "anybody may claim any address"),
        (f"{FALSE_ADDRESS}, {VISITOR}", "192.0.2.1", "192.0.2.1 is not in TRUSTED_PROXIES"),
    ],
)
def test_what_a_proxy_passes_is_judged(
    settings: Any, now: datetime, forwarded: str | None, peer: str, wrong: str
) -> None:
    settings.TRUSTED_PROXIES = [PROXY]
    seen = read_what_is_seen(seen_through(forwarded=forwarded, peer=peer, now=now))

    assert seen is not None
    said = what_proxy_does_wrong(seen, is_https=False)
    assert wrong in said
    assert bool(wrong) is bool(said)


def test_https_that_is_not_passed_on_is_told() -> None:
    seen = SeenRequest(VISITOR, VISITOR, is_secure=False)

    assert "X-Forwarded-Proto" in what_proxy_does_wrong(seen, is_https=True)


def test_nobody_but_the_doctor_is_told(now: datetime) -> None:
    minutes = timedelta(minutes=2)

    assert seen_through(forwarded=VISITOR, now=now, asked_at=now - minutes) == ""
    assert SEEN not in healthz(RequestFactory().get("/healthz", headers={"X-Carillon-Look": "guessed"})).headers
