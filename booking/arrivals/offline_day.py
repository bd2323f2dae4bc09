"""The working day that a tablet stores offline: its visits, without phone numbers and surnames."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import OuterRef, Subquery, Sum

from booking.accounts.own_details import shown_name_of
from booking.arrivals.step_rules import STEPS
from booking.bookings.visit_facts import VisitFacts
from booking.models import Booking, BookingEvent, EventKind
from booking.models.busy_visits import AT_BUSY_TIME
from booking.models.moment_texts import Moments, moment_text
from booking.working_days import WorkingDay, quarter_before, working_day
from stores.hours import ONE_DAY, day_start
from stores.models import Store, StoreDay
from stores.queries import rules_around
from stores.slots import StoreRules

_MOMENTS = 6  # the first fields of a visit, which are read as text
WIPED_AFTER = timedelta(minutes=30)
_STEPS = tuple(EventKind(step.event) for step in STEPS.values())
_SHOWN = (*_STEPS, EventKind.UNDONE, EventKind.RESCHEDULED, EventKind.CANCELLED, EventKind.SAID_LATE)


class ArrivalVisit(NamedTuple):
    """One visit, with the values of its row in the database."""

    starts_at: datetime
    ends_at: datetime
    answer_until: datetime | None
    checked_in_at: datetime | None
    started_at: datetime | None
    erased_at: datetime | None
    id: int
    reference: str
    name: str
    phone: str
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
    language: str
    at_busy_time: bool
    desk: str
    visit_type: str
    mode: str

    @property
    def facts(self) -> VisitFacts:
        """The facts that staff should know; a tablet gets no address of a video call."""
        return VisitFacts(
            status=self.status,
            mode=self.mode,
            video_url="",
            phone=self.phone,
            late_minutes=self.late_minutes,
            was_asked_to_move=self.answer_until is not None,
            busy_desk=self.desk if self.at_busy_time else "",
            is_for_someone_else=self.is_for_someone_else,
            desk=self.desk if self.desk_was_chosen else "",
            is_simple=self.is_simple,
            locale=self.locale,
            answers=self.answers,
            language=self.language,
        )


class ArrivalEvent(NamedTuple):
    """An event of a visit; `undone_by` is set if it was taken back."""

    booking_id: int
    id: int
    kind: str
    happened_at: datetime
    who: str | None
    action_id: UUID | None
    undone_by: int | None

    @property
    def is_open_step(self) -> bool:
        """Tell whether this is a step that could be taken back."""
        return self.kind in _STEPS and self.undone_by is None


@dataclass(frozen=True, slots=True)
class ArrivalsDay:
    """All visits of a working day by time, with their events; a tablet deletes them at `wiped_at`."""

    rules: StoreRules
    day: WorkingDay
    visits: tuple[ArrivalVisit, ...]
    events: dict[int, list[ArrivalEvent]]
    wiped_at: datetime


def arrivals_version(*, store: Store, now: datetime) -> str:
    """Return the version of the tablet's working day, with one statement.

    The tablet itself shows the effects of the clock on a visit. Its effects on the working day come at most every
    quarter of an hour. A working day may reach into the day before and the day after.
    """
    today = now.astimezone(ZoneInfo(store.time_zone)).date()
    days = StoreDay.objects.filter(store=OuterRef("pk"), date__range=(today - ONE_DAY, today + ONE_DAY))
    version = days.order_by().values("store").annotate(version=Sum("version")).values("version")
    hours, summed = Store.objects.filter(pk=store.pk).values_list("hours_version", Subquery(version)).get()
    return f"{store.pk}.{today}.{quarter_before(now):%H%M}.{hours}.{summed or 0}"


def arrivals_day(*, store: str, now: datetime) -> ArrivalsDay:
    """Return a store's working day with three statements for any number of visits. Raises UnknownStore."""
    rules = rules_around(store, now)
    day = working_day(rules, now=now)
    chosen = {"visit_date__range": day.dates, "starts_at__gte": day.since, "starts_at__lt": day.until}
    visits, events = _read(rules.id, chosen)
    return ArrivalsDay(rules, day, visits, events, _wiped_at(rules, day, visits))


def arrivals_of(
    *, store: Store, references: Collection[str]
) -> tuple[list[ArrivalVisit], dict[int, list[ArrivalEvent]]]:
    """Return some visits of a store as they are now, of any day, with two statements."""
    visits, events = _read(store.pk, {"reference__in": list(references)})
    return list(visits), events


def _read(
    store_id: int, chosen: Mapping[str, object]
) -> tuple[tuple[ArrivalVisit, ...], dict[int, list[ArrivalEvent]]]:
    chosen = {"store_id": store_id, **chosen}
    moments = map(moment_text, ArrivalVisit._fields[:_MOMENTS])
    own = [*ArrivalVisit._fields[_MOMENTS:-3], "desk__name", "visit_type__name", "visit_type__mode"]
    found = Booking.objects.filter(**chosen).annotate(at_busy_time=AT_BUSY_TIME).order_by("starts_at", "pk")
    rows = found.values_list(*moments, *own)
    of_visit = {f"booking__{name}": value for name, value in chosen.items()}
    happened = (
        BookingEvent.objects.filter(kind__in=_SHOWN, **of_visit)
        .order_by("pk")
        .values_list("booking_id", "pk", "kind", "happened_at", shown_name_of("user__"), "action_id", "undone_by")
    )
    events: dict[int, list[ArrivalEvent]] = defaultdict(list)
    for event in happened:
        events[event[0]].append(ArrivalEvent(*event))
    read: Callable[[str], Any] = Moments().__getitem__
    return tuple([ArrivalVisit(*map(read, row[:_MOMENTS]), *row[_MOMENTS:]) for row in rows]), events


def _wiped_at(rules: StoreRules, day: WorkingDay, visits: Collection[ArrivalVisit]) -> datetime:
    """Return the end of the day: a while after closing or after the last visit, whichever is later."""
    ends = [visit.ends_at for visit in visits] + ([day.closes_at] if day.closes_at else [])
    return (max(ends) if ends else day_start(day.own_date + ONE_DAY, rules.zone)) + WIPED_AFTER
