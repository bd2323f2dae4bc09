"""A small Twilio over real HTTP: takes and lists messages, sends signed receipts, and misbehaves when told to."""

import base64
import json
import re
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from twilio.request_validator import RequestValidator

ACCOUNT_SID = "AC" + "0" * 32
AUTH_TOKEN = "token-of-the-test"
FROM = "+33700000001"

# Faults of the create call, taken one a call from `FakeTwilio.faults`; a number is an error code of the provider's.
NONE = ""
BUSY = "busy"  # 429 with Retry-After: 7
AWAY = "away"  # 503 with Retry-After: 7
ERROR_BEFORE = "error_before"  # 500, nothing accepted
ERROR_AFTER = "error_after"  # accepted, then 500
HANG_BEFORE = "hang_before"
SLOW = "slow"  # answers, and accepts, once `FakeTwilio.is_enough` says so
SLOW_CUT = "slow_cut"  # accepts as SLOW does, and the connection is cut
HANG_AFTER = "hang_after"  # accepted, then no answer
CUT_AFTER = "cut_after"  # accepted, then the connection is cut
BAD_JSON = "bad_json"  # accepted, then an answer nobody can read
LATE = "late"  # no answer, and accepted once its caller has gone
CUT_BEFORE = "cut_before"  # the connection is cut, nothing accepted
REDIRECT = "redirect"
DRIP = "drip"  # accepted, then an answer that never ends
DRIP_HEADERS = "drip_headers"  # accepted, then headers that never end
OPTED_OUT = "opted_out"
INVALID = "invalid"
LANDLINE = "landline"
BAD_SENDER = "bad_sender"
STRANGE = "strange"  # a refusal that nobody knows
_REFUSALS = {OPTED_OUT: 21610, INVALID: 21211, LANDLINE: 21614, BAD_SENDER: 21606, STRANGE: 29999}

QUEUE_FULL = 21611
UNFINISHED = 20009  # a text that is under way can be neither emptied nor deleted
_UNDER_WAY = frozenset({"sending", "receiving"})  # "queued" stands here for all that went, as nobody delivers it
EMPTY = "empty"  # the list, though there are texts

Message = dict[str, Any]


