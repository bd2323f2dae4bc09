"""The kinds of messages and their properties; `booking.messages.compose` writes their texts."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import TextChoices


class Kind(TextChoices):
    """A kind of message; the value is what the outbox stores."""

    CONFIRMATION = "confirmation"
    REMINDER = "reminder"
    CHANGE = "change"
    CANCELLATION = "cancellation"
    PLACE_OFFERED = "place_offered"
    VISITS_LIST = "visits_list"
    DAY_SHEET = "day_sheet"
    NEARLY_TURN = "nearly_turn"
    MAIL_ANSWER = "mail_answer"
    REPLY = "reply"
    INVITATION = "invitation"
    NEW_BOOKINGS = "new_bookings"
    PASSWORD_LINK = "password_link"  # noqa: S105 -- the name of a kind
    FEEDBACK = "feedback"


@dataclass(frozen=True, slots=True, kw_only=True)
class KindFacts:
    """What is true of all messages of a kind; each property is false unless a kind sets it."""

    follows_booking: bool = False  # useless once the `sequence` of its booking has increased
    tells_time: bool = False  # says when the visit is: each `sequence` of a visit needs one, before its reminders
    is_of_cancelled: bool = False  # about a cancelled visit, and never about another
    may_be_missed: bool = False  # nobody misses it, so nobody phones because it did not arrive
    must_reach: bool = False  # staff phone customers who want no texts, where the store caused the message


KINDS: Mapping[Kind, KindFacts] = {
    Kind.CONFIRMATION: KindFacts(follows_booking=True, tells_time=True),
    Kind.REMINDER: KindFacts(follows_booking=True),
    Kind.CHANGE: KindFacts(follows_booking=True, tells_time=True, must_reach=True),
    Kind.CANCELLATION: KindFacts(follows_booking=True, is_of_cancelled=True, must_reach=True),
    Kind.PLACE_OFFERED: KindFacts(),
    Kind.VISITS_LIST: KindFacts(),
    Kind.DAY_SHEET: KindFacts(),
    Kind.NEARLY_TURN: KindFacts(),
    Kind.MAIL_ANSWER: KindFacts(),
    Kind.REPLY: KindFacts(),
    Kind.INVITATION: KindFacts(),
    Kind.NEW_BOOKINGS: KindFacts(),
    Kind.PASSWORD_LINK: KindFacts(),
    Kind.FEEDBACK: KindFacts(may_be_missed=True),
}
