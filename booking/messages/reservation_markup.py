"""A visit as schema.org describes it, for programs that read e-mails: nothing in it was typed by a customer."""

import json
from zoneinfo import ZoneInfo

from django.utils.safestring import SafeString, mark_safe

from booking.links import manage_url
from booking.models import Booking, Status
from stores.models import Store, VisitMode

# As django.utils.html.json_script writes them: nothing in the block ends it or looks like a tag.
_ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


def reservation_as_json_ld(booking: Booking) -> SafeString:
    """Return a visit's JSON-LD, safe to stand in a script element; it says neither who comes nor what for."""
    text = json.dumps(_reservation(booking), ensure_ascii=False, separators=(",", ":"))
    return mark_safe(text.translate(_ESCAPES))  # noqa: S308 -- no < > & is left


def _reservation(booking: Booking) -> dict[str, object]:
    store, zone = booking.store, ZoneInfo(booking.store.time_zone)
    is_cancelled = booking.status == Status.CANCELLED
    return {
        "@context": "https://schema.org",
        "@type": "EventReservation",
        "reservationNumber": booking.reference,
        "reservationStatus": f"https://schema.org/Reservation{'Cancelled' if is_cancelled else 'Confirmed'}",
        "modifiedTime": booking.updated_at.astimezone(zone).isoformat(timespec="seconds"),
        "url": manage_url(booking.reference, booking.link_number),
        "modifyReservationUrl": manage_url(booking.reference, booking.link_number),
        "provider": {"@type": "Store", "name": _line(store.name)},
        "reservationFor": {
            "@type": "Event",
            "name": _line(store.name),
            "startDate": booking.starts_at.astimezone(zone).isoformat(timespec="seconds"),
            "endDate": booking.ends_at.astimezone(zone).isoformat(timespec="seconds"),
            "eventStatus": f"https://schema.org/Event{'Cancelled' if is_cancelled else 'Scheduled'}",
            "location": _location(booking),
        },
    }


def _location(booking: Booking) -> dict[str, object]:
    store = booking.store
    if booking.visit_type.mode != VisitMode.STORE:
        return {
            "@type": "VirtualLocation",
            "name": _line(store.name),
            "url": manage_url(booking.reference, booking.link_number),
        }
    return {"@type": "Store", "name": _line(store.name), "address": _address(store), **_telephone(store)}


def _address(store: Store) -> dict[str, str]:
    fields = {
        "streetAddress": store.street,
        "postalCode": store.postal_code,
        "addressLocality": store.town,
        "addressCountry": store.country,
    }
    return {"@type": "PostalAddress", **{name: value for name, value in fields.items() if value}}


def _telephone(store: Store) -> dict[str, str]:
    return {"telephone": store.phone} if store.phone else {}


def _line(text: str) -> str:
    return " ".join(text.split())
