"""A small Twilio over real HTTP: creates and lists messages, and misbehaves when told to."""

import base64
import json
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

ACCOUNT_SID = "AC" + "0" * 32
AUTH_TOKEN = "token-of-the-test"
FROM = "+33700000001"

# Faults of the create call, taken one a call from `FakeTwilio.faults`.
BUSY = "busy"  # 429 with Retry-After: 7
ERROR_BEFORE = "error_before"  # 500, nothing accepted
ERROR_AFTER = "error_after"  # accepted, then 500
HANG_BEFORE = "hang_before"
HANG_AFTER = "hang_after"  # accepted, then no answer
BAD_JSON = "bad_json"  # accepted, then an answer nobody can read
REDIRECT = "redirect"
DRIP = "drip"  # accepted, then an answer that never ends
OPTED_OUT = "opted_out"
INVALID = "invalid"
LANDLINE = "landline"


class FakeTwilio(ThreadingHTTPServer):
    """Keeps what it accepted in `accepted`, newest last."""

    daemon_threads = True
    hang_seconds = 12.0

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.accepted: list[dict[str, str]] = []
        self.faults: list[str] = []
        self.calls: list[str] = []
        self.is_list_away = False
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing when a client hangs up: some tests kill it on purpose."""


class _Handler(BaseHTTPRequestHandler):
    server: FakeTwilio

    def do_POST(self) -> None:
        form = {key: values[0] for key, values in parse_qs(self._body(), keep_blank_values=True).items()}
        if not self._is_signed_in():
            self._answer(401, {"code": 20003, "message": "Authenticate", "status": 401})
            return
        with self.server.lock:
            fault = self.server.faults.pop(0) if self.server.faults else ""
            self.server.calls.append("create")
        refusals = {OPTED_OUT: 21610, INVALID: 21211, LANDLINE: 21614}
        if fault == BUSY:
            self._answer(429, {"code": 20429, "message": "Too many", "status": 429}, {"Retry-After": "7"})
        elif fault == ERROR_BEFORE:
            self._answer(500, {"code": 20500, "message": "Sorry", "status": 500})
        elif fault == HANG_BEFORE:
            time.sleep(self.server.hang_seconds)
        elif fault == REDIRECT:
            self._answer(301, {}, {"Location": f"{self.server.url}/elsewhere"})
        elif fault in refusals:
            self._answer(400, {"code": refusals[fault], "message": "No", "status": 400})
        else:
            self._accept(form, fault)

    def do_GET(self) -> None:
        query = {key: values[0] for key, values in parse_qs(urlsplit(self.path).query).items()}
        with self.server.lock:
            self.server.calls.append("list")
            found = [one for one in reversed(self.server.accepted) if one["to"] == query.get("To", one["to"])]
        if self.server.is_list_away:
            self._answer(503, {"code": 20503, "message": "Away", "status": 503})
            return
        since = query.get("DateSent>", "")[:10]
        found = [one for one in found if one["date_created_iso"][:10] >= since]
        path = urlsplit(self.path).path
        self._answer(200, {"messages": found, "page": 0, "page_size": 100, "uri": path, "next_page_uri": None})

    def log_message(self, format: str, *args: object) -> None:
        """Write nothing."""

    def _accept(self, form: dict[str, str], fault: str) -> None:
        now = datetime.now(UTC)
        message = {
            "sid": "SM" + uuid.uuid4().hex,
            "to": form["To"],
            "from": form.get("From", ""),
            "body": form["Body"],
            "status": "queued",
            "status_callback": form.get("StatusCallback", ""),
            "messaging_service_sid": form.get("MessagingServiceSid", ""),
            "date_created": format_datetime(now),
            "date_created_iso": now.isoformat(),
            "date_sent": format_datetime(now),
            "account_sid": ACCOUNT_SID,
        }
        with self.server.lock:
            self.server.accepted.append(message)
        if fault == ERROR_AFTER:
            self._answer(500, {"code": 20500, "message": "Sorry", "status": 500})
        elif fault == HANG_AFTER:
            time.sleep(self.server.hang_seconds)
        elif fault == BAD_JSON:
            self._send(201, b"<html>not json", {})
        elif fault == DRIP:
            self.send_response(201)
            self.end_headers()
            for _ in range(int(self.server.hang_seconds * 4)):
                self.wfile.write(b" ")
                time.sleep(0.25)
        else:
            self._answer(201, message)

    def _is_signed_in(self) -> bool:
        expected = base64.b64encode(f"{ACCOUNT_SID}:{AUTH_TOKEN}".encode()).decode()
        return self.headers.get("Authorization") == f"Basic {expected}"

    def _body(self) -> str:
        return self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()

    def _answer(self, status: int, payload: dict[str, object], headers: dict[str, str] | None = None) -> None:
        self._send(status, json.dumps(payload).encode(), {"Content-Type": "application/json", **(headers or {})})

    def _send(self, status: int, content: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@contextmanager
def running() -> Iterator[FakeTwilio]:
    """Run a fake Twilio for the length of a block."""
    server = FakeTwilio()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
