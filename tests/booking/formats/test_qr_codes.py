"""QR codes: what they hold, and that a scanner finds them."""

import re
from xml.etree import ElementTree as ET

import pytest
import segno
from hypothesis import example, given
from hypothesis import strategies as st

from booking.formats.qr_codes import address_code, address_code_file, visit_code
from tests.qr_reader import read_drawing

REFERENCE_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SVG = "{http://www.w3.org/2000/svg}svg"


def modules(svg: str) -> int:
    """Return how many modules wide a drawing is, with the quiet zone around it."""
    return int(re.findall(r'viewBox="0 0 (\d+) ', svg)[0])


def path(svg: str) -> str:
    return re.findall(r' d="([^"]+)"', svg)[0]


@given(reference=st.text(alphabet=REFERENCE_SIGNS, min_size=8, max_size=8))
@example(reference="00000000")
@example(reference="ZZZZZZZZ")
def test_a_visit_s_code_is_its_reference_alone(reference: str) -> None:
    assert read_drawing(visit_code(reference)) == f"CARILLON:{reference}"


def test_reader_reads_every_mask_as_the_library_draws_it() -> None:
    drawn = {mask: segno.make("CARILLON:AB12CD34", error="m", micro=False, mask=mask) for mask in range(8)}

    assert {read_drawing(code.svg_inline(border=4)) for code in drawn.values()} == {"CARILLON:AB12CD34"}
    assert len({path(code.svg_inline(border=4)) for code in drawn.values()}) == 8


def test_reader_refuses_a_code_that_is_not_whole() -> None:
    svg = segno.make("CARILLON:AB12CD34", error="m", micro=False).svg_inline(border=4)
    with pytest.raises(AssertionError):
        read_drawing(svg.replace("h1m", "h2m", 1))


def test_a_visit_s_code_is_coarse_enough_for_a_scratched_screen() -> None:
    assert modules(visit_code("AB12CD34")) == 21 + 2 * 4


def test_drawings_in_a_page_say_nothing_to_a_screen_reader_and_bring_no_style() -> None:
    for drawing in (visit_code("AB12CD34"), address_code("https://carillon.example/s/shop/")):
        assert 'aria-hidden="true"' in drawing
        assert "style=" not in drawing
        assert not re.search(r'<svg[^>]* (width|height)="', drawing)


def test_the_file_for_print_is_a_whole_drawing() -> None:
    drawing = ET.fromstring(address_code_file("https://carillon.example/s/shop/"))

    assert drawing.tag == SVG
    assert int(drawing.attrib["width"]) >= 200
