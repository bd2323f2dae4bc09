"""The plan of a booking's messages: kinds, channels and times. Their texts are in `booking.messages.compose`."""

from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from booking.customer_input import can_be_texted
from booking.message_kinds import KINDS, Kind
from booking.models import Actor, Booking
from booking.policy import plan_of, reminder_times
from booking.who import Who
from notifications.content import NewMessage
from notifications.models import Channel


def plan_messages(booking: Booking, *, kind: Kind, who: Who, offset: str = "") -> list[NewMessage]:
    """Return the messages about an event of a booking, and the reminders that follow from it.

    Messages that a customer causes count against the daily limit of their number; those of the store or the plan are
    never dropped because of it. `offset` distinguishes several messages of one kind: it names the change of hours about
    which the customer of an unchanged visit is told. Such a visit has its reminders already.
    """
    channels = message_channels(booking.phone, booking.email)
    is_limited = who.actor == Actor.CUSTOMER
    messages = [
        _message(booking, kind, channel, due_at=who.now, offset=offset, is_limited=is_limited) for channel in channels
    ]
    if channels and KINDS[kind].tells_time and not offset:
        store = booking.store
        zone, plan = ZoneInfo(store.time_zone), plan_of(store)
        times = reminder_times(starts_at=booking.starts_at, zone=zone, now=who.now, plan=plan)
        messages += [
            _message(booking, Kind.REMINDER, channels[0], due_at=due_at, offset=days, is_limited=False)
            for days, due_at in times.items()
        ]
    return messages


def message_channels(phone: str, email: str) -> list[Channel]:
    """Return every channel that reaches a customer, the one for reminders first."""
    channels = [Channel.SMS] if can_be_texted(phone) else []
    return [*channels, Channel.EMAIL] if email else channels


def message_channel(phone: str, email: str) -> Literal["sms", "email", "none"]:
    """Return the channel that reminds a customer with this phone (E.164) and e-mail."""
    if can_be_texted(phone):
        return "sms"
    return "email" if email else "none"


def _message(
    booking: Booking, kind: Kind, channel: Channel, *, due_at: datetime, offset: str, is_limited: bool
) -> NewMessage:
    return NewMessage(
        account=booking.store.slug,
        subject=booking.reference,
        kind=kind,
        sequence=booking.sequence,
        channel=channel,
        due_at=due_at,
        not_after=booking.starts_at,
        offset=offset,
        is_limited=is_limited,
    )
