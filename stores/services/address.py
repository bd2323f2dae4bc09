"""Changes of a store's name, address and position by the people who run it."""

from collections.abc import Mapping
from datetime import datetime
from math import isfinite

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F

from stores.models import Store
from stores.search.index import index_stores
from stores.services.changes import record_change
from stores.services.values import BadValue, lock, short_text
from stores.words import search_text

ADDRESS_LONGEST = {"name": 255, "street": 255, "postal_code": 20, "town": 120}
DEGREES_MOST = {"latitude": 90.0, "longitude": 180.0}


@transaction.atomic
def save_address(
    *,
    store: Store,
    name: str,
    street: str,
    postal_code: str,
    town: str,
    latitude: float,
    longitude: float,
    user: User | None,
    now: datetime,
) -> None:
    """Change a store's name, address and position; imports keep from then on what differs. Raises BadValue.

    The slug stays, so that links and printed sheets go on working. Locks the store's row.
    """
    typed = {"name": name, "street": street, "postal_code": postal_code, "town": town}
    texts = {
        field: short_text(text, field=field, longest=ADDRESS_LONGEST[field], is_required=field == "name")
        for field, text in typed.items()
    }
    place = {"latitude": latitude, "longitude": longitude}
    _check_position(place)
    known = lock(store)
    wanted: dict[str, str | float] = {**texts, **place}
    before = {field: getattr(known, field) for field in wanted}
    changed = {field for field, value in wanted.items() if value != before[field]}
    if not changed:
        return
    if not changed.isdisjoint(place):
        changed |= set(place)  # a position is one thing: half of an import's would be nowhere
    text = search_text(name=texts["name"], town=texts["town"], postal_code=texts["postal_code"])
    Store.objects.filter(pk=store.pk).update(
        **wanted,
        own_address=sorted({*known.own_address, *changed}),
        search_text=text,
        hours_version=F("hours_version") + 1,  # rules that are kept for availability hold the name
    )
    index_stores(texts={known.slug: text})
    record_change(store=store, user=user, what="address", before=before, after=wanted, now=now)


def _check_position(place: Mapping[str, float]) -> None:
    for field, degrees in place.items():
        if not isfinite(degrees) or abs(degrees) > DEGREES_MOST[field]:
            raise BadValue(field, "out_of_range")
