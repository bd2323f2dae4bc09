"""Visits made by hand, for tests of what is said about them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from booking.models import Booking, Source, Status
from stores.models import Desk, Store, VisitType
from tests.factories import NOW, at, make_store


def unsaved_store(**fields: Any) -> Store:
    """Return a shop in Niort that no database knows."""
    defaults: dict[str, Any] = {
        "slug": "pharmacie-du-port-niort",
        "name": "Pharmacie du Port",
        "street": "1 quai du Test",
        "postal_code": "79000",
        "town": "Niort",
        "country": "FR",
        "latitude": 46.3239,
        "longitude": -0.4645,
        "time_zone": "Europe/Paris",
        "email": "port@example.org",
    }
    return Store(**(defaults | fields))


def unsaved_booking(**fields: Any) -> Booking:
    """Return a visit of half an hour to such a shop."""
    starts_at = fields.get("starts_at", datetime(2026, 12, 1, 9, 15, tzinfo=UTC))
    defaults: dict[str, Any] = {
        "reference": "K7Q29X4M",
        "store": fields.get("store") or unsaved_store(),
        "visit_type": VisitType(slug="advice", name="Advice"),
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(minutes=30),
        "party_size": 2,
        "status": Status.CONFIRMED,
        "name": "Ada Test",
        "phone": "+33612345678",
        "email": "ada@example.org",
        "note": "Rings twice",
        "locale": "en",
        "updated_at": datetime(2026, 11, 1, 8, 0, 0, 123456, tzinfo=UTC),
    }
    return Booking(**(defaults | fields))


def stored_booking(store: Store | None = None, **fields: Any) -> Booking:
    """Store a visit, on the Tuesday after NOW, without the services: for those who only read."""
    store = store or make_store(name="Pharmacie du Port", email="port@example.org")
    starts_at = fields.get("starts_at", at(10, 15))
    values = {
        "reference": "K7Q29X4M",
        "desk": fields.get("desk") or Desk.objects.get(store=store),
        "visit_type": VisitType.objects.get(store=store, slug="advice"),
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(minutes=30),
        "visit_date": starts_at.date(),
        "party_size": 2,
        "places": 2,
        "takes_web_places": True,
        "source": Source.WEB,
        "name": "Ada Test",
        "phone": "+33612345678",
        "email": "ada@example.org",
        "note": "Rings twice",
        "locale": "en",
        "created_at": NOW,
        "updated_at": NOW,
        **fields,
    }
    return Booking.objects.create(store=store, **values)
