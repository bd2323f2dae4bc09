"""Public data of stores: for a list, for the page of one, and for both with the rules of their slots."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from zoneinfo import ZoneInfo

from stores.absences import Absence
from stores.hours import ONE_DAY, WeeklyInterval
from stores.queries.one_store import POLICY, RULES, ReadStore, read_store, read_stores, rules_of
from stores.slots import StoreRules


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSummary:
    """A store as a list shows it; `distance_km` is set in searches near a place."""

    slug: str
    name: str
    street: str
    postal_code: str
    town: str
    country: str
    latitude: float
    longitude: float
    time_zone: str
    phone: str
    website: str
    wheelchair: str
    notice: str
    distance_km: float | None = None


@dataclass(frozen=True, slots=True)
class VisitTypeDetail:
    slug: str
    name: str
    minutes: int
    what_to_bring: str
    max_party_size: int
    mode: str = "store"
    id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreDetail(StoreSummary):
    """All public data of a store."""

    slot_minutes: int
    capacity_counts: str
    minimum_notice_minutes: int
    booking_horizon_days: int
    change_until_minutes: int
    open_bookings_per_customer: int
    keep_days: int
    weekly: tuple[WeeklyInterval, ...]
    special: dict[date, tuple[tuple[time, time], ...]]
    closings: tuple[Absence, ...]
    visit_types: tuple[VisitTypeDetail, ...]

    @property
    def zone(self) -> ZoneInfo:
        """The zone that rules every day and hour of the store."""
        return ZoneInfo(self.time_zone)


@dataclass(frozen=True, slots=True)
class ListedStore:
    """A store in a list that also shows the opening hours and the first free place."""

    store: StoreSummary
    rules: StoreRules


SUMMARY = (
    *("slug", "name", "street", "postal_code", "town", "country", "latitude", "longitude", "time_zone"),
    *("phone", "website", "wheelchair", "notice"),
)
DETAIL = (*SUMMARY, *POLICY)


def store_detail(slug: str, *, from_date: date | None = None) -> StoreDetail | None:
    """Return a store in full, with its special hours from `from_date` on; None if unknown. One SQL statement."""
    found = read_store(slug, DETAIL, special_from=from_date or date.max)
    return detail_of(found) if found else None


def detail_of(found: ReadStore) -> StoreDetail:
    """Return a store in full from what was read."""
    slot_minutes = found.columns["slot_minutes"]
    return StoreDetail(
        **{name: found.columns[name] for name in DETAIL},
        weekly=found.weekly,
        special=found.special,
        closings=found.closings,
        visit_types=tuple(
            VisitTypeDetail(
                kind.slug,
                kind.name,
                kind.slot_count * slot_minutes,
                kind.what_to_bring,
                kind.max_party_size,
                kind.mode,
                kind.id,
            )
            for kind in found.visit_types
            if kind.is_active
        ),
    )


def listed_stores(slugs: Sequence[str], *, from_date: date) -> list[ListedStore]:
    """Return stores in this order with the rules of their slots; one SQL statement for any number of stores.

    Special hours begin on the day before `from_date`, as in `store_rules`. Unknown stores are left out.
    """
    columns = tuple(dict.fromkeys((*SUMMARY, *RULES)))
    special_from = max(from_date, date.min + ONE_DAY) - ONE_DAY
    found = {one.columns["slug"]: one for one in read_stores(slugs, columns, special_from=special_from)}
    return [
        ListedStore(StoreSummary(**{name: found[slug].columns[name] for name in SUMMARY}), rules_of(found[slug]))
        for slug in slugs
        if slug in found
    ]
