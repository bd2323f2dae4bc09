"""The day schedule as a table: a row for each start, a column for each desk, visits in their slots."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from booking.bookings.day_schedule import DaySchedule, DaySlot
from booking.formatting import visit_type_name
from booking.models import Status
from booking.places.fit import is_shut
from booking.staff.day.no_slot import NoSlot, out_of_service
from booking.staff.day.rows import VisitRows
from booking.staff.visit_cards import CardMaker, VisitCard
from booking.staff.wording import totals_in_words


@dataclass(frozen=True, slots=True)
class Fill:
    """How full a slot is: for the bar, and as text."""

    taken: int
    capacity: int
    words: str
    is_closed: bool
    is_over: bool
    starts_at: str
    ends_at: str
    desk: str


@dataclass(frozen=True, slots=True)
class Cell:
    """What happens at one desk from one start on; `going_on` are visits that began earlier and still take places.

    Without a `fill`, `no_slot` says why there is no slot.
    """

    desk: str
    fill: Fill | None
    visits: SafeString
    going_on: tuple[str, ...]
    no_slot: str


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One start; `is_next` is the first row that has not begun, above which the line of the present is drawn."""

    time: str
    cells: tuple[Cell, ...]
    is_past: bool
    is_next: bool


@dataclass(frozen=True, slots=True)
class Board:
    """A day, ready to be shown; without `columns` where there is only one desk."""

    columns: tuple[str, ...]
    rows: tuple[BoardRow, ...]
    cancelled: SafeString
    to_phone: tuple[VisitCard, ...]
    totals: list[tuple[str, str]]
    summary: str
    now_is_last: bool

    @property
    def span(self) -> int:
        """How many columns the line of the present crosses."""
        return max(1, len(self.columns)) + 1


def day_board(schedule: DaySchedule, *, changed: str = "", done_words: str = "") -> Board:
    """Return a day's table; `done_words` say what was just done with the visit `changed`."""
    rows_of = VisitRows(done_words=done_words).rows
    made = CardMaker(schedule, changed=changed)
    cards = list(made.cards())
    standing = [card for card in cards if card.booking.status != Status.CANCELLED]
    slots = {(slot.starts_at, slot.desk_id): slot for slot in schedule.slots}
    visits: dict[tuple[datetime, int], list[VisitCard]] = defaultdict(list)
    for card in standing:
        visits[card.booking.starts_at, card.booking.desk_id].append(card)
    going_on = _going_on(schedule, standing)
    desks, no_slot = _desks(schedule, standing), NoSlot(schedule)
    starts = sorted({start for start, _desk in [*slots, *visits]})
    following = next((start for start in starts if start > schedule.now), None)
    is_today = schedule.date == schedule.now.astimezone(schedule.rules.zone).date()
    rows = tuple(
        BoardRow(
            time=made.time(start),
            cells=tuple(
                Cell(
                    desk=name if len(desks) > 1 else "",
                    fill=_fill(slots.get((start, desk_id)), schedule),
                    visits=rows_of(visits.get((start, desk_id), [])),
                    going_on=tuple(going_on.get((start, desk_id), ())),
                    no_slot="" if (start, desk_id) in slots else no_slot.words(start, desk_id),
                )
                for desk_id, name in desks
            ),
            is_past=start <= schedule.now,
            is_next=is_today and start == following,
        )
        for start in starts
    )
    return Board(
        columns=tuple(name for _id, name in desks) if len(desks) > 1 else (),
        rows=rows,
        cancelled=rows_of([card for card in cards if card.booking.status == Status.CANCELLED], with_time=True),
        to_phone=tuple(card for card in cards if card.is_to_phone and card.booking.starts_at > schedule.now),
        totals=totals_in_words(schedule.totals),
        summary=_summary(standing),
        now_is_last=is_today and following is None and bool(rows),
    )


def _going_on(schedule: DaySchedule, cards: Iterable[VisitCard]) -> dict[tuple[datetime, int], list[str]]:
    """Return the longer visits that are still going on, as text, by start and desk."""
    found: dict[tuple[datetime, int], list[str]] = defaultdict(list)
    longer = [card for card in cards if card.until]
    for slot in schedule.slots if longer else ():
        for card in longer:
            booking = card.booking
            if booking.desk_id == slot.desk_id and booking.starts_at < slot.starts_at < booking.ends_at:
                words = _("{name}, until {time}").format(name=card.name, time=card.until)
                found[slot.starts_at, slot.desk_id].append(words)
    return found


def _desks(schedule: DaySchedule, cards: Iterable[VisitCard]) -> list[tuple[int, str]]:
    """Return the desks of the day by id and name: the active ones, and former ones that still have visits."""
    desks = {desk.id: visit_type_name(desk.name) for desk in schedule.rules.desks}
    for card in cards:
        if card.booking.desk_id not in desks:
            desks[card.booking.desk_id] = visit_type_name(card.booking.desk.name)
    for slot in schedule.slots:
        desks.setdefault(slot.desk_id, _("Former desk"))
    return list(desks.items())


def _fill(slot: DaySlot | None, schedule: DaySchedule) -> Fill | None:
    if slot is None:
        return None
    zone = schedule.rules.zone
    is_closed = is_shut(capacity=slot.capacity, closed=slot.closed)
    is_over = slot.places_taken > slot.capacity
    if slot.desk is None:
        words = out_of_service()
    elif is_closed:
        words = (
            ngettext("Closed, {taken} place taken", "Closed, {taken} places taken", slot.places_taken)
            if slot.places_taken
            else _("Closed")
        )
    elif is_over:
        words = _("{taken} of {capacity} taken, more than there are")
    else:
        words = _("{taken} of {capacity} taken")
    return Fill(
        taken=min(slot.places_taken, slot.capacity),
        capacity=max(1, slot.capacity),
        words=words.format(taken=slot.places_taken, capacity=slot.capacity),
        is_closed=is_closed,
        is_over=is_over,
        starts_at=slot.starts_at.astimezone(zone).isoformat(),
        ends_at=slot.ends_at.astimezone(zone).isoformat(),
        desk=slot.desk.slug if slot.desk else "",
    )


def _summary(cards: Sequence[VisitCard]) -> str:
    """Return how many visits and people the day has."""
    if not cards:
        return _("No visit is booked on this day.")
    visits = ngettext("{count} visit", "{count} visits", len(cards)).format(count=len(cards))
    people = sum(card.booking.party_size for card in cards)
    return _("{visits}, {people}").format(
        visits=visits, people=ngettext("{count} person", "{count} people", people).format(count=people)
    )
