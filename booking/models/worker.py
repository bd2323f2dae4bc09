"""The worker's sign of life."""

from django.db import models


class WorkerBeat(models.Model):
    """The last time a worker looked at the outbox: one row, by which the web server sees that messages are sent."""

    executed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.executed_at:%Y-%m-%dT%H:%M:%SZ}"
