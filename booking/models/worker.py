"""The worker's sign of life."""

from django.db import models


class WorkerBeat(models.Model):
    """The last time a task was executed: one row, by which web server and launcher see that the worker works."""

    executed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.executed_at:%Y-%m-%dT%H:%M:%SZ}"
