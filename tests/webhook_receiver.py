"""A receiver of webhooks over real HTTP, which misbehaves when told to."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

HANG, DRIP, LARGE, CUT = "hang", "drip", "large", "cut"
TEN_MEGABYTES = 10_000_000


class Received(NamedTuple):
    """A request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]


class WebhookReceiver(ThreadingHTTPServer):
    """Takes events at any path, with the answer or the fault that a test sets; `answers` come first, in turn."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status, self.headers, self.fault = 204, dict[str, str](), ""
        self.answers: list[int] = []
        self.received: list[Received] = []
        self.sent = 0  # bytes of large answers
        self.is_over = threading.Event()
        self.lock = threading.Lock()
        self._awaited: list[tuple[int, Callable[[], None]]] = []

    def after(self, count: int, then: Callable[[], None]) -> None:
        """Do something once so many events were received."""
        self._awaited.append((count, then))

    def take(self, one: Received) -> int:
        """Note what was received, and return the status to answer with."""
        with self.lock:
            self.received.append(one)
            for count, then in self._awaited:
                if count == len(self.received):
                    then()
            return self.answers.pop(0) if self.answers else self.status

    @property
    def url(self) -> str:
        return f"http://localhost:{self.server_address[1]}/hook?shop=1"


class _Handler(BaseHTTPRequestHandler):
    server: WebhookReceiver

    def log_message(self, *_: Any) -> None: ...

    def do_GET(self) -> None:
        raise AssertionError("nothing but POST is called")

    def do_POST(self) -> None:
        server = self.server
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        status = server.take(Received(self.path, headers, body))
        if server.fault in (HANG, CUT):
            server.is_over.wait(60 if server.fault == HANG else 0)
            self.connection.close()
            return
        if server.fault == DRIP:
            self._go_on(b"H", 0.05)
            return
        self.send_response(status)
        for name, value in server.headers.items():
            self.send_header(name, value)
        if server.fault == LARGE:
            self.send_header("Content-Length", str(TEN_MEGABYTES))
        self.end_headers()
        if server.fault == LARGE:
            self._go_on(b"x" * 65_536, 0)

    def _go_on(self, piece: bytes, pause: float) -> None:
        while not self.server.is_over.wait(pause) and self.server.sent < TEN_MEGABYTES:
            try:
                self.wfile.write(piece)
            except OSError:
                return
            self.server.sent += len(piece)


@contextmanager
def running() -> Iterator[WebhookReceiver]:
    """Run a receiver."""
    server = WebhookReceiver()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.is_over.set()
        server.shutdown()
        server.server_close()
        thread.join()
