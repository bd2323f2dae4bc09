"""Turn reminders: a text to people in the line whose turn is near."""

from datetime import datetime, timedelta

from django.db import transaction

from booking.arrivals.line_state import line_of
from booking.message_kinds import Kind
from booking.models import Ticket
from booking.subjects import Subject
from notifications import outbox
from notifications.content import NewMessage
from notifications.models import Channel
from stores.models import Store

BEFORE_THEM = 1  # at most this many others are called before the person who gets the text
_AWAY_SINCE = timedelta(minutes=3)  # people who have just joined are still at the door
_OF_USE_FOR = timedelta(minutes=30)


def send_turn_reminders(*, now: datetime) -> int:
    """Write a text to each person with a number whose turn is near, once each; return how many."""
    asked = Ticket.objects.filter(told_at=None, booking=None, left_at=None, called_at=None).exclude(phone="")
    told = 0
    for store in Store.objects.filter(pk__in=asked.values("store_id")):
        told += _tell_at(store, now=now)
    return told


@transaction.atomic
def _tell_at(store: Store, *, now: datetime) -> int:
    line = line_of(store=store, now=now)
    near = [turn.ticket_id for desk in line.desks for turn in desk.waiting[: BEFORE_THEM + 1] if not turn.called_at]
    tickets = Ticket.objects.select_for_update(of=("self",)).filter(
        pk__in=[number for number in near if number], told_at=None, booking=None, joined_at__lte=now - _AWAY_SINCE
    )
    found = [ticket.pk for ticket in tickets.exclude(phone="").order_by("pk")]
    Ticket.objects.filter(pk__in=found).update(told_at=now)
    outbox.enqueue([_message(store, ticket_id, now=now) for ticket_id in found], now=now)
    return len(found)


def _message(store: Store, ticket_id: int, *, now: datetime) -> NewMessage:
    return NewMessage(
        account=store.slug,
        subject=str(Subject.ticket(ticket_id)),
        kind=Kind.NEARLY_TURN,
        sequence=0,
        channel=Channel.SMS,
        due_at=now,
        not_after=now + _OF_USE_FOR,
        is_limited=False,
    )
