"""The names that staff read for each kind of message."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from booking.message_kinds import Kind
from notifications.models import Channel

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


@dataclass(frozen=True, slots=True)
class MessageNames:
    """The names of a kind of message: alone, and by each channel."""

    alone: "StrPromise"
    by_text: "StrPromise | None" = None
    by_email: "StrPromise | None" = None


MESSAGE_NAMES: Mapping[str, MessageNames] = {
    Kind.CONFIRMATION: MessageNames(
        gettext_lazy("Confirmation"),
        gettext_lazy("Confirmation by text message"),
        gettext_lazy("Confirmation by e-mail"),
    ),
    Kind.REMINDER: MessageNames(
        gettext_lazy("Reminder"), gettext_lazy("Reminder by text message"), gettext_lazy("Reminder by e-mail")
    ),
    Kind.CHANGE: MessageNames(
        gettext_lazy("Change"), gettext_lazy("Change by text message"), gettext_lazy("Change by e-mail")
    ),
    Kind.CANCELLATION: MessageNames(
        gettext_lazy("Cancellation"),
        gettext_lazy("Cancellation by text message"),
        gettext_lazy("Cancellation by e-mail"),
    ),
    Kind.PLACE_OFFERED: MessageNames(
        gettext_lazy("Offer of a place"),
        gettext_lazy("Offer of a place by text message"),
        gettext_lazy("Offer of a place by e-mail"),
    ),
    Kind.VISITS_LIST: MessageNames(
        gettext_lazy("List of their visits"),
        gettext_lazy("List of their visits by text message"),
        gettext_lazy("List of their visits by e-mail"),
    ),
    # These two belong to no visit, and appear only in the report.
    Kind.DAY_SHEET: MessageNames(gettext_lazy("Sheet of the day")),
    Kind.NEARLY_TURN: MessageNames(gettext_lazy("Nearly your turn")),
    Kind.MAIL_ANSWER: MessageNames(
        gettext_lazy("Answer to their e-mail"), None, gettext_lazy("Answer to their e-mail")
    ),
    Kind.REPLY: MessageNames(gettext_lazy("Reply to a text")),
    Kind.INVITATION: MessageNames(gettext_lazy("Invitation to work at a store")),
    Kind.NEW_BOOKINGS: MessageNames(gettext_lazy("Notice of new visits")),
    Kind.PASSWORD_LINK: MessageNames(gettext_lazy("Link for a new password")),
    Kind.FEEDBACK: MessageNames(
        gettext_lazy("Question after the visit"),
        gettext_lazy("Question after the visit by text message"),
        gettext_lazy("Question after the visit by e-mail"),
    ),
}


def message_name(kind: str) -> str:
    """Return the name of a kind of message; for a kind that this version does not know, the outbox's value."""
    return str(MESSAGE_NAMES[kind].alone) if kind in MESSAGE_NAMES else kind


def message_name_by(kind: str, channel: str) -> str:
    """Return the name of a kind of message with its channel: "Reminder by text message"."""
    is_text = channel == Channel.SMS
    names = MESSAGE_NAMES.get(kind)
    own = names and (names.by_text if is_text else names.by_email)
    return str(own) if own else report_name(kind, channel)


def report_name(kind: str, channel: str) -> str:
    """Return the same in few words, for a row of figures: "Reminder, SMS"."""
    way = _("SMS") if channel == Channel.SMS else _("e-mail")
    return _("{kind}, {channel}").format(kind=message_name(kind), channel=way)
