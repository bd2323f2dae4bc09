"""A small mail server over real SMTP: keeps what it accepted, and misbehaves when told to."""

import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

HANG = "hang"
CUT = "cut"
TAKEN = "250 taken"
GREETING, MAIL, RCPT, DATA, CONTENT, QUIT = "GREETING", "MAIL", "RCPT", "DATA", "CONTENT", "QUIT"


class FakeSmtp(socketserver.ThreadingTCPServer):
    """Keeps in `accepted` what it took; `answers` says what to answer instead of yes, by step."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.accepted: list[bytes] = []
        self.accepted_at: list[float] = []
        self.envelopes: list[str] = []  # the addresses of senders and recipients, as it was told them
        self.answers: dict[str, str] = {}
        self.connections = 0
        self.most_by_one = 0  # e-mails it takes by one connection before it closes it; 0: any number
        self.is_hanging = threading.Event()
        self.hang_seconds = 120.0  # longer than any client here waits, on a busy machine too

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def say(self, step: str, usual: str) -> str:
        """Return the answer at a step, HANG or CUT for none."""
        return self.answers.get(step, usual)

    def take(self, content: bytes) -> None:
        """Keep an e-mail."""
        self.accepted.append(content)
        self.accepted_at.append(time.time())

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing when a client hangs up."""


class _Cut(Exception):
    """The connection ends here."""


class _Handler(socketserver.StreamRequestHandler):
    server: FakeSmtp

    def handle(self) -> None:
        self.server.connections += 1
        self.taken = 0
        try:
            self._answer(GREETING, "220 mail.test")
            while line := self.rfile.readline():
                self._take(line.decode().strip().upper())
        except _Cut:
            return

    def _take(self, command: str) -> None:
        verb = command.split(" ")[0]
        if verb in (MAIL, RCPT):
            self.server.envelopes.append(command.partition("<")[2].partition(">")[0].lower())
        if verb == DATA:
            if self._answer(DATA, "354 go on"):
                lines: list[bytes] = []
                while not lines or lines[-1] not in (b".\r\n", b""):
                    lines.append(self.rfile.readline())
                if not lines[-1]:
                    raise _Cut
                told = self.server.say(CONTENT, TAKEN)
                if told in (TAKEN, HANG, CUT):
                    self.server.take(b"".join(lines)[:-5])
                self._give(told)
                self.taken += 1
                if self.taken == self.server.most_by_one:
                    raise _Cut
        elif verb == QUIT:
            self._answer(QUIT, "221 bye")
            raise _Cut
        else:
            self._answer(verb, "250 yes")

    def _answer(self, step: str, usual: str) -> bool:
        told = self.server.say(step, usual)
        self._give(told)
        return told == usual

    def _give(self, told: str) -> None:
        if told == HANG:
            self.server.is_hanging.set()
            time.sleep(self.server.hang_seconds)
        if told in (HANG, CUT):
            raise _Cut
        self.wfile.write(told.encode() + b"\r\n")


@contextmanager
def running() -> Iterator[FakeSmtp]:
    """Run a fake mail server for the length of a block."""
    server = FakeSmtp()
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
