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

    from notifications import bounded_http, circuits, outbox, sms, tasks, tries

    settings.NOTIFICATIONS_COMPOSER = "tests.notifications.composer.compose"
    if "short" in sys.argv:
        outbox.LEASE = timedelta(seconds=2)
        sms.SEND_SECONDS = sms.LIST_SECONDS = bounded_http.READ_SECONDS = 0.8
        tries.FIRST_PAUSE_SECONDS = tries.ASK_AGAIN_SECONDS = tasks.REST_SECONDS = 0.1
        circuits.PROBE_EVERY, tries.TURN_SECONDS = timedelta(seconds=0.2), 0.3
    while True:
        tasks.deliver_due()
        time.sleep(0.05)
