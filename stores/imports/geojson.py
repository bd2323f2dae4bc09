"""Import of stores from GeoJSON: each feature makes a store, or updates one."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.module_loading import import_string

from stores.hours import WeeklyInterval
from stores.locks import lock_imported_alone
from stores.models import CapacityCounts, Desk, Store, VisitType
from stores.osm.features import StoreFields, phone_of
from stores.search.index import index_store, index_stores
from stores.services import hours_in_text, record_change, replace_opening_hours, weekly_hours
from stores.time_zones import country_of
from stores.words import search_text, slug_from

DEFAULT_ZONE = "Europe/Paris"
LARGEST_PARTY = 4
SLUG_LONGEST = 80
_CONTACT = ("phone", "email", "website", "wheelchair")
_ADDRESS = ("name", "street", "postal_code", "town", "country", "latitude", "longitude")
_TOLD = (*_ADDRESS, "time_zone", *_CONTACT)


class ImportOutcome(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class ImportDefaults:
    """The values of a new store for everything that its feature leaves out.

    An existing store keeps its values, except for a `time_zone` or `country` given here; "" means not given.
    """

    slot_minutes: int = 15
    capacity: int = 2
    capacity_counts: str = CapacityCounts.PEOPLE
    time_zone: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class Imported:
    """The result of one import; `hours_problem` says why hours could not be read and what the store has now.

    `kept` are the columns of name, address and position that stay as people changed them, though the feature differs.
    """

    outcome: ImportOutcome
    slug: str
    hours_problem: str
    kept: tuple[str, ...] = ()


@transaction.atomic
def import_store(
    *, fields: StoreFields, defaults: ImportDefaults, now: datetime, slugs_taken: Collection[str] = ()
) -> Imported:
    """Create the store that a feature describes, or update it; locks the row of an existing store.

    The desks, visit types, policy and texts of an existing store stay as its members left them. So do its hours until
    the hours of the feature change, and its contact until that of the feature changes. What people changed of its name,
    address and position stays for good. `slugs_taken` are slugs that a
    new store must not get, besides those of other stores.
    """
    store = lock_imported_alone(fields.source_id)
    if store is None:
        slug = _create(fields, defaults, now, slugs_taken)
        return Imported(ImportOutcome.CREATED, slug, fields.hours_why_not)
    kept = _kept(store, fields)
    is_changed = _update(store, fields, defaults, now)
    problem = fields.hours_why_not
    if problem and store.opening_hours.exists():
        problem += "; the hours stay as they were"
    return Imported(ImportOutcome.UPDATED if is_changed else ImportOutcome.UNCHANGED, store.slug, problem, kept)


def _kept(store: Store, fields: StoreFields) -> tuple[str, ...]:
    """Return the columns that people changed by hand and that the feature wants otherwise."""
    return tuple(
        name for name in _ADDRESS if name in store.own_address and getattr(store, name) != getattr(fields, name)
    )


def _create(fields: StoreFields, defaults: ImportDefaults, now: datetime, slugs_taken: Collection[str]) -> str:
    zone = defaults.time_zone or DEFAULT_ZONE
    country = fields.country or defaults.country or country_of(zone)
    store = Store.objects.create(
        slug=_free_slug(fields, slugs_taken),
        source_id=fields.source_id,
        time_zone=zone,
        slot_minutes=defaults.slot_minutes,
        capacity_counts=defaults.capacity_counts,
        source_hours=_digest(fields.weekly),
        created_at=now,
        **_described(fields, country),
    )
    index_store(store=store)
    replace_opening_hours(store, fields.weekly)
    Desk.objects.create(store=store, slug="main", name="Main desk", capacity=defaults.capacity)
    largest_party = min(LARGEST_PARTY, defaults.capacity)
    VisitType.objects.bulk_create(
        [
            VisitType(store=store, slug="visit", name="Visit", slot_count=1, max_party_size=largest_party, position=0),
            VisitType(
                store=store, slug="advice", name="Advice", slot_count=2, max_party_size=largest_party, position=1
            ),
        ]
    )
    after = {name: getattr(store, name) for name in _TOLD} | {"hours": hours_in_text(fields.weekly)}
    record_change(store=store, user=None, what="import", before={}, after=after, now=now)
    return store.slug


def _update(store: Store, fields: StoreFields, defaults: ImportDefaults, now: datetime) -> bool:
    """Update the locked store; tell whether anything changed."""
    wanted: dict[str, object] = dict(_described(fields, fields.country or defaults.country or store.country))
    if wanted["source_contact"] == store.source_contact:
        for name in _CONTACT:
            del wanted[name]
    for name in store.own_address:
        wanted[name] = getattr(store, name)
    searched = {name: str(wanted[name]) for name in ("name", "town", "postal_code")}
    wanted["search_text"] = search_text(**searched)
    wanted["time_zone"] = defaults.time_zone or store.time_zone
    if fields.weekly:
        wanted["source_hours"] = _digest(fields.weekly)
    changed = {name: value for name, value in wanted.items() if getattr(store, name) != value}
    if not changed:
        return False
    before = {name: getattr(store, name) for name in changed if name in _TOLD}
    after = {name: changed[name] for name in before}
    if "source_hours" in changed:
        before["hours"] = hours_in_text(weekly_hours(store))
        replace_opening_hours(store, fields.weekly)
        after["hours"] = hours_in_text(fields.weekly)
    record_change(store=store, user=None, what="import", before=before, after=after, now=now)
    are_slots_others = "source_hours" in changed or "time_zone" in changed
    if are_slots_others:
        changed["hours_version"] = F("hours_version") + 1
    Store.objects.filter(pk=store.pk).update(**changed)
    if "search_text" in changed:
        index_stores(texts={store.slug: str(wanted["search_text"])})
    if are_slots_others:
        import_string(settings.STORES_HOURS_CHANGED)(store_id=store.pk, now=now)
    return True


def _described(fields: StoreFields, country: str) -> dict[str, str | float]:
    """Return the columns whose values come from the feature."""
    contact = {
        "phone": phone_of(fields.phone, country),
        "email": fields.email,
        "website": fields.website,
        "wheelchair": fields.wheelchair,
    }
    return {
        "name": fields.name,
        "street": fields.street,
        "postal_code": fields.postal_code,
        "town": fields.town,
        "country": country,
        "latitude": fields.latitude,
        "longitude": fields.longitude,
        **contact,
        "source_contact": _digest_of("\n".join(contact[name] for name in _CONTACT)),
        "search_text": search_text(name=fields.name, town=fields.town, postal_code=fields.postal_code),
    }


def _free_slug(fields: StoreFields, slugs_taken: Collection[str]) -> str:
    """Return a slug that no store has, made from name and town, with a number if it is taken, else with the id."""
    own_id = slug_from(fields.source_id, "", longest=40)
    wanted = slug_from(fields.name, fields.town, longest=SLUG_LONGEST) or f"store-{own_id}".rstrip("-")
    endings = ["", *(f"-{number}" for number in range(2, 10)), f"-{own_id}", f"-{_digest_of(fields.source_id)[:16]}"]
    candidates = [wanted[: SLUG_LONGEST - len(ending)].rstrip("-") + ending for ending in endings]
    taken = {*slugs_taken, *Store.objects.filter(slug__in=candidates).values_list("slug", flat=True)}
    return next(slug for slug in candidates if slug not in taken)


def _digest(weekly: tuple[WeeklyInterval, ...]) -> str:
    """Return a digest of a week's hours, to compare them; "" for no hours."""
    return _digest_of(" ".join(f"{one.weekday} {one.opens}-{one.closes}" for one in weekly)) if weekly else ""


def _digest_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
