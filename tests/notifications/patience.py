"""How long a test waits for a provider: long, but for the call that is meant to hang, once it hangs."""

import select
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from threading import Event, Thread
from typing import TypeVar

import pytest

from notifications import bounded_http, email
from notifications.deadlines import within
from tests.fake_twilio import DRIP, DRIP_HEADERS, FakeTwilio

Result = TypeVar("Result")
PATIENCE_SECONDS = 60.0
SHORT_SECONDS = 0.2
LOOK_EVERY_SECONDS = 0.01


def patient_within(seconds: float, call: Callable[[], Result], *, give_up: Callable[[], None]) -> Result:
    """Make a call that has longer than in life."""
    return within(max(seconds, PATIENCE_SECONDS), call, give_up=give_up)


@contextmanager
def short_patience(twilio: FakeTwilio, fault: str) -> Iterator[None]:
    """Leave a call soon after the provider has begun to hang in it, and wait as long as ever for all else.

    Of a silent provider that is the next byte, of one whose answer drips the end of the call.
    """

    class Impatient(HTTPConnection):
        def getresponse(self) -> HTTPResponse:
            while not select.select([self.sock], [], [], LOOK_EVERY_SECONDS)[0]:
                if self.sock.getsockname() in twilio.hanging:
                    self.sock.settimeout(SHORT_SECONDS)
                    break
            return super().getresponse()

    with pytest.MonkeyPatch.context() as patch:
        if fault in (DRIP, DRIP_HEADERS):
            patch.setattr(bounded_http, "within", _within_after(twilio.is_dripping))
        else:
            patch.setattr(bounded_http, "HTTPConnection", Impatient)
        yield


@contextmanager
def short_patience_for_mail(is_hanging: Event) -> Iterator[None]:
    """Leave the call in which a mail server hangs soon after it began to."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(email, "within", _within_after(is_hanging))
        yield


def _within_after(begun: Event) -> Callable[..., Result]:
    """Return `within` with a short time, which begins only when something has begun, and only once."""

    def short_within(seconds: float, call: Callable[[], Result], *, give_up: Callable[[], None]) -> Result:
        made: Future[Result] = Future()

        def make() -> None:
            try:
                made.set_result(call())
            except BaseException as error:  # noqa: BLE001 -- raised again for the caller
                made.set_exception(error)

        Thread(target=make, daemon=True).start()
        while not made.done() and not begun.is_set():
            time.sleep(LOOK_EVERY_SECONDS)
        has_begun = begun.is_set() and not made.done()
        begun.clear()
        return within(SHORT_SECONDS if has_begun else PATIENCE_SECONDS, made.result, give_up=give_up)

    return short_within
