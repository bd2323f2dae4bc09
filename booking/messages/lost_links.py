"""Lost links: customers get a list of their visits, and nobody else learns whether there are any."""

from datetime import datetime, timedelta

from django.db import transaction

from booking.bookings.customer_visits import Contact, visits_to_come
from booking.message_kinds import Kind
from booking.tokens import new_reference
from notifications import outbox
from notifications.content import NewMessage
from notifications.models import Channel

LIST_OF_USE = timedelta(hours=24)


@transaction.atomic
def send_visits(*, contact: Contact, now: datetime) -> None:
    """Send somebody the list of their upcoming visits.

    For an unknown contact, the same message is written with a reference that leads nowhere, and the worker skips it; so
    the answer takes as long as for a known one. The table never holds the number or the address. Two requests within a
    minute send one message.
    """
    visits = visits_to_come(contact, now=now)
    message = NewMessage(
        account=visits[0].store.slug if visits else "",
        subject=visits[0].reference if visits else new_reference(),
        kind=Kind.VISITS_LIST,
        sequence=int(now.timestamp() // 60),
        channel=Channel.SMS if contact.phone else Channel.EMAIL,
        due_at=now,
        not_after=now + LIST_OF_USE,
    )
    outbox.enqueue([message], now=now)
