"""Text messages: the gateways that send them, and what their answers mean to us."""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import requests
from django.conf import settings
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.rest import Client
from urllib3.exceptions import NameResolutionError, NewConnectionError

from notifications import message_files
from notifications.digests import body_digest
from notifications.models import State

CONNECT_SECONDS = 3
READ_SECONDS = 10
TOTAL_SECONDS = 15
LARGEST_ANSWER = 1_000_000
# A provider's clock and ours may differ by this much.
SKEW = timedelta(minutes=10)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sent:
    """The provider has it."""

    sid: str


@dataclass(frozen=True, slots=True)
class Refused:
    """It will never go this way."""

    reason: str
    opted_out: bool = False


@dataclass(frozen=True, slots=True)
class Later:
    """Surely not accepted; to be tried again."""

    reason: str
    after_seconds: int = 0


@dataclass(frozen=True, slots=True)
class Unclear:
    """Perhaps accepted, perhaps not."""

    reason: str


Answer = Sent | Refused | Later | Unclear

# Twilio's error codes, and the only place that knows them. https://www.twilio.com/docs/api/errors
_REFUSED_CODES: Mapping[int, str] = {
    21211: "invalid_number",
    21214: "invalid_number",
    21217: "invalid_number",
    21408: "country_not_enabled",
    21610: "opted_out",
    21612: "not_routable",
    21614: "cannot_be_texted",
    30003: "unreachable",
    30004: "blocked",
    30005: "unknown_number",
    30006: "cannot_be_texted",
    30007: "filtered",
    30008: "not_delivered",
    30036: "expired",
    30450: "blocked",
}
_OPTED_OUT_CODE = 21610
_STATES: Mapping[str, State] = {
    "accepted": State.SENT,
    "scheduled": State.SENT,
    "queued": State.SENT,
    "sending": State.SENT,
    "sent": State.SENT,
    "delivered": State.DELIVERED,
    "read": State.DELIVERED,
    "undelivered": State.FAILED,
    "failed": State.FAILED,
    "canceled": State.FAILED,
}


def state_of(status: str) -> State | None:
    """Return our state for the provider's status, None for one we do not know."""
    return _STATES.get(status)


def reason_of(code: str) -> str:
    """Return our word for the provider's error code."""
    number = int(code) if code.isascii() and code.isdigit() and len(code) < 8 else 0
    return _REFUSED_CODES.get(number, f"provider_{number}" if number else "not_delivered")


class Gateway(Protocol):
    def send(self, *, to: str, body: str, key: str, callback_url: str) -> Answer:
        """Hand a text to the provider; `key` names the message in our own books."""
        ...

    def find_sent(self, *, to: str, digest: str, key: str, since: datetime) -> Sent | Unclear | None:
        """Return the message if the provider has it, None if it has not, Unclear if it cannot be asked."""
        ...


def gateway() -> Gateway:
    """Return the gateway that SMS_GATEWAY names."""
    return TwilioGateway() if settings.SMS_GATEWAY == "twilio" else ConsoleGateway()


class ConsoleGateway:
    """Writes each text to a file, for trying things out."""

    def send(self, *, to: str, body: str, key: str, callback_url: str) -> Answer:
        message_files.write(f"{key}.txt", f"To: {to}\n\n{body}\n".encode())
        return Sent(sid="")

    def find_sent(self, *, to: str, digest: str, key: str, since: datetime) -> Sent | Unclear | None:
        return Sent(sid="") if message_files.exists(f"{key}.txt") else None


