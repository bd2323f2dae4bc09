"""Charts: no bar leaves the paper, none lies over another, and no word breaks the drawing."""

from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.formats.bar_charts import PATTERNS, WIDTH, Bar, BarChart, drawn, pieces

SVG = "{http://www.w3.org/2000/svg}"
values = st.lists(st.floats(0, 1e6), min_size=1, max_size=4).map(tuple)
words = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff"))


def read(chart: BarChart) -> ET.Element:
    return ET.fromstring(drawn(chart).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))


@given(values, st.floats(0, 1e6))
def test_parts_lie_one_after_the_other_on_the_paper(parts: tuple[float, ...], full: float) -> None:
    found = pieces(Bar("", parts, ""), full=full)

    assert len(found) == len(parts)
    assert all(wide >= 0 and begin >= 0 and begin + wide <= WIDTH + 0.05 for begin, wide in found)
    assert all(begin + wide == pytest.approx(after, abs=0.06) for (begin, wide), (after, _) in pairwise(found))


@given(values.filter(lambda parts: sum(parts) > 0))
def test_a_part_is_as_wide_as_its_share(parts: tuple[float, ...]) -> None:
    full = sum(parts)

    for (_, wide), value in zip(pieces(Bar("", parts, ""), full=full), parts, strict=True):
        assert wide == pytest.approx(value / full * WIDTH, abs=0.2)


@given(words, words, st.lists(st.tuples(words, st.tuples(st.integers(0, 99), st.integers(0, 99))), max_size=5))
def test_any_words_are_drawn_as_they_are(title: str, label: str, rows: list[tuple[str, tuple[int, int]]]) -> None:
    bars = tuple(Bar(text, counts, label) for text, counts in rows)
    svg = read(BarChart("chart-test", title, label, ("first", "second"), bars))

    assert (svg.findtext(f"{SVG}title"), svg.findtext(f"{SVG}desc")) == (title, label)
    assert [text.text or "" for text in svg.iter(f"{SVG}text")] == [
        "first", "second", *(part for text, _ in rows for part in (text, label)),
    ]  # fmt: skip


def test_what_is_drawn_has_a_name_and_its_parts_patterns() -> None:
    bars = (Bar("Monday", (1, 1, 1, 1), "4"), Bar("Tuesday", (0, 0, 0, 0), "0"))
    svg = read(BarChart("chart-test", "Visits", "Four.", ("a", "b", "c", "d"), bars))

    assert svg.attrib["role"] == "img"
    assert svg.attrib["aria-labelledby"] == "chart-test-title chart-test-desc"
    drawn_as = [rect.attrib["class"] for rect in svg.iter(f"{SVG}rect")]
    assert drawn_as == [f"chart-{pattern}" for pattern in PATTERNS] * 2, "the legend's, and Monday's"
    assert {pattern.attrib["id"] for pattern in svg.iter(f"{SVG}pattern")} == {"chart-test-stripes", "chart-test-dots"}
