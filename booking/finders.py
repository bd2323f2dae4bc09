"""What lets a tablet find somebody by a family name that it does not hold: a few bits of its first letters.

For each of the first two, three and four letters of each word after the first, one hexadecimal digit of a digest
salted by store and day. Whoever types "dupo" is compared; from the digits nobody reads "Dupont" back, as names by the
dozen share them. `static/booking/arrivals/search.js` makes the same digits of what is typed.
"""

from stores.words import folded

LENGTHS = (2, 3, 4)
_OFFSET, _PRIME, _MASK = 0x811C9DC5, 0x01000193, 0xFFFFFFFF


def finders(name: str, *, salt: str) -> list[str]:
    """Return, for each word of a name after the first, its initial and a digit for each length of its beginning."""
    return [word[0] + "".join(_digit(salt + word[:length]) for length in LENGTHS) for word in folded(name).split()[1:]]


def _digit(text: str) -> str:
    """Return 4 bits of the FNV-1a digest of a text's UTF-8, mixed so that its last letter counts for all of them."""
    found = _OFFSET
    for byte in text.encode():
        found = ((found ^ byte) * _PRIME) & _MASK
    return f"{(found ^ (found >> 15)) >> 7 & 15:x}"
