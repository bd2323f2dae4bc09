"""The state of a store's line: turns being served, turns waiting and for how long, unclaimed places."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet

from booking.arrivals.wait_estimates import InLine, Wait, estimated_wait, in_order
from booking.formatting import first_name_and_initial
from booking.models import Booking, Status, Ticket
from booking.working_days import WorkingDay, working_day
from stores.models import LineShows, Store
from stores.queries import rules_around
from stores.slots import DeskRule, StoreRules, desks_there

CLAIMED_WITHIN = timedelta(minutes=10)
CALLED_FOR = timedelta(minutes=10)  # how long a call stays on the screen


@dataclass(frozen=True, slots=True)
class Turn:
    """One person in a line, or being served. `key` is their name for services, `label` for people in the shop."""

    key: str
    label: str
    name: str
    desk_id: int
    desk: str
    party_size: int
    visit_type: str
    starts_at: datetime | None
    came_at: datetime
    called_at: datetime | None
    started_at: datetime | None
    reference: str
    ticket_id: int | None
    language: str  # that they ask to speak, "" for any
    wait: Wait | None = None


@dataclass(frozen=True, slots=True)
class DeskLine:
    """One desk's line, in the order of calling. A desk at rest, or away, has a line as long as people are in it."""

    desk_id: int
    name: str
    at_once: int
    served: tuple[Turn, ...]
    waiting: tuple[Turn, ...]
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class LineState:
    """A store's line, desk by desk; `unclaimed` are visits that began a while ago without their customer.

    `date` is the working day, by which tickets are numbered.
    """

    rules: StoreRules
    date: date
    now: datetime
    desks: tuple[DeskLine, ...]
    unclaimed: tuple[Turn, ...]
    passed_on: frozenset[str]  # keys of unclaimed visits whose place went to somebody else

    @property
    def called(self) -> list[Turn]:
        """Return the recently called turns, newest first."""
        found = [
            (turn.called_at, turn)
            for desk in self.desks
            for turn in desk.waiting
            if turn.called_at is not None and self.now - turn.called_at < CALLED_FOR
        ]
        return [turn for _at, turn in sorted(found, key=lambda one: one[0], reverse=True)]


def line_of(*, store: Store, now: datetime) -> LineState:
    """Return a store's line with three statements for any length."""
    rules = rules_around(store.slug, now)
    day = working_day(rules, now=now)
    visits = list(visits_of(store, day).select_related("visit_type", "desk", "ticket__passed_from"))
    tickets = tickets_of(store, day).filter(booking=None, left_at=None).select_related("visit_type", "desk")
    shows = LineShows(store.line_shows)
    turns = [(visit.status, _of_visit(visit, shows)) for visit in visits]
    waiting = [turn for status, turn in turns if status == Status.CHECKED_IN]
    waiting += [_of_ticket(ticket, shows) for ticket in tickets.order_by("joined_at", "number")]
    served = [turn for status, turn in turns if status == Status.IN_SERVICE]
    late = [turn for status, turn in turns if status == Status.CONFIRMED and _is_unclaimed(turn, now)]
    desks = _desk_lines(rules, served, waiting, _minutes(visits), now=now)
    passed = frozenset(f"visit-{reference}" for reference in map(_place_of, visits) if reference)
    return LineState(rules, day.own_date, now, desks, tuple(late), passed)


def visits_of(store: Store, day: WorkingDay) -> QuerySet[Booking]:
    """Return the visits of a working day that are not cancelled, by time."""
    of_day = Booking.objects.filter(
        store=store, visit_date__range=day.dates, starts_at__gte=day.since, starts_at__lt=day.until
    )
    return of_day.exclude(status=Status.CANCELLED).order_by("starts_at", "pk")


def tickets_of(store: Store, day: WorkingDay) -> QuerySet[Ticket]:
    """Return the tickets of a working day, and those of the day before whose people may still be in the shop."""
    of_day = Q(visit_date=day.own_date) | Q(joined_at__gte=day.since)
    return Ticket.objects.filter(of_day, store=store, visit_date__range=day.dates)


