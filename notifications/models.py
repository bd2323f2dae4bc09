"""Models of the outbox, and of contacts that want no text messages."""

import uuid

from django.db import models


class Channel(models.TextChoices):
    SMS = "sms"
    EMAIL = "email"


class State(models.TextChoices):
    DUE = "due"  # waits for its time, or for another try
    SENDING = "sending"  # claimed by a worker; may or may not have left
    SENT = "sent"  # the provider took it
    DELIVERED = "delivered"
    FAILED = "failed"  # the provider, or the phone's network, refused it for good
    SKIPPED = "skipped"  # not needed or not allowed any more
    UNKNOWN = "unknown"  # nobody can say whether it left: a person decides
    DEAD = "dead"  # too many tries


OPEN_STATES = (State.DUE, State.SENDING)


class OutboxMessage(models.Model):
    """One message, once: unique on what it is about, never on when it is tried.

    Holds no phone, no address and no text: both are read from the booking when the message is sent,
    and only their keyed digests are kept, to count and to compare.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.CharField(max_length=80)  # the store's slug: whose budget it counts against
    # What it is about, and which sort of message it is: words of those who write it, and who compose it in the end.
    subject = models.CharField(max_length=40)
    kind = models.CharField(max_length=40)
    sequence = models.PositiveIntegerField()
    offset = models.CharField(max_length=40, blank=True)  # which of several: "3d", "1d"
    channel = models.CharField(max_length=5, choices=Channel)

    due_at = models.DateTimeField()  # when it is meant to go
    not_after = models.DateTimeField()  # from then on it is of no use: the visit's start
    try_at = models.DateTimeField()  # when it is tried next
    state = models.CharField(max_length=9, choices=State, default=State.DUE)
    reason = models.CharField(max_length=120, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    failures = models.PositiveSmallIntegerField(default=0)  # tries in a row that ended badly, or never
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.UUIDField(null=True, blank=True)
    attempted_at = models.DateTimeField(null=True, blank=True)  # when the provider was last called
    recipient_digest = models.CharField(max_length=64, blank=True)
    # Of a text that a customer set off: the range of numbers it went to, for a day, whatever is erased meanwhile.
    prefix_digest = models.CharField(max_length=64, blank=True)
    body_digest = models.CharField(max_length=64, blank=True)
    provider_sid = models.CharField(max_length=64, blank=True)
    # How often the provider took it and then failed to deliver it, and its name for the last of those tries.
    returns = models.PositiveSmallIntegerField(default=0)
    returned_sid = models.CharField(max_length=64, blank=True)
    # Set off by a customer, or by somebody who says so: held to what one number, or all of them, may get.
    is_limited = models.BooleanField(default=True)
    # What a text that left, or may have left, is charged by; none where it was refused, or left before this was kept.
    segments = models.PositiveSmallIntegerField(null=True, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject", "kind", "sequence", "offset", "channel"], name="message_once"),
        ]
        # Whole, not partial: SQLite cannot tell that a statement with parameters asks for a part.
        indexes = [
            models.Index(fields=["state", "due_at"], name="message_state_due"),
            models.Index(fields=["account", "updated_at"], name="message_account_updated"),
            models.Index(fields=["account", "attempted_at"], name="message_account_attempted"),
            models.Index(fields=["recipient_digest", "attempted_at"], name="message_recipient_attempted"),
            models.Index(fields=["prefix_digest", "attempted_at"], name="message_prefix_attempted"),
            models.Index(fields=["provider_sid"], name="message_provider_sid"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.state} {self.kind} {self.subject}"


class Circuit(models.Model):
    """Whether a channel's provider takes anything from us; no row: it was never otherwise."""

    channel = models.CharField(max_length=5, choices=Channel, unique=True)
    in_a_row = models.PositiveIntegerField(default=0)  # calls that went wrong since the last that did not
    opened_at = models.DateTimeField(null=True, blank=True)  # messages wait since then; closed where it is None
    probe_at = models.DateTimeField(null=True, blank=True)  # when one of them may go to see
    reason = models.CharField(max_length=120, blank=True)  # of the last trouble

    def __str__(self) -> str:
        return f"{self.channel} {'open' if self.opened_at else 'closed'}"


class OptOut(models.Model):
    """A number that asked for no more text messages, as a keyed digest."""

    phone_digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.pk)
