"""What tells somebody in the line that it is nearly their turn, decided when it is sent: the ticket is read again."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import translation

from booking.arrivals.turn_reminders import ticket_of
from booking.messages.sms_texts import turn_text
from booking.models import Ticket
from notifications.content import Skip, Sms
from notifications.models import OutboxMessage
from stores.hours import today_start


def compose_nearly(message: OutboxMessage, *, now: datetime) -> Sms | Skip:
    """Return the text, or why none is to be sent: who left, or is being served, needs no word."""
    ticket_id = ticket_of(message.subject)
    ticket = Ticket.objects.select_related("store").filter(pk=ticket_id).first() if ticket_id else None
    if ticket is None or not ticket.phone:
        return Skip("erased")
    if ticket.booking_id is not None or ticket.left_at is not None:
        return Skip("served")
    since = today_start(now, ZoneInfo(ticket.store.time_zone))
    with translation.override(ticket.locale):
        return Sms(to=ticket.phone, body=turn_text(ticket.store.name), budget_since=since)
