"""Writes a simulated chain in batches, each whole and with right books. Nothing of it is ever sent.

Stores come in as any import's do. Visits are written in bulk, with their history, the counters of their slots and the
versions of their days. They have no messages: no text can be sent to the numbers of their customers.
"""

from collections import Counter, defaultdict
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db import transaction

from booking.models import WEB_SOURCES, Booking, BookingEvent, Status
from booking.operations.simulation.stores import (
    COUNTRY,
    PREFIX,
    SLOT_MINUTES,
    ZONE,
    SimulatedStore,
    SimulationPlan,
    draw_stores,
)
from booking.operations.simulation.visits import SimulatedVisit, draw_visits
from booking.tokens import new_reference
from stores.imports.geojson import ImportDefaults, import_store
from stores.models import CapacityCounts, Desk, OrganizationKind, Slot, Store, StoreDay, VisitType
from stores.services.organizations import save_organization

VISITS_AT_ONCE = 4000
STORES_AT_ONCE = 100
_ROWS_AT_ONCE = 1000  # of one statement
_REFERENCES_AT_ONCE = 500


class Written(NamedTuple):
    """Counts of a part of a chain: stores and visits that were made, and stores that were there before."""

    stores_made: int = 0
    visits: int = 0
    stores_found: int = 0


@dataclass(slots=True)
class _Batch:
    """Stores of the chain with their visits, written in one transaction."""

    stores: list[tuple[SimulatedStore, list[SimulatedVisit]]] = field(default_factory=list)
    visits: int = 0

    def add(self, store: SimulatedStore, visits: list[SimulatedVisit]) -> None:
        self.stores.append((store, visits))
        self.visits += len(visits)

    @property
    def is_full(self) -> bool:
        return self.visits >= VISITS_AT_ONCE or len(self.stores) >= STORES_AT_ONCE


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a visit takes place: ids of rows."""

    store_id: int
    slug: str
    desk_id: int
    capacity: int
    visit_types: dict[str, int]
    keep_days: int


def has_other_stores() -> bool:
    """Tell whether the database has stores that were not simulated."""
    return Store.objects.exclude(source_id__startswith=f"{PREFIX}/").exists()


def write_simulation(plan: SimulationPlan) -> Generator[Written, None, None]:
    """Write a chain; yield what each transaction wrote, once it is committed.

    Stores of the same seed that are there already stay as they are: a run that was stopped can be run again.
    """
    there = set(
        Store.objects.filter(source_id__startswith=f"{PREFIX}/{plan.seed}/").values_list("source_id", flat=True)
    )
    batch = _Batch()
    for store in draw_stores(plan):
        if store.fields.source_id in there:
            yield Written(stores_found=1)
            continue
        batch.add(store, draw_visits(plan, store))
        if batch.is_full:
            _write(plan, batch)
            yield Written(len(batch.stores), batch.visits)
            batch = _Batch()
    if batch.stores:
        _write(plan, batch)
        yield Written(len(batch.stores), batch.visits)


@transaction.atomic
def _write(plan: SimulationPlan, batch: _Batch) -> None:
    slugs = [_import(store, plan.now) for store, _visits in batch.stores]
    save_organization(
        slug=f"{PREFIX}-{plan.seed}", name=f"Chaîne d’essai {plan.seed}", kind=OrganizationKind.CHAIN, stores=slugs,
        now=plan.now,
    )  # fmt: skip
    places = _places(slugs)
    visits = [(places[slug], visit) for slug, (_, drawn) in zip(slugs, batch.stores, strict=True) for visit in drawn]
    references = _new_references(len(visits))
    bookings = [
        _booking(place, visit, reference, now=plan.now)
        for (place, visit), reference in zip(visits, references, strict=True)
    ]
    Booking.objects.bulk_create(bookings, batch_size=_ROWS_AT_ONCE)
    lines = [line for booking, (_, visit) in zip(bookings, visits, strict=True) for line in _history(booking, visit)]
    BookingEvent.objects.bulk_create(lines, batch_size=_ROWS_AT_ONCE)
    Slot.objects.bulk_create(_slots(visits), batch_size=_ROWS_AT_ONCE)
    StoreDay.objects.bulk_create(_days(visits), batch_size=_ROWS_AT_ONCE)


def _import(store: SimulatedStore, now: datetime) -> str:
    defaults = ImportDefaults(
        slot_minutes=SLOT_MINUTES,
        capacity=store.capacity,
        capacity_counts=CapacityCounts.PEOPLE,
        time_zone=ZONE.key,
        country=COUNTRY,
    )
    return import_store(fields=store.fields, defaults=defaults, now=now).slug


def _places(slugs: Sequence[str]) -> dict[str, _Place]:
    types: dict[int, dict[str, int]] = defaultdict(dict)
    for store_id, slug, pk in VisitType.objects.filter(store__slug__in=slugs).values_list("store_id", "slug", "pk"):
        types[store_id][slug] = pk
    desks = Desk.objects.filter(store__slug__in=slugs).select_related("store")
    return {
        desk.store.slug: _Place(
            desk.store_id, desk.store.slug, desk.pk, desk.capacity, types[desk.store_id], desk.store.keep_days
        )
        for desk in desks
    }


def _new_references(count: int) -> list[str]:
    """Return references that no booking has."""
    found: set[str] = set()
    while len(found) < count:
        drawn = [new_reference() for _ in range(min(_REFERENCES_AT_ONCE, count - len(found)))]
        known = set(Booking.objects.filter(reference__in=drawn).values_list("reference", flat=True))
        found |= set(drawn) - known
    return sorted(found)


def _booking(place: _Place, visit: SimulatedVisit, reference: str, *, now: datetime) -> Booking:
    """Return the row of a visit; the customer of an old one is erased, as the retention rule would do."""
    ends_at = visit.slots[-1].ends_at
    is_erased = ends_at < now - timedelta(days=place.keep_days)
    return Booking(
        reference=reference,
        store_id=place.store_id,
        desk_id=place.desk_id,
        visit_type_id=place.visit_types[visit.visit_type],
        starts_at=visit.slots[0].starts_at,
        ends_at=ends_at,
        visit_date=visit.visit_date,
        party_size=visit.party_size,
        places=visit.party_size,
        takes_web_places=visit.source in WEB_SOURCES,
        status=visit.status,
        source=visit.source,
        name="" if is_erased else visit.name,
        phone="" if is_erased else visit.phone,
        locale=visit.locale,
        checked_in_at=visit.reached_at("checked_in"),
        started_at=visit.reached_at("started"),
        completed_at=visit.reached_at("completed"),
        created_at=visit.booked_at,
        updated_at=now if is_erased else visit.course[-1].at,
        erased_at=now if is_erased else None,
    )


def _history(booking: Booking, visit: SimulatedVisit) -> Iterator[BookingEvent]:
    for step in visit.course:
        yield BookingEvent(
            booking_id=booking.pk,
            kind=step.kind,
            at=step.at,
            happened_at=step.at,
            actor=step.actor,
            from_status=step.from_status,
            to_status=step.to_status,
        )


def _slots(visits: Sequence[tuple[_Place, SimulatedVisit]]) -> list[Slot]:
    """Return the row of each slot that a visit takes places of."""
    rows: dict[tuple[int, datetime], Slot] = {}
    for place, visit in visits:
        for slot in visit.slots if visit.status != Status.CANCELLED else ():
            row = rows.get((place.desk_id, slot.starts_at))
            if row is None:
                row = rows[place.desk_id, slot.starts_at] = Slot(
                    store_id=place.store_id,
                    desk_id=place.desk_id,
                    starts_at=slot.starts_at,
                    ends_at=slot.ends_at,
                    capacity=place.capacity,
                )
            row.places_taken += visit.party_size
            row.places_taken_web += visit.party_size if visit.source in WEB_SOURCES else 0
    return list(rows.values())


def _days(visits: Sequence[tuple[_Place, SimulatedVisit]]) -> list[StoreDay]:
    """Return the version of each day: one for each step of one of its visits."""
    steps: Counter[tuple[int, date]] = Counter()
    for place, visit in visits:
        steps[place.store_id, visit.visit_date] += len(visit.course)
    return [StoreDay(store_id=store_id, date=day, version=count) for (store_id, day), count in steps.items()]
