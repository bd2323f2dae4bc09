"""The history of a booking and of its messages, in words for its customer."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from booking.message_kinds import Kind
from booking.models import Actor, Booking, BookingEvent, EventKind
from notifications import outbox
from notifications.models import Channel, State

# Why a message was dropped that would still have been useful.
_NOT_SENT = frozenset(
    {
        *("budget", "dropped", "hourly_budget", "not_textable", "number_limit", "opted_out", "prefix_limit"),
        *("quiet_hours", "restored", "too_late", "too_near"),
    }
)


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One event of the history, with its time."""

    at: datetime
    text: str


def history_in_words(booking: Booking) -> list[HistoryLine]:
    """Return the events of the booking in words, oldest first. One statement."""
    events = BookingEvent.objects.filter(booking=booking).order_by("pk")
    return [HistoryLine(event.at, f"{_event(event.kind)}, {_actor(event.actor)}") for event in events]


def messages_in_words(booking: Booking) -> list[HistoryLine]:
    """Return the messages about the booking, sent or due, oldest first. One statement."""
    told = outbox.deliveries([booking.reference]).get(booking.reference, ())
    return [
        HistoryLine(one.at, f"{_message(one.kind)}, {_channel(one.channel)}, {_state(one.state, one.reason)}")
        for one in told
    ]


def _event(kind: str) -> str:
    words = {
        EventKind.BOOKED: _("booked"),
        EventKind.RESCHEDULED: _("moved to another time"),
        EventKind.CANCELLED: _("cancelled"),
        EventKind.ATTENDANCE_CONFIRMED: _("said “I will come”"),
        EventKind.SAID_LATE: _("said “I am late”"),
        EventKind.CHECKED_IN: _("arrived"),
        EventKind.STARTED: _("visit begun"),
        EventKind.COMPLETED: _("visit over"),
        EventKind.NO_SHOW: _("noted as missed"),
        EventKind.UNDONE: _("the last step taken back"),
        EventKind.NOTIFIED: _("told of new hours"),
        EventKind.PHONED: _("told by phone"),
        EventKind.CONTACT_CORRECTED: _("phone or e-mail corrected"),
        EventKind.TEXTS_STOPPED: _("text messages switched off"),
        EventKind.TEXTS_RESUMED: _("text messages switched on again"),
        EventKind.TEXTED_AT_NIGHT: _("text message sent at night, as it was urgent"),
    }
    return str(dict(words).get(EventKind(kind), kind))


def _actor(actor: str) -> str:
    return {Actor.CUSTOMER: _("by you"), Actor.STAFF: _("by the store")}.get(Actor(actor), _("by itself"))


def _message(kind: str) -> str:
    words: dict[str, str] = {
        Kind.CONFIRMATION: _("confirmation"),
        Kind.REMINDER: _("reminder"),
        Kind.CHANGE: _("message about a change"),
        Kind.CANCELLATION: _("cancellation"),
        Kind.VISITS_LIST: _("list of your visits"),
    }
    return words.get(kind) or _("message")


def _channel(channel: str) -> str:
    return _("text message") if channel == Channel.SMS else _("e-mail")


def _state(state: str, reason: str) -> str:
    if state in (State.SENT, State.DELIVERED):
        return _("sent")
    if state in (State.DUE, State.SENDING):
        return _("to be sent")
    if state != State.SKIPPED:
        return _("not arrived")
    return _("not sent") if reason in _NOT_SENT else _("not needed any more")
