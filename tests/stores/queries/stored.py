"""Stores as tests of the queries store them."""

from datetime import UTC, date, datetime
from typing import Any

from stores.models import Store
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