def _desk_lines(
    rules: StoreRules, served: list[Turn], waiting: list[Turn], minutes: dict[int, list[float]], *, now: datetime
) -> tuple[DeskLine, ...]:
    found = []
    there = desks_there(rules, now)
    for desk in (*rules.desks, *_resting(rules, [*served, *waiting])):
        own = {turn.key: turn for turn in waiting if turn.desk_id == desk.id}
        order = in_order([InLine(turn.key, turn.starts_at, turn.came_at) for turn in own.values()], now=now)
        busy = tuple(turn for turn in served if turn.desk_id == desk.id)
        at_once = max(1, desk.capacity)
        in_line = [
            replace(
                own[one.key],
                wait=estimated_wait(
                    before=len(busy) + place,
                    at_once=at_once,
                    minutes=minutes[desk.id],
                    planned_minutes=rules.slot_minutes,
                    early_minutes=(one.starts_at - now).total_seconds() / 60 if one.starts_at else 0,
                ),
            )
            for place, one in enumerate(order)
        ]
        found.append(DeskLine(desk.id, desk.name, at_once, busy, tuple(in_line), is_active=desk in there))
    return tuple(found)


def _resting(rules: StoreRules, turns: list[Turn]) -> list[DeskRule]:
    """Return rules for desks that no longer serve but still have people in their line."""
    names = {turn.desk_id: turn.desk for turn in turns if rules.desk(turn.desk_id) is None}
    return [DeskRule(desk_id, "", name, 1, 0, ()) for desk_id, name in sorted(names.items())]


def _minutes(visits: list[Booking]) -> dict[int, list[float]]:
    """Return how long the finished visits of the day took, desk by desk."""
    found: dict[int, list[float]] = defaultdict(list)
    for visit in visits:
        if visit.started_at is not None and visit.completed_at is not None:
            found[visit.desk_id].append(max(0.0, (visit.completed_at - visit.started_at).total_seconds() / 60))
    return found


def _place_of(visit: Booking) -> str:
    """Return the reference of the visit whose unclaimed place this visit took; "" for none."""
    ticket = getattr(visit, "ticket", None)
    return ticket.passed_from.reference if ticket is not None and ticket.passed_from is not None else ""


def _is_unclaimed(turn: Turn, now: datetime) -> bool:
    return turn.starts_at is not None and now - turn.starts_at >= CLAIMED_WITHIN


def _of_visit(visit: Booking, shows: LineShows) -> Turn:
    ticket = getattr(visit, "ticket", None)
    is_walk_in = ticket is not None and ticket.number is not None
    code = f"{ticket.number}" if ticket is not None and is_walk_in else visit.reference[-4:]
    return Turn(
        key=f"visit-{visit.reference}",
        label=_label(visit.name, code, shows),
        name=first_name_and_initial(visit.name),
        desk_id=visit.desk_id,
        desk=visit.desk.name,
        party_size=visit.party_size,
        visit_type=visit.visit_type.name,
        starts_at=None if visit.source == "walk_in" else visit.starts_at,
        came_at=ticket.joined_at if ticket is not None and is_walk_in else visit.checked_in_at or visit.starts_at,
        called_at=ticket.called_at if ticket is not None else None,
        started_at=visit.started_at,
        reference=visit.reference,
        language=visit.language,
        ticket_id=ticket.pk if ticket is not None and is_walk_in else None,
    )


def _of_ticket(ticket: Ticket, shows: LineShows) -> Turn:
    return Turn(
        key=f"ticket-{ticket.pk}",
        label=_label(ticket.name, str(ticket.number), shows),
        name=first_name_and_initial(ticket.name),
        desk_id=ticket.desk_id,
        desk=ticket.desk.name,
        party_size=ticket.party_size,
        visit_type=ticket.visit_type.name,
        starts_at=None,
        came_at=ticket.joined_at,
        called_at=ticket.called_at,
        started_at=None,
        reference="",
        language=ticket.language,
        ticket_id=ticket.pk,
    )


def _label(name: str, code: str, shows: LineShows) -> str:
    """Return how somebody is called: never by more than a first name, or by the code if there is none."""
    first = name.split()[0] if shows == LineShows.FIRST_NAME and name.split() else ""
    return first or code
