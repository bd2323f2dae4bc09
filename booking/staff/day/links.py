"""What the address of the day schedule says of how it is shown, and the links that change that."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.http import HttpRequest

from booking.bookings.day_schedule import DaySchedule
from booking.staff.day.board import Board, BoardRow
from booking.staff.day.filters import Filter, Show
from booking.staff.day.folds import ALL, Fold, folded

_OF_ONE_ACTION = ("changed", "was", "done", "visit")  # what the address says of the last action


class DayLinks:
    """The filter and the open folds of a day's page, read from its address."""

    def __init__(self, request: HttpRequest, *, day_url: str, day: date) -> None:
        self.query = request.GET.copy()
        self.named = {self.query.get("visit", ""), self.query.get("changed", "")}
        for name in _OF_ONE_ACTION:
            self.query.pop(name, None)
        if request.path != day_url:  # a page that answers a form
            self.query["date"] = day.isoformat()
        self.day_url = day_url
        self.show = Show.read(self.query.get("show", ""))
        self.opened = frozenset(self.query.getlist("open"))

    def parts(self, board: Board, schedule: DaySchedule) -> Iterable[BoardRow | Fold]:
        """Return the rows to show, some folded; a filter shows what it finds unfolded."""
        if self.show:
            return board.rows
        is_today = schedule.is_going_on
        return folded(board.rows, now=schedule.now, is_today=is_today, opened=self.opened, kept=self.named)

    def fold_url(self, fold: Fold) -> str:
        """Return the address that opens a closed fold, or closes an open one."""
        query = self.query.copy()
        opened = self.opened - {fold.key, ALL} if fold.is_open else self.opened | {fold.key}
        query.setlist("open", sorted(opened))
        return self._address(query.urlencode())

    def filters(self, board: Board) -> Sequence[tuple[Filter, str]]:
        """Return each filter with its address."""
        found = []
        for one in board.filters:
            query = self.query.copy()
            query.pop("show", None)
            query.pop("open", None)
            if one.show:
                query["show"] = one.show
            found.append((one, self._address(query.urlencode())))
        return found

    def _address(self, query: str) -> str:
        return f"{self.day_url}?{query}" if query else self.day_url
