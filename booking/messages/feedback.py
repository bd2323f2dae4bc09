"""The question after a visit: the booking is read again when it is sent. It advertises nothing.

Somebody who wants no more texts gets none by e-mail either, and somebody who ended the e-mails gets no text: nothing is
lost to them if nobody asks.
See docs/decisions/0065-one-question-after-a-visit.md.
"""

from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.utils import translation

from booking.bookings.feedback import has_answered, was_asked_lately
from booking.bookings.feedback_opt_outs import wants_no_feedback
from booking.bookings.message_plan import AT_NIGHT
from booking.customer_input import can_be_texted
from booking.formatting import moment_in_words
from booking.links import feedback_end_url, feedback_url, reply_address, short_feedback_url, visit_thread
from booking.messages.email_texts import one_line, rendered
from booking.messages.late_reminders import is_late
from booking.messages.own_texts import facts_of_visit, own_or_standard, own_paragraph
from booking.messages.sms_texts import link_text
from booking.models import Booking, Status
from booking.sending_times import is_quiet, next_morning, plan_of, text_valid_until
from booking.web.reader_prefix import ReaderChoice
from notifications.content import Content, Email, NotYet, Skip, Sms
from notifications.models import Channel, OutboxMessage
from notifications.sms_recipients import wants_no_texts
from stores.hours import today_start

TEMPLATE = "feedback"


def write_feedback(booking: Booking, message: OutboxMessage, /, *, now: datetime) -> Content:
    """Return the question to the customer of a visit that is done, or why it is not sent now or at all."""
    if reason := _reason_against(booking, message):
        return Skip(reason)
    zone, plan = ZoneInfo(booking.store.time_zone), plan_of(booking.store)
    if is_late(due_at=message.due_at, now=now) and is_quiet(now, zone=zone, plan=plan):
        return NotYet(next_morning(now, zone=zone, plan=plan), AT_NIGHT)
    write = _sms if message.channel == Channel.SMS else _email
    with translation.override(booking.locale):
        return write(booking, message, now=now)


def feedback_text(booking: Booking) -> str:
    """Return the text message with the question, in the active language."""
    link = short_feedback_url(booking.reference, booking.link_number)
    return link_text(TEMPLATE, store_name=booking.store.name, link=link)


def _reason_against(booking: Booking, message: OutboxMessage) -> str | None:
    if booking.status != Status.COMPLETED:
        return "undone"
    if not booking.store.feedback_when:
        return "not_asked"
    if has_answered(booking):
        return "answered"
    if wants_no_feedback(booking):
        return "no_feedback"
    return "asked_lately" if was_asked_lately(booking, message) else None


def _sms(booking: Booking, message: OutboxMessage, *, now: datetime) -> Sms | Skip:
    if not can_be_texted(booking.phone):
        return Skip("not_textable", instead=Channel.EMAIL if booking.email else None)
    if booking.wants_no_texts:
        return Skip("opted_out")
    zone, plan = ZoneInfo(booking.store.time_zone), plan_of(booking.store)
    valid_until = text_valid_until(now, starts_at=message.not_after, zone=zone, plan=plan)
    facts = facts_of_visit(booking, link=short_feedback_url(booking.reference, booking.link_number))
    body = own_or_standard(booking.store, TEMPLATE, facts, partial(feedback_text, booking))
    return Sms(to=booking.phone, body=body, budget_since=today_start(now, zone), valid_until=valid_until)


def _email(booking: Booking, _message: OutboxMessage, *, now: datetime) -> Email | Skip:
    if not booking.email:
        return Skip("no_email")
    if can_be_texted(booking.phone) and (booking.wants_no_texts or wants_no_texts(booking.phone)):
        return Skip("opted_out")
    store, name = booking.store, one_line(booking.store.name)
    when = moment_in_words(booking.starts_at, ZoneInfo(store.time_zone))
    layout = "simple" if booking.is_simple else "base"
    link = feedback_url(booking.reference, booking.link_number)
    prefix = ReaderChoice(booking.locale, booking.is_simple).prefix
    end_url = feedback_end_url(store.pk, booking.email, prefix=prefix)
    context = {
        "html_layout": f"email/{layout}.html",
        "text_layout": f"email/{layout}.txt",
        "booking": booking,
        "store": store,
        "store_name": name,
        "when": when,
        "preheader": f"{when}, {name}",
        "manage_url": link,
        "end_url": end_url,
        "own_words": own_paragraph(store, TEMPLATE, facts_of_visit(booking, link=link)),
    }
    return Email(
        to=booking.email,
        subject=rendered(f"email/{TEMPLATE}.subject.txt", context),
        text=render_to_string(f"email/{TEMPLATE}.txt", context).strip() + "\n",
        html=render_to_string(f"email/{TEMPLATE}.html", context).strip() + "\n",
        sender_name=store.name,
        reply_to=store.email or reply_address(booking.reference),
        thread=visit_thread(booking.reference),
        end_url=end_url,
    )
