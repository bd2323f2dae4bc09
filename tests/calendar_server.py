"""A server of calendars over real HTTP or HTTPS, which misbehaves when told to."""

import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import trustme

DRIP, HANG, CUT, ENDLESS = "drip", "hang", "cut", "endless"


class CalendarServer(ThreadingHTTPServer):
    """Serves `content` at any path, with the status, headers and faults that a test sets."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.content = calendar()
        self.status, self.headers, self.fault = 200, dict[str, str](), ""
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.is_over = threading.Event()
        self.scheme = "http"

    @property
    def url(self) -> str:
        return f"{self.scheme}://localhost:{self.server_address[1]}/ada.ics"


class _Handler(BaseHTTPRequestHandler):
    server: CalendarServer

    def log_message(self, *_: Any) -> None: ...

    def do_GET(self) -> None:
        server = self.server
        server.asked.append((self.path, dict(self.headers.items())))
        if server.fault == HANG:
            server.is_over.wait(60)
        if server.fault in (HANG, CUT):
            self.connection.close()
            return
        etag = server.headers.get("ETag")
        if etag and self.headers.get("If-None-Match") == etag and server.status == 200:
            self.send_response(304)
            self.end_headers()
            return
        self.send_response(server.status)
        for name, value in server.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if server.fault in (DRIP, ENDLESS):
            self._go_on(b"X" if server.fault == DRIP else b"X" * 65_536)
            return
        self.wfile.write(server.content)

    def _go_on(self, piece: bytes) -> None:
        while not self.server.is_over.is_set():
            try:
                self.wfile.write(piece)
            except OSError:
                return
            if len(piece) == 1:
                time.sleep(0.05)


@contextmanager
def running(certificate: trustme.LeafCert | None = None) -> Iterator[CalendarServer]:
    """Run a server; with a certificate it speaks HTTPS."""
    server = CalendarServer()
    if certificate is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        certificate.configure_cert(context)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.scheme = "https"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.is_over.set()
        server.shutdown()
        server.server_close()
        thread.join()


def event(uid: str, starts_at: datetime, ends_at: datetime, *more: str) -> str:
    """Return an event; `more` are further lines."""
    lines = [
        *("BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20261101T080000Z"),
        *(f"DTSTART:{_utc(starts_at)}", f"DTEND:{_utc(ends_at)}", "SUMMARY:The dentist", *more, "END:VEVENT"),
    ]
    return "\r\n".join(lines) + "\r\n"


def calendar(*events: str) -> bytes:
    """Return a calendar file."""
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Test//EN\r\n{''.join(events)}END:VCALENDAR\r\n".encode()


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"
