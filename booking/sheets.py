"""Tables as files that a spreadsheet opens, and runs nothing of: whatever customers typed stays text."""

import csv
import re
from collections.abc import Iterable, Sequence
from datetime import date, time
from io import BytesIO, StringIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

Cell = str | int | date | time
_WIDEST = 50  # characters of a column of an Excel file
_DAY_FORMAT, _TIME_FORMAT = "yyyy-mm-dd", "hh:mm"
# What spreadsheets take for the beginning of a formula, where a cell may begin: at the start of a text, and behind
# whatever some spreadsheet, set up for some country, cuts lines at.
_FORMULA = re.compile(r"""(^|[,;\t\r\n])((?:(?![,;\t\r\n])[\s"])*)(?=[=+\-@＝＋－＠])""")
_CUT_BLANK = ("\t", "\r")  # at the start of a text they are a sign of a formula to come


def csv_bytes(rows: Iterable[Sequence[Cell]], *, delimiter: str = ",") -> bytes:
    """Return rows as CSV in UTF-8, with the mark by which spreadsheets know it; every text is quoted.

    `delimiter` is what the reader's spreadsheet cuts at; but whatever it cuts at, no cell begins as a formula.
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
    """Return rows, the first of them the heads, as an Excel file in which every text is typed as text.

    `title` names its one sheet. Columns are as wide as what they hold, the heads stay in view and filter.
    """
    lines = list(rows)
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    for number, column in enumerate(zip(*lines, strict=True), 1):
        widest = max(len(_written(value)) for value in column)
        sheet.column_dimensions[get_column_letter(number)].width = min(widest, _WIDEST) + 2
    sheet.freeze_panes = "A2"
    if lines:
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(lines[0]))}{len(lines)}"
    for number, row in enumerate(lines):
        sheet.append([_excel_cell(sheet, value, is_head=number == 0) for value in row])
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _excel_cell(sheet: WriteOnlyWorksheet, value: Cell, *, is_head: bool) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, _without_controls(value))
    if isinstance(value, str):
        cell.data_type = "s"  # or what begins with "=" were a formula, and "#N/A" an error
    elif isinstance(value, date):
        cell.number_format = _DAY_FORMAT
    elif isinstance(value, time):
        cell.number_format = _TIME_FORMAT
    if is_head:
        cell.font = Font(bold=True)
    return cell


def _written(cell: Cell) -> str:
    return f"{cell:%H:%M}" if isinstance(cell, time) else str(cell)


def _without_controls(cell: Cell) -> Cell:
    """Return a text without the characters that the format cannot hold."""
    return ILLEGAL_CHARACTERS_RE.sub("", cell).replace("\r", "") if isinstance(cell, str) else cell
