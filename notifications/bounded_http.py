"""The HTTP client of the twilio package: it calls the server of TWILIO_API_URL alone, and each call ends in time.

No redirects, no retries, no proxies from the environment; and it can tell a call that surely never reached the
server from one that may have.
"""

import base64
import logging
import ssl
import time
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPSConnection
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from twilio.http import HttpClient
from twilio.http.response import Response

from notifications.deadlines import OutOfTime, SendGate, shut_down, within

CONNECT_SECONDS = 3
READ_SECONDS = 10
LARGEST_ANSWER = 2_000_000

log = logging.getLogger(__name__)


class NotReached(Exception):
    """Not a byte of the request has left."""


class BadAnswer(Exception):
    """The server said more than anybody reads."""


class BoundedHttpClient(HttpClient):  # type: ignore[misc]  # the twilio package is untyped
    """Makes calls that end, all of them together, within so many seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__(logger=log, is_async=False)
        self._until = time.monotonic() + seconds
        self.headers: Mapping[str, str] = {}  # of the last answer

    def request(
        self,
        method: str,
        uri: str,
        params: Mapping[str, object] | None = None,
        data: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        server, asked = urlsplit(settings.TWILIO_API_URL), urlsplit(uri)
        query = "&".join(part for part in (asked.query, urlencode(params or {})) if part)
        target = server.path.rstrip("/") + asked.path + (f"?{query}" if query else "")
        all_headers = dict(headers or {})
        if auth is not None:
            all_headers["Authorization"] = "Basic " + base64.b64encode(":".join(auth).encode()).decode()
        body = urlencode(data).encode() if data else None
        call = _Call(server.scheme, server.hostname or "", server.port, method, target, body, all_headers)
        try:
            answer = within(self._until - time.monotonic(), call.make, give_up=call.abort)
        except OutOfTime:
            if call.gate.has_left:
                raise
            raise NotReached("not_reached OutOfTime") from None
        self.headers = answer.headers
        return answer


class _Call:
    """One request and its answer on a connection of its own, which another thread may cut."""

    def __init__(
        self,
        scheme: str,
        host: str,
        port: int | None,
        method: str,
        target: str,
        body: bytes | None,
        headers: Mapping[str, str],
    ) -> None:
        if scheme == "https":
            context = ssl.create_default_context()
            self._connection: HTTPConnection = HTTPSConnection(host, port, timeout=CONNECT_SECONDS, context=context)
        else:
            self._connection = HTTPConnection(host, port, timeout=CONNECT_SECONDS)
        self._request = (method, target, body, headers)
        self.gate = SendGate()

    def make(self) -> Response:
        try:
            return self._make()
        finally:
            self._connection.close()

    def abort(self) -> None:
        """End the call now; one that has not begun to send never will."""
        self.gate.close()
        shut_down(self._connection.sock)

    def _make(self) -> Response:
        try:
            self._connection.connect()
        except (OSError, ValueError) as error:  # refused, no such name, not its certificate
            raise NotReached(f"not_reached {type(error).__name__}") from error
        self._connection.sock.settimeout(READ_SECONDS)
        self.gate.pass_through()
        method, target, body, headers = self._request
        self._connection.request(method, target, body, dict(headers))
        answer = self._connection.getresponse()
        content = answer.read(LARGEST_ANSWER + 1)
        if len(content) > LARGEST_ANSWER:
            raise BadAnswer
        return Response(answer.status, content.decode("utf-8", "replace"), answer.headers)
