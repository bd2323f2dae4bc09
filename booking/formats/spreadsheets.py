"""CSV and Excel files. Text that customers typed stays text and is never run as a formula."""

import csv
import re
from collections.abc import Iterable, Sequence
from datetime import date, time
from io import BytesIO, StringIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

Cell = str | int | date | time
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_WIDEST = 50  # characters of a column of an Excel file
_DAY_FORMAT, _TIME_FORMAT = {"num_format": "yyyy-mm-dd"}, {"num_format": "hh:mm"}
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]")
# Characters that spreadsheets take for the beginning of a formula. A cell may begin at the start of a text, and after
# any character at which some spreadsheet, in the settings of some country, splits lines.
_FORMULA = re.compile(r"""(^|[,;\t\r\n])((?:(?![,;\t\r\n])[\s"])*)(?=[=+\-@＝＋－＠])""")
_CUT_BLANK = ("\t", "\r")  # at the start of a text they may precede a formula


def csv_bytes(rows: Iterable[Sequence[Cell]], *, delimiter: str = ",") -> bytes:
    """Return rows as CSV in UTF-8, with the mark by which spreadsheets know it; every text is quoted.

    `delimiter` is the one that the reader's spreadsheet expects. With any other, still no cell begins as a formula.
    """
    text = StringIO()
    writer = csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerows([[plain_cell(cell) for cell in row] for row in rows])
    return text.getvalue().encode("utf-8-sig")


def plain_cell(cell: Cell) -> Cell:
    """Return a text with an apostrophe wherever a spreadsheet could take what follows for a formula.

    Days and times are written "2026-11-24" and "10:15".
    """
    if not isinstance(cell, str):
        return cell if isinstance(cell, int) else _written(cell)
    plain = _FORMULA.sub(r"\1\2'", cell)
    return f"'{plain}" if plain.startswith(_CUT_BLANK) else plain


def xlsx_bytes(rows: Iterable[Sequence[Cell]], *, title: str) -> bytes:
    """Return rows as an Excel file; the first row holds the headings. Every text cell has the type text.

    `title` names its one sheet. Columns are as wide as their contents; the header row stays in view and has filters.
    """
    from xlsxwriter import Workbook  # noqa: PLC0415 -- 6 MB that most web processes never need

    lines = list(rows)
    file = BytesIO()
    with Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet(title)
        bold, day, hour = (book.add_format(one) for one in ({"bold": True}, _DAY_FORMAT, _TIME_FORMAT))
        for number, column in enumerate(zip(*lines, strict=True)):
            widest = max(len(_written(value)) for value in column)
            sheet.set_column(number, number, min(widest, _WIDEST) + 2)
        sheet.freeze_panes(1, 0)
        if lines:
            sheet.autofilter(0, 0, len(lines) - 1, len(lines[0]) - 1)
        for number, row in enumerate(lines):
            for place, value in enumerate(row):
                look = day if isinstance(value, date) else hour if isinstance(value, time) else None
                _write(sheet, number, place, value, look if number else bold)
    return file.getvalue()


def _write(sheet: "Worksheet", row: int, column: int, value: Cell, look: "Format | None") -> None:
    """Write a cell by its own type. The library's `write` would read some texts as formulas or links."""
    if isinstance(value, str):
        sheet.write_string(row, column, _without_controls(value), look)
    elif isinstance(value, int):
        sheet.write_number(row, column, value, look)
    else:
        sheet.write_datetime(row, column, value, look)


def _written(cell: Cell) -> str:
    return f"{cell:%H:%M}" if isinstance(cell, time) else str(cell)


def _without_controls(text: str) -> str:
    """Return a text without the characters that the format cannot hold."""
    return _CONTROLS.sub("", text)
