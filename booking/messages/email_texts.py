"""Texts of e-mails: plain text and HTML with the same words, in the active language, or in its simple form."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from booking.formats.map_links import directions
from booking.formatting import moment_in_words, store_address, visit_type_name
from booking.links import calendar_url, manage_url
from booking.messages.reservation_markup import reservation_as_json_ld
from booking.models import Booking, Status, WaitingListEntry
from stores.models import VisitMode


@dataclass(frozen=True, slots=True)
class EmailText:
    """The words of an e-mail."""

    subject: str
    text: str
    html: str


def email_text(
    template: str, booking: Booking, *, was: datetime | None = None, own_words: str = "", says_switch: bool = False
) -> EmailText:
    """Return an e-mail about a visit, which may have been moved from another time; no customer typed any of it.

    `own_words` is a paragraph of the store's own. `says_switch` says where text messages are switched off.
    """
    store, zone = booking.store, ZoneInfo(booking.store.time_zone)
    context = {
        "booking": booking,
        "store": store,
        "store_name": one_line(store.name),
        "when": moment_in_words(booking.starts_at, zone),
        "desk": visit_type_name(booking.desk.name),
        "was": moment_in_words(was, zone) if was else "",
        "until": moment_in_words(booking.answer_until, zone) if booking.answer_until else "",
        "where": where_in_words(booking),
        "map_url": map_url_of(booking),
        "calendar_url": _calendar_url(booking),
        "manage_url": manage_url(booking.reference, booking.link_number),
        "markup": reservation_as_json_ld(booking),
        "own_words": own_words,
        "says_switch": says_switch,
    }
    # Its first line; what is said below it is no heading.
    heading, _line, lead = render_to_string(f"email/{template}.heading.txt", context).strip().partition("\n")
    context |= {"heading": one_line(heading), "lead": one_line(lead)}
    context["preheader"] = f"{context['when']}, {context['store_name']}"
    layout = "simple" if booking.is_simple else "base"
    return EmailText(
        subject=rendered(f"email/{template}.subject.txt", context),
        text=render_to_string(f"email/{layout}.txt", context).strip() + "\n",
        html=render_to_string(f"email/{layout}.html", context).strip() + "\n",
    )


def where_in_words(booking: Booking | WaitingListEntry) -> list[str]:
    """Return the lines below the store's name: its address, or the medium of the visit instead."""
    match booking.visit_type.mode:
        case VisitMode.PHONE if booking.phone:
            return [_("By phone: the store will call you at the number you gave.")]
        case VisitMode.PHONE:
            return [_("By phone: please call the store.")]
        case VisitMode.VIDEO:
            return [_("By video: the link appears on your visit's page 10 minutes before.")]
    address = store_address(booking.store)
    return [address] if address else []


def map_url_of(booking: Booking | WaitingListEntry) -> str:
    """Return the address of a map with the store; "" if the customer does not go there."""
    return directions(booking.store).map_url if booking.visit_type.mode == VisitMode.STORE else ""


def _calendar_url(booking: Booking) -> str:
    """Return the visit as a calendar file, "" for one that is cancelled, or cannot take place at its time."""
    takes_place = booking.status != Status.CANCELLED and booking.answer_until is None
    return "" if not takes_place else calendar_url(booking.reference, booking.link_number)


def rendered(template: str, context: Mapping[str, Any]) -> str:
    """Return a rendered template on one line."""
    return one_line(render_to_string(template, dict(context)))


def one_line(text: str) -> str:
    """Return a text without line breaks."""
    return " ".join(text.split())
