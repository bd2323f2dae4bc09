"""Answers kept for requests that are sent again."""

import uuid

from django.db import models
from django.db.models import Q


class IdempotentAnswer(models.Model):
    """The answer given to a request with an Idempotency-Key, for 24 hours.

    Written in the transaction of what the request did, so a crash leaves both or neither. Tokens are cut out
    of `body` and made again from the server's key when the answer is repeated.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    route = models.CharField(max_length=200)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)  # SHA-256 of the request's body, in hex
    status = models.PositiveSmallIntegerField(null=True)
    body = models.TextField(blank=True)
    location = models.CharField(max_length=200, blank=True)
    subject = models.CharField(max_length=40, blank=True)  # the booking's reference, for erasure
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["route", "key"], name="idempotent_answer_once")]
        indexes = [
            models.Index(fields=["created_at"], name="idempotent_created_at"),
            models.Index(fields=["subject"], name="idempotent_subject", condition=~Q(subject="")),
        ]

    def __str__(self) -> str:
        return f"{self.route} {self.status}"
