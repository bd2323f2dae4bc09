"""Messages about one booking: when one is sent, the booking is read again to decide whether it still goes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import translation

from booking.bookings.message_plan import AT_NIGHT, is_in_plan, store_text_goes_at
from booking.bookings.queries import booking_by_reference, former_start
from booking.bookings.rebooking import OFFER
from booking.customer_input import can_be_texted
from booking.formats.icalendar_files import Method, booking_calendar
from booking.links import manage_url, reply_address, short_manage_url, visit_thread
from booking.message_kinds import KINDS, Kind
from booking.messages.email_texts import email_text
from booking.messages.late_reminders import hours_before, is_late, late_message_goes_at
from booking.messages.own_texts import facts_of_visit, own_or_standard, own_paragraph
from booking.messages.sms_texts import sms_text
from booking.models import Booking, Status
from booking.sending_times import REMINDERS_APART, plan_of, text_valid_until
from booking.subjects import About, Subject
from notifications.content import Content, Email, NotYet, Skip, Sms
from notifications.models import REPLANNED, Channel, OutboxMessage
from notifications.queries import due_offsets
from stores.hours import today_start

ATTENDANCE_CONFIRMED, NOT_COMING = "attendance_confirmed", "not_coming"


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingText:
    """Words about a booking: the templates `sms/NAME.txt`, `email/NAME.subject.txt` and `email/NAME.heading.txt`."""

    name: str
    calendar: Method | None = None  # the method of the calendar file in the e-mail


CONFIRMATION = BookingText(name="confirmation", calendar="REQUEST")
REMINDER = BookingText(name="reminder")
CHANGE = BookingText(name="change", calendar="REQUEST")
OTHER_DESK = BookingText(name="other_desk", calendar="REQUEST")
NEW_HOURS = BookingText(name="new_hours", calendar="REQUEST")
CHOOSE_AGAIN = BookingText(name="choose_again")
CANCELLATION = BookingText(name="cancellation", calendar="CANCEL")


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingMessage:
    """A composer of the messages of one kind about a booking."""

    texts: tuple[BookingText, ...]  # all texts that it may use
    choose_text: Callable[[str], BookingText] | None = None  # by the message's offset; else the only one of `texts`
    find_reason_against: Callable[[str, Booking], str | None] | None = None  # by the message's offset
    is_held_when_late: bool = False  # a late one goes only by day, and of several only the one nearest to the visit

    def __call__(self, booking: Booking, message: OutboxMessage, /, *, now: datetime) -> Content:
        """Return what to send, or why nothing is sent now or at all."""
        reason = self._reason_against(booking, message, now=now)
        if reason:
            return Skip(reason)
        if (belated := self._belated(booking, message, now=now)) is not None:
            return belated
        text = self.choose_text(message.offset) if self.choose_text else self.texts[0]
        write = _sms if message.channel == Channel.SMS else _email
        with translation.override(booking.locale):
            return write(booking, text, now=now)

    def _reason_against(self, booking: Booking, message: OutboxMessage, *, now: datetime) -> str | None:
        """Return why a message is no longer of use, or None."""
        is_cancelled, is_of_cancelled = booking.status == Status.CANCELLED, KINDS[Kind(message.kind)].is_of_cancelled
        if is_cancelled != is_of_cancelled:
            return "cancelled" if is_cancelled else "not_cancelled"
        if message.sequence != booking.sequence:
            return "moved"
        if now >= booking.starts_at:
            return "started"
        if self.find_reason_against and (reason := self.find_reason_against(message.offset, booking)):
            return reason
        if booking.status not in (Status.CONFIRMED, Status.CANCELLED):
            return "arrived"
        return None

    def _belated(self, booking: Booking, message: OutboxMessage, *, now: datetime) -> Skip | NotYet | None:
        """Return what happens to a late message, or a text that came back, that does not go now; else None.

        Of several late messages of a visit only the one nearest to it goes, and none goes soon before the next one.
        """
        is_belated = is_late(due_at=message.due_at, now=now)
        if is_belated and _is_of_store(message):
            by_day = store_text_goes_at(booking, now=now)
            return NotYet(by_day, AT_NIGHT) if by_day > now else None
        is_held = self.is_held_when_late and is_belated
        if not is_held and not (message.returns and message.channel == Channel.SMS):
            return None
        zone, plan = ZoneInfo(booking.store.time_zone), plan_of(booking.store)
        goes_at = late_message_goes_at(now=now, starts_at=booking.starts_at, zone=zone, plan=plan)
        if is_held and _is_superseded(message, by=(goes_at or now) + REMINDERS_APART):
            return Skip("superseded")
        if goes_at is None:
            return Skip("too_near")
        return NotYet(goes_at, AT_NIGHT) if goes_at > now else None


def read_booking(subject: Subject) -> Booking | None:
    """Return the booking of a message; None if it is about no booking, or about an erased one."""
    return unless_erased(booking_by_reference(subject.key) if subject.about == About.BOOKING else None)


def unless_erased(booking: Booking | None) -> Booking | None:
    """Return a booking, but None for one whose customer was erased: nothing is written about that."""
    return None if booking is None or booking.erased_at is not None else booking


def choose_change_text(offset: str) -> BookingText:
    """Return the text of a change: one with an offset is a change of hours, and the visit stays."""
    if offset.startswith(OFFER):
        return CHOOSE_AGAIN
    return NEW_HOURS if offset else CHANGE


def find_reason_against_change(offset: str, booking: Booking) -> str | None:
    """Return why the question about another time is no longer needed."""
    return "answered" if offset.startswith(OFFER) and booking.answer_until is None else None


def find_reason_against_reminder(offset: str, booking: Booking) -> str | None:
    """Return why a visit needs no reminder: its customer was asked to choose another time, or the store's plan changed.

    The latter is written at once, for up to so many visits; here for those that were not reached yet.
    """
    if booking.answer_until is not None:
        return "to_be_moved"
    return REPLANNED if offset and not is_in_plan(offset, booking.store) else None


def booking_sms(booking: Booking, template: str) -> str:
    """Return a reply about a booking, in the active language: whoever it is for has texted us."""
    return _standard_text(booking, template, may_reply=True)


def can_be_answered() -> bool:
    """Tell whether replies to our text messages reach us: not if their sender is a name."""
    has_number = bool(settings.TWILIO_MESSAGING_SERVICE_SID) or settings.TWILIO_FROM.startswith("+")
    return settings.SMS_GATEWAY == "twilio" and has_number


def is_sender_one_way() -> bool:
    """Tell whether texts leave from a sender that takes none: nobody can reply to them, not even STOP."""
    return settings.SMS_GATEWAY == "twilio" and not can_be_answered()


def _is_of_store(message: OutboxMessage) -> bool:
    """Tell whether a text tells what the store did with a visit."""
    is_text = message.channel == Channel.SMS and not message.is_limited
    return is_text and KINDS[Kind(message.kind)].must_reach


def _is_superseded(message: OutboxMessage, *, by: datetime) -> bool:
    """Tell whether a message of the same kind that is nearer to the visit is, or was, due by then."""
    others = due_offsets(subject=message.subject, kind=message.kind, sequence=message.sequence, by=by)
    return any(hours_before(other) < hours_before(message.offset) for other in others)


def _sms(booking: Booking, text: BookingText, *, now: datetime) -> Sms | Skip:
    if not booking.phone:
        return Skip("no_phone", instead=_other_channel(booking))
    if not can_be_texted(booking.phone):
        return Skip("not_textable", instead=_other_channel(booking))
    if booking.wants_no_texts:
        return Skip("opted_out", instead=_other_channel(booking))
    zone = ZoneInfo(booking.store.time_zone)
    text, was = _as_it_moved(booking, text)
    facts = facts_of_visit(booking, link=short_manage_url(booking.reference, booking.link_number), was=was)
    standard = partial(_standard_text, booking, text.name, was=was)
    body = own_or_standard(booking.store, text.name, facts, standard)
    valid_until = text_valid_until(now, starts_at=booking.starts_at, zone=zone, plan=plan_of(booking.store))
    return Sms(to=booking.phone, body=body, budget_since=today_start(now, zone), valid_until=valid_until)


def _other_channel(booking: Booking) -> Channel | None:
    return Channel.EMAIL if booking.email else None


def _as_it_moved(booking: Booking, text: BookingText) -> tuple[BookingText, datetime | None]:
    """Return the text about a change as the visit moved, and its former time: another desk at the same time is none."""
    was = former_start(booking) if text == CHANGE else None
    return (OTHER_DESK, None) if was is not None and was == booking.starts_at else (text, was)


def _standard_text(
    booking: Booking, template: str, *, was: datetime | None = None, may_reply: bool | None = None
) -> str:
    return sms_text(
        template,
        store_name=booking.store.name,
        starts_at=booking.starts_at,
        zone=ZoneInfo(booking.store.time_zone),
        link=short_manage_url(booking.reference, booking.link_number),
        may_reply=can_be_answered() if may_reply is None else may_reply,
        was=was,
        until=booking.answer_until,
    )


def _email(booking: Booking, text: BookingText, *, now: datetime) -> Email | Skip:
    if not booking.email:
        return Skip("no_email")
    text, was = _as_it_moved(booking, text)
    link = manage_url(booking.reference, booking.link_number)
    own_words = own_paragraph(booking.store, text.name, facts_of_visit(booking, link=link, was=was))
    says_switch = text == CONFIRMATION and can_be_texted(booking.phone) and is_sender_one_way()
    words = email_text(text.name, booking, was=was, own_words=own_words, says_switch=says_switch)
    method = text.calendar
    calendar = booking_calendar(booking, method=method, manage_url=link, now=now) if method else None
    return Email(
        to=booking.email,
        subject=words.subject,
        text=words.text,
        html=words.html,
        calendar=calendar,
        calendar_method=method or "",
        sender_name=booking.store.name,
        reply_to=booking.store.email or reply_address(booking.reference),
        thread=visit_thread(booking.reference),
    )
