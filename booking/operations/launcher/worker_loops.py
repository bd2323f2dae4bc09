"""The loops of the worker: django-q2's own, as threads of one process, which cannot stall like its processes.

See docs/decisions/0002-worker-threads.md. Django is ready before this module is imported.
"""

import logging
import queue
import re
import threading
import time
from collections.abc import Callable
from multiprocessing import Value
from typing import Any

from django.conf import settings
from django.db import close_old_connections, connections
from django.utils import timezone
from django_q.brokers import get_broker, orm
from django_q.monitor import monitor
from django_q.pusher import pusher
from django_q.scheduler import scheduler
from django_q.signals import post_execute_in_worker
from django_q.worker import worker

from booking.operations.health import note_beat
from booking.operations.schedules import set_right
from booking.webhooks.sending import keep_sending
from notifications.tasks import keep_delivering, look_now

WORKERS = 2
SCHEDULER_SECONDS = 5
PAUSE_AFTER_ERROR_SECONDS = 2
POLLING_SECONDS = 30
BEAT_SECONDS = 30
NO_TIMEOUT = -1  # tasks bound their own calls; a signal could not interrupt a thread

_FRAME = re.compile(r'^  File "[^"]*?([^/"]+/[^/"]+)", line (\d+), in (\S+)$', re.MULTILINE)
_TYPE = re.compile(r"^([A-Za-z_][\w.]*)(?::|$)", re.MULTILINE)

log = logging.getLogger("booking.worker")


class Worker:
    """The worker's threads: they send messages, tell webhooks, run the queue's tasks, and keep the timetable."""

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self.tasks: queue.Queue[object] = queue.Queue(maxsize=WORKERS)
        self.results: queue.Queue[object] = queue.Queue()
        self.asked_at = time.monotonic()  # when the queue was last asked for tasks
        self.shown_at = self.asked_at - BEAT_SECONDS - 1

    def run(self) -> None:
        """Work until `stop` is called; running tasks are finished, the others stay in the queue."""
        post_execute_in_worker.connect(note_failure)

        def push() -> None:
            broker = get_broker()
            broker.dequeue = self._noting_when(broker.dequeue)
            orm.sleep = self.stopping.wait  # the end need not wait for its pause between two looks
            pusher(self.tasks, self.stopping, broker)

        def work() -> None:
            worker(self.tasks, self.results, Value("f", -1), NO_TIMEOUT)

        def keep_time() -> None:
            while not self.stopping.is_set():
                set_right(now=timezone.now())
                scheduler(get_broker())
                close_old_connections()
                self.stopping.wait(SCHEDULER_SECONDS)

        def deliver() -> None:
            keep_delivering(self.stopping, note_look=self.note_look)

        def tell_webhooks() -> None:
            keep_sending(self.stopping, clock=timezone.now)

        loops = ((push, "push"), (keep_time, "schedule"), (deliver, "deliver"), (tell_webhooks, "webhooks"))
        others = [self._start(loop, name) for loop, name in loops]
        working = [self._start(work, f"work-{number}") for number in range(WORKERS)]
        noting = self._start(lambda: monitor(self.results, get_broker()), "note")
        self.stopping.wait()
        for thread in others:
            thread.join()
        for _ in working:
            self.tasks.put("STOP")
        for thread in working:
            thread.join()
        self.results.put("STOP")
        noting.join()

    def stop(self) -> None:
        self.stopping.set()
        look_now()

    def note_look(self) -> None:
        """Show, twice a minute, that this worker looks at the outbox, unless it takes no tasks from the queue.

        A queue that is away is asked all the same, and keeps no message back.
        """
        now = time.monotonic()
        if now - self.shown_at > BEAT_SECONDS and now - self.asked_at < POLLING_SECONDS:
            note_beat(now=timezone.now())
            settings.BEAT_FILE.touch()
            self.shown_at = now

    def _noting_when(self, dequeue: Callable[[], object]) -> Callable[[], object]:
        def noting() -> object:
            self.asked_at = time.monotonic()
            return dequeue()

        return noting

    def _start(self, loop: Callable[[], None], name: str) -> threading.Thread:
        """Run a loop in a thread, and restart it if it ends too early."""

        def keep_running() -> None:
            while True:
                try:
                    loop()
                except (Exception, SystemExit):  # a task that exits ends only itself
                    log.exception("worker_loop_failed")
                    self.stopping.wait(PAUSE_AFTER_ERROR_SECONDS)
                finally:
                    connections.close_all()
                if self.stopping.is_set():
                    return

        thread = threading.Thread(target=keep_running, name=name, daemon=True)
        thread.start()
        return thread


def note_failure(task: dict[str, Any], **others: object) -> None:
    """Log a failed task; the queue keeps no more of it, because an exception's message may quote a customer."""
    if task["success"]:
        return
    trace = str(task["result"]).rpartition("Traceback (most recent call last):")[2]
    frames = list(_FRAME.finditer(trace))
    found = _TYPE.search(trace, frames[-1].end()) if frames else None
    exception = found.group(1) if found else "Exception"
    stack = [f"{frame.group(1)}:{frame.group(2)} {frame.group(3)}" for frame in frames]
    log.error("task_failed", extra={"task": str(task["func"]), "exception": exception, "stack": stack})
    task["result"] = exception
