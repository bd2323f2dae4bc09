"""The thread of a web process that writes its counts of unmet demand, once a minute and when the process ends."""

import logging
import threading

from django.db import connections
from django.utils import timezone

from booking.places.unmet_demand import write_looks

SECONDS = 60

log = logging.getLogger(__name__)


def start_writer(of: threading.Thread | None = None, *, seconds: float = SECONDS) -> threading.Thread:
    """Start the thread, which writes every so many seconds until a thread, by default the main one, has ended.

    It is no daemon, so the end of the process waits for the last counts. A server that loads the application before it
    forks its processes would have no such thread in them.
    """
    written_for = of or threading.main_thread()
    thread = threading.Thread(target=_write_until_end, args=(written_for, seconds), name="unmet-demand")
    thread.start()
    return thread


def _write_until_end(of: threading.Thread, seconds: float) -> None:
    while of.is_alive():
        of.join(seconds)
        try:
            write_looks(now=timezone.now())
        except Exception:  # the next time tries again
            log.exception("unmet_demand_failed")
        finally:
            connections.close_all()
