"""The process of the worker: it runs the loops until it is told to stop.

See docs/decisions/0002-worker-threads.md. Run as `python -m booking.operations.launcher.worker`.
"""

import logging
import os
import signal
from types import FrameType

import django

from booking.operations.launcher.parent import end_with_parent

# Added to its niceness: where the processors are busy, people who wait for an answer come before messages.
BEHIND_THE_WEB = 5

log = logging.getLogger("booking.worker")


def main() -> None:
    """Run the worker until SIGTERM or SIGINT."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "booking.settings")
    django.setup()
    from django_q.tasks import async_task  # noqa: PLC0415 -- imports models, for which Django must be ready

    from booking.operations.launcher.worker_loops import Worker  # noqa: PLC0415 -- likewise

    end_with_parent()
    os.nice(BEHIND_THE_WEB)
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
