"""The thread of a web process that writes its counts of unmet demand, once a minute and when the process ends."""

import logging
import threading

from django.db import connections
from django.utils import timezone

from booking.places.unmet_demand import write_looks

SECONDS = 60

log = logging.getLogger(__name__)


def start_writer() -> threading.Thread:
    """Start the thread. It is no daemon, so the end of the main thread waits for the last counts.

    A server that loads the application before it forks its processes would have no thread in them.
    """
    thread = threading.Thread(target=_write_until_end, name="unmet-demand")
    thread.start()
    return thread


def _write_until_end() -> None:
    main = threading.main_thread()
    while main.is_alive():
        main.join(SECONDS)
        try:
            write_looks(now=timezone.now())
        except Exception:  # the next minute tries again
            log.exception("unmet_demand_failed")
        finally:
            connections.close_all()
