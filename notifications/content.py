"""Contents of messages: what the composer hands over to be sent."""

from dataclasses import dataclass
from datetime import datetime

from notifications.models import Channel


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A planned message: what it is about and when it goes, but not yet its text."""

    account: str  # the store's slug
    subject: str  # what it is about; only the composer reads this
    kind: str  # chosen by the composer; here it only distinguishes messages about one subject
    sequence: int
    channel: Channel
    due_at: datetime
    not_after: datetime  # it is useless from then on
    offset: str = ""
    is_limited: bool = True  # a customer caused it, or somebody who claims to be one
    reason: str = ""  # why it waits, if it is not for a plan


@dataclass(frozen=True, slots=True)
class Sms:
    to: str  # E.164
    body: str
    budget_since: datetime  # start of the store's local day, from which its daily budget counts
    valid_until: datetime | None = None  # it is of no use, or wakes somebody, later than that; None for `not_after`


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that an e-mail brings along."""

    name: str
    content: bytes
    content_type: str


@dataclass(frozen=True, slots=True)
class Email:
    to: str
    subject: str
    text: str
    html: str
    calendar: bytes | None = None
    calendar_method: str = ""  # REQUEST or CANCEL
    sender_name: str = ""
    reply_to: str = ""  # the address for replies, "" for none
    attachments: tuple[Attachment, ...] = ()
    thread: str = ""  # the same for all e-mails that belong together, "" for none
    end_url: str = ""  # where such e-mails end by one POST without a sign-in (RFC 8058), "" for one that was asked for


@dataclass(frozen=True, slots=True)
class Skip:
    """A message that is not sent, and why; `instead` names the channel that carries it instead."""

    reason: str
    instead: Channel | None = None


@dataclass(frozen=True, slots=True)
class NotYet:
    """A message to be sent at another time, and why: not at night."""

    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class ReceivedMail:
    """An e-mail that somebody sent to the address for replies, without what it says."""

    recipients: tuple[str, ...]
    is_automatic: bool  # a program wrote it by itself
    is_calendar: bool  # it brings a calendar file
    is_decline: bool  # that file says that its sender does not come


Content = Sms | Email | Skip | NotYet
