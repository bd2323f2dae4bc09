"""The content of a message, as the composer hands it over to be sent."""

from dataclasses import dataclass
from datetime import datetime

from notifications.models import Channel


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message to be: what it is about and when it goes, not yet what it says."""

    account: str  # the store's slug
    subject: str  # what it is about: read by the composer alone
    kind: str  # chosen by the composer's side; here it only tells messages about one subject apart
    sequence: int
    channel: Channel
    due_at: datetime
    not_after: datetime  # from then on it is of no use
    offset: str = ""
    is_limited: bool = True  # a customer set it off, or somebody who says so


@dataclass(frozen=True, slots=True)
class Sms:
    to: str  # E.164
    body: str
    budget_since: datetime  # the start of the store's own day: what its daily budget counts from


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
    reply_to: str = ""  # where an answer goes, "" for nowhere
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Skip:
    """Not to be sent, and why; `instead` names the channel that shall carry it."""

    reason: str
    instead: Channel | None = None


@dataclass(frozen=True, slots=True)
class NotYet:
    """To be sent at another time, and why: not at night."""

    until: datetime
    reason: str


Content = Sms | Email | Skip | NotYet
