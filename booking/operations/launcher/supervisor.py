"""The supervisor of web server and worker: it starts, restarts and ends them together.

`up` becomes this small process once all is prepared; it knows neither Django nor the database. It uses only monotonic
time, so a change of the machine's clock restarts nothing.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

STOPPING_SIGNALS = (signal.SIGTERM, signal.SIGINT)
LOOK_EVERY_SECONDS = 0.2
STOP_SECONDS = 25
SHORT_LIFE_SECONDS = 5
LONGEST_PAUSE_SECONDS = 10
STALLED_AFTER_SECONDS = 120
# One pool of memory for all threads of a process, which take turns anyway, instead of one each with gaps of its own.
ENVIRONMENT = {"MALLOC_ARENA_MAX": "1"}


class Child:
    """A process of the tree, in its own group; it is restarted whenever it ends."""

    def __init__(self, name: str, arguments: Sequence[str]) -> None:
        self.name = name
        self.arguments = [sys.executable, "-P", "-m", *arguments]
        self.process: subprocess.Popen[bytes] | None = None
        self.started_at = 0.0
        self.start_again_at = 0.0
        self.pause_seconds = 0.0

    def start(self) -> None:
        self.process = subprocess.Popen(  # noqa: S603 -- our own modules
            self.arguments, process_group=0, stdin=subprocess.DEVNULL, env={**ENVIRONMENT, **os.environ}
        )
        self.started_at = time.monotonic()

    def look(self) -> None:
        """Start the process again if it has ended; one that ends at once waits a little longer each time."""
        if self.process is None:
            if time.monotonic() >= self.start_again_at:
                self.start()
            return
        status = self.process.poll()
        if status is None:
            return
        self.signal(signal.SIGKILL)  # the processes it may have left behind
        lived = time.monotonic() - self.started_at
        self.pause_seconds = min(LONGEST_PAUSE_SECONDS, self.pause_seconds * 2 + 1) if lived < SHORT_LIFE_SECONDS else 0
        self.start_again_at = time.monotonic() + self.pause_seconds
        self.process = None
        say("child_ended", child=self.name, exit_status=status)

    def signal(self, number: int) -> None:
        """Send a signal to the process and all of its group."""
        if self.process is not None:
            try:
                os.killpg(self.process.pid, number)
            except ProcessLookupError:
                return

    def terminate(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None


class Supervisor:
    """The supervisor of the children, until it is told to stop; `beat` is a file that the worker changes."""

    def __init__(self, web: Child, worker: Child, beat: Path) -> None:
        self.web, self.worker = web, worker
        self.beat = beat
        self.stopping = threading.Event()

    def run(self) -> None:
        """Run until SIGTERM or SIGINT, then end both children: first by SIGTERM, after 25 s by force."""
        for number in STOPPING_SIGNALS:
            signal.signal(number, self._stop)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING_SIGNALS)  # `up` let them wait for this
        for child in (self.web, self.worker):
            child.start()
        last_beat, beat_seen_at = self._beat(), time.monotonic()
        while not self.stopping.wait(LOOK_EVERY_SECONDS):
            for child in (self.web, self.worker):
                child.look()
            beat, now = self._beat(), time.monotonic()
            if beat != last_beat:
                last_beat, beat_seen_at = beat, now
            elif now - max(beat_seen_at, self.worker.started_at) > STALLED_AFTER_SECONDS:
                say("worker_stalled", seconds=STALLED_AFTER_SECONDS)
                self.worker.signal(signal.SIGKILL)
                beat_seen_at = now
        self._end()

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping.set()

    def _end(self) -> None:
        children = (self.web, self.worker)
        for child in children:
            child.terminate()
        until, never = time.monotonic() + STOP_SECONDS, threading.Event()
        while time.monotonic() < until and any(child.is_running() for child in children):
            never.wait(0.05)
        for child in children:
            child.signal(signal.SIGKILL)

    def _beat(self) -> int:
        """Return something that changes as the worker looks at the outbox; 0 before the first time."""
        try:
            return self.beat.stat().st_mtime_ns
        except OSError:
            return 0


def say(event: str, **fields: object) -> None:
    """Log one JSON object on a line, as all processes of the tree do."""
    at = datetime.now(UTC).isoformat()
    print(json.dumps({"level": "ERROR", "logger": "booking.launcher", "event": event, "at": at, **fields}), flush=True)  # noqa: T201 -- the log itself


def main() -> None:
    """Run web and worker until SIGTERM or SIGINT."""
    address, port, beat = sys.argv[1:4]
    Supervisor(
        web=Child("web", ["booking.operations.launcher.web", address, port]),
        worker=Child("worker", ["booking.operations.launcher.worker"]),
        beat=Path(beat),
    ).run()


if __name__ == "__main__":
    main()
