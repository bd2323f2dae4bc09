"""A reader of small QR codes (version 1, error correction M), as a scanner reads them: ISO/IEC 18004."""

import re
from itertools import count

SIDE, QUIET = 21, 4
ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
DATA, CHECKS = 16, 10  # codewords of 1-M
_FORMAT_MASK, _FORMAT_GENERATOR, _LEVEL_M = 0b101010000010010, 0b10100110111, 0b00
_MASKS = (
    lambda y, x: (y + x) % 2,
    lambda y, _: y % 2,
    lambda _, x: x % 3,
    lambda y, x: (y + x) % 3,
    lambda y, x: (y // 2 + x // 3) % 2,
    lambda y, x: y * x % 2 + y * x % 3,
    lambda y, x: (y * x % 2 + y * x % 3) % 2,
    lambda y, x: ((y + x) % 2 + y * x % 3) % 2,
)


def read_drawing(svg: str) -> str:
    """Return the text of a drawing in SVG, and assert that every part of the code is as the standard says."""
    dark = _dark_modules(svg)
    _assert_patterns(dark)
    mask = _mask(dark)
    bits = "".join(
        str(int(((y, x) in dark) ^ (_MASKS[mask](y, x) == 0))) for y, x in _zigzag() if not _is_function(y, x)
    )
    words = [int(bits[at : at + 8], 2) for at in range(0, 8 * (DATA + CHECKS), 8)]
    _assert_correctable(words)
    return _text("".join(f"{word:08b}" for word in words[:DATA]))


def _dark_modules(svg: str) -> set[tuple[int, int]]:
    """Return the dark modules as (row, column), from a path of horizontal strokes."""
    found = re.search(r' d="([^"]+)"', svg)
    assert found
    dark, x, y = set(), 0.0, 0.0
    for step, dx, dy in re.findall(r"([Mmh])(-?[\d.]+)(?: (-?[\d.]+))?", found[1]):
        if step == "M":
            x, y = float(dx), float(dy)
        elif step == "m":
            x, y = x + float(dx), y + float(dy)
        else:
            dark |= {(int(y) - QUIET, int(x) - QUIET + number) for number in range(int(dx))}
            x += float(dx)
    return dark


def _is_function(y: int, x: int) -> bool:
    is_finder = (y < 9 and (x < 9 or x >= SIDE - 8)) or (y >= SIDE - 8 and x < 9)
    return is_finder or 6 in (y, x)


def _assert_patterns(dark: set[tuple[int, int]]) -> None:
    """Assert the three finders with the light line around them, the timing lines and the dark module."""
    for top, left in ((0, 0), (0, SIDE - 7), (SIDE - 7, 0)):
        for y in range(max(0, top - 1), min(SIDE, top + 8)):
            for x in range(max(0, left - 1), min(SIDE, left + 8)):
                ring = max(abs(y - top - 3), abs(x - left - 3))
                assert ((y, x) in dark) == (ring in (0, 1, 3))
    for at in range(8, SIDE - 8):
        assert ((6, at) in dark) == ((at, 6) in dark) == (at % 2 == 0)
    assert (SIDE - 8, 8) in dark


def _mask(dark: set[tuple[int, int]]) -> int:
    """Return the mask that both copies of the format name, whose own check bits are right."""
    beside = [(8, x) for x in (0, 1, 2, 3, 4, 5, 7, 8)] + [(y, 8) for y in (7, 5, 4, 3, 2, 1, 0)]
    apart = [(SIDE - 1 - number, 8) for number in range(7)] + [(8, SIDE - 8 + number) for number in range(8)]
    first, second = (int("".join(str(int(place in dark)) for place in places), 2) for places in (beside, apart))
    assert first == second
    kept = first ^ _FORMAT_MASK
    rest = kept
    for shift in range(4, -1, -1):
        if rest >> (shift + 10) & 1:
            rest ^= _FORMAT_GENERATOR << shift
    assert rest == 0
    assert kept >> 13 == _LEVEL_M
    return kept >> 10 & 0b111


def _zigzag():
    """Yield the places of the bits: two columns at a time, upwards and downwards, from the right."""
    columns = [x for x in range(SIDE - 1, 0, -2) if x > 6] + [5, 3, 1]
    for number, right in zip(count(), columns, strict=False):
        for y in range(SIDE) if number % 2 else reversed(range(SIDE)):
            yield from ((y, right), (y, right - 1))


def _assert_correctable(words: list[int]) -> None:
    """Assert that the check words fit: the whole is zero at each root of the Reed-Solomon code."""
    power, log, value = [], {}, 1
    for exponent in range(255):
        power.append(value)
        log[value] = exponent
        value = (value << 1) ^ (0x11D if value & 0x80 else 0)
    for root in range(CHECKS):
        total = 0
        for word in words:
            total = (power[(log[total] + root) % 255] if total else 0) ^ word
        assert total == 0


def _text(bits: str) -> str:
    """Return the text of one alphanumeric segment."""
    assert bits[:4] == "0010"
    length, at, text = int(bits[4:13], 2), 13, ""
    while len(text) < length:
        is_pair = length - len(text) > 1
        size = 11 if is_pair else 6
        value, at = int(bits[at : at + size], 2), at + size
        text += ALPHANUMERIC[value // 45] + ALPHANUMERIC[value % 45] if is_pair else ALPHANUMERIC[value]
    return text
