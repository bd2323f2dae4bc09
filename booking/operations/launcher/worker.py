"""The process of the worker: it runs the loops until it is told to stop.

See docs/decisions/0002-worker-threads.md. Run as `python -m booking.operations.launcher.worker`.
"""

import os
import signal
from types import FrameType

import django

from booking.operations.launcher.parent import end_with_parent

# Added to its niceness: where the processors are busy, people who wait for an answer come before messages.
BEHIND_THE_WEB = 5


def main() -> None:
    """Run the worker until SIGTERM or SIGINT."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "booking.settings")
    django.setup()
    from booking.operations.launcher.worker_loops import Worker  # noqa: PLC0415 -- Django must be ready for its models

    end_with_parent()
    os.nice(BEHIND_THE_WEB)
    worker = Worker()

    def stop(signal_number: int, frame: FrameType | None) -> None:
        worker.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    worker.run()


if __name__ == "__main__":
    main()
