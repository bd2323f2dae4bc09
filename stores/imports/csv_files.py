"""CSV files as spreadsheets of any country write them, read as rows by column. Pure."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import StringIO

from stores.words import folded

BYTES_MAX = 5_000_000
ROWS_MAX = 20_000
_DELIMITERS = (";", ",", "\t")


class NotATable(ValueError):
    """A file that holds no table; its text is the reason."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line below the header: its number as a spreadsheet counts it, and its texts by column."""

    number: int
    values: dict[str, str]


def read_table(content: bytes, *, required: tuple[str, ...], also_called: Mapping[str, str] | None = None) -> list[Row]:
    """Return the rows of a CSV file: UTF-8 with or without a BOM, else Windows-1252; `;`, `,` or tab between.

    Columns are recognized by their names in any case, or by the folded names in `also_called`; unknown columns are
    ignored. Empty lines are skipped. The apostrophe with which our own files keep formulas from running is removed.
    Raises NotATable.
    """
    if len(content) > BYTES_MAX:
        raise NotATable(f"is larger than {BYTES_MAX} bytes")
    text = _decoded(content)
    head = text.splitlines()[0] if text.strip() else ""
    delimiter = max(_DELIMITERS, key=head.count)
    lines = _lines(text, delimiter)
    try:
        _number, columns = next(lines)
        names = [(also_called or {}).get(folded(name), name.strip().lower()) for name in columns]
        missing = [name for name in required if name not in names]
        if missing:
            raise NotATable(f"has no column {missing[0]!r} in its first line")
        if len(set(filter(None, names))) < len(list(filter(None, names))):
            raise NotATable("has a column twice")
        rows = [
            Row(number, {name: _plain(cell) for name, cell in zip(names, cells, strict=False) if name})
            for number, cells in lines
            if any(cell.strip() for cell in cells)
        ]
    except StopIteration:
        raise NotATable("is empty") from None
    except csv.Error as error:
        raise NotATable(f"is no table ({error})") from None
    if len(rows) > ROWS_MAX:
        raise NotATable(f"has more than {ROWS_MAX} lines")
    return rows


def _lines(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    yield from enumerate(csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True), 1)


def _decoded(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("cp1252")
        except UnicodeDecodeError:
            raise NotATable("is text neither in UTF-8 nor in Windows-1252") from None
    if "\0" in text:
        raise NotATable("is not text")
    return text


def _plain(cell: str) -> str:
    text = cell.strip()
    return text[1:] if len(text) > 1 and text[0] == "'" and text[1] in "=+-@" else text
