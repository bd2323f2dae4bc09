"""The provider of texts and the mail server of a faulty run: a process of its own, which fails by a seed.

It writes a line of JSON for each text and e-mail that it accepts, and for each fault. Run as
`python -m tests.faults.providers`; SIGUSR1 ends its faults.
"""

import argparse
import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes
from email.header import decode_header, make_header
from http.client import HTTPException
from pathlib import Path
from typing import IO, Any
from urllib.parse import parse_qs, urlsplit

from tests import fake_twilio
from tests.fake_twilio import FakeTwilio, Message
from tests.notifications import fake_smtp
from tests.notifications.fake_smtp import FakeSmtp
from tests.servers import BASE, UNTIL_WE_DIE

SHARE = 0.3  # of all calls; where more fail, the circuit is open most of the time
# How a call to send a text fails, each as often as its number says.
CALL_FAULTS: dict[str, float] = {
    fake_twilio.BUSY: 3,
    fake_twilio.AWAY: 2,
    fake_twilio.ERROR_BEFORE: 2,
    fake_twilio.ERROR_AFTER: 3,
    fake_twilio.HANG_BEFORE: 1,
    fake_twilio.HANG_AFTER: 2,
    fake_twilio.LATE: 1,
    fake_twilio.CUT_BEFORE: 2,
    fake_twilio.CUT_AFTER: 3,
    fake_twilio.DRIP: 1,
    fake_twilio.BAD_JSON: 2,
    fake_twilio.REDIRECT: 0.2,  # one opens the circuit
    fake_twilio.STRANGE: 1,
    str(fake_twilio.QUEUE_FULL): 1,
}
# Those that are over soon, and leave no doubt for long.
MILD_FAULTS: dict[str, float] = {
    fake_twilio.BUSY: 1,
    fake_twilio.ERROR_AFTER: 2,
    fake_twilio.CUT_AFTER: 2,
    fake_twilio.BAD_JSON: 1,
}
# Those after which nobody but the provider's list knows that a text was accepted.
UNCLEAR_FAULTS: dict[str, float] = {fake_twilio.ERROR_AFTER: 1, fake_twilio.CUT_AFTER: 1, fake_twilio.BAD_JSON: 1}
LISTS = {"faulty": CALL_FAULTS, "mild": MILD_FAULTS, "lying": UNCLEAR_FAULTS}
HANG_SECONDS = 20.0
LAGS = "lags"
LIST_FAULTS = {fake_twilio.AWAY: 2, fake_twilio.CUT_BEFORE: 1, LAGS: 3}
LIST_SHARE = 0.5
LIST_LAG = timedelta(seconds=15)
RECEIPT_SHARE = 0.5
SMTP_BUSY = "451 come back"
START_SECONDS = 60


class Journal:
    """What happened, a line each, with the time of the machine and that of the moved clock."""

    def __init__(self, file: IO[str]) -> None:
        self._file, self._lock = file, threading.Lock()

    def note(self, event: str, **fields: object) -> None:
        wall = datetime.now().astimezone().isoformat()
        line = json.dumps({"event": event, "at": time.monotonic(), "wall": wall, **fields})
        with self._lock:
            self._file.write(line + "\n")
            self._file.flush()


class FaultyTwilio(FakeTwilio):
    """A provider of which a share of the calls fail, and a share of the receipts come twice and in any order."""

    hang_seconds = HANG_SECONDS

    def __init__(self, journal: Journal, *, seed: int, manner: str) -> None:
        super().__init__()
        self.journal, self.manner = journal, manner
        self.chance = random.Random(f"texts {seed}")
        self.is_calm = False

    def next_fault(self) -> str:
        if self.is_calm or self.chance.random() >= SHARE:
            return fake_twilio.NONE
        faults = LISTS[self.manner]
        fault = self.chance.choices(list(faults), list(faults.values()))[0]
        self.journal.note("fault", channel="sms", fault=fault)
        return fault

    def list_fault(self) -> str:
        if self.manner == "lying":
            return fake_twilio.EMPTY
        if self.is_calm or self.manner == "mild" or self.chance.random() >= LIST_SHARE:
            return fake_twilio.NONE
        return self.chance.choices(list(LIST_FAULTS), list(LIST_FAULTS.values()))[0]

    def listed(self, fault: str) -> list[Message]:
        texts = super().listed(fault)
        latest = (self.now() - LIST_LAG).isoformat()
        return texts if fault != LAGS else [one for one in texts if one["date_created_iso"] < latest]

    def note_accepted(self, message: Message, fault: str) -> None:
        super().note_accepted(message, fault)
        key = parse_qs(urlsplit(message["status_callback"]).query).get("message", [""])[0].replace("-", "")
        self.journal.note(
            "accepted", channel="sms", to=message["to"], text=message["body"], key=key, sid=message["sid"], fault=fault
        )
        if self.manner != "lying" and self.chance.random() < RECEIPT_SHARE:
            reports = self.chance.choices(["queued", "sent", "delivered"], k=4)
            pauses = [self.chance.uniform(0, 3) for _ in reports]
            threading.Thread(target=self._report, args=(message, list(zip(reports, pauses, strict=True)))).start()

    def _report(self, message: Message, reports: list[tuple[str, float]]) -> None:
        for status, pause in reports:
            time.sleep(pause)
            try:
                self.receipt(message, status)
            except (OSError, HTTPException):
                continue  # nobody there


