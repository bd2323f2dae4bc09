"""Rows of the day schedule that are folded into one line: hours that are over, and long stretches without a visit.

Which ones are open stands in the address (`open`), so that it outlives a reload and needs no script.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from booking.models import Status
from booking.staff.day.board import BoardRow, Cell

ALL = "all"  # in the address: everything is open
_FREE_LEAST = 4  # rows: a shorter stretch is seen at a glance
_AWAITED = timedelta(hours=1)  # so long after their start people may still come
_IN_SHOP = frozenset({Status.CHECKED_IN, Status.IN_SERVICE})


@dataclass(frozen=True, slots=True)
class Fold:
    """Rows that one line stands for; `first_free` is the first of their places that can be booked."""

    key: str
    words: str
    rows: tuple[BoardRow, ...]
    has_visits: bool
    is_open: bool
    first_free: Cell | None

    @property
    def has_line_of_now(self) -> bool:
        """Tell whether the line of the present stands above its first row."""
        return self.rows[0].is_next


def folded(
    rows: Sequence[BoardRow], *, now: datetime, is_today: bool, opened: Collection[str], kept: Collection[str]
) -> Iterator[BoardRow | Fold]:
    """Yield the rows of a day in their order, those that need no look as folds.

    `opened` are keys of folds, `kept` the references of visits whose rows are not folded. A day without any visit is
    shown whole: it is looked at to book.
    """
    if not any(row.visits for row in rows):
        yield from rows
        return
    past = {row.starts_at for row in rows if is_today and _is_over(row, now, kept)}
    free = {row.starts_at for row in rows if not row.is_past and not row.visits and not _has_going_on(row)}
    for (is_past, is_free, _stretch), group in groupby(
        _stretches(rows), key=lambda one: (one[0].starts_at in past, one[0].starts_at in free, one[1])
    ):
        run = tuple(row for row, _number in group)
        if len(run) < (2 if is_past else _FREE_LEAST) or not (is_past or is_free):
            yield from run
            continue
        key = run[0].key
        words = _past_words(run) if is_past else _free_words(run)
        is_open = key in opened or ALL in opened
        cells = [] if is_past else [cell for row in run for cell in row.cells if cell.fill and cell.fill.is_free]
        has_visits = any(row.visits for row in run)
        yield Fold(key, words, run, has_visits, is_open, first_free=cells[0] if cells else None)


def _stretches(rows: Iterable[BoardRow]) -> Iterator[tuple[BoardRow, int]]:
    """Yield each row with the number of its stretch: a new one begins after a gap without any slot, such as noon."""
    number, until = 0, None
    for row in rows:
        if until is not None and row.starts_at > until:
            number += 1
        until = row.ends_at if until is None else max(until, row.ends_at)
        # A past stretch goes on over noon: nobody looks at it any more.
        yield row, 0 if row.is_past else number


def _is_over(row: BoardRow, now: datetime, kept: Collection[str]) -> bool:
    """Tell whether a row needs no look any more: nobody of it is in the shop, or may still come."""
    if row.ends_at > now or _has_kept(row, kept):
        return False
    return not any(
        visit.status in _IN_SHOP
        or (visit.status == Status.CONFIRMED and visit.starts_at + _late(visit.late_minutes) > now)
        for visit in row.visits
    )


def _late(minutes: int | None) -> timedelta:
    return max(_AWAITED, timedelta(minutes=minutes or 0))


def _has_kept(row: BoardRow, kept: Collection[str]) -> bool:
    return any(visit.reference in kept for visit in row.visits)


def _has_going_on(row: BoardRow) -> bool:
    return any(cell.going_on for cell in row.cells)


def _past_words(rows: Sequence[BoardRow]) -> str:
    """Return "08:00 – 10:30: over, 12 visits, 2 not ticked off"."""
    visits = [visit for row in rows for visit in row.visits]
    awaited = sum(visit.status == Status.CONFIRMED for visit in visits)
    told = ngettext("{count} visit", "{count} visits", len(visits)).format(count=len(visits))
    if awaited:
        told += ", " + ngettext("{count} not ticked off", "{count} not ticked off", awaited).format(count=awaited)
    return _stretch(rows, _("over, {visits}").format(visits=told))


def _free_words(rows: Sequence[BoardRow]) -> str:
    """Return "14:00 – 16:00: 16 places left"."""
    fills = [cell.fill for row in rows for cell in row.cells if cell.fill and not cell.fill.is_closed]
    left = sum(fill.capacity - fill.taken for fill in fills)
    if not fills:
        return _stretch(rows, _("closed"))
    return _stretch(rows, ngettext("{count} place left", "{count} places left", left).format(count=left))


def _stretch(rows: Sequence[BoardRow], told: str) -> str:
    return _("{from_time} – {until_time}: {told}").format(
        from_time=rows[0].time, until_time=max(rows, key=lambda row: row.ends_at).until, told=told
    )
