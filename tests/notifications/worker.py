"""A worker in a process of its own, for tests that kill it: `python -m tests.notifications.worker [no-lookup]`.

Runs until it is killed. Its patience is short, so that what is left behind is taken up soon.
"""

import sys
import time
from datetime import timedelta

import django

if __name__ == "__main__":
    django.setup()

    from django.conf import settings

    from notifications import bounded_http, circuits, claims, outbox, outcomes, retries, sms, tasks

    settings.NOTIFICATIONS_COMPOSER = "tests.notifications.composer.read_ahead"
    if "short" in sys.argv:
        outcomes.ASK_FOR = timedelta(minutes=10)  # on a busy machine a list may often come too late
        outbox.LEASE = timedelta(seconds=2)
        setattr(claims, "LEASE", outbox.LEASE)  # noqa: B010 -- the type checker knows no such name there
        circuits.PROBE_EVERY = timedelta(seconds=0.2)
        for module, name, seconds in (
            (sms, "SEND_SECONDS", 0.8),
            (sms, "LIST_SECONDS", 0.8),
            (bounded_http, "READ_SECONDS", 0.8),
            (retries, "FIRST_PAUSE_SECONDS", 0.1),
            (retries, "ASK_AGAIN_SECONDS", 0.1),
            (retries, "TURN_SECONDS", 0.3),
            (outcomes, "LIST_LAG_SECONDS", 5),  # in which a busy provider takes what we gave up
        ):
            setattr(module, name, seconds)
    while True:
        tasks.deliver_due()
        time.sleep(0.05)
