"""The rows of the day schedule's table as HTML, built by hand like the visits in them: see `rows`."""

from datetime import datetime
from html import escape

from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from booking.formatting import time_in_words
from booking.staff.day.board import Board, BoardRow, Cell, Fill
from stores.slots import StoreRules


class BoardRows:
    """Builds the body of the table.

    A slot that still takes somebody links to `book_url`, the form for callers. Any other one links to `slots_url`, the
    page that changes slots, where there is one.
    """

    def __init__(
        self, board: Board, rules: StoreRules, *, now: datetime, book_url: str = "", slots_url: str = ""
    ) -> None:
        self.board, self.book_url, self.slots_url = board, book_url, slots_url
        self.book = escape(_("Book"))
        words = _("Now, %(time)s") % {"time": time_in_words(now, rules.zone)}
        line = f'<td colspan="{board.span}"><span>{escape(words)}</span></td>'
        self.now_line = f'<tr class="now-line" id="now">{line}</tr>'

    def html(self) -> SafeString:
        """Return all rows, with the line of the present between those of today."""
        rows = "".join([self._row(row) for row in self.board.rows])
        return mark_safe(rows + (self.now_line if self.board.now_is_last else ""))  # noqa: S308 -- escaped below

    def _row(self, row: BoardRow) -> str:
        cells = "".join([self._cell(cell, is_past=row.is_past) for cell in row.cells])
        past = ' class="is-past"' if row.is_past else ""
        return f'{self.now_line if row.is_next else ""}<tr{past}><th scope="row">{escape(row.time)}</th>{cells}</tr>'

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
        kind = "cell is-closed" if is_closed else "cell"
        return f'<td{place}><div class="{kind}">{desk}{filled}{visits}{going_on}</div></td>'

    def _fill(self, fill: Fill, *, is_past: bool) -> str:
        bar = (
            f'<svg class="bar" viewBox="0 0 {fill.capacity} 1" preserveAspectRatio="none" aria-hidden="true">'
            f'<rect width="{fill.taken}" height="1"/></svg>'
        )
        words = f"<span>{escape(fill.words)}</span>"
        if self.book_url and fill.desk and not is_past and fill.is_free:
            wish = {"starts_at": fill.starts_at} | ({"desk": fill.desk} if self.board.columns else {})
            address = escape(f"{self.book_url}&{urlencode(wish)}")
            label = f'aria-label="{escape(fill.words)}, {self.book}"'
            words = f'<a class="fill-book" href="{address}" {label}>{escape(fill.words)}</a>'
        elif self.slots_url and fill.desk:
            query = urlencode({"starts_at": fill.starts_at, "ends_at": fill.ends_at, "desk": fill.desk})
            address = escape(f"{self.slots_url}&{query}")
            words = f'<a href="{address}">{escape(fill.words)}</a>'
        over = " is-over" if fill.is_over else ""
        return f'<div class="fill{over}">{"" if fill.is_closed else bar}{words}</div>'
