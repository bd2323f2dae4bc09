"""Tables from spreadsheets of any country are read alike."""

import pytest

from stores.imports.csv_files import NotATable, read_table

REQUIRED = ("id", "name")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_any_encoding_and_delimiter_reads_alike(encoding, delimiter, end) -> None:
    text = end.join([f"ID{delimiter} Name", f'1{delimiter}"Café{delimiter} du Port"', "", f"2{delimiter}L’Épicerie"])

    rows = read_table(text.encode(encoding), required=REQUIRED)

    assert [(row.number, row.values) for row in rows] == [
        (2, {"id": "1", "name": f"Café{delimiter} du Port"}),
        (4, {"id": "2", "name": "L’Épicerie"}),
    ]


def test_the_apostrophe_before_a_formula_is_taken_off_again() -> None:
    [row] = read_table(b"id,name\n1,'=SUM(A1)\n", required=REQUIRED)

    assert row.values["name"] == "=SUM(A1)"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"id;town\n1;x", "has no column 'name' in its first line"),
        (b"id;name;NAME\n1;x;y", "has a column twice"),
        (b"id;name\n1;\0", "is not text"),
        (b"id;name\n1;\x81\xff", "is text neither in UTF-8 nor in Windows-1252"),
        (b'id;name\n1;"open', "is no table"),
        (b"x" * 5_000_001, "is larger than"),
    ],
)
def test_what_is_no_table_says_why(content, reason) -> None:
    with pytest.raises(NotATable, match=reason):
        read_table(content, required=REQUIRED)
