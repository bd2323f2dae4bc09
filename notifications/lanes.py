"""Lanes: threads that call the provider of one channel side by side, each on its own connection.

A lane knows no database. It takes calls whose messages were noted as about to leave, and returns what came of them.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from queue import SimpleQueue

from notifications import email, sms
from notifications.answers import Answer, Away, Barred, Sent, Unclear
from notifications.claims import CLOCKS_APART
from notifications.content import Email, Sms
from notifications.models import OutboxMessage
from notifications.pace import Pace

# A lane without work ends, and its connection with it; the next call starts another.
IDLE_SECONDS = 5


@dataclass(slots=True, kw_only=True, eq=False)
class Call:
    """One call of a provider about a message: that it is sent, or whether it was."""

    message: OutboxMessage
    content: Sms | Email
    callback_url: str
    handed_over_at: datetime
    begin_by: float  # by the monotonic clock: a call that begins later would outlast the lease
    after: Answer | None = None  # for a question: the unclear answer that it follows
    is_question: bool = False

    @property
    def key(self) -> str:
        """Return our name of a message for the provider: it names no person and is the same for every try."""
        message = self.message
        return f"{message.due_at:%Y%m%dT%H%M%SZ}-{message.kind}-{message.channel}-{message.uuid}"

    def send(self) -> tuple[Answer, str]:
        """Hand the message to its provider; return what it said, and by which code of its own."""
        if isinstance(self.content, Email):
            return email.send(self.content, key=self.key), ""
        gateway = sms.gateway()
        valid = (self.content.valid_until or self.message.not_after) - self.handed_over_at
        answer = gateway.send(
            to=self.content.to,
            body=self.content.body,
            key=self.key,
            callback_url=self.callback_url,
            valid_seconds=max(sms.SHORTEST_VALID, min(sms.LONGEST_VALID, int(valid.total_seconds()))),
        )
        return answer, gateway.code

    def ask(self) -> Sequence[Sent] | Unclear:
        """Ask the provider what it knows of the message."""
        if isinstance(self.content, Email):
            return email.find_sent(key=self.key)
        message = self.message
        called_at = message.attempted_at or message.created_at
        is_misdated = message.is_misdated or called_at > self.handed_over_at + CLOCKS_APART
        return sms.gateway().find_sent(
            to=self.content.to,
            digest=message.body_digest,
            key=self.key,
            since=message.created_at if is_misdated else min(called_at, self.handed_over_at),
            now=self.handed_over_at,
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Result:
    """The end of a call."""

    call: Call
    answer: Answer | Sequence[Sent] | Exception | None  # None: it was not begun in time
    milliseconds: int
    code: str = ""  # the provider's own

    @property
    def may_concern_all(self) -> bool:
        """Tell whether the provider may take no other message either, so that the circuit may open."""
        return isinstance(self.answer, Away | Barred | Unclear)


class Lanes:
    """The lanes of one channel: at most so many threads, which share one queue and one pace.

    After an answer that may concern all messages they begin no call until `go_on` is called for it: it may have opened
    the circuit.
    """

    def __init__(
        self, count: int, *, pace: Pace, keeping: Callable[[], AbstractContextManager[None]],
        results: SimpleQueue[Result],
    ) -> None:  # fmt: skip
        self.count = count
        self._pace, self._keeping, self._results = pace, keeping, results
        self._urgent: deque[Call] = deque()
        self._others: deque[Call] = deque()
        self._changed = threading.Condition()
        self._threads = self._idle = 0
        self._held = 0  # by so many answers

    def add(self, calls: Sequence[Call], *, are_urgent: bool = False) -> None:
        """Let the lanes make calls; urgent ones come before the others."""
        with self._changed:
            (self._urgent if are_urgent else self._others).extend(calls)
            for _ in range(min(len(calls) - self._idle, self.count - self._threads)):
                self._threads += 1
                threading.Thread(target=self._work, name="lane", daemon=True).start()
            self._changed.notify_all()

    def withdraw(self) -> list[Call]:
        """Take back the calls that no lane has begun."""
        with self._changed:
            calls = [*self._urgent, *self._others]
            self._urgent.clear()
            self._others.clear()
        return calls

    def go_on(self) -> None:
        """Note that an answer that may concern all messages was dealt with. After the last, begin calls again."""
        with self._changed:
            self._held -= 1
            self._changed.notify_all()

    def _work(self) -> None:
        with self._keeping():
            while (call := self._next()) is not None:
                self._results.put(self._make(call))

    def _next(self) -> Call | None:
        with self._changed:
            self._idle += 1
            has_work = True
            while has_work and not self._changed.wait_for(self._may_begin, timeout=IDLE_SECONDS):
                has_work = self._has_calls()  # which are held back: nobody else would begin them
            self._idle -= 1
            if has_work:
                return (self._urgent or self._others).popleft()
            self._threads -= 1
            return None

    def _may_begin(self) -> bool:
        return self._has_calls() and not self._held

    def _has_calls(self) -> bool:
        return bool(self._urgent or self._others)

    def _make(self, call: Call) -> Result:
        if not call.is_question:
            self._pace.wait()
        started, code = time.monotonic(), ""
        answer: Answer | Sequence[Sent] | Exception | None = None
        if started <= call.begin_by:
            try:
                if call.is_question:
                    answer = call.ask()
                else:
                    answer, code = call.send()
            except Exception as error:  # noqa: BLE001 -- for the thread that settles the message
                answer = error
        milliseconds = round((time.monotonic() - started) * 1000)
        result = Result(call=call, answer=answer, milliseconds=milliseconds, code=code)
        if result.may_concern_all:
            with self._changed:
                self._held += 1
        return result
