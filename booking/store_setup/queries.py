"""Queries of a store's set-up: hours, desks, visit types, questions, members; inactive ones included."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Max, Q

from booking.models import Booking, Status
from stores.hours import WeeklyInterval
from stores.models import CapacityCounts, Desk, DeskHours, OpeningHours, SpecialHours, Store, StoreMembership, VisitType
from stores.public_holidays import PublicHoliday, public_holidays
from stores.queries import Question, store_questions

A_YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """The hours of one date; no times means closed."""

    date: date
    times: tuple[tuple[time, time], ...]


@dataclass(frozen=True, slots=True)
class StoreSetup:
    """The whole set-up of a store, ordered by position, date and name."""

    weekly: tuple[WeeklyInterval, ...]
    special_days: tuple[SpecialDay, ...]
    desks: tuple[Desk, ...]
    visit_types: tuple[VisitType, ...]
    questions: tuple[Question, ...]
    members: tuple[StoreMembership, ...]
    has_feed: bool
    origins: tuple[str, ...]

    @property
    def unserved(self) -> frozenset[VisitType]:
        """The kinds of visit in use that no desk in use serves."""
        serving = [frozenset(desk.visit_types.all()) for desk in self.desks if desk.is_active]
        return frozenset(
            kind
            for kind in self.visit_types
            if kind.is_active and all(kinds and kind not in kinds for kinds in serving)
        )


def store_setup(store: Store, *, from_date: date) -> StoreSetup:
    """Return a store's set-up with its special hours from `from_date` on, with nine statements."""
    return StoreSetup(
        weekly=weekly_hours(store),
        special_days=special_days(store, from_date=from_date),
        desks=tuple(store.desks.prefetch_related("hours", "visit_types").order_by("position", "pk")),
        visit_types=tuple(store.visit_types.prefetch_related("hours").order_by("position", "pk")),
        questions=store_questions(store.slug),
        members=store_members(store),
        has_feed=bool(store.feed_digest),
        origins=tuple(store.embed_origins.split()),
    )


def weekly_hours(store: Store) -> tuple[WeeklyInterval, ...]:
    """Return a store's week."""
    return _intervals(store.opening_hours.order_by("weekday", "opens"))


def special_days(store: Store, *, from_date: date) -> tuple[SpecialDay, ...]:
    """Return the dates from `from_date` on that have hours of their own."""
    found: dict[date, tuple[tuple[time, time], ...]] = {}
    for row in SpecialHours.objects.filter(store=store, date__gte=from_date).order_by("date", "opens"):
        times = ((row.opens, row.closes),) if row.opens is not None and row.closes is not None else ()
        found[row.date] = found.get(row.date, ()) + times
    return tuple(SpecialDay(day, times) for day, times in found.items())


def count_visits(store: Store, dates: Collection[date], *, now: datetime) -> int:
    """Return how many visits are still to come on some days; no statement for no day."""
    if not dates:
        return 0
    ahead = Booking.objects.filter(store=store, visit_date__in=dates, status=Status.CONFIRMED, ends_at__gt=now)
    return ahead.count()


def holidays_ahead(store: Store, *, today: date, language: str) -> tuple[PublicHoliday, ...]:
    """Return the public holidays of the next twelve months on which the week's hours leave the store open."""
    open_weekdays = {one.weekday for one in weekly_hours(store)}
    settled = {one.date for one in special_days(store, from_date=today)}
    ahead = public_holidays(
        country=store.country,
        postal_code=store.postal_code,
        from_date=today,
        to_date=today + A_YEAR,
        language=language,
    )
    return tuple(day for day in ahead if day.date.weekday() in open_weekdays and day.date not in settled)


def desk_by_slug(store: Store, slug: str) -> tuple[Desk, tuple[WeeklyInterval, ...]] | None:
    """Return one of a store's desks with its own hours."""
    desk = store.desks.filter(slug=slug).first()
    return None if desk is None else (desk, _intervals(desk.hours.order_by("weekday", "opens")))


def active_desks(store: Store) -> tuple[Desk, ...]:
    """Return the desks that take visits."""
    return tuple(store.desks.filter(is_active=True).order_by("position", "pk"))


