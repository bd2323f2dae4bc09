"""The worker's sign of life."""

from django.db import models


class WorkerBeat(models.Model):
    """When a task was last executed: one row, by which web and launcher know that the worker works."""

    executed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.executed_at:%Y-%m-%dT%H:%M:%SZ}"
