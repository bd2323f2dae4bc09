"""The day schedule as a table: a row for each start, a column for each desk, visits in their slots."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from booking.bookings.day_rows import BookingRow
from booking.bookings.day_schedule import DaySchedule, DaySlot
from booking.formatting import visit_type_name
from booking.models import Status
from booking.places.fit import is_shut
from booking.staff.day.filters import Filter, Show, filters, references_by_filter
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

    @property
    def is_free(self) -> bool:
        """Tell whether the slot still takes somebody."""
        return not self.is_closed and self.taken < self.capacity


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
    is_away: bool


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One start; `is_next` is the first row that has not begun, above which the line of the present is drawn.

    `ends_at` is the end of its slots and visits, `until` the same in words, `key` the start on the store's clock.
    """

    starts_at: datetime
    ends_at: datetime
    key: str
    time: str
    until: str
    visits: tuple[BookingRow, ...]
    cells: tuple[Cell, ...]
    is_past: bool
    is_next: bool


@dataclass(frozen=True, slots=True)
class Board:
    """A day, ready to be shown; without `columns` where there is only one desk, and only with the visits asked for.

    `heads` are the columns with the slug of each desk that is in use, else "". `filters` are the links that choose
    visits.
    """

    columns: tuple[str, ...]
    heads: tuple[tuple[str, str], ...]
    rows: tuple[BoardRow, ...]
    cancelled: SafeString
    to_phone: tuple[VisitCard, ...]
    totals: list[tuple[str, str]]
    summary: str
    now_is_last: bool
    filters: tuple[Filter, ...]
    all_are_away: bool

    @property
    def span(self) -> int:
        """How many columns the line of the present crosses."""
        return max(1, len(self.columns)) + 1


def day_board(schedule: DaySchedule, made: VisitRows, show: Show = Show.ALL) -> Board:
    """Return a day's table; `made` builds the rows of its visits. Under a filter, it has no row without a visit."""
    to_phone = tuple(_to_phone(schedule, made.made))
    by_filter = references_by_filter(schedule, [card.reference for card in to_phone])
    standing = [visit for visit in schedule.bookings if visit.status != Status.CANCELLED]
    shown = [visit for visit in standing if visit.reference in by_filter[show]]
    cancelled = [visit for visit in schedule.bookings if visit.status == Status.CANCELLED]
    desks = _desks(schedule, standing)
    rows = tuple(_rows(schedule, made, shown, desks, has_all=not show))
    slugs = {desk.id: desk.slug for desk in schedule.rules.desks}
    return Board(
        columns=tuple(name for _id, name in desks) if len(desks) > 1 else (),
        heads=tuple((slugs.get(desk_id, ""), name) for desk_id, name in desks) if len(desks) > 1 else (),
        rows=rows,
        cancelled=made.rows([one for one in cancelled if not show or one.reference in by_filter[show]], with_time=True),
        to_phone=to_phone,
        totals=totals_in_words(schedule.totals),
        summary=_summary(standing),
        now_is_last=schedule.is_going_on and bool(rows) and not any(row.is_next for row in rows),
        filters=tuple(filters(by_filter, show)),
        all_are_away=not rows and not show and NoSlot(schedule).all_are_away(),
    )


def _rows(
    schedule: DaySchedule,
    made: VisitRows,
    shown: Sequence[BookingRow],
    desks: Sequence[tuple[int, str]],
    *,
    has_all: bool,
) -> Iterator[BoardRow]:
    """Yield a row for each start, with the visits that are `shown`; without `has_all`, only for starts of these."""
    slots = {(slot.starts_at, slot.desk_id): slot for slot in schedule.slots}
    visits: dict[tuple[datetime, int], list[BookingRow]] = defaultdict(list)
    for visit in shown:
        visits[visit.starts_at, visit.desk_id].append(visit)
    going_on = _going_on(schedule, shown, made.made) if has_all else {}
    time = made.made.time
    starts = sorted({start for start, _desk in [*(slots if has_all else ()), *visits]})
    following = next((start for start in starts if start > schedule.now), None) if schedule.is_going_on else None
    cell = partial(_cell, schedule, made, NoSlot(schedule), slots, visits, going_on)
    for start in starts:
        places = [((start, desk_id), name) for desk_id, name in desks]
        here = [visit for place, _name in places for visit in visits.get(place, ())]
        ends = [visit.ends_at for visit in here]
        ends += [slots[place].ends_at for place, _name in places if place in slots]
        yield BoardRow(
            starts_at=start,
            ends_at=max(ends, default=start),
            key=f"{start.astimezone(schedule.rules.zone):%H%M}",
            time=time(start),
            until=time(max(ends, default=start)),
            visits=tuple(here),
            cells=tuple(cell(place, name if len(desks) > 1 else "") for place, name in places),
            is_past=start <= schedule.now,
            is_next=start == following,
        )


