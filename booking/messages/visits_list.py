"""The message with the list of a customer's visits: the bookings are read again when it is sent."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.utils import translation

from booking.bookings.customer_visits import Contact, visits_to_come
from booking.customer_input import can_be_texted
from booking.formatting import moment_in_words
from booking.links import manage_url, visits_url
from booking.messages.email_texts import one_line, rendered, where_in_words
from booking.messages.sms_texts import link_text
from booking.models import Booking
from notifications.content import Email, Skip, Sms
from notifications.models import Channel, OutboxMessage
from stores.hours import today_start

TEMPLATE = "visits_list"


def write_visits_list(booking: Booking, message: OutboxMessage, /, *, now: datetime) -> Sms | Email | Skip:
    """Return the list for the customer of the visit that a message names, or why there is none.

    A text lists the visits booked with the number, an e-mail those booked with the address.
    """
    with translation.override(booking.locale):
        if message.channel == Channel.SMS:
            return _sms(booking, message, now=now)
        return _email(booking, now=now)


def _sms(booking: Booking, message: OutboxMessage, *, now: datetime) -> Sms | Skip:
    if not can_be_texted(booking.phone):
        return Skip("not_textable", instead=Channel.EMAIL if booking.email else None)
    if not visits_to_come(Contact(phone=booking.phone), now=now):
        return Skip("no_visits")
    until = message.due_at + timedelta(hours=25)  # a day, and the rest of an hour
    link = visits_url(booking.reference, booking.link_number, contact="phone", hour=int(until.timestamp() // 3600))
    zone = ZoneInfo(booking.store.time_zone)
    return Sms(
        to=booking.phone,
        body=link_text(TEMPLATE, store_name=booking.store.name, link=link),
        budget_since=today_start(now, zone),
    )


def _email(booking: Booking, *, now: datetime) -> Email | Skip:
    visits = visits_to_come(Contact(email=booking.email), now=now)
    if not visits:
        return Skip("no_visits")
    context = {
        "store_name": one_line(booking.store.name),
        "heading": rendered(f"email/{TEMPLATE}.heading.txt", {"count": len(visits)}),
        "visits": [
            {
                "when": moment_in_words(visit.starts_at, ZoneInfo(visit.store.time_zone)),
                "where": [one_line(visit.store.name), *where_in_words(visit)],
                "manage_url": manage_url(visit.reference, visit.link_number),
            }
            for visit in visits
        ],
    }
    return Email(
        to=booking.email,
        subject=rendered(f"email/{TEMPLATE}.subject.txt", {}),
        text=render_to_string(f"email/{TEMPLATE}.txt", context).strip() + "\n",
        html=render_to_string(f"email/{TEMPLATE}.html", context).strip() + "\n",
        sender_name=booking.store.name,
    )
