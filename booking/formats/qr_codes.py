"""QR codes as SVG: the address of a store for its poster, the reference of a visit for its check-in."""

from functools import lru_cache
from io import BytesIO

import segno
from django.utils.safestring import SafeString, mark_safe

# The prefix of a reference for a scanner at the door: it gives no access and is not an address.
VISIT_PREFIX = "CARILLON:"
# Every mask gives a valid code. To find the one that scanners see best takes five times as long as drawing it; over all
# references this one is the best, 2 % from the best of each.
_VISIT_MASK = 6
_VISITS_KEPT = 256


@lru_cache(maxsize=_VISITS_KEPT)
def visit_code(reference: str) -> SafeString:
    """Return the code that a customer shows on arrival, as inline SVG: only the reference, which opens nothing."""
    # Upper case and a colon keep to the alphanumeric mode: a coarser code, read from a scratched screen.
    return _drawing(_code(VISIT_PREFIX + reference, mask=_VISIT_MASK))


def address_code(url: str) -> SafeString:
    """Return the code of an address, as inline SVG."""
    return _drawing(_code(url))


def address_code_file(url: str) -> bytes:
    """Return the code of an address as an SVG file, for print."""
    file = BytesIO()
    _code(url).save(file, kind="svg", border=4, scale=8, svgclass=None, lineclass=None)
    return file.getvalue()


def _drawing(code: segno.QRCode) -> SafeString:
    svg = code.svg_inline(border=4, svgclass="qr", lineclass=None, omitsize=True)
    return mark_safe(svg.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1))  # noqa: S308 -- drawn here


def _code(text: str, *, mask: int | None = None) -> segno.QRCode:
    return segno.make(text, error="m", micro=False, mask=mask)
