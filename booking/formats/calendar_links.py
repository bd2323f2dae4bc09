"""Links that open a visit as a new entry of a calendar on the web. Nothing is asked there before they are pressed.

They hold what the store says of itself, and the visit's page without its token: no secret, no name of a customer.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from booking.formatting import store_address
from booking.links import manage_page_url
from booking.models import Booking
from stores.models import VisitMode

_GOOGLE = "https://calendar.google.com/calendar/render"
_OUTLOOK = "https://outlook.live.com/calendar/0/deeplink/compose"


@dataclass(frozen=True, slots=True)
class CalendarLinks:
    """The addresses by which a visit is put into a calendar on the web."""

    google_url: str
    outlook_url: str


def calendar_links(booking: Booking) -> CalendarLinks:
    """Return the links for a visit, in the active language."""
    store = booking.store
    title = _("Visit: {store}").format(store=store.name)
    told = _("See, change or cancel this visit: {url}").format(url=manage_page_url(booking.reference))
    is_there = booking.visit_type.mode == VisitMode.STORE
    place = ", ".join(part for part in (store.name, store_address(store)) if part) if is_there else store.name
    google = {
        "action": "TEMPLATE",
        "text": title,
        "dates": f"{_plain(booking.starts_at)}/{_plain(booking.ends_at)}",
        "ctz": store.time_zone,
        "location": place,
        "details": told,
    }
    outlook = {
        "path": "/calendar/action/compose",
        "rru": "addevent",
        "subject": title,
        "startdt": booking.starts_at.astimezone(UTC).isoformat(),
        "enddt": booking.ends_at.astimezone(UTC).isoformat(),
        "location": place,
        "body": told,
    }
    return CalendarLinks(f"{_GOOGLE}?{urlencode(google)}", f"{_OUTLOOK}?{urlencode(outlook)}")


def _plain(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"
