"""A store's day as a tablet keeps it: who is expected and what was done so far, without phone numbers or surnames."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db.models import OuterRef, Subquery

from booking.models import Booking, BookingEvent, EventKind
from booking.policy import UnknownStore
from stores.models import Store, StoreDay
from stores.queries import store_rules
from stores.slots import StoreRules, slots_by_desk

WIPED_AFTER = timedelta(minutes=30)
_STEPS = (EventKind.CHECKED_IN, EventKind.STARTED, EventKind.COMPLETED, EventKind.NO_SHOW)
_SHOWN = (*_STEPS, EventKind.UNDONE, EventKind.RESCHEDULED, EventKind.CANCELLED, EventKind.SAID_LATE)


class ArrivalVisit(NamedTuple):
    """One visit, as its row in the database says."""

    id: int
    reference: str
    name: str
    phone: str
    starts_at: datetime
    ends_at: datetime
    status: str
    source: str
    party_size: int
    late_minutes: int | None
    note: str
    answers: list[dict[str, str]]
    locale: str
    is_simple: bool
    is_for_someone_else: bool
    desk_was_chosen: bool
    checked_in_at: datetime | None
    started_at: datetime | None
    erased_at: datetime | None
    desk: str
    visit_type: str
    mode: str


class ArrivalEvent(NamedTuple):
    """What happened to a visit; `undone_by` is set where it was taken back."""

    booking_id: int
    id: int
    kind: str
    happened_at: datetime
    username: str | None
    action_id: UUID | None
    undone_by: int | None

    @property
    def is_open_step(self) -> bool:
        """Tell whether this is a step that could be taken back."""
        return self.kind in _STEPS and self.undone_by is None


@dataclass(frozen=True, slots=True)
class ArrivalsDay:
    """All visits of a day by time, with what happened to each; `wiped_at` is when a tablet forgets them."""

    rules: StoreRules
    date: date
    visits: tuple[ArrivalVisit, ...]
    events: dict[int, list[ArrivalEvent]]
    wiped_at: datetime


def arrivals_version(*, store: Store, date: date) -> str:
    """Return what the tablet's day is made from, with one statement; the clock's doing is the tablet's own."""
    day = StoreDay.objects.filter(store=OuterRef("pk"), date=date).values("version")[:1]
    hours, version = Store.objects.filter(pk=store.pk).values_list("hours_version", Subquery(day)).get()
    return f"{store.pk}.{date}.{hours}.{version or 0}"


def arrivals_day(*, store: str, date: date) -> ArrivalsDay:
    """Return a store's day with three statements, whatever the number of visits. Raises UnknownStore."""
    rules = store_rules(store, from_date=date)
    if rules is None:
        raise UnknownStore(store)
    visits, events = _read(rules.id, date, None)
    return ArrivalsDay(rules, date, visits, events, _wiped_at(rules, date, visits))


def arrivals_of(
    *, store: Store, references: Collection[str]
) -> tuple[list[ArrivalVisit], dict[int, list[ArrivalEvent]]]:
    """Return some visits of a store as they are now, whatever their day, with two statements."""
    visits, events = _read(store.pk, None, references)
    return list(visits), events


def _read(
    store_id: int, day: date | None, references: Collection[str] | None
) -> tuple[tuple[ArrivalVisit, ...], dict[int, list[ArrivalEvent]]]:
    chosen: dict[str, object] = {"store_id": store_id}
    if day is not None:
        chosen["visit_date"] = day
    if references is not None:
        chosen["reference__in"] = list(references)
    own = [*ArrivalVisit._fields[:-3], "desk__name", "visit_type__name", "visit_type__mode"]
    rows = Booking.objects.filter(**chosen).order_by("starts_at", "pk").values_list(*own)
    of_visit = {f"booking__{name}": value for name, value in chosen.items()}
    happened = (
        BookingEvent.objects.filter(kind__in=_SHOWN, **of_visit)
        .order_by("pk")
        .values_list("booking_id", "pk", "kind", "happened_at", "user__username", "action_id", "undone_by")
    )
    events: dict[int, list[ArrivalEvent]] = defaultdict(list)
    for event in happened:
        events[event[0]].append(ArrivalEvent(*event))
    return tuple([ArrivalVisit(*row) for row in rows]), events


def _wiped_at(rules: StoreRules, day: date, visits: Collection[ArrivalVisit]) -> datetime:
    """Return when the day is over: a while after the last slot and the last visit, and no sooner than both."""
    by_desk = slots_by_desk(rules, first_date=day, last_date=day)
    ends = [slots[-1].ends_at for slots in by_desk.values() if slots] + [visit.ends_at for visit in visits]
    midnight = datetime.combine(day + timedelta(days=1), datetime.min.time(), rules.zone)
    return (max(ends) if ends else midnight) + WIPED_AFTER
