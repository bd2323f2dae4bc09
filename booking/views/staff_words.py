"""How staff are told things: states, steps, messages and refusals in plain words."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from booking.models import Source, Status
from booking.policy import BookingRefused, Refusal
from booking.staff_texts import LATE, status_words
from booking.texts import refusal_sentence
from notifications.models import Channel, Kind, State
from notifications.outbox import Delivery

BADGES = {
    Status.CONFIRMED: ("calendar", ""),
    LATE: ("clock", "badge-brass"),
    Status.CHECKED_IN: ("person", "badge-go"),
    Status.IN_SERVICE: ("people", "badge-go"),
    Status.COMPLETED: ("check", ""),
    Status.NO_SHOW: ("warning", "badge-stop"),
    Status.CANCELLED: ("cross", "badge-stop"),
}
_TROUBLE = frozenset({State.FAILED, State.UNKNOWN, State.DEAD})
_NEWS = frozenset({State.SENDING, State.SENT, State.DELIVERED})


@dataclass(frozen=True, slots=True)
class MessageLine:
    """What became of one message; `is_trouble` calls for somebody to phone, `is_news` says that it has left.

    `html` is the text for a page that is put together without a template.
    """

    text: str
    html: str
    is_trouble: bool
    is_news: bool


def badges() -> dict[str, SafeString]:
    """Return the badge of each state: color, word and sign, made once for a page of many rows."""
    return {
        status: render_to_string(
            "staff/badge.html",
            {"word": word, "icon": f"icons/{BADGES[status][0]}.html", "tone": BADGES[status][1]},
        )
        for status, word in status_words().items()
    }


def totals_in_words(totals: dict[str, int]) -> list[tuple[str, str]]:
    """Return each state that somebody is in, with how many, as "12 booked"."""
    words: dict[str, Callable[[int], str]] = {
        Status.CONFIRMED: lambda n: ngettext("{count} still to come", "{count} still to come", n),
        Status.CHECKED_IN: lambda n: ngettext("{count} here", "{count} here", n),
        Status.IN_SERVICE: lambda n: ngettext("{count} being served", "{count} being served", n),
        Status.COMPLETED: lambda n: ngettext("{count} done", "{count} done", n),
        Status.NO_SHOW: lambda n: ngettext("{count} did not come", "{count} did not come", n),
        Status.CANCELLED: lambda n: ngettext("{count} cancelled", "{count} cancelled", n),
    }
    return [
        (status, text(totals[status]).format(count=totals[status]))
        for status, text in words.items()
        if totals.get(status)
    ]


def people_in_words(count: int) -> str:
    """Return "2 people"."""
    return ngettext("{count} person", "{count} people", count).format(count=count)


def source_words() -> dict[str, str]:
    """Return how a booking came in, where that is worth a word."""
    return {Source.PHONE: _("by phone"), Source.DESK: _("at the desk"), Source.WALK_IN: _("walk-in")}


class MessageLines:
    """Tells what became of messages; what many have in common is worded once."""

    def __init__(self) -> None:
        self._worded: dict[tuple[str, str, str], MessageLine] = {}

    def of(self, deliveries: Sequence[Delivery]) -> tuple[MessageLine, ...]:
        """Return what became of a booking's messages, oldest first."""
        return tuple([self._line(one) for one in deliveries])

    def _line(self, one: Delivery) -> MessageLine:
        key = (one.kind, one.channel, one.state)
        if key not in self._worded:
            text = _("{message}: {state}").format(message=_message(one), state=_state(one))
            self._worded[key] = MessageLine(
                text=text,
                html=escape(text),
                is_trouble=one.state in _TROUBLE,
                is_news=one.state in _NEWS,
            )
        return self._worded[key]


def staff_sentence(refused: BookingRefused) -> str:
    """Return why staff may not do this, and what to do next."""
    own = {
        Refusal.TOO_LATE: _("This time is over. Please choose a later one."),
        Refusal.PARTY_TOO_LARGE: _("This is more people than one visit of this kind may have."),
        Refusal.TOO_MANY_OPEN_BOOKINGS: _(
            "This customer already has as many visits to come as the store allows. Change or cancel one of them first."
        ),
    }
    return own.get(refused.reason) or refusal_sentence(refused.reason)


def _message(delivery: Delivery) -> str:
    by_text = delivery.channel == Channel.SMS
    match delivery.kind:
        case Kind.CONFIRMATION:
            return _("Confirmation by text message") if by_text else _("Confirmation by e-mail")
        case Kind.REMINDER:
            return _("Reminder by text message") if by_text else _("Reminder by e-mail")
        case Kind.CHANGE:
            return _("Change by text message") if by_text else _("Change by e-mail")
        case Kind.CANCELLATION:
            return _("Cancellation by text message") if by_text else _("Cancellation by e-mail")
        case Kind.VISITS_LIST:
            return _("List of their visits by text message") if by_text else _("List of their visits by e-mail")
    return _("Offer of a place by text message") if by_text else _("Offer of a place by e-mail")


def _state(delivery: Delivery) -> str:
    match delivery.state:
        case State.DUE:
            return _("will be sent")
        case State.SENDING:
            return _("being sent")
        case State.SENT:
            return _("sent")
        case State.DELIVERED:
            return _("delivered")
        case State.SKIPPED:
            return _("not needed any more")
        case State.UNKNOWN:
            return _("nobody can say whether it left. Please phone.")
    return _("did not get through. Please phone.")
