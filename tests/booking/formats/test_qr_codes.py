"""QR codes: what they hold, and that a scanner finds them."""

import re
from xml.etree import ElementTree as ET

import segno

from booking.formats.qr_codes import address_code, address_code_file, visit_code

SVG = "{http://www.w3.org/2000/svg}svg"


def modules(svg: str) -> int:
    """Return how many modules wide a drawing is, with the quiet zone around it."""
    return int(re.findall(r'viewBox="0 0 (\d+) ', svg)[0])


def path(svg: str) -> str:
    return re.findall(r' d="([^"]+)"', svg)[0]


def test_a_visit_s_code_is_its_reference_alone() -> None:
    expected = segno.make("CARILLON:AB12CD34", error="m", micro=False)

    assert path(visit_code("AB12CD34")) == path(expected.svg_inline(border=4))
    assert expected.mode == "alphanumeric"


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
