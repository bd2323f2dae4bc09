"""The plan of a booking's messages: kinds, channels and times. Their texts are in `booking.messages.compose`."""

from datetime import datetime
from typing import Literal, Protocol
from zoneinfo import ZoneInfo

from booking.customer_input import can_be_texted
from booking.message_kinds import KINDS, Kind
from booking.models import Actor, Booking
from booking.sending_times import FEEDBACK_OF_USE, feedback_goes_at, plan_of, reminder_times, text_goes_at
from booking.who import Who
from notifications.content import NewMessage
from notifications.models import Channel
from stores.models import FeedbackWhen, ReminderChannel, Store

AT_NIGHT = "night"  # why a text waits


class MessageChoice(Protocol):
    """What a store chose to send, and by which channel."""

    @property
    def confirms_by_text(self) -> bool: ...
    @property
    def reminder_channel(self) -> str: ...
    @property
    def reminder_days(self) -> str: ...
    @property
    def reminder_hours(self) -> int: ...


def plan_messages(booking: Booking, *, kind: Kind, who: Who, offset: str = "") -> list[NewMessage]:
    """Return the messages about an event of a booking, and the reminders that follow from it.

    Messages that a customer causes count against the daily limit of their number; those of the store or the plan are
    never dropped because of it. `offset` distinguishes several messages of one kind: it names the change of hours about
    which the customer of an unchanged visit is told. Such a visit has its reminders already.

    What the store changes at night is texted in the morning, unless the visit is sooner or staff say otherwise
    (`who.may_wake`).
    """
    if kind == Kind.FEEDBACK:
        return _plan_feedback(booking, now=who.now)
    channels = message_channels(booking.phone, booking.email)
    is_limited = who.actor == Actor.CUSTOMER
    texts_at = who.now
    if KINDS[kind].must_reach and not is_limited and not who.may_wake:
        texts_at = store_text_goes_at(booking, now=who.now)
    due_at = {Channel.SMS: texts_at, Channel.EMAIL: who.now}
    messages = [
        _message(booking, kind, channel, due_at=due_at[channel], offset=offset, is_limited=is_limited,
                 reason="" if due_at[channel] == who.now else AT_NIGHT)
        for channel in channels_at_once(booking, kind, channels)
    ]  # fmt: skip
    if KINDS[kind].tells_time and not offset:
        told_at = max((message.due_at for message in messages), default=who.now)
        messages += plan_reminders(booking, now=who.now, told_at=told_at)
    return messages


def plan_reminders(booking: Booking, *, now: datetime, told_at: datetime | None = None) -> list[NewMessage]:
    """Return the reminders of a visit that are still to come, as its store plans them; see `reminder_times`."""
    zone, plan = ZoneInfo(booking.store.time_zone), plan_of(booking.store)
    channels = reminder_channels(booking)
    if not channels:
        return []
    times = reminder_times(starts_at=booking.starts_at, zone=zone, now=now, plan=plan, told_at=told_at)
    return [
        _message(booking, Kind.REMINDER, channel, due_at=due_at, offset=offset, is_limited=False)
        for offset, due_at in times.items()
        for channel in channels
    ]


def reminder_channels(booking: Booking) -> list[Channel]:
    """Return the channels by which a customer is reminded, as the store wants it."""
    channels = message_channels(booking.phone, booking.email)
    match booking.store.reminder_channel:
        case ReminderChannel.BOTH:
            return channels
        case ReminderChannel.NONE:
            return []
        case ReminderChannel.EMAIL_FIRST:
            return channels[-1:]  # the e-mail comes last
    return channels[:1]


def reminds(store: MessageChoice) -> bool:
    """Tell whether a store plans any reminder."""
    has_times = bool(store.reminder_days or store.reminder_hours)
    return has_times and store.reminder_channel != ReminderChannel.NONE


def texts_beside_email(store: MessageChoice) -> bool:
    """Tell whether customers who give both contacts are texted when they book, or as a reminder."""
    is_reminded = reminds(store) and store.reminder_channel != ReminderChannel.EMAIL_FIRST
    return store.confirms_by_text or is_reminded


def is_in_plan(offset: str, store: Store) -> bool:
    """Tell whether a store plans the reminder with this offset ("3d", "2h") for any visit."""
    plan = plan_of(store)
    offsets = {f"{days}d" for days in plan.reminder_days} | {f"{plan.reminder_hours}h"}
    return offset in offsets and store.reminder_channel != ReminderChannel.NONE


def channels_at_once(booking: Booking, kind: Kind, channels: list[Channel]) -> list[Channel]:
    """Return the channels of what is told at once: a store may leave confirmations to the e-mail where there is one."""
    is_left_to_email = kind == Kind.CONFIRMATION and Channel.EMAIL in channels and not booking.store.confirms_by_text
    return [Channel.EMAIL] if is_left_to_email else channels


def store_text_goes_at(booking: Booking, *, now: datetime) -> datetime:
    """Return when a text goes about what the store does with a visit now: by day, or at once if the visit is near."""
    not_after = min(booking.starts_at, booking.answer_until or booking.starts_at)
    zone, plan = ZoneInfo(booking.store.time_zone), plan_of(booking.store)
    return text_goes_at(now, not_after=not_after, zone=zone, plan=plan)


def message_channels(phone: str, email: str) -> list[Channel]:
    """Return every channel that reaches a customer, the one for reminders first."""
    channels = [Channel.SMS] if can_be_texted(phone) else []
    return [*channels, Channel.EMAIL] if email else channels


def message_channel(phone: str, email: str) -> Literal["sms", "email", "none"]:
    """Return the channel that reminds a customer with this phone (E.164) and e-mail."""
    if can_be_texted(phone):
        return "sms"
    return "email" if email else "none"


def _plan_feedback(booking: Booking, *, now: datetime) -> list[NewMessage]:
    """Return the one question after a visit, by the channel that reminds its customer; none without a contact."""
    completed_at, channels = booking.completed_at or now, message_channels(booking.phone, booking.email)
    goes_at = feedback_goes_at(
        completed_at,
        now=now,
        in_the_morning=booking.store.feedback_when == FeedbackWhen.MORNING,
        zone=ZoneInfo(booking.store.time_zone),
        plan=plan_of(booking.store),
    )
    if goes_at is None or not channels:
        return []
    return [
        NewMessage(
            account=booking.store.slug,
            subject=booking.reference,
            kind=Kind.FEEDBACK,
            sequence=booking.sequence,
            channel=channels[0],
            due_at=goes_at,
            not_after=completed_at + FEEDBACK_OF_USE,
            is_limited=False,
        )
    ]


def _message(
    booking: Booking,
    kind: Kind,
    channel: Channel,
    *,
    due_at: datetime,
    offset: str,
    is_limited: bool,
    reason: str = "",
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
        reason=reason,
    )
