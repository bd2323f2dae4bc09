"""Costs of messages in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from booking.formats.spreadsheets import Cell
from booking.reports.tallies import MessageCount
from booking.staff.message_names import report_name
from notifications.models import Channel, State


@dataclass(frozen=True, slots=True)
class Texts:
    """The text messages that were sent, and their segments; of `unmeasured` ones the number of segments is unknown."""

    count: int
    segments: int
    unmeasured: int

    def in_words(self, cents: Decimal) -> str:
        """Return how many were sent and, where the price of a segment is known, their cost."""
        sent = ngettext("{count} text message was sent.", "{count} text messages were sent.", self.count)
        said = [sent.format(count=self.count)]
        if self.segments and cents:
            words = ngettext(
                "That is {segments} segment at {price} cents: {amount}.",
                "That is {segments} segments at {price} cents each: {amount}.",
                self.segments,
            )
            amount, price = amount_in_words(self.segments, cents), number_format(cents.normalize())
            said.append(words.format(segments=self.segments, price=price, amount=amount))
        elif self.segments:
            words = ngettext("That is {segments} segment.", "That is {segments} segments.", self.segments)
            said.append(words.format(segments=self.segments))
        return " ".join(said)

    def note(self, cents: Decimal) -> str:
        """Return a note about these figures."""
        said = [_("A long text message is charged as several segments.")]
        if self.unmeasured:
            words = ngettext(
                "{count} text message of before segments were kept is left out of them.",
                "{count} text messages of before segments were kept are left out of them.",
                self.unmeasured,
            )
            said.append(words.format(count=self.unmeasured))
        if cents:
            said.append(_("The cost is an estimate in your provider's currency; what counts is the bill."))
        else:
            said.append(_("What they cost is on your provider's bill."))
        return " ".join(said)


def sent_texts(messages: Iterable[MessageCount]) -> Texts:
    """Return the text messages among these counts; one that was sent but not delivered is charged, too."""
    texts = [one for one in messages if one.channel == Channel.SMS]
    return Texts(
        count=sum(one.count for one in texts if one.has_left),
        segments=sum(one.segments for one in texts),
        unmeasured=sum(one.count - one.measured for one in texts if one.has_left),
    )


def amount_in_words(segments: int, cents: Decimal) -> str:
    """Return the cost of a number of segments, as the language writes an amount."""
    return number_format(segments * cents / 100, decimal_pos=2)


def segments_cell(one: MessageCount) -> Cell:
    """Return the number of segments of a group of messages; a dash where it is unknown."""
    return one.segments if one.measured else "–"


def message_words(one: MessageCount) -> str:
    """Return the name of a group of messages."""
    return report_name(one.kind, one.channel)


def state_words(state: str) -> str:
    """Return the state of a group of messages."""
    return {
        State.DUE: _("waits for its time"),
        State.SENDING: _("is being sent"),
        State.SENT: _("sent"),
        State.DELIVERED: _("delivered"),
        State.FAILED: _("refused"),
        State.SKIPPED: _("not needed any more"),
        State.UNKNOWN: _("not known whether it left"),
        State.DEAD: _("given up after many tries"),
    }[State(state)]
