"""The web server: granian with this project's application. Run as `python -m booking.launcher.web ADDRESS PORT`."""

import os
import sys

from django.conf import settings
from granian import Granian
from granian.constants import Interfaces
from granian.http import HTTP1Settings

from booking.launcher.parent import end_with_parent

BLOCKING_THREADS = 4
WAITING_CONNECTIONS = 1024
HEADER_SECONDS = 20


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "booking.settings")
    address, port = sys.argv[1], int(sys.argv[2])
    end_with_parent()
    Granian(
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
