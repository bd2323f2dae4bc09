"""Tables as files that a spreadsheet opens, and runs nothing of: whatever customers typed stays text."""

import csv
import re
from collections.abc import Iterable, Sequence
from io import BytesIO, StringIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

Cell = str | int
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
    """Return a text with an apostrophe wherever a spreadsheet could take what follows for a formula."""
    if not isinstance(cell, str):
        return cell
    plain = _FORMULA.sub(r"\1\2'", cell)
    return f"'{plain}" if plain.startswith(_CUT_BLANK) else plain


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
