"""The HTTP client of the twilio package: it calls the server of TWILIO_API_URL alone, and each call ends in time.

No redirects, no retries, no proxies from the environment; and it can tell a call that surely never reached the
server from one that may have.
"""

import base64
import functools
import logging
import select
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPSConnection
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from twilio.http import HttpClient
from twilio.http.response import Response

from notifications.deadlines import OutOfTime, SendGate, shut_down, within

CONNECT_SECONDS = 3
READ_SECONDS = 10
LARGEST_ANSWER = 2_000_000
# A connection at rest is not used again after this time: the server may be about to close it.
KEPT_SECONDS = 10

log = logging.getLogger(__name__)

_Server = tuple[str, str, int | None]  # scheme, host, port
_thread = threading.local()


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
        address = (server.scheme, server.hostname or "", server.port)
        call = _Call(_kept_connection(address) or _new_connection(address), method, target, body, all_headers)
        try:
            answer = within(self._until - time.monotonic(), call.make, give_up=call.abort)
        except OutOfTime:
            if call.gate.has_left:
                raise
            raise NotReached("not_reached OutOfTime") from None
        if call.can_be_kept:
            _keep(address, call.connection)
        self.headers = answer.headers
        return answer


@contextmanager
def keeping_connections() -> Iterator[None]:
    """Keep the connection of this thread's calls open between them, until the block ends."""
    _thread.kept = {}
    try:
        yield
    finally:
        for connection, _ in _thread.kept.values():
            connection.close()
        del _thread.kept


def _keep(server: _Server, connection: HTTPConnection) -> None:
    kept: dict[_Server, tuple[HTTPConnection, float]] | None = getattr(_thread, "kept", None)
    if kept is None:
        connection.close()
    else:
        kept[server] = connection, time.monotonic()


def _kept_connection(server: _Server) -> HTTPConnection | None:
    """Return this thread's open connection to a server, unless the server has closed it or may be about to."""
    kept: dict[_Server, tuple[HTTPConnection, float]] = getattr(_thread, "kept", {})
    connection, used_at = kept.pop(server, (None, 0.0))
    if connection is None:
        return None
    says_something = bool(select.select([connection.sock], [], [], 0)[0])  # nothing is awaited but that it closes
    if says_something or time.monotonic() - used_at > KEPT_SECONDS:
        connection.close()
        return None
    return connection


def _new_connection(server: _Server) -> HTTPConnection:
    scheme, host, port = server
    if scheme == "https":
        return HTTPSConnection(host, port, timeout=CONNECT_SECONDS, context=_tls())
    return HTTPConnection(host, port, timeout=CONNECT_SECONDS)


@functools.cache
def _tls() -> ssl.SSLContext:
    """Return the context of all encrypted calls; reading the authorities takes longer than a call."""
    return ssl.create_default_context()


class _Call:
    """One request and its answer on a connection that another thread may cut."""

    def __init__(
        self, connection: HTTPConnection, method: str, target: str, body: bytes | None, headers: Mapping[str, str]
    ) -> None:
        self.connection = connection
        self._request = (method, target, body, headers)
        self.gate = SendGate()
        self.can_be_kept = False  # the connection, for another call

    def make(self) -> Response:
        try:
            return self._make()
        finally:
            if not self.can_be_kept:
                self.connection.close()

    def abort(self) -> None:
        """End the call now; one that has not begun to send never will."""
        self.gate.close()
        shut_down(self.connection.sock)

    def _make(self) -> Response:
        if self.connection.sock is None:
            try:
                self.connection.connect()
            except (OSError, ValueError) as error:  # refused, no such name, not its certificate
                raise NotReached(f"not_reached {type(error).__name__}") from error
        self.connection.sock.settimeout(READ_SECONDS)
        self.gate.pass_through()
        method, target, body, headers = self._request
        self.connection.request(method, target, body, dict(headers))
        answer = self.connection.getresponse()
        content = answer.read(LARGEST_ANSWER + 1)
        if len(content) > LARGEST_ANSWER:
            raise BadAnswer
        self.can_be_kept = answer.isclosed() and not answer.will_close
        return Response(answer.status, content.decode("utf-8", "replace"), answer.headers)
