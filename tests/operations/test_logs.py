"""What is written down about whom: nothing of it in the logs, nor in the queue, and no token anywhere."""

import json
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

import pytest

from tests import servers
from tests.asking import booking_at, slot
from tests.servers import House, kill, wait_until

pytestmark = pytest.mark.slow

NAME, NOTE, EMAIL = "Zebulon Canari", "Xylophone in the bag", "zcanary@example.org"
PHONE, SPOKEN_PHONE = "+33612345678", "06 12 34 56 78"
PASSWORD = "quetzal quetzal quetzal"
CANARIES = ("Zebulon", "Canari", "Xylophone", "zcanary", "612345678", "12 34 56 78", "quetzal")


class Visitor:
    """Somebody who does all that can be done, right and wrong, and remembers the secrets that were told."""

    def __init__(self, house: House, store: str) -> None:
        self.house, self.store = house, store
        self.secrets: list[str] = []
        self.statuses: set[int] = set()
        self.queue = self.reference = self.token = ""

    def wish(self, index: int) -> dict[str, object]:
        customer = {"name": NAME, "phone": SPOKEN_PHONE, "email": EMAIL, "locale": "fr"}
        return {**booking_at(self.store, slot(index=index), number=1, note=NOTE), "customer": customer}

    def call(self, method: str, path: str, body: str | bytes | None = None, **headers: str) -> None:
        """Call with anything at all, and take what comes."""
        names = {"Content-Type": "application/json", **{name.replace("_", "-"): v for name, v in headers.items()}}
        with closing(HTTPConnection("127.0.0.1", self.house.port, timeout=180)) as connection:
            connection.request(method, path, body=body, headers=names)
            self.statuses.add(connection.getresponse().status)

    def book(self) -> None:
        booked = self.house.post("/api/v1/bookings", self.wish(40), Idempotency_Key="key-1")
        again = self.house.post("/api/v1/bookings", self.wish(40), Idempotency_Key="key-1")
        held = self.house.post(
            "/api/v1/holds", {key: self.wish(44)[key] for key in ("store", "visit_type", "starts_at")}
        )
        assert (booked.status, again.body, held.status) == (201, booked.body, 201)
        self.reference, self.token = booked.json["reference"], booked.json["manage_token"]
        self.secrets += [self.token, held.json["token"]]
        for path in (f"/b/{self.reference}/?token={self.token}", f"/m/{self.reference}/{self.token}"):
            self.call("GET", path)
        self.call("GET", urlsplit(booked.json["calendar_url"]).path + f"?token={self.token}")
        self.call("GET", f"/api/v1/bookings/{self.reference}/data", Authorization=f"Bearer {self.token}")
        move = json.dumps({"starts_at": slot(index=48)})
        self.call("POST", f"/api/v1/bookings/{self.reference}/reschedule", move, Authorization=f"Bearer {self.token}")

    def blunder(self) -> None:
        wish = self.wish(40)
        self.call("POST", "/api/v1/bookings", json.dumps({**wish, "customer": {"name": NAME, "phone": f"{PHONE}0000"}}))
        self.call("POST", "/api/v1/bookings", json.dumps({**wish, NAME: EMAIL, "starts_at": NOTE, "note": [NOTE]}))
        self.call("POST", "/api/v1/bookings", f'{{"customer": "{NAME}", ')
        self.call("POST", "/api/v1/bookings", json.dumps(wish) + " " * 70_000)
        self.call("POST", "/api/v1/bookings", f"{NAME}".encode("utf-16"))
        self.call("GET", f"/b/{self.reference}/?token={self.token[:-1]}x")
        self.call("GET", f"/api/v1/bookings/{self.reference}", Authorization=f"Bearer {self.token}{NAME}")
        self.call("GET", f"/nowhere/{quote(NAME)}?phone={quote(PHONE)}")
        self.call("GET", f"/api/v1/stores?near={quote(NAME)}&cursor={quote(EMAIL)}")
        self.call("GET", f"/?q={quote(NAME)}%00{quote(EMAIL)}")
        self.call("GET", "/", Host=f"{EMAIL}:80")
        self.call("PATCH", f"/api/v1/stores?q={quote(NAME)}", NOTE)
        self.call("GET", f"/calendars/{self.token}.ics")

    def fill_in_forms(self) -> None:
        form = {"name": NAME, "phone": SPOKEN_PHONE, "email": EMAIL, "note": NOTE, "csrfmiddlewaretoken": self.token}
        sign_in = {"username": EMAIL, "password": PASSWORD}
        kind = "application/x-www-form-urlencoded"
        self.call("POST", f"/s/{self.store}/book/details/", urlencode(form), Content_Type=kind)
        self.call("POST", "/staff/sign-in/", urlencode(sign_in), Content_Type=kind)
        self.call("POST", "/api/v1/staff/token", json.dumps(sign_in))
        self.call("GET", "/api/v1/staff/stores", Authorization=f"Token {self.token}")
        inbound = urlencode({"From": PHONE, "Body": NOTE})
        self.call("POST", "/webhooks/twilio/inbound", inbound, Content_Type=kind, X_Twilio_Signature=self.token)

    def work(self) -> None:
        """Be the staff for a while."""
        self.house.manage("add_staff", self.store, "zebulonia", "--role", "manager", text=PASSWORD)
        sign_in = {"username": "zebulonia", "password": PASSWORD}
        token = self.house.post("/api/v1/staff/token", sign_in).json["token"]
        staff = {"Authorization": f"Token {token}"}
        feed = self.house.post(f"/api/v1/staff/stores/{self.store}/feed", {}, **staff)
        self.secrets += [token, feed.json["url"].rpartition("/")[2].removesuffix(".ics")]
        self.call("GET", urlsplit(feed.json["url"]).path)
        self.call("GET", f"/api/v1/staff/stores/{self.store}/day?date={slot()[:10]}", **staff)


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with servers.running(RATE_LIMITS="on") as made:
        yield made