class FakeTwilio(ThreadingHTTPServer):
    """Keeps what it accepted in `accepted`, newest last, and what it was asked in `calls` and `queries`."""

    daemon_threads = True
    request_queue_size = 100
    hang_seconds = 12.0
    work_seconds = 0.0  # before it accepts, and again before it answers

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.accepted: list[Message] = []
        self.faults: list[str] = []
        self.calls: list[str] = []
        self.forms: list[Message] = []
        self.is_list_away = False
        self.lists_nothing = False  # its list lags
        self.is_down = False  # answers 500 to everything
        self.room: int | None = None  # how many more its queue holds; as many as come where None
        self.per_second = 0  # how many texts it takes; it has room for those of one second; 0: any number
        self.too_fast = 0  # those that it refused for that
        self._tokens, self._filled_at = 0.0, 0.0
        self.dates_when_sent = True  # else a message in the queue has no date to filter by
        self.largest_page = 100
        self.ahead_of_us = timedelta()  # its clock
        self.token = AUTH_TOKEN  # what it signs with
        self.key = AUTH_TOKEN  # what it lets in
        self.calls_by_one = 0  # answers it gives by one connection before it closes it; 0: any number
        self.is_enough: Callable[[], bool] = lambda: True  # for what SLOW waits
        self.clients: set[tuple[str, int]] = set()  # the connections on which messages came
        self.hanging: set[tuple[str, int]] = set()  # those on which it hangs
        self.is_dripping = threading.Event()
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def is_too_fast(self) -> bool:
        """Take a text's share of the pace; True if there is none left."""
        if not self.per_second:
            return False
        with self.lock:
            now = time.monotonic()
            filled = self._tokens + (now - self._filled_at) * self.per_second
            self._tokens, self._filled_at = min(float(self.per_second), filled), now
            is_empty = self._tokens < 1
            self.too_fast += is_empty
            self._tokens -= not is_empty
        return is_empty

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead_of_us

    def next_fault(self) -> str:
        """Return how the next call to send a text fails, NONE if it does not."""
        return self.faults.pop(0) if self.faults else NONE

    def list_fault(self) -> str:
        """Return how the next call for the list fails."""
        if self.is_list_away:
            return AWAY
        return EMPTY if self.lists_nothing else NONE

    def listed(self, fault: str) -> list[Message]:
        """Return the texts that the list shows."""
        return [] if fault == EMPTY else self.accepted

    def note_accepted(self, message: Message, fault: str) -> None:
        """Keep a text that was accepted."""
        self.accepted.append(message)

    def text_us(self, url: str, body: str, *, phone: str, to: str = FROM) -> list[Message]:
        """Take a text for our number, tell of it at our webhook, and send what that answers; return these replies."""
        came = self.kept(body, to=to, sender=phone, direction="inbound", status="received")
        _status, answer = self.call(url, {"MessageSid": came["sid"], "From": phone, "To": to, "Body": body})
        texts = [unescape(text) for text in re.findall(r"<Message>(.*?)</Message>", answer, re.DOTALL)]
        return [self.kept(text, to=phone, sender=to, direction="outbound-reply", status="delivered") for text in texts]

    def kept(self, body: str, *, to: str, sender: str, direction: str, status: str) -> Message:
        """Keep the record of a text that no call of ours made."""
        record = self.record(body, to=to, sender=sender, direction=direction, status=status)
        with self.lock:
            self.accepted.append(record)
        return record

    def record(self, body: str, *, to: str, sender: str, direction: str, status: str) -> Message:
        """Return the record of a text, as it is listed from now on."""
        now = self.now()
        return {
            "sid": "SM" + uuid.uuid4().hex,
            "to": to,
            "from": sender,
            "body": body,
            "status": status,
            "direction": direction,
            "date_created": format_datetime(now),
            "date_created_iso": now.isoformat(),
            "date_sent": format_datetime(now) if self.dates_when_sent else None,
            "account_sid": ACCOUNT_SID,
        }

    def receipt(self, message: Message, status: str, **form: str) -> int:
        """Call a message's StatusCallback, signed; return the status of the answer."""
        fields = {"MessageSid": message["sid"], "MessageStatus": status, "To": message["to"], **form}
        return self.call(message["status_callback"], fields)[0]

    def call(self, url: str, fields: Message) -> tuple[int, str]:
        """Call a webhook, signed; return the status and the text of the answer."""
        return call_signed(url, fields, token=self.token)

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing when a client hangs up: some tests kill it on purpose."""


def call_signed(url: str, fields: Message, *, token: str = AUTH_TOKEN) -> tuple[int, str]:
    """Call a webhook, signed as the provider signs; return the status and the text of the answer."""
    signature = RequestValidator(token).compute_signature(url, fields)
    request = urllib.request.Request(
        url, urlencode(fields).encode(), headers={"X-Twilio-Signature": signature}, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    answered = 0  # on this connection
    disable_nagle_algorithm = True  # an answer leaves in two parts
    server: FakeTwilio

    def do_POST(self) -> None:  # noqa: C901 -- one branch for each way in which a provider fails
        form = {key: values[0] for key, values in parse_qs(self._body(), keep_blank_values=True).items()}
        if self._named() is not None:
            self._erase(form)
            return
        with self.server.lock:
            self.server.calls.append("create")
            self.server.forms.append(form)
            self.server.clients.add(self.client_address)
            fault = self.server.next_fault()
        if self.server.is_down:
            self._problem(500, 20500)
        elif not self._is_signed_in():
            self._problem(401, 20003)
        elif fault.isdigit():
            self._problem(400, int(fault))
        elif not self._is_room():
            self._problem(400, QUEUE_FULL)
        elif fault == BUSY or self.server.is_too_fast():
            self._problem(429, 20429, {"Retry-After": "7" if fault else "1"})
        elif fault == AWAY:
            self._problem(503, 20503, {"Retry-After": "7"})
        elif fault == ERROR_BEFORE:
            self._problem(500, 20500)
        elif fault == HANG_BEFORE:
            self._hang()
        elif fault == CUT_BEFORE:
            self.close_connection = True
        elif fault == REDIRECT:
            self._answer(301, {}, {"Location": f"{self.server.url}/elsewhere"})
        elif fault in _REFUSALS:
            self._problem(400, _REFUSALS[fault])
        else:
            if fault in (SLOW, SLOW_CUT):
                self._wait()
            time.sleep(self.server.hang_seconds if fault == LATE else self.server.work_seconds)
            message = self._accept(form, fault)
            time.sleep(self.server.work_seconds)
            self._misbehave(message, fault)

    def do_DELETE(self) -> None:
        self._erase(None)

    def _named(self) -> str | None:
        """Return the id of the text that the address names, None for the list of all."""
        last = urlsplit(self.path).path.rpartition("/")[2].removesuffix(".json")
        return None if last == "Messages" else last

    def _erase(self, form: Message | None) -> None:
        """Empty the body of a text, or delete its record where there is no form."""
        with self.server.lock:
            self.server.calls.append("empty" if form is not None else "delete")
            found = [one for one in self.server.accepted if one["sid"] == self._named()]
        if self.server.is_down:
            self._problem(500, 20500)
        elif not self._is_signed_in():
            self._problem(401, 20003)
        elif not found:
            self._problem(404, 20404)
        elif found[0]["status"] in _UNDER_WAY:
            self._problem(409, UNFINISHED)
        elif form is None:
            with self.server.lock:
                self.server.accepted.remove(found[0])
            self.send_response(204)
            self.send_header("Content-Length", "0")
            self.end_headers()
        else:
            found[0]["body"] = form["Body"]
            self._answer(200, found[0])

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        query = {key: values[0] for key, values in parse_qs(asked.query).items()}
        with self.server.lock:
            self.server.calls.append("list" if self._named() is None else "fetch")
            fault = self.server.list_fault()
            listed = self.server.listed(fault)
            found = [
                one
                for one in reversed(listed)
                if one["to"] == query.get("To", one["to"]) and one["from"] == query.get("From", one["from"])
            ]
        if self.server.is_down:
            self._problem(500, 20500)
            return
        if not self._is_signed_in():
            self._problem(401, 20003)
            return
        if (named := self._named()) is not None:
            of_it = [one for one in self.server.accepted if one["sid"] == named]
            self._answer(200, of_it[0]) if of_it else self._problem(404, 20404)
            return
        if fault == AWAY:
            self._problem(503, 20503)
            return
        if fault == CUT_BEFORE:
            self.close_connection = True
            return
        if since := query.get("DateSent>", "")[:10]:
            found = [one for one in found if self.server.dates_when_sent and one["date_created_iso"][:10] >= since]
        page, size = int(query.get("Page", 0)), min(int(query.get("PageSize", 50)), self.server.largest_page)
        following = urlencode({**query, "Page": page + 1})
        has_more = len(found) > (page + 1) * size
        self._answer(
            200,
            {
                "messages": found[page * size : (page + 1) * size],
                "page": page,
                "page_size": size,
                "uri": self.path,
                "next_page_uri": f"{asked.path}?{following}" if has_more else None,
            },
        )

    def log_message(self, format: str, *args: object) -> None:
        """Write nothing."""

    def date_time_string(self, timestamp: float | None = None) -> str:
        return format_datetime(self.server.now(), usegmt=True)

    def _accept(self, form: Message, fault: str) -> Message:
        sender = form.get("From", "")
        message = {
            **self.server.record(form["Body"], to=form["To"], sender=sender, direction="outbound-api", status="queued"),
            "status_callback": form.get("StatusCallback", ""),
            "messaging_service_sid": form.get("MessagingServiceSid", ""),
        }
        with self.server.lock:
            self.server.note_accepted(message, fault)
        return message

    def _misbehave(self, message: Message, fault: str) -> None:
        until = time.monotonic() + self.server.hang_seconds
        if fault == ERROR_AFTER:
            self._problem(500, 20500)
        elif fault == HANG_AFTER:
            self._hang()
        elif fault in (CUT_AFTER, LATE, SLOW_CUT):
            self.close_connection = True
        elif fault == BAD_JSON:
            self._send(201, b"<html>not json", {})
        elif fault in (DRIP, DRIP_HEADERS):
            self.close_connection = True
            self.send_response(201)
            if fault == DRIP:
                self.end_headers()
            else:
                self.flush_headers()
            self.server.is_dripping.set()
            while time.monotonic() < until:
                self.wfile.write(b" " if fault == DRIP else b"X-Drip: 1\r\n")
                time.sleep(0.2)
        else:
            self._answer(201, message)

    def _hang(self) -> None:
        self.close_connection = True
        self.server.hanging.add(self.client_address)
        time.sleep(self.server.hang_seconds)
        self.server.hanging.discard(self.client_address)

    def _wait(self) -> None:
        until = time.monotonic() + self.server.hang_seconds
        while not self.server.is_enough() and time.monotonic() < until:
            time.sleep(0.01)

    def _is_signed_in(self) -> bool:
        expected = base64.b64encode(f"{ACCOUNT_SID}:{self.server.key}".encode()).decode()
        return self.headers.get("Authorization") == f"Basic {expected}"

    def _is_room(self) -> bool:
        with self.server.lock:
            if self.server.room is None:
                return True
            self.server.room = max(-1, self.server.room - 1)
            return self.server.room >= 0

    def _body(self) -> str:
        return self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()

    def _problem(self, status: int, code: int, headers: Message | None = None) -> None:
        self._answer(status, {"code": code, "message": "No", "status": status}, headers)

    def _answer(self, status: int, payload: dict[str, Any], headers: Message | None = None) -> None:
        self._send(status, json.dumps(payload).encode(), {"Content-Type": "application/json", **(headers or {})})

    def _send(self, status: int, content: bytes, headers: Message) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.answered += 1
        if self.answered == self.server.calls_by_one:
            self.send_header("Connection", "close")  # which ends it, too
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