def _to_phone(schedule: DaySchedule, made: CardMaker) -> Iterator[VisitCard]:
    """Yield the visits to come whose customers do not know what they should, as no message reaches them."""
    for visit in schedule.bookings:
        if visit.reference in schedule.deliveries and visit.starts_at > schedule.now:
            card = made.card(visit)
            if card.is_to_phone:
                yield card


def _cell(
    schedule: DaySchedule,
    made: VisitRows,
    no_slot: NoSlot,
    slots: Mapping[tuple[datetime, int], DaySlot],
    visits: Mapping[tuple[datetime, int], list[BookingRow]],
    going_on: Mapping[tuple[datetime, int], Sequence[str]],
    place: tuple[datetime, int],
    desk: str,
) -> Cell:
    """Return what happens at a place: a start at a desk."""
    return Cell(
        desk=desk,
        fill=_fill(slots.get(place), schedule, is_away=no_slot.is_away(*place)),
        visits=made.rows(visits.get(place, [])),
        going_on=tuple(going_on.get(place, ())),
        no_slot="" if place in slots else no_slot.words(*place),
        is_away=no_slot.is_away(*place),
    )


def _going_on(
    schedule: DaySchedule, visits: Iterable[BookingRow], made: CardMaker
) -> dict[tuple[datetime, int], list[str]]:
    """Return the longer visits that are still going on, as text, by start and desk."""
    found: dict[tuple[datetime, int], list[str]] = defaultdict(list)
    longer = [visit for visit in visits if visit.ends_at - visit.starts_at > made.one_slot]
    for slot in schedule.slots if longer else ():
        for visit in longer:
            if visit.desk_id == slot.desk_id and visit.starts_at < slot.starts_at < visit.ends_at:
                words = _("{name}, until {time}").format(name=made.name(visit), time=made.time(visit.ends_at))
                found[slot.starts_at, slot.desk_id].append(words)
    for visit in visits:
        if visit.minutes_before or visit.minutes_after:
            _kept_beside(visit, schedule, made, found)
    return found


def _kept_beside(
    visit: BookingRow, schedule: DaySchedule, made: CardMaker, found: Mapping[tuple[datetime, int], list[str]]
) -> None:
    """Note the slots of a visit's desk that are kept before and after it, and take no other visit."""
    before = visit.starts_at - timedelta(minutes=visit.minutes_before)
    after = visit.ends_at + timedelta(minutes=visit.minutes_after)
    for slot in schedule.slots:
        if slot.desk_id != visit.desk_id:
            continue
        if slot.starts_at < visit.starts_at and slot.ends_at > before:
            found[slot.starts_at, slot.desk_id].append(_("kept before {name}").format(name=made.name(visit)))
        elif visit.ends_at <= slot.starts_at < after:
            found[slot.starts_at, slot.desk_id].append(_("kept after {name}").format(name=made.name(visit)))


def _desks(schedule: DaySchedule, visits: Iterable[BookingRow]) -> list[tuple[int, str]]:
    """Return the desks of the day by id and name: the active ones, and former ones that still have visits."""
    desks = {desk.id: visit_type_name(desk.name) for desk in schedule.rules.desks}
    for visit in visits:
        if visit.desk_id not in desks:
            desks[visit.desk_id] = visit_type_name(visit.desk.name)
    for slot in schedule.slots:
        desks.setdefault(slot.desk_id, _("Former desk"))
    return list(desks.items())


def _fill(slot: DaySlot | None, schedule: DaySchedule, *, is_away: bool) -> Fill | None:
    if slot is None:
        return None
    zone = schedule.rules.zone
    is_closed = is_shut(capacity=slot.capacity, closed=slot.closed)
    is_over = slot.places_taken > slot.capacity
    if slot.desk is None:
        words = out_of_service()
    elif is_away:
        words = (
            ngettext("Away, {taken} place taken", "Away, {taken} places taken", slot.places_taken)
            if slot.places_taken
            else _("Away")
        )
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


def _summary(visits: Sequence[BookingRow]) -> str:
    """Return how many visits and people the day has."""
    if not visits:
        return _("No visit is booked on this day.")
    counted = ngettext("{count} visit", "{count} visits", len(visits)).format(count=len(visits))
    people = sum(visit.party_size for visit in visits)
    return _("{visits}, {people}").format(
        visits=counted, people=ngettext("{count} person", "{count} people", people).format(count=people)
    )
