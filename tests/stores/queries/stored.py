"""Stores as tests of the queries store them."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from stores.models import Desk, DeskHours, OpeningHours, SpecialHours, Store, VisitType
from stores.search.index import index_store
from stores.words import search_text

MONDAY = date(2026, 11, 23)


def make_store(slug: str = "corner-shop", **fields: Any) -> Store:
    values: dict[str, Any] = {
        "name": "Corner Shop",
        "town": "Niort",
        "postal_code": "79000",
        "country": "FR",
        "latitude": 46.32,
        "longitude": -0.46,
        "time_zone": "Europe/Paris",
        "created_at": datetime(2026, 11, 1, tzinfo=UTC),
        **fields,
    }
    text = search_text(name=str(values["name"]), town=str(values["town"]), postal_code=str(values["postal_code"]))
    store = Store.objects.create(slug=slug, search_text=text, **values)
    index_store(store=store)
    return store


def make_full_store() -> Store:
    """Return a store with everything, its parts made in another order than they stand in."""
    store = make_store(street="1 Rue de la Gare", phone="+33549240039", notice="Ring twice.", wheelchair="yes")
    for weekday, opens, closes in ((4, time(20), time(2)), (0, time(14), time(19)), (0, time(9), time(12, 30))):
        OpeningHours.objects.create(store=store, weekday=weekday, opens=opens, closes=closes)
    SpecialHours.objects.create(store=store, date=MONDAY, opens=time(15), closes=time(16))
    SpecialHours.objects.create(store=store, date=MONDAY, opens=time(10), closes=time(11))
    SpecialHours.objects.create(store=store, date=MONDAY - timedelta(days=1))
    SpecialHours.objects.create(store=store, date=MONDAY - timedelta(days=2))
    second = Desk.objects.create(store=store, slug="ada", name="Ada Test", capacity=1, position=1)
    DeskHours.objects.create(desk=second, weekday=0, opens=time(9), closes=time(10))
    Desk.objects.create(store=store, slug="main", name="Main desk", capacity=3, kept_back=1, position=0)
    Desk.objects.create(store=store, slug="old", name="Old desk", capacity=3, position=2, is_active=False)
    VisitType.objects.create(store=store, slug="advice", name="Advice", slot_count=2, position=1)
    VisitType.objects.create(store=store, slug="visit", name="Visit", what_to_bring="A card", position=0)
    VisitType.objects.create(store=store, slug="old", name="Old", position=2, is_active=False)
    return store
