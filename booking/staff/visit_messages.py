"""Delivery of the messages about a visit, in words for staff: what arrived, and whether to phone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

from django.utils.translation import gettext as _

from booking.bookings.message_plan import AT_NIGHT
from booking.message_kinds import KINDS
from booking.staff.message_names import message_name_by
from notifications.models import Channel, State
from notifications.outbox import WAITS_FOR_PROVIDER, Delivery

_ON_ITS_WAY = frozenset({State.DUE, State.SENDING, State.SENT, State.DELIVERED})
_TROUBLE = frozenset({State.FAILED, State.UNKNOWN, State.DEAD})
# Why a message was dropped that its customer would have wanted.
_DROPPED = frozenset(
    {"number_limit", "prefix_limit", "hourly_budget", "budget", "too_near", "not_textable", "restored"}
)
# What customers who want no texts must be told all the same.
_MUST_REACH = frozenset(kind for kind, facts in KINDS.items() if facts.must_reach)
_MAY_BE_MISSED = frozenset(kind for kind, facts in KINDS.items() if facts.may_be_missed)
# The number does not exist, so phoning it is no use either.
_NO_NUMBER = frozenset({"invalid_number", "unknown_number"})


@dataclass(frozen=True, slots=True)
class MessageLine:
    """The state of one message; `is_trouble` means that somebody should phone.

    `html` is the text for a page that is built without a template.
    """

    text: str
    html: str
    is_trouble: bool
    is_of_morning: bool = False  # a text about what the store did at night, which waits


class MessageLines:
    """Describes the state of messages; texts that many of them share are built once."""

    def __init__(self) -> None:
        self._worded: dict[tuple[str, str, str, str, bool, bool], MessageLine] = {}

    def of(self, deliveries: Sequence[Delivery], *, phoned_at: datetime | None = None) -> tuple[MessageLine, ...]:
        """Return the state of a booking's messages, oldest first; `phoned_at` is when staff phoned its customer.

        What went wrong before that call is no trouble any more.
        """
        under_way = {
            (one.channel, one.kind, one.sequence, one.offset) for one in deliveries if one.state in _ON_ITS_WAY
        }
        return tuple([self._line(one, under_way, phoned_at) for one in deliveries])

    def _line(
        self, one: Delivery, under_way: set[tuple[str, str, int, str]], phoned_at: datetime | None
    ) -> MessageLine:
        other = Channel.EMAIL if one.channel == Channel.SMS else Channel.SMS
        is_told = (other, one.kind, one.sequence, one.offset) in under_way
        is_told = is_told or (phoned_at is not None and one.at <= phoned_at)
        key = (one.kind, one.channel, one.state, one.reason, one.is_limited, is_told)
        if key not in self._worded:
            is_trouble = not is_told and _calls_for_a_phone_call(one)
            text = _("{message}: {state}").format(message=message_name_by(one.kind, one.channel), state=_state(one))
            if is_trouble and one.reason not in _NO_NUMBER:
                text = _("{text}. Please phone.").format(text=text)
            self._worded[key] = MessageLine(text, escape(text), is_trouble, _waits_for_morning(one))
        return self._worded[key]


def delivery_in_words(one: Delivery) -> str:
    """Return the state of a message in words, with the reason."""
    return _state(one)


def _waits_for_morning(one: Delivery) -> bool:
    is_due_text = one.channel == Channel.SMS and one.state == State.DUE
    return is_due_text and one.reason == AT_NIGHT and one.kind in _MUST_REACH


def _calls_for_a_phone_call(one: Delivery) -> bool:
    if one.kind in _MAY_BE_MISSED:
        return False
    if one.state in _TROUBLE:
        return True
    if one.state != State.SKIPPED:
        return False
    # Customers who want no texts must be told what the store does with their visit, and nothing else.
    is_the_stores = not one.is_limited and one.kind in _MUST_REACH
    return one.reason in _DROPPED or (one.reason == "opted_out" and is_the_stores)


def _state(delivery: Delivery) -> str:
    match delivery.state:
        case State.DUE:
            return _due(delivery.reason)
        case State.SENDING:
            return _("being sent")
        case State.SENT:
            return _("sent")
        case State.DELIVERED:
            return _("delivered")
        case State.SKIPPED:
            return _skipped(delivery)
        case State.UNKNOWN:
            return _("nobody can say whether it left")
    return _failed(delivery.reason)


def _due(reason: str) -> str:
    if reason.startswith(WAITS_FOR_PROVIDER):
        return _("waits, as the provider takes none at the moment")
    words = {
        AT_NIGHT: _("waits for the morning"),
        "unreachable": _("the phone was off, goes once more"),
        "not_delivered": _("did not arrive, goes once more"),
    }
    return words.get(reason) or _("will be sent")


def _skipped(one: Delivery) -> str:
    """Return why a message was not sent; for a reason without its own words, that it was no longer needed."""
    words = {
        "number_limit": _("not sent, as this number has had its texts of the day")
        if one.channel == Channel.SMS
        else _("not sent, as this address has had its e-mails of the day"),
        "prefix_limit": _("not sent, as too many like it were asked for within an hour"),
        "hourly_budget": _("not sent, as too many were asked for within an hour"),
        "budget": _("not sent, as the store’s texts of the day are used up"),
        "too_near": _("not sent, as it was too late for it"),
        "too_late": _("not sent, as it was too late for it")
        if one.kind in _MAY_BE_MISSED
        else _("not sent, as the visit had begun"),
        "superseded": _("not sent, as the next reminder follows"),
        "opted_out": _("not sent, as this person wants no text messages"),
        "not_textable": _("not sent, as this number cannot get text messages"),
        "quiet_hours": _("not sent at night"),
        "restored": _("held back after a restore, as it may have left before"),
        "dropped": _("taken out by hand"),
        "erased": _("not sent, as the customer’s data were erased"),
        "cancelled": _("not sent, as the visit was cancelled"),
        "not_cancelled": _("not sent, as the visit stands"),
        "moved": _("not sent, as the visit was moved"),
        "contact_corrected": _("not sent, as the customer corrected the phone number or address"),
        "started": _("not sent, as the visit had begun"),
        "arrived": _("not sent, as the customer had arrived"),
        "answered": _("not sent, as the customer had answered"),
        "to_be_moved": _("not sent, as the customer was asked to choose another time"),
        "no_phone": _("not sent, as there is no phone number"),
        "no_visits": _("not sent, as there was no visit to come"),
        "undone": _("not sent, as “done” was taken back"),
        "no_feedback": _("not sent, as this person wants no more questions after visits"),
        "asked_lately": _("not sent, as this person was asked less than 30 days ago"),
        "not_asked": _("not sent, as the store asks nothing after visits any more"),
    }
    return words.get(one.reason) or _("not needed any more")


def _failed(reason: str) -> str:
    words = {
        "opted_out": _("this person wants no text messages"),
        "invalid_number": _("this number does not exist"),
        "unknown_number": _("this number does not exist"),
        "cannot_be_texted": _("this number cannot get text messages"),
        "invalid_address": _("this address does not exist"),
        "unreachable": _("the phone could not be reached"),
        "bounced": _("the e-mail came back"),
    }
    return words.get(reason) or _("did not get through")
