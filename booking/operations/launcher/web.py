"""The web server: granian with this project's application. Run with ADDRESS PORT."""

import os
import sys
import threading
from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings
from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.server.mp import MPServer

from booking.operations.launcher.parent import end_with_parent

BLOCKING_THREADS = 4
WAITING_CONNECTIONS = 1024
HEADER_SECONDS = 20
# The pause between a process that ended and its successor, so that one that cannot start costs little.
RESPAWN_PAUSE_SECONDS = 0.5


class WebServer(MPServer):
    """A granian server whose other processes go on serving, however often one of them ends.

    By default, granian takes two ends of a process within 5.5 s for a crash loop and ends all processes: the port then
    refuses connections until the supervisor has restarted everything.
    """

    def _respawn_workers(
        self, workers: Sequence[int], spawn_target: Callable[..., None], target_loader: Any, delay: float = 0
    ) -> None:
        threading.Event().wait(RESPAWN_PAUSE_SECONDS)
        super()._respawn_workers(workers, spawn_target, target_loader, delay)
        self.respawned_wrks.clear()


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "booking.settings")
    address, port = sys.argv[1], int(sys.argv[2])
    end_with_parent()
    WebServer(
        "booking.wsgi:application",
        address=address,
        port=port,
        interface=Interfaces.WSGI,
        workers=settings.WEB_WORKERS,
        blocking_threads=BLOCKING_THREADS,
        backlog=WAITING_CONNECTIONS,
        backpressure=WAITING_CONNECTIONS,
        respawn_failed_workers=True,
        workers_kill_timeout=20,
        log_enabled=False,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_SECONDS * 1000),
        websockets=False,
    ).serve()


if __name__ == "__main__":
    main()
