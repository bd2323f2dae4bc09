"""A visitor over HTTP: one kept connection to this machine and a cookie jar, by raw sockets, as cheap as Python can."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

ADDRESS = "127.0.0.1"
HEAD_END = b"\r\n\r\n"
FORM = "application/x-www-form-urlencoded"


@dataclass
class Answer:
    """The status, headers (names in lower case) and body of an answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        return json.loads(self.body)


class _Wire(asyncio.Protocol):
    """The bytes that came, and whether more may come."""

    def __init__(self) -> None:
        self.received = bytearray()
        self.is_over = False
        self.waiting: asyncio.Future[None] | None = None
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.received += data
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_over = True
        self._wake()

    def _wake(self) -> None:
        if self.waiting is not None and not self.waiting.done():
            self.waiting.set_result(None)

    async def more(self) -> None:
        """Wait for more bytes. Raises ConnectionResetError where none will come."""
        if self.is_over:
            raise ConnectionResetError
        self.waiting = asyncio.get_running_loop().create_future()
        await self.waiting


class Visitor:
    """A visitor of the server that listens on a port of 127.0.0.1; it counts the requests that it makes."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookies: dict[str, str] = {}
        self.requests = 0
        self._wire: _Wire | None = None

    async def get(self, path: str, headers: dict[str, str] | None = None) -> Answer:
        return await self._ask("GET", path, b"", headers or {})

    async def post_form(self, path: str, fields: dict[str, str]) -> Answer:
        """Send a form as a browser does: from a page of the same site."""
        origin = {"Content-Type": FORM, "Origin": f"http://{ADDRESS}:{self.port}", "Sec-Fetch-Site": "same-origin"}
        return await self._ask("POST", path, urlencode(fields).encode(), origin)

    async def post_json(self, path: str, payload: object, headers: dict[str, str] | None = None) -> Answer:
        kind = {"Content-Type": "application/json"}
        return await self._ask("POST", path, json.dumps(payload).encode(), {**kind, **(headers or {})})

    async def connect(self) -> None:
        if self._wire is None or self._wire.is_over:
            _, self._wire = await asyncio.get_running_loop().create_connection(_Wire, ADDRESS, self.port)

    def close(self) -> None:
        if self._wire is not None and self._wire.transport is not None:
            self._wire.transport.close()
        self._wire = None

    async def _ask(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        is_kept = self._wire is not None and not self._wire.is_over
        try:
            answer = await self._send(method, path, body, headers)
        except ConnectionResetError:
            self.close()
            if not is_kept:
                raise
            answer = await self._send(method, path, body, headers)  # the server had closed a connection in rest
        self.requests += 1
        return answer

    async def _send(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        await self.connect()
        wire = self._wire
        assert wire is not None
        assert wire.transport is not None
        lines = [f"{method} {path} HTTP/1.1", f"Host: {ADDRESS}:{self.port}", "Accept: */*", "User-Agent: bench"]
        if self.cookies:
            lines.append("Cookie: " + "; ".join(f"{name}={value}" for name, value in self.cookies.items()))
        if method == "POST":
            lines.append(f"Content-Length: {len(body)}")
        lines += [f"{name}: {value}" for name, value in headers.items()]
        wire.transport.write("\r\n".join(lines).encode() + HEAD_END + body)
        return await self._read(wire)

    async def _read(self, wire: _Wire) -> Answer:
        head = (await _take_until(wire, HEAD_END)).decode("latin-1").split("\r\n")
        headers: dict[str, str] = {}
        for line in head[1:]:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
            if name.lower() == "set-cookie":
                self._keep_cookie(value)
        if headers.get("transfer-encoding", "").lower() == "chunked":
            body = await _take_chunks(wire)
        else:
            body = await _take(wire, int(headers.get("content-length", "0")))
        if headers.get("connection", "").lower() == "close":
            self.close()
        return Answer(int(head[0].split()[1]), headers, body)

    def _keep_cookie(self, line: str) -> None:
        name, _, value = line.split(";", 1)[0].strip().partition("=")
        self.cookies[name] = value


async def _take(wire: _Wire, count: int) -> bytes:
    while len(wire.received) < count:
        await wire.more()
    taken = bytes(wire.received[:count])
    del wire.received[:count]
    return taken


async def _take_until(wire: _Wire, end: bytes) -> bytes:
    while (place := wire.received.find(end)) < 0:
        await wire.more()
    taken = await _take(wire, place)
    await _take(wire, len(end))
    return taken


async def _take_chunks(wire: _Wire) -> bytes:
    body = b""
    while size := int((await _take_until(wire, b"\r\n")).split(b";")[0], 16):
        body += await _take(wire, size)
        await _take(wire, 2)
    await _take(wire, 2)
    return body
