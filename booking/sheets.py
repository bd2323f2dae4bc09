"""Tables as files that a spreadsheet opens, and runs nothing of: whatever customers typed stays text."""

import csv
from collections.abc import Iterable, Sequence
from io import BytesIO, StringIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

Cell = str | int
# What spreadsheets take for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def csv_bytes(rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return rows as CSV in UTF-8, with the mark by which spreadsheets know it."""
    text = StringIO()
    csv.writer(text).writerows([[plain_cell(cell) for cell in row] for row in rows])
    return text.getvalue().encode("utf-8-sig")


def plain_cell(cell: Cell) -> Cell:
    """Return a text with an apostrophe before it where a spreadsheet would take it for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def xlsx_bytes(rows: Iterable[Sequence[Cell]], *, title: str) -> bytes:
    """Return rows as an Excel file in which every text is typed as text; `title` names its one sheet."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    for row in rows:
        cells = [WriteOnlyCell(sheet, _without_controls(cell)) for cell in row]
        for cell, value in zip(cells, row, strict=True):
            if isinstance(value, str):
                cell.data_type = "s"  # or what begins with "=" were a formula, and "#N/A" an error
        sheet.append(cells)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _without_controls(cell: Cell) -> Cell:
    """Return a text without the characters that the format cannot hold."""
    return ILLEGAL_CHARACTERS_RE.sub("", cell).replace("\r", "") if isinstance(cell, str) else cell