def active_visit_types(store: Store) -> tuple[VisitType, ...]:
    """Return the visit types that customers may choose."""
    return tuple(store.visit_types.filter(is_active=True).order_by("position", "pk"))


def largest_capacity(store: Store, visit_type: VisitType | None = None) -> int | None:
    """Return the places of the largest desk in use, of those that serve a kind of visit; None if there is none."""
    desks = store.desks.filter(is_active=True)
    if visit_type is not None:
        desks = desks.filter(Q(visit_types=None) | Q(visit_types=visit_type))
    largest: int | None = desks.aggregate(most=Max("capacity"))["most"]
    return largest


def largest_capacities(store: Store, *, without: Desk | None = None) -> dict[VisitType, int]:
    """Return for each kind of visit in use the places of the largest desk that serves it, 0 for none; three statements.

    `without` is a desk that does not count.
    """
    desks = (
        store.desks.filter(is_active=True)
        .exclude(pk__in=[without.pk] if without else [])
        .prefetch_related("visit_types")
    )
    serving = [(desk.capacity, {kind.pk for kind in desk.visit_types.all()}) for desk in desks]
    return {
        kind: max((places for places, served in serving if not served or kind.pk in served), default=0)
        for kind in active_visit_types(store)
    }


def served_kinds(desk: Desk) -> set[int]:
    """Return the ids of the kinds of visit that a desk serves; none for all."""
    return set(desk.visit_types.values_list("pk", flat=True))


@dataclass(frozen=True, slots=True)
class LargestParty:
    """The largest party allowed, and its visit type."""

    visit_type: VisitType
    size: int


@dataclass(frozen=True, slots=True)
class NeededDesk:
    """A desk in use that alone can take some parties; `elsewhere` is the capacity of the next largest desk."""

    party: LargestParty
    capacity: int
    elsewhere: int

    def is_too_small(self, capacity: int) -> bool:
        """Tell whether the largest party fits nowhere if the desk has fewer places; 0 means out of use."""
        return capacity < self.capacity and max(capacity, self.elsewhere) < self.party.size


def largest_party(store: Store) -> LargestParty | None:
    """Return the largest party that customers may choose; None if the store offers no visit."""
    kind = store.visit_types.filter(is_active=True).order_by("-max_party_size", "position", "pk").first()
    return None if kind is None else LargestParty(kind, kind.max_party_size)


def parties_without_desk(store_id: int) -> set[tuple[int, int]]:
    """Return the visit types in use whose largest party fits at no desk in use, each as its id and that party."""
    store = Store.objects.get(pk=store_id)
    if store.capacity_counts != CapacityCounts.PEOPLE or largest_capacity(store) is None:
        return set()
    found = largest_capacities(store).items()
    return {(kind.pk, kind.max_party_size) for kind, most in found if kind.max_party_size > most}


def needed_desk(store: Store, desk: Desk) -> NeededDesk | None:
    """Return the need for a desk: parties that fit at no other desk; None if there are none.

    A visit takes all its places at one desk, so two small desks cannot replace a large one.
    """
    if store.capacity_counts != CapacityCounts.PEOPLE or not desk.is_active:
        return None
    served = served_kinds(desk)
    needs = [
        NeededDesk(LargestParty(kind, kind.max_party_size), desk.capacity, elsewhere)
        for kind, elsewhere in largest_capacities(store, without=desk).items()
        if (not served or kind.pk in served) and elsewhere < min(kind.max_party_size, desk.capacity)
    ]
    return max(needs, key=lambda need: need.party.size, default=None)


def visit_type_by_slug(store: Store, slug: str) -> VisitType | None:
    """Return one of a store's visit types."""
    return store.visit_types.filter(slug=slug).first()


def store_members(store: Store) -> tuple[StoreMembership, ...]:
    """Return the members of a store, by user name."""
    return tuple(store.memberships.select_related("user").order_by("user__username"))


def _intervals(rows: Iterable[OpeningHours] | Iterable[DeskHours]) -> tuple[WeeklyInterval, ...]:
    return tuple(WeeklyInterval(row.weekday, row.opens, row.closes) for row in rows)
