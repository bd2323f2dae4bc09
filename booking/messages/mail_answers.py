"""Answers to e-mails that customers send to the address for replies: with the link that really changes the visit."""

from datetime import datetime

from django.utils import translation

from booking.bookings.queries import booking_by_reference
from booking.links import read_reply_address, visit_thread
from booking.message_kinds import Kind
from booking.messages.email_texts import email_text
from booking.models import Booking, Status
from booking.subjects import Subject
from notifications import outbox
from notifications.content import Email, NewMessage, ReceivedMail, Skip
from notifications.models import Channel, OutboxMessage

DECLINED, NOT_READ = "declined", "not_read"  # the templates, and the offsets of the messages


def answer_mail(mail: ReceivedMail, *, now: datetime) -> None:
    """Plan the answer to an e-mail about a visit: once for each state of the visit, so that no two programs talk on.

    A calendar that accepts or reads an invitation by itself gets none. Nothing is cancelled by an e-mail: whoever sends
    it need not be the customer.
    """
    if mail.is_calendar and not mail.is_decline:
        return
    if mail.is_automatic and not mail.is_decline:
        return
    found = (read_reply_address(address) for address in mail.recipients)
    reference = next((one for one in found if one), None)
    booking = booking_by_reference(reference) if reference else None
    if booking is None or not booking.email or _reason_against(booking, sequence=booking.sequence, now=now):
        return
    message = NewMessage(
        account=booking.store.slug,
        subject=str(Subject.booking(booking.reference)),
        kind=Kind.MAIL_ANSWER,
        sequence=booking.sequence,
        channel=Channel.EMAIL,
        due_at=now,
        not_after=booking.starts_at,
        offset=DECLINED if mail.is_decline else NOT_READ,
    )
    outbox.enqueue([message], now=now)


def write_mail_answer(booking: Booking, message: OutboxMessage, /, *, now: datetime) -> Email | Skip:
    """Return the answer, to the address of the visit alone; or why there is none."""
    if reason := _reason_against(booking, sequence=message.sequence, now=now):
        return Skip(reason)
    if not booking.email:
        return Skip("no_email")
    with translation.override(booking.locale):
        words = email_text(DECLINED if message.offset == DECLINED else NOT_READ, booking)
    return Email(
        to=booking.email,
        subject=words.subject,
        text=words.text,
        html=words.html,
        sender_name=booking.store.name,
        reply_to=booking.store.email,
        thread=visit_thread(booking.reference),
    )


def _reason_against(booking: Booking, *, sequence: int, now: datetime) -> str | None:
    """Return why nobody needs to be told that the visit still stands; None if somebody does."""
    if booking.erased_at is not None:
        return "erased"
    if booking.status == Status.CANCELLED:
        return "cancelled"
    if booking.sequence != sequence:
        return "moved"
    if now >= booking.starts_at:
        return "started"
    return None if booking.status == Status.CONFIRMED else "arrived"
