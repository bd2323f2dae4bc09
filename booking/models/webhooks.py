"""Webhooks of stores, and the events that each of them is told."""

import uuid

from django.db import models

from stores.models import Store

HOST_LONGEST = 253
REASON_LONGEST = 40
OFF_GONE = "gone"  # its server said so


class Webhook(models.Model):
    """An address at which a program of somebody else is told what happens to a store's visits.

    Address and secrets are sealed by the server's key. A store's row lists the webhooks that are on.
    """

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="webhooks")
    sealed_address = models.TextField()
    host = models.CharField(max_length=HOST_LONGEST)  # of the address, to be shown
    sealed_secret = models.TextField()
    # The secret before, which signs too until then.
    sealed_previous = models.TextField(blank=True)
    previous_until = models.DateTimeField(null=True, blank=True)
    is_on = models.BooleanField(default=True)
    off_reason = models.CharField(max_length=REASON_LONGEST, blank=True)  # OFF_GONE, or "" for a person
    # Its server is not called before then: it did not answer, so many times in a row.
    rests_until = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)
    called_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.pk} {self.host}"


class TellingState(models.TextChoices):
    DUE = "due"  # waits for its time or for another try
    CALLING = "calling"  # claimed by a worker; may or may not have arrived
    TOLD = "told"  # the other server took it
    FAILED = "failed"  # it did not in three days
    DROPPED = "dropped"  # the webhook was switched off


OPEN_TELLING = (TellingState.DUE, TellingState.CALLING)


class WebhookEvent(models.Model):
    """One event for one webhook: what happened to a visit or a ticket, without the person.

    Its `uuid` is the `webhook-id` of every try. There is no constraint towards the webhook: a visit is booked whatever
    becomes of a webhook meanwhile.
    """

    uuid = models.UUIDField(default=uuid.uuid4, editable=False)
    webhook = models.ForeignKey(
        Webhook, on_delete=models.CASCADE, related_name="events", db_constraint=False, db_index=False
    )
    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False)
    type = models.CharField(max_length=24)  # "visit.created"
    subject = models.CharField(max_length=40)  # events of one subject arrive in their order
    facts = models.JSONField()
    at = models.DateTimeField()
    state = models.CharField(max_length=7, choices=TellingState, default=TellingState.DUE)
    try_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.UUIDField(null=True, blank=True)
    tried_at = models.DateTimeField(null=True, blank=True)
    status = models.PositiveSmallIntegerField(null=True, blank=True)  # of the last answer
    reason = models.CharField(max_length=REASON_LONGEST, blank=True)  # of the last failure

    class Meta:
        indexes = [
            models.Index(fields=["state", "webhook", "try_at"], name="webhook_event_due"),
            models.Index(fields=["webhook", "subject"], name="webhook_event_subject"),
            models.Index(fields=["store", "at"], name="webhook_event_store_at"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.state} {self.type} {self.subject}"
