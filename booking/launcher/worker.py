"""The worker: django-q2's own loops as threads of one process, which cannot stall as its process cluster can.

See docs/decisions/0002-worker-threads.md. Run as `python -m booking.launcher.worker`.
"""

import logging
import os
import queue
import signal
import threading
from collections.abc import Callable
from multiprocessing import Value
from types import FrameType

import django
from django.db import close_old_connections, connections

from booking.launcher.parent import end_with_parent

WORKERS = 2
SCHEDULER_SECONDS = 5
PAUSE_AFTER_ERROR_SECONDS = 2
NO_TIMEOUT = -1  # tasks bound their own calls; a signal could not interrupt a thread

log = logging.getLogger("booking.worker")


class Worker:
    """Threads that take tasks from the queue, run them, note their results, and keep the timetable."""

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self.tasks: queue.Queue[object] = queue.Queue(maxsize=WORKERS)
        self.results: queue.Queue[object] = queue.Queue()

    def run(self) -> None:
        """Work until `stop` is called; running tasks are finished, the others stay in the queue."""
        from django_q.brokers import get_broker
        from django_q.monitor import monitor
        from django_q.pusher import pusher
        from django_q.scheduler import scheduler
        from django_q.worker import worker

        def push() -> None:
            pusher(self.tasks, self.stopping, get_broker())

        def work() -> None:
            worker(self.tasks, self.results, Value("f", -1), NO_TIMEOUT)

        def keep_time() -> None:
            while not self.stopping.is_set():
                scheduler(get_broker())
                close_old_connections()
                self.stopping.wait(SCHEDULER_SECONDS)

        pushing, timekeeping = self._start(push, "push"), self._start(keep_time, "schedule")
        working = [self._start(work, f"work-{number}") for number in range(WORKERS)]
        noting = self._start(lambda: monitor(self.results, get_broker()), "note")
        self.stopping.wait()
        pushing.join()
        timekeeping.join()
        for _ in working:
            self.tasks.put("STOP")
        for thread in working:
            thread.join()
        self.results.put("STOP")
        noting.join()

    def stop(self) -> None:
        self.stopping.set()

    def _start(self, loop: Callable[[], None], name: str) -> threading.Thread:
        """Run a loop in a thread, and again where it ends before it is time."""

        def keep_running() -> None:
            while True:
                try:
                    loop()
                except Exception:
                    log.exception("worker_loop_failed")
                    self.stopping.wait(PAUSE_AFTER_ERROR_SECONDS)
                finally:
                    connections.close_all()
                if self.stopping.is_set():
                    return

        thread = threading.Thread(target=keep_running, name=name, daemon=True)
        thread.start()
        return thread


def main() -> None:
    """Run the worker until SIGTERM or SIGINT."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "booking.settings")
    django.setup()
    from django_q.tasks import async_task

    end_with_parent()
    worker = Worker()

    def stop(signal_number: int, frame: FrameType | None) -> None:
        worker.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    try:
        async_task("booking.tasks.heartbeat")  # through the queue: ready means that a task was executed
    except Exception as error:  # noqa: BLE001 -- the timetable has one each minute
        log.warning("doorbell_failed", extra={"error": type(error).__name__})
    worker.run()


if __name__ == "__main__":
    main()
