"""Models of the outbox, of circuits, and of numbers that want no text messages."""

import uuid

from django.db import models


class Channel(models.TextChoices):
    SMS = "sms"
    EMAIL = "email"


class State(models.TextChoices):
    DUE = "due"  # waits for its time or for another try
    SENDING = "sending"  # claimed by a worker; may or may not have been sent
    SENT = "sent"  # the provider took it
    DELIVERED = "delivered"
    FAILED = "failed"  # the provider, or the phone's network, refused it for good
    SKIPPED = "skipped"  # no longer needed or allowed
    UNKNOWN = "unknown"  # nobody knows whether it was sent: a person decides
    DEAD = "dead"  # too many tries


OPEN_STATES = (State.DUE, State.SENDING)
# Why a message was left out that its customer would have wanted: sorted, as the index and the statement name them.
NOT_ARRIVED_REASONS = (
    *("budget", "hourly_budget", "not_textable", "number_limit"),
    *("opted_out", "prefix_limit", "restored", "too_near"),
)
REPLANNED = "replanned"  # why a message is left out that is planned no longer; it may be taken in again


class OutboxMessage(models.Model):
    """One message; unique by what it is about, whenever it is tried.

    It holds no phone number, no address and no text. They are read from the booking when the message is sent; only
    their keyed digests are stored, to count and to compare.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.CharField(max_length=80)  # the store's slug: whose budget it counts against
    # The subject and the kind of the message, in the words of the code that writes and composes it.
    subject = models.CharField(max_length=40)
    kind = models.CharField(max_length=40)
    sequence = models.PositiveIntegerField()
    offset = models.CharField(max_length=40, blank=True)  # which of several: "3d", "1d"
    channel = models.CharField(max_length=5, choices=Channel)

    due_at = models.DateTimeField()  # when it is meant to go
    not_after = models.DateTimeField()  # it is useless from then on: the visit's start
    try_at = models.DateTimeField()  # when it is tried next
    # Written before it was due: a reminder, which lets what was due at once go first.
    is_planned = models.BooleanField(default=False, db_default=False)
    state = models.CharField(max_length=9, choices=State, default=State.DUE)
    reason = models.CharField(max_length=120, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    failures = models.PositiveSmallIntegerField(default=0)  # tries in a row that failed or never ended
    left_behind = models.PositiveSmallIntegerField(default=0, db_default=0)  # how often its worker ended in the try
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.UUIDField(null=True, blank=True)
    attempted_at = models.DateTimeField(null=True, blank=True)  # when the provider was last called
    recipient_digest = models.CharField(max_length=64, blank=True)
    # For a text that a customer caused: the range of numbers it went to, kept for a day even if the rest is erased.
    prefix_digest = models.CharField(max_length=64, blank=True)
    body_digest = models.CharField(max_length=64, blank=True)
    provider_sid = models.CharField(max_length=64, blank=True)
    # How often the provider accepted it and then failed to deliver it, and the provider's id of the last such try.
    returns = models.PositiveSmallIntegerField(default=0)
    returned_sid = models.CharField(max_length=64, blank=True)
    # Caused by a customer, or by somebody who claims to be one: limited per number and for all numbers.
    is_limited = models.BooleanField(default=True)
    # The segments charged for a text that was, or may have been, sent; null if refused, or sent before they were
    # stored.
    segments = models.PositiveSmallIntegerField(null=True, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    is_misdated = False  # not stored: `attempted_at` was written by a clock that ran ahead, so the call was before it

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject", "kind", "sequence", "offset", "channel"], name="message_once"),
        ]
        # A full index, not a partial one: SQLite cannot use a partial one for statements with parameters.
        indexes = [
            # With the id, in which those that are due at the same moment are claimed.
            models.Index(fields=["state", "channel", "is_planned", "due_at", "id"], name="message_to_claim"),
            models.Index(fields=["account", "updated_at"], name="message_account_updated"),
            models.Index(fields=["recipient_digest", "attempted_at"], name="message_recipient_attempted"),
            models.Index(fields=["prefix_digest", "attempted_at"], name="message_prefix_attempted"),
            models.Index(fields=["provider_sid"], name="message_provider_sid"),
            # Texts that customers caused, by their time; for plain SQL that names the condition without parameters.
            models.Index(
                fields=["attempted_at", "account"],
                name="message_customer_texts",
                condition=models.Q(prefix_digest__gt=""),
            ),
            # A store's few messages that somebody may have to phone about; for plain SQL as well: see `trouble`.
            models.Index(
                fields=["account"],
                name="message_not_arrived",
                condition=models.Q(state__in=[State.DEAD, State.FAILED, State.UNKNOWN])
                | models.Q(reason__in=NOT_ARRIVED_REASONS, state=State.SKIPPED),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.state} {self.kind} {self.subject}"


class MessageTally(models.Model):
    """How many messages of a kind and channel ended in a state: counted as a worker settles them.

    Of those that were sent, also how long they waited from when they were due: together, and how many no longer than
    so many seconds.
    """

    channel = models.CharField(max_length=5, choices=Channel)
    kind = models.CharField(max_length=40)
    state = models.CharField(max_length=9, choices=State)
    count = models.BigIntegerField()
    measured = models.BigIntegerField(default=0, db_default=0)  # those whose wait is known
    seconds = models.BigIntegerField(default=0, db_default=0)
    within_10 = models.BigIntegerField(default=0, db_default=0)
    within_60 = models.BigIntegerField(default=0, db_default=0)
    within_600 = models.BigIntegerField(default=0, db_default=0)
    within_3600 = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "kind", "state"], name="message_tally_once")]

    def __str__(self) -> str:
        return f"{self.channel} {self.kind} {self.state}: {self.count}"


class MessageDay(models.Model):
    """How many messages of a store that were due on one of its days ended in a state: what is left of old ones."""

    account = models.CharField(max_length=80)
    day = models.DateField()
    kind = models.CharField(max_length=40)
    channel = models.CharField(max_length=5, choices=Channel)
    state = models.CharField(max_length=9, choices=State)
    count = models.PositiveIntegerField()
    measured = models.PositiveIntegerField()  # those of which the segments are known
    segments = models.PositiveIntegerField()  # of these, together

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "day", "kind", "channel", "state"], name="message_day_once")
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.day} {self.channel} {self.kind} {self.state}: {self.count}"


class Circuit(models.Model):
    """The circuit of a channel: whether its provider takes messages from us. No row: it always did."""

    channel = models.CharField(max_length=5, choices=Channel, unique=True)
    in_a_row = models.PositiveIntegerField(default=0)  # failed calls since the last good one
    opened_at = models.DateTimeField(null=True, blank=True)  # messages wait since then; None means closed
    probe_at = models.DateTimeField(null=True, blank=True)  # when one of them may try the provider
    reason = models.CharField(max_length=120, blank=True)  # the reason of the last trouble

    def __str__(self) -> str:
        return f"{self.channel} {'open' if self.opened_at else 'closed'}"


class ProviderText(models.Model):
    """A text that the provider still has: when its body is emptied there, or its record deleted; then the row goes.

    No row is left of what is done. Texts that people sent to us belong to no message.
    """

    sid = models.CharField(max_length=64, unique=True)
    message_id = models.BigIntegerField(null=True, blank=True)
    # Of whoever sent it, for one that came in: what was replied to it is deleted with it. Else "".
    phone_digest = models.CharField(max_length=64, blank=True, default="", db_default="", db_index=True)
    erase_at = models.DateTimeField(db_index=True)
    is_deleted = models.BooleanField(default=False)  # the whole record with its numbers goes, and not the body alone
    tries = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.pk)


class UnclearText(models.Model):
    """A text that may have left, without the provider's id: it is looked for there, and deleted.

    It is of somebody who was erased, or went to a former number of a visit, which nobody else knows any more.

    Its number is sealed, and goes with the row as soon as the provider has told what it has.
    """

    message_id = models.BigIntegerField(unique=True)
    sealed_number = models.CharField(max_length=200)
    body_digest = models.CharField(max_length=64)
    attempted_at = models.DateTimeField()
    look_at = models.DateTimeField(db_index=True)
    tries = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.pk)


class InboundText(models.Model):
    """A text that came in, so that the provider may tell of it twice: its id there, and a digest of number and words.

    It is kept for a day.
    """

    sid = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    began_at = models.DateTimeField(db_index=True)
    is_read = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sid", "digest"], name="inbound_text_once")]

    def __str__(self) -> str:
        return str(self.pk)


class OptOut(models.Model):
    """A number that asked for no more text messages, as a keyed digest."""

    phone_digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.pk)