@pytest.fixture(scope="module")
def visitor(house: House) -> Visitor:
    """Return a visitor whose visits are over; the worker waits for us meanwhile, and works then."""
    kill(house.worker(), signal.SIGSTOP)
    visitor = Visitor(house, house.make_store(capacity=5))
    visitor.book()
    visitor.blunder()
    visitor.fill_in_forms()
    visitor.work()
    visitor.queue = house.manage("shell", "-v", "0", "-c", READ_QUEUE)
    kill(house.worker(), signal.SIGCONT)
    open_messages = (
        "SELECT pk FROM notifications_outboxmessage WHERE state IN ('due', 'sending') AND kind <> 'reminder'"
    )
    wait_until(lambda: house.rows(open_messages.replace("pk", "id")) == [], seconds=180, what="sent")
    provoke_an_error(house)
    visitor.call("POST", "/api/v1/bookings", json.dumps(visitor.wish(60)))
    return visitor


READ_QUEUE = "from django_q.models import OrmQ; print([row.task for row in OrmQ.objects.all()])"


def provoke_an_error(house: House) -> None:
    """Let the database refuse the next booking, saying for whom it is."""
    if house.is_sqlite:
        house.execute(
            f"CREATE TRIGGER refused BEFORE INSERT ON booking_booking BEGIN SELECT RAISE(ABORT, '{NAME}'); END"
        )
    else:
        house.execute(f"ALTER TABLE booking_booking ADD CONSTRAINT refused CHECK (name <> '{NAME}') NOT VALID")


def telling(text: str, secrets: list[str]) -> list[str]:
    """Return the lines that tell a secret."""
    return [line for line in text.splitlines() if any(word in line for word in (*CANARIES, *secrets))]


def test_visitor_has_met_every_kind_of_answer(visitor: Visitor) -> None:
    assert {200, 302, 400, 401, 403, 404, 405, 413, 500} <= visitor.statuses


def test_logs_are_json_and_tell_of_nobody(house: House, visitor: Visitor) -> None:
    lines = [json.loads(line) for line in house.logs.splitlines()]

    assert len(lines) > 30
    assert all(isinstance(line, dict) for line in lines)
    assert "sqlite3.IntegrityError" in house.logs or "CheckViolation" in house.logs
    assert telling(house.logs, visitor.secrets) == []
    assert telling(house.errors, visitor.secrets) == []
    assert "Traceback" not in house.errors


def test_queue_tells_of_nobody(house: House, visitor: Visitor) -> None:
    rows = str([house.tables()[table] for table in house.tables() if table.startswith("django_q_")])

    assert "notifications.tasks.deliver_due" in visitor.queue
    assert telling(visitor.queue, visitor.secrets) == []
    assert telling(rows, visitor.secrets) == []


def test_outbox_and_answers_kept_tell_of_nobody(house: House, visitor: Visitor) -> None:
    rows = str([house.tables()[table] for table in house.tables() if table.startswith("notifications_")])

    assert visitor.reference in rows
    assert telling(rows, visitor.secrets) == []


def test_tokens_are_stored_nowhere(house: House, visitor: Visitor) -> None:
    rows = str(house.tables())
    files = [path for path in (house.folder / "var").rglob("*") if path.is_file() and "outbox" not in path.parts]

    assert NAME in rows
    assert [secret for secret in visitor.secrets if secret in rows] == []
    for file in files:
        written = written_in(file)
        assert not [word for word in (*CANARIES, *visitor.secrets) if word.encode() in written], file


def written_in(file: Path) -> bytes:
    """Return a file's content; what SQLite has not yet moved into it stands beside it."""
    if file.suffix == ".sqlite3":
        with closing(sqlite3.connect(file)) as connection:
            return "\n".join(connection.iterdump()).encode()
    return file.read_bytes()
