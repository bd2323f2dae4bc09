"""Files for spreadsheets: what customers type stays text, whatever it begins with."""

import csv
import re
from datetime import date, datetime, time
from io import BytesIO, StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from booking.formats.spreadsheets import csv_bytes, plain_cell, xlsx_bytes

FORMULAS = ["=1+1", "+33612345601", "-2", "@SUM(A1)", "\tx", "\rx", "＝1"]


@pytest.mark.parametrize("text", FORMULAS)
def test_what_looks_like_a_formula_becomes_text(text: str) -> None:
    assert plain_cell(text) == f"'{text}"


@given(st.text())
def test_no_text_begins_as_a_formula(text: str) -> None:
    assert not str(plain_cell(text)).startswith(("=", "+", "-", "@", "\t", "\r"))


@given(st.lists(st.tuples(st.text(st.characters(codec="utf-8")), st.integers()), max_size=5))
def test_a_file_says_what_was_put_in(rows: list[tuple[str, int]]) -> None:
    text = csv_bytes(rows).decode("utf-8-sig")

    assert list(csv.reader(StringIO(text, newline=""))) == [[str(plain_cell(one)), str(two)] for one, two in rows]


def test_numbers_stay_numbers() -> None:
    assert csv_bytes([("a", -2)]) == b'\xef\xbb\xbf"a",-2\r\n'
    assert csv_bytes([("a", 2)], delimiter=";") == b'\xef\xbb\xbf"a";2\r\n'


PAYLOADS = st.lists(
    st.one_of(
        st.text(max_size=6),
        st.sampled_from(
            ["=1+1", "=cmd|'/C calc'!A0", "@SUM(A1)", "+33", "-2", ";", ",", "\t", '"', " ", "'", "\n", "\r"]
        ),
    ),
    max_size=8,
).map("".join)


@given(st.lists(st.tuples(PAYLOADS, PAYLOADS), min_size=1, max_size=3), st.sampled_from(",;"))
def test_whatever_a_spreadsheet_cuts_at_no_cell_begins_as_a_formula(rows: list[tuple[str, str]], written: str) -> None:
    text = csv_bytes(rows, delimiter=written).decode("utf-8-sig", "surrogatepass")

    for cut_at in (",", ";", "\t"):
        cells = [cell for row in csv.reader(StringIO(text, newline=""), delimiter=cut_at) for cell in row]
        # Cut without regard to quotes, as a careless program does.
        cells += [cell.strip().strip('"') for cell in re.split(rf"[{cut_at}\r\n]", text)]
        assert [cell for cell in cells if cell.strip().startswith(("=", "+", "-", "@"))] == []


@pytest.mark.parametrize("text", ["Ada; =1+1;", "ok;=cmd|'/C calc'!A0;", "a,@SUM(1)", 'x;"=1+1', "two\n=1", " =1"])
def test_formula_behind_what_a_spreadsheet_cuts_at_becomes_text(text: str) -> None:
    assert str(plain_cell(text)).count("'") == text.count("'") + 1


@pytest.mark.parametrize("text", ["Ada - Bea", "A-B", "10 + 2", "x=1", "Rings twice; side door", "a@example.org"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert plain_cell(text) == text


TYPED = [
    "#N/A",
    "TRUE",
    "2026-11-24",
    "1e5",
    "{=1+1}",
    "https://example.org",
    "mailto:a@example.org",
    "a\x00b",
    "_x0041_",
]


@pytest.mark.parametrize("text", [*FORMULAS, *TYPED])
def test_in_an_excel_file_every_text_is_typed_as_text(text: str) -> None:
    sheet = load_workbook(BytesIO(xlsx_bytes([("head", 1), (text, 2)], title="Day"))).active

    cell = sheet["A2"]
    assert (cell.value, cell.data_type) == (text.replace("\x00", "").replace("\r", ""), "s")
    assert cell.hyperlink is None
    assert (sheet["B2"].value, sheet["B2"].data_type) == (2, "n")


def test_an_excel_file_has_days_and_times_heads_in_bold_and_a_filter() -> None:
    rows: list[tuple[str | date | time, ...]] = [("Day", "From", "Note"), (date(2026, 11, 24), time(10, 15), "n" * 90)]

    sheet = load_workbook(BytesIO(xlsx_bytes(rows, title="2026-11-24"))).active

    assert sheet.title == "2026-11-24"
    assert [(cell.value, cell.number_format) for cell in sheet[2]] == [
        (datetime(2026, 11, 24), "yyyy-mm-dd"),
        (time(10, 15), "hh:mm"),
        ("n" * 90, "General"),
    ]
    assert [[cell.font.bold for cell in row] for row in sheet.iter_rows()] == [[True] * 3, [False] * 3]
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:C2")
    assert [round(sheet.column_dimensions[one].width) for one in "ABC"] == [13, 8, 53]


def test_an_excel_file_may_hold_no_row_or_heads_alone() -> None:
    for rows in ([], [("Day", "From")]):
        sheet = load_workbook(BytesIO(xlsx_bytes(rows, title="Day"))).active
        assert list(sheet.iter_rows(values_only=True)) == rows


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=20), min_size=1, max_size=5))
def test_an_excel_file_holds_any_text(texts: list[str]) -> None:
    load_workbook(BytesIO(xlsx_bytes([("head",), *((text,) for text in texts)], title="Day")))
