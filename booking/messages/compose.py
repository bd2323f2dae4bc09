"""What leaves the building, decided at the moment of sending: the booking is read again, and may say no."""

from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import translation

from booking.bookings.lifecycle import confirm_attendance
from booking.bookings.queries import booking_by_reference
from booking.bookings.rebooking import OFFER
from booking.customer_input import can_be_texted
from booking.formats.icalendar_files import Method, booking_calendar
from booking.links import manage_url, short_manage_url
from booking.messages.day_sheet import compose_day_sheet
from booking.messages.day_sheet_address import compose_question
from booking.messages.email_texts import email_text
from booking.messages.late_reminders import days_before, is_late, late_message_goes_at
from booking.messages.nearly_turn import compose_nearly
from booking.messages.place_offered import answer_about_offer, compose_offer
from booking.messages.sms_texts import TEXTS_WITH_OWN_WORDS, sms_text
from booking.messages.visits_list import compose_visits
from booking.models import Booking, Status
from booking.policy import REMINDERS_APART, plan_of
from booking.refusals import BookingRefused
from notifications.content import Content, Email, NotYet, Skip, Sms
from notifications.models import Channel, Kind, OutboxMessage
from notifications.queries import due_offsets
from stores.hours import today_start

# What the calendar file in an e-mail asks the reader's program to do; reminders carry none.
_CALENDAR_METHODS: dict[str, Method] = {
    "confirmation": "REQUEST",
    "change": "REQUEST",
    "new_hours": "REQUEST",
    "cancellation": "CANCEL",
}


def compose(message: OutboxMessage, *, now: datetime) -> Content:
    """Return what to send for a message in the outbox, or why nothing is to be sent any more."""
    if message.kind == Kind.PLACE_OFFERED:
        return compose_offer(message, now=now)
    if message.kind == Kind.NEARLY_TURN:
        return compose_nearly(message, now=now)
    if message.kind == Kind.DAY_SHEET:
        return compose_question(message, now=now) or compose_day_sheet(message, now=now)
    if message.kind == Kind.VISITS_LIST:
        return compose_visits(message, now=now)
    booking = booking_by_reference(message.subject)
    if booking is None or booking.erased_at is not None:
        return Skip("erased")
    reason = _why_not(message, booking, now=now)
    if reason:
        return Skip(reason)
    if (belated := _belated(message, booking, now=now)) is not None:
        return belated
    write = _sms if message.channel == Channel.SMS else _email
    with translation.override(booking.locale):
        return write(booking, _template(message), now=now)


def answer(*, subject: str, word: Literal["yes", "no"], now: datetime) -> str | None:
    """Return what to text back to somebody who said whether they come; yes is noted, no cancels nothing by itself.

    None where there is nothing to say: the visit has begun, was erased, or never was.
    """
    booking = booking_by_reference(subject)
    if booking is None:
        return answer_about_offer(subject=subject, now=now)
    if booking.erased_at is not None or now >= booking.starts_at:
        return None
    with translation.override(booking.locale):
        if booking.status == Status.CANCELLED:
            return _text(booking, "cancellation")
        if word == "no":
            return _text(booking, "not_coming")
        try:
            confirm_attendance(booking_id=booking.pk, now=now)
        except BookingRefused:
            return None
        return _text(booking, "attendance_confirmed")


def _why_not(message: OutboxMessage, booking: Booking, *, now: datetime) -> str | None:
    """Return why a message is of no use any more, or None."""
    is_cancelled = booking.status == Status.CANCELLED
    if message.kind == Kind.CANCELLATION and not is_cancelled:
        return "not_cancelled"
    if message.kind != Kind.CANCELLATION and is_cancelled:
        return "cancelled"
    if message.sequence != booking.sequence:
        return "moved"
    if now >= booking.starts_at:
        return "started"
    if message.kind == Kind.REMINDER and booking.answer_until is not None:
        return "to_be_moved"
    if message.kind == Kind.CHANGE and message.offset.startswith(OFFER) and booking.answer_until is None:
        return "answered"
    if booking.status not in (Status.CONFIRMED, Status.CANCELLED):
        return "arrived"
    return None


def _belated(message: OutboxMessage, booking: Booking, *, now: datetime) -> Skip | NotYet | None:
    """Return what becomes of a reminder that is late, or a text that came back, if it does not go now.

    Of several late ones of a visit only the one nearest to it goes, and none soon before the next.
    """
    is_reminder = message.kind == Kind.REMINDER and is_late(due_at=message.due_at, now=now)
    if not is_reminder and not (message.returns and message.channel == Channel.SMS):
        return None
    zone, plan = ZoneInfo(booking.store.time_zone), plan_of(booking.store)
    goes_at = late_message_goes_at(now=now, starts_at=booking.starts_at, zone=zone, plan=plan)
    if is_reminder and _is_superseded(message, by=(goes_at or now) + REMINDERS_APART):
        return Skip("superseded")
    if goes_at is None:
        return Skip("too_near")
    return NotYet(goes_at, "night") if goes_at > now else None


def _is_superseded(message: OutboxMessage, *, by: datetime) -> bool:
    """Tell whether a reminder nearer to the visit is due by then, or was."""
    others = due_offsets(subject=message.subject, kind=Kind.REMINDER, sequence=message.sequence, by=by)
    return any(days_before(other) < days_before(message.offset) for other in others)


def _template(message: OutboxMessage) -> str:
    """Return the name of the words: a change that is told apart from others is one of hours, and the visit stays."""
    if message.kind == Kind.CHANGE and message.offset.startswith(OFFER):
        return "choose_again"
    return "new_hours" if message.kind == Kind.CHANGE and message.offset else message.kind


def _sms(booking: Booking, template: str, *, now: datetime) -> Sms | Skip:
    if not booking.phone:
        return Skip("no_phone", instead=_other_channel(booking))
    if not can_be_texted(booking.phone):
        return Skip("not_textable", instead=_other_channel(booking))
    zone = ZoneInfo(booking.store.time_zone)
    return Sms(to=booking.phone, body=_text(booking, template), budget_since=today_start(now, zone))


def _other_channel(booking: Booking) -> Channel | None:
    return Channel.EMAIL if booking.email else None


def _text(booking: Booking, template: str) -> str:
    return sms_text(
        template,
        store_name=booking.store.name,
        starts_at=booking.starts_at,
        zone=ZoneInfo(booking.store.time_zone),
        link=short_manage_url(booking.reference, booking.link_number),
        may_reply=can_be_answered(),
        own_words=booking.store.sms_words if template in TEXTS_WITH_OWN_WORDS else None,
    )


def can_be_answered() -> bool:
    """Tell whether a reply to our text messages reaches us: never where a name is their sender."""
    has_number = bool(settings.TWILIO_MESSAGING_SERVICE_SID) or settings.TWILIO_FROM.startswith("+")
    return settings.SMS_GATEWAY == "twilio" and has_number


def _email(booking: Booking, template: str, *, now: datetime) -> Email | Skip:
    if not booking.email:
        return Skip("no_email")
    words = email_text(template, booking)
    method, link = _CALENDAR_METHODS.get(template), manage_url(booking.reference, booking.link_number)
    calendar = booking_calendar(booking, method=method, manage_url=link, now=now) if method else None
    return Email(
        to=booking.email,
        subject=words.subject,
        text=words.text,
        html=words.html,
        calendar=calendar,
        calendar_method=method or "",
        sender_name=booking.store.name,
        reply_to=booking.store.email,
    )