class TwilioGateway:
    """Sends through Twilio's Messages API, or any server that speaks it (TWILIO_API_URL)."""

    def __init__(self) -> None:
        self._http = _BoundedHttpClient()
        self._client = Client(settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN, http_client=self._http)

    def send(self, *, to: str, body: str, key: str, callback_url: str) -> Answer:
        if settings.TWILIO_MESSAGING_SERVICE_SID:
            sender = {"messaging_service_sid": settings.TWILIO_MESSAGING_SERVICE_SID}
        else:
            sender = {"from_": settings.TWILIO_FROM}
        try:
            message = self._client.messages.create(to=to, body=body, status_callback=callback_url, **sender)
        except TwilioRestException as error:
            return self._refusal(error)
        except requests.RequestException as error:
            return _trouble(error)
        except (TwilioException, ValueError, KeyError, TypeError, AttributeError) as error:
            return Unclear(f"bad_answer {type(error).__name__}")
        return Sent(sid=str(message.sid)) if message.sid else Unclear("bad_answer")

    def find_sent(self, *, to: str, digest: str, key: str, since: datetime) -> Sent | Unclear | None:
        # By date first; then without, as a message still queued at the provider has no date of sending yet.
        earliest = since - SKEW
        for wanted in ({"date_sent_after": earliest.date()}, {}):
            try:
                for message in self._client.messages.list(to=to, limit=200, page_size=100, **wanted):
                    created_at = message.date_created
                    is_older = isinstance(created_at, datetime) and created_at < earliest
                    is_gone = state_of(str(message.status)) == State.FAILED
                    if not is_older and not is_gone and body_digest(str(message.body or "")) == digest:
                        return Sent(sid=str(message.sid))
            except (
                requests.RequestException,
                TwilioException,
                ValueError,
                KeyError,
                TypeError,
                AttributeError,
            ) as error:
                return Unclear(f"list {type(error).__name__}")
        return None

    def _refusal(self, error: TwilioRestException) -> Answer:
        code = int(error.code or 0)
        if error.status == 429 or code == 20429:
            return Later("busy", after_seconds=self._http.retry_after_seconds)
        if error.status >= 500:
            return Unclear(f"http_{error.status}")
        if code in _REFUSED_CODES:
            return Refused(_REFUSED_CODES[code], opted_out=code == _OPTED_OUT_CODE)
        if error.status in (400, 422):
            return Refused(f"provider_{code}" if code else f"http_{error.status}")
        # Redirects, wrong credentials, a wrong address: our set-up, not this message.
        return Later(f"http_{error.status}")


class _BoundedHttpClient(HttpClient):  # type: ignore[misc]  # the twilio package is untyped
    """Calls the server that TWILIO_API_URL names: no redirects, no retries, and an end to every answer."""

    def __init__(self) -> None:
        super().__init__(logger=log, is_async=False, timeout=READ_SECONDS)
        self._session = requests.Session()
        self.retry_after_seconds = 0

    def request(
        self,
        method: str,
        url: str,
        params: dict[str, str] | None = None,
        data: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        deadline = time.monotonic() + TOTAL_SECONDS
        answer = self._session.request(
            method,
            url.replace("https://api.twilio.com", settings.TWILIO_API_URL, 1),
            params=params,
            data=data,
            headers=headers,
            auth=auth,
            timeout=(CONNECT_SECONDS, READ_SECONDS),
            allow_redirects=False,
            stream=True,
        )
        with answer:
            body = bytearray()
            for chunk in answer.iter_content(chunk_size=4096):
                body += chunk
                if time.monotonic() > deadline or len(body) > LARGEST_ANSWER:
                    raise requests.ReadTimeout("the answer does not end")
        self.retry_after_seconds = _seconds(answer.headers.get("Retry-After"))
        return Response(answer.status_code, body.decode("utf-8", "replace"), answer.headers)


def _seconds(text: str | None) -> int:
    return min(int(text), 3600) if text and text.isascii() and text.isdigit() and len(text) < 7 else 0


def _trouble(error: requests.RequestException) -> Answer:
    """Tell a call that never reached the provider from one that may have."""
    if isinstance(error, requests.ConnectTimeout):
        return Later("not_reached")
    cause: Any = error.args[0] if error.args else None
    if isinstance(getattr(cause, "reason", None), (NewConnectionError, NameResolutionError)):
        return Later("not_reached")
    if isinstance(error, (requests.exceptions.SSLError, requests.exceptions.InvalidURL)):
        return Later(type(error).__name__)
    return Unclear(type(error).__name__)
