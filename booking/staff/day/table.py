"""The rows of the day schedule's table as HTML, built by hand like the visits in them: see `rows`."""

from collections.abc import Callable, Iterable
from datetime import datetime
from html import escape

from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from booking.formatting import time_in_words
from booking.staff.day.board import Board, BoardRow, Cell, Fill
from booking.staff.day.folds import Fold
from stores.slots import StoreRules


class BoardRows:
    """Builds the body of the table.

    A slot that still takes somebody links to `book_url`, the form for callers. Any other one links to `slots_url`, the
    page that changes slots, where there is one. `fold_url` returns the address that opens or closes a fold.
    """

    def __init__(
        self,
        board: Board,
        rules: StoreRules,
        *,
        now: datetime,
        fold_url: Callable[[Fold], str],
        book_url: str = "",
        slots_url: str = "",
    ) -> None:
        self.board, self.fold_url, self.book_url, self.slots_url = board, fold_url, book_url, slots_url
        self.book = escape(_("Book"))
        words = _("Now, %(time)s") % {"time": time_in_words(now, rules.zone)}
        line = f'<td colspan="{board.span}"><span>{escape(words)}</span></td>'
        self.now_line = f'<tr class="now-line" id="now">{line}</tr>'

    def html(self, parts: Iterable[BoardRow | Fold]) -> SafeString:
        """Return all rows, with the line of the present between those of today."""
        rows = "".join([self._fold(part) if isinstance(part, Fold) else self._row(part) for part in parts])
        return mark_safe(rows + (self.now_line if self.board.now_is_last else ""))  # noqa: S308 -- escaped below

    def _fold(self, fold: Fold) -> str:
        """Return the line of a fold and its rows, which paper shows where there are visits in them."""
        state = "true" if fold.is_open else "false"
        kind = "fold has-visits" if fold.has_visits else "fold"
        words = f'<a href="{escape(self.fold_url(fold))}" aria-expanded="{state}">{escape(fold.words)}</a>'
        free = fold.first_free
        book = ""
        if free and free.fill and self.book_url and free.fill.desk:
            label = f"{escape(fold.words)}, {self.book}"
            address = escape(self._book_url(free.fill))
            book = f'<a class="fill-book" href="{address}" aria-label="{label}">{self.book}</a>'
        cell = f'<td colspan="{self.board.span}"><div>{words}{book}</div></td>'
        line = f'<tr class="{kind}" id="fold-{fold.key}">{cell}</tr>'
        closed = "" if fold.is_open else "is-folded" if fold.has_visits else "is-folded is-empty"
        rows = "".join([self._row(row, more=closed, has_now=False) for row in fold.rows])
        return (self.now_line if fold.has_line_of_now else "") + line + rows

    def _row(self, row: BoardRow, *, more: str = "", has_now: bool = True) -> str:
        cells = "".join([self._cell(cell, is_past=row.is_past) for cell in row.cells])
        kinds = " ".join(kind for kind in ("is-past" if row.is_past else "", more) if kind)
        kind = f' class="{kinds}"' if kinds else ""
        now_line = self.now_line if row.is_next and has_now else ""
        return f'{now_line}<tr{kind}><th scope="row">{escape(row.time)}</th>{cells}</tr>'

    def _cell(self, cell: Cell, *, is_past: bool) -> str:
        fill = cell.fill
        is_closed = fill is not None and fill.is_closed
        place = ""
        if fill and not is_past and not is_closed:
            desk = f' data-desk="{escape(fill.desk)}"' if self.board.columns else ""
            place = f' data-starts="{fill.starts_at}"{desk}'
        desk = f'<span class="cell-desk">{escape(cell.desk)}</span>' if cell.desk else ""
        filled = self._fill(fill, is_past=is_past) if fill else f'<div class="fill">{escape(cell.no_slot)}</div>'
        visits = f'<ul class="visits">{cell.visits}</ul>' if cell.visits else ""
        going_on = "".join([f'<p class="going-on">{escape(words)}</p>' for words in cell.going_on])
        kind = "cell is-closed" if is_closed or cell.is_away else "cell"
        return f'<td{place}><div class="{kind}">{desk}{filled}{visits}{going_on}</div></td>'

    def _fill(self, fill: Fill, *, is_past: bool) -> str:
        bar = (
            f'<svg class="bar" viewBox="0 0 {fill.capacity} 1" preserveAspectRatio="none" aria-hidden="true">'
            f'<rect width="{fill.taken}" height="1"/></svg>'
        )
        words = f"<span>{escape(fill.words)}</span>"
        if self.book_url and fill.desk and not is_past and fill.is_free:
            label = f'aria-label="{escape(fill.words)}, {self.book}"'
            words = f'<a class="fill-book" href="{escape(self._book_url(fill))}" {label}>{escape(fill.words)}</a>'
        elif self.slots_url and fill.desk:
            query = urlencode({"starts_at": fill.starts_at, "ends_at": fill.ends_at, "desk": fill.desk})
            address = escape(f"{self.slots_url}&{query}")
            words = f'<a href="{address}">{escape(fill.words)}</a>'
        over = " is-over" if fill.is_over else ""
        return f'<div class="fill{over}">{"" if fill.is_closed else bar}{words}</div>'

    def _book_url(self, fill: Fill) -> str:
        """Return the form for callers, with a place chosen; its date is that of the start, past midnight too."""
        wish = {"date": fill.starts_at[:10], "starts_at": fill.starts_at}
        if self.board.columns:
            wish["desk"] = fill.desk
        return f"{self.book_url}?{urlencode(wish)}"