class FaultySmtp(FakeSmtp):
    """A mail server that refuses some e-mails for now, and cuts some connections once it has the e-mail."""

    def __init__(self, journal: Journal, *, seed: int, manner: str) -> None:
        super().__init__()
        self.journal, self.manner = journal, manner
        self.chance = random.Random(f"e-mails {seed}")
        self.is_calm = False

    def say(self, step: str, usual: str) -> str:
        if self.is_calm or self.manner != "faulty":
            return usual
        drawn = self.chance.random()
        if step == fake_smtp.RCPT and drawn < 0.1:
            return SMTP_BUSY
        if step == fake_smtp.CONTENT and drawn < 0.16:
            return fake_smtp.CUT if drawn < 0.08 else SMTP_BUSY
        return usual

    def take(self, content: bytes) -> None:
        message = message_from_bytes(content)
        subject = re.sub(r"\s+", " ", str(make_header(decode_header(message["Subject"]))))
        self.journal.note(
            "accepted", channel="email", to=message["To"], text=subject, key=message["Message-ID"].strip()
        )


# --- the other side: what started it ---
@dataclass(frozen=True)
class Accepted:
    """A text or an e-mail that was accepted: the text, or the subject of the e-mail."""

    at: float
    wall: datetime
    channel: str
    to: str
    text: str
    key: str
    sid: str = ""


@dataclass
class Providers:
    """The running process, and what it wrote down."""

    process: subprocess.Popen[str]
    journal: Path
    url: str
    smtp_port: int

    def calm(self) -> None:
        self.process.send_signal(signal.SIGUSR1)

    def accepted(self) -> list[Accepted]:
        lines = self._lines("accepted")
        return [
            Accepted(
                at=line["at"], wall=datetime.fromisoformat(line["wall"]), channel=line["channel"], to=line["to"],
                text=line["text"], key=line["key"], sid=line.get("sid", ""),
            )
            for line in lines
        ]  # fmt: skip

    def faults(self) -> int:
        return len(self._lines("fault"))

    def _lines(self, event: str) -> list[dict[str, Any]]:
        whole = self.journal.read_text().rpartition("\n")[0]
        return [line for line in map(json.loads, whole.splitlines()) if line["event"] == event]


@contextmanager
def running(*, seed: int, manner: str, folder: Path, environment: Mapping[str, str]) -> Iterator[Providers]:
    """Run the process for the length of a block."""
    journal = folder / "providers.jsonl"
    command = [sys.executable, "-m", "tests.faults.providers", str(journal), "--seed", str(seed), "--manner", manner]
    process = subprocess.Popen(
        [*UNTIL_WE_DIE, *command], cwd=BASE, env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        yield Providers(process, journal, ready["url"], ready["smtp_port"])
    finally:
        process.kill()
        process.wait()


def main() -> None:
    """Serve until killed."""
    reader = argparse.ArgumentParser()
    reader.add_argument("journal", type=Path)
    reader.add_argument("--seed", type=int, required=True)
    reader.add_argument("--manner", choices=LISTS, required=True)
    given = reader.parse_args()
    with given.journal.open("a") as file:
        journal = Journal(file)
        servers = (
            FaultyTwilio(journal, seed=given.seed, manner=given.manner),
            FaultySmtp(journal, seed=given.seed, manner=given.manner),
        )

        def calm(number: int, frame: object) -> None:
            for server in servers:
                server.is_calm = True

        signal.signal(signal.SIGUSR1, calm)
        for server in servers:
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        print(json.dumps({"url": servers[0].url, "smtp_port": servers[1].port}), flush=True)
        while True:
            signal.pause()


if __name__ == "__main__":
    main()
