"""Markup of a visit (schema.org) for programs that read e-mails; it contains no text of the customer."""

from zoneinfo import ZoneInfo

from django.utils.safestring import SafeString

from booking.formats.json_ld import json_ld
from booking.links import manage_url
from booking.models import Booking, Status
from stores.models import Store, VisitMode


def reservation_as_json_ld(booking: Booking) -> SafeString:
    """Return a visit's JSON-LD, safe to stand in a script element; it names neither the customer nor the visit type."""
    return json_ld(_reservation(booking))


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
