"""The turn reminder: the ticket is read again when the text is sent."""

from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from django.utils import translation

from booking.messages.own_texts import facts_of_store, own_or_standard
from booking.messages.sms_texts import turn_text
from booking.models import Ticket
from booking.subjects import About, Subject
from notifications.content import Skip, Sms
from notifications.models import OutboxMessage
from stores.hours import today_start


def read_ticket(subject: Subject) -> Ticket | None:
    """Return the ticket of somebody in the line, with its store; None if it is gone or has no number any more."""
    ticket_id = subject.number() if subject.about == About.TICKET else None
    ticket = Ticket.objects.select_related("store").filter(pk=ticket_id).first() if ticket_id else None
    return ticket if ticket and ticket.phone else None


def write_nearly_turn(ticket: Ticket, _message: OutboxMessage, /, *, now: datetime) -> Sms | Skip:
    """Return the text, or why none is sent: people who have left or are being served need none."""
    if ticket.booking_id is not None or ticket.left_at is not None:
        return Skip("served")
    store = ticket.store
    since = today_start(now, ZoneInfo(store.time_zone))
    with translation.override(ticket.locale):
        body = own_or_standard(store, "nearly_turn", facts_of_store(store), partial(turn_text, store.name))
        return Sms(to=ticket.phone, body=body, budget_since=since)
