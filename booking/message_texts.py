"""What messages say: one text message segment, or an e-mail, in the active language."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.utils.dates import MONTHS_AP, WEEKDAYS_ABBR
from django.utils.translation import gettext as _

from booking.links import manage_url
from booking.models import Booking
from booking.texts import moment_in_words, time_in_words
from notifications.gsm7 import SEGMENT_SEPTETS, septets, to_gsm7

SMS_TEXTS = (
    "confirmation",
    "reminder",
    "change",
    "new_hours",
    "cancellation",
    "attendance_confirmed",
    "not_coming",
    "place_offered",
)
LEAST_NAME = 20  # septets that a store's name is never cut below
GOOD_NAME = 30  # what it should have before the day is spelled out
LONGEST_TIME = "22 h 45"


@dataclass(frozen=True, slots=True)
class EmailText:
    """An e-mail's words."""

    subject: str
    text: str
    html: str


def sms_text(
    template: str,
    *,
    store_name: str,
    starts_at: datetime,
    zone: ZoneInfo,
    link: str,
    may_reply: bool = False,
    until: str = LONGEST_TIME,
) -> str:
    """Return a text message, one segment of GSM-7: the day is shortened first, then the store's name.

    `may_reply` asks for an answer where there is room for the question; `until` says how long a place is kept.
    """
    name = to_gsm7(" ".join(store_name.split()))
    long, short = moment_in_words(starts_at, zone), short_moment(starts_at, zone)
    forms = [(long, True), (long, False), (short, False)] if may_reply else [(long, False), (short, False)]
    for when, asks in forms:
        room = room_for_name(template, when=when, link=link, may_reply=asks, until=until)
        if room >= min(septets(name), GOOD_NAME):
            break
    return _sms(template, store=shortened(name, room), when=when, link=link, may_reply=asks, until=until)


def room_for_name(template: str, *, when: str, link: str, may_reply: bool = False, until: str = LONGEST_TIME) -> int:
    """Return how many septets of one segment a text leaves to the store's name."""
    with_one = _sms(template, store="-", when=when, link=link, may_reply=may_reply, until=until)
    return SEGMENT_SEPTETS - septets(with_one) + 1


def short_moment(starts_at: datetime, zone: ZoneInfo) -> str:
    """Return "Tue 4 March, 10:15", « mar 4 mars à 10 h 15 »."""
    day = starts_at.astimezone(zone).date()
    words = _("{weekday} {day} {month}").format(
        weekday=WEEKDAYS_ABBR[day.weekday()], day=day.day, month=MONTHS_AP[day.month]
    )
    return _("{day}, {time}").format(day=words, time=time_in_words(starts_at, zone))


def shortened(name: str, room: int) -> str:
    """Return as much of a name as fits in `room` septets, cut between words unless that leaves little."""
    cut = name
    while septets(cut) > room:
        cut = cut[:-1]
    if cut != name and name[len(cut)] != " ":
        words = cut.rpartition(" ")[0]
        cut = words if septets(words) >= room // 2 else cut
    return cut.rstrip(" ,;:-(")


def email_text(template: str, booking: Booking) -> EmailText:
    """Return an e-mail about a visit; nothing in it was typed by whoever booked."""
    context = {
        "booking": booking,
        "store": booking.store,
        "store_name": " ".join(booking.store.name.split()),
        "when": moment_in_words(booking.starts_at, ZoneInfo(booking.store.time_zone)),
        "manage_url": manage_url(booking.reference),
    }
    return EmailText(
        subject=" ".join(render_to_string(f"email/{template}.subject.txt", context).split()),
        text=render_to_string(f"email/{template}.txt", context).strip() + "\n",
        html=render_to_string(f"email/{template}.html", context).strip() + "\n",
    )


def _sms(template: str, **context: object) -> str:
    return to_gsm7(render_to_string(f"sms/{template}.txt", context).strip())
