"""Segments of text messages, by which a provider charges. Pure."""

from notifications.gsm7 import SEGMENT_SEPTETS, is_gsm7, septets

# Each part of a long text has less room, because its first octets number the part (3GPP TS 23.040).
PART_SEPTETS = 153
UCS2_SEGMENT_UNITS = 70
UCS2_PART_UNITS = 67


def segments(text: str) -> int:
    """Return how many segments a text takes; no character is split between two of them."""
    if is_gsm7(text):
        return _parts([septets(character) for character in text], whole=SEGMENT_SEPTETS, part=PART_SEPTETS)
    units = [2 if ord(character) > 0xFFFF else 1 for character in text]
    return _parts(units, whole=UCS2_SEGMENT_UNITS, part=UCS2_PART_UNITS)


def _parts(sizes: list[int], *, whole: int, part: int) -> int:
    if sum(sizes) <= whole:
        return 1
    count, used = 1, 0
    for size in sizes:
        if used + size > part:
            count, used = count + 1, 0
        used += size
    return count
