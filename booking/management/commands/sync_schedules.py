"""`manage.py sync_schedules`: write the worker's schedule, on servers that are not started by `up`."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from booking.operations.schedules import sync_schedules


class Command(BaseCommand):
    help = "Writes the worker's timetable into the queue. `up` does it at each start."
    requires_system_checks = ["settings"]

    def handle(self, *args: Any, **options: Any) -> None:
        sync_schedules(now=timezone.now())
