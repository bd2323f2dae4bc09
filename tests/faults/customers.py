"""Customers and staff of a faulty run: they book, move and cancel by the API, each call until it is answered."""

import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.client import HTTPException

from tests.asking import Answer, booking_at, phone
from tests.fake_twilio import call_signed
from tests.servers import House

THREADS = 4
SHORTEST_PAUSE, LONGEST_PAUSE = 0.2, 1.2
AGAIN_SECONDS = 0.3
CONFIRMATION, CHANGE, CANCELLATION = "confirmation", "change", "cancellation"
SLOT = timedelta(minutes=15)


@dataclass(frozen=True)
class Step:
    """Something that happened to a visit, of which its customer is told; by the machine's own time."""

    kind: str
    asked_at: float
    answered_at: float
    when: str  # the time of the visit, in the words of the text


@dataclass
class Visit:
    """A visit as its customer knows it: from the answers of the API."""

    phone: str
    email: str
    starts_at: datetime
    reference: str = ""
    token: str = ""
    steps: list[Step] = field(default_factory=list)
    stopped_at: float | None = None  # when a STOP from this number was answered
    is_unsure: bool = False  # a call about it was never answered

    @property
    def is_over(self) -> bool:
        return self.is_unsure or (bool(self.steps) and self.steps[-1].kind == CANCELLATION)


@dataclass
class Answers:
    """What all calls were answered."""

    statuses: Counter[str] = field(default_factory=Counter)
    unanswered: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, answer: Answer) -> None:
        with self.lock:
            self.statuses[f"{answer.status} {answer.code}".strip()] += 1

    @property
    def server_errors(self) -> dict[str, int]:
        """Return the answers that nobody should get: errors other than "busy"."""
        return {key: count for key, count in self.statuses.items() if key >= "500" and key != "503 busy"}


class Customers:
    """All customers of a run; each thread draws what it does from the seed."""

    def __init__(self, hosts: Sequence[House], store: str, staff_token: str, starts: list[datetime], seed: int) -> None:
        self.hosts, self.store, self.seed = hosts, store, seed
        self.staff = {"Authorization": f"Token {staff_token}"}
        self.starts = starts  # free times, each of which one visit takes
        self.visits: list[Visit] = []
        self.answers = Answers()
        self.is_over, self.gives_up = threading.Event(), threading.Event()

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Let them come during the block; calls that are not answered then go on until `gives_up`."""
        threads = [threading.Thread(target=self._keep_coming, args=(number,)) for number in range(THREADS)]
        for thread in threads:
            thread.start()
        self._threads = threads
        try:
            yield
        finally:
            self.is_over.set()

    def wait(self, *, seconds: float) -> None:
        """Wait until the last calls are answered, for no longer than so many seconds."""
        until = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        self.gives_up.set()
        for thread in self._threads:
            thread.join()

    def _keep_coming(self, first: int) -> None:
        chance, number = random.Random(f"customers {self.seed} {first}"), first
        own: list[Visit] = []
        while not self.is_over.wait(chance.uniform(SHORTEST_PAUSE, LONGEST_PAUSE)):
            host = chance.choice(self.hosts)
            open_visits = [visit for visit in own if not visit.is_over]
            if open_visits and chance.random() < 0.5:
                self._act(host, chance.choice(open_visits), chance)
            elif self.starts:
                own.append(self.book(host, number, chance))
                number += THREADS

    def book(self, host: House, number: int, chance: random.Random) -> Visit:
        """Book a visit for a customer who has a phone, an e-mail address or both."""
        has_phone = chance.random() < 0.9
        has_email = not has_phone or chance.random() < 0.25
        email = f"ada{number}@shop{self.seed}.example" if has_email else ""
        visit = Visit(phone(number) if has_phone else "", email, self.starts.pop())
        wish = booking_at(self.store, visit.starts_at.isoformat(), number=number, email=email)
        wish["customer"] |= {"locale": "en", "phone": visit.phone}  # type: ignore[operator]
        answer = self._step(visit, CONFIRMATION, lambda key: host.post("/api/v1/bookings", wish, Idempotency_Key=key))
        if answer is not None and answer.status == 201:
            visit.reference, visit.token = answer.json["reference"], answer.json["manage_token"]
            self.visits.append(visit)
        else:
            visit.is_unsure = True
        return visit

    def _act(self, host: House, visit: Visit, chance: random.Random) -> None:
        acts = (self._move, self._cancel, self._cancel_by_staff, self._close, self._stop)
        chance.choices(acts, (8, 5, 3, 2, 2))[0](host, visit)

    def _move(self, host: House, visit: Visit) -> None:
        starts_at = self.starts.pop()
        path, wish = f"/api/v1/bookings/{visit.reference}/reschedule", {"starts_at": starts_at.isoformat()}
        mine = {"Authorization": f"Bearer {visit.token}"}
        self._step(visit, CHANGE, lambda key: host.post(path, wish, Idempotency_Key=key, **mine), to=starts_at)

    def _cancel(self, host: House, visit: Visit) -> None:
        path, mine = f"/api/v1/bookings/{visit.reference}/cancel", {"Authorization": f"Bearer {visit.token}"}
        self._step(visit, CANCELLATION, lambda key: host.post(path, {}, Idempotency_Key=key, **mine))

    def _cancel_by_staff(self, host: House, visit: Visit) -> None:
        path = f"/api/v1/staff/bookings/{visit.reference}/cancel"
        self._step(visit, CANCELLATION, lambda _: host.post(path, {}, **self.staff))

    def _close(self, host: House, visit: Visit) -> None:
        """Close the time of the visit: the store cancels it."""
        path = f"/api/v1/staff/stores/{self.store}/slots"
        stretch = {"from": visit.starts_at.isoformat(), "to": (visit.starts_at + SLOT).isoformat()}
        closing = {**stretch, "closed": True, "then": "cancel"}
        self._step(visit, CANCELLATION, lambda _: host.call("PATCH", path, closing, **self.staff))

    def _stop(self, host: House, visit: Visit) -> None:
        """Text STOP from the number of the visit."""
        if not visit.phone or visit.stopped_at is not None:
            return
        url = f"{self.hosts[0].url}/webhooks/twilio/inbound"
        fields = {"From": visit.phone, "Body": "STOP", "MessageSid": "SM" + uuid.uuid4().hex}
        while not self.gives_up.wait(AGAIN_SECONDS):
            try:
                status, _ = call_signed(url, fields)
            except (OSError, HTTPException):
                continue
            if status == 200:
                visit.stopped_at = time.monotonic()
                return

    def _step(
        self, visit: Visit, kind: str, call: Callable[[str], Answer], *, to: datetime | None = None
    ) -> Answer | None:
        """Call until there is an answer that counts; None if there never was. `to`: when the visit is from then on."""
        key, asked_at = uuid.uuid4().hex, time.monotonic()
        while True:
            try:
                answer = call(key)
            except (OSError, HTTPException):
                self.answers.unanswered += 1
            else:
                self.answers.note(answer)
                if answer.status < 500 and answer.code != "in_progress":
                    if answer.status < 300:
                        visit.starts_at = to or visit.starts_at
                        when = f"{visit.starts_at:%A %-d %B, %H:%M}"
                        visit.steps.append(Step(kind, asked_at, time.monotonic(), when))
                    return answer
            if self.gives_up.wait(AGAIN_SECONDS):
                visit.is_unsure = True
                return None
