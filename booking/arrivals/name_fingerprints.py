"""Fingerprints of names: a few bits with which a tablet finds a family name that it does not store.

Each word after the first gives one hexadecimal digit for its first two letters, one for the first three and one for the
first four; the digits come from a digest salted by store and day. A typed "dupo" is compared with them. Nobody can read
"Dupont" from the digits, because dozens of names share them. A short word is also joined with the next one: "Le Goff"
is typed "legoff" as well, N'Diaye "ndiaye". `static/booking/staff/arrivals/search.js` makes the same digits from the
typed text.
"""

from collections.abc import Sequence

from stores.words import folded

LENGTHS = (2, 3, 4)
# Titles before a name, folded: they are no names to search for.
TITLES = frozenset(
    {
        *("m", "mr", "mme", "mlle", "monsieur", "madame", "mademoiselle", "mrs", "ms", "miss", "dr", "herr", "frau"),
        *("sr", "sra", "srta", "senor", "senora", "pan", "пан", "пані"),
    }
)
_OFFSET, _PRIME, _MASK = 0x811C9DC5, 0x01000193, 0xFFFFFFFF


def finders(name: str, *, salt: str) -> list[str]:
    """Return, for each word of a name after the first, its initial and a digit for each length of its beginning."""
    words = folded(name).split()
    begun = [word for at, word in enumerate(words) if at]
    begun += [
        "".join(words[at:]) for at, word in enumerate(words) if at and len(word) < LENGTHS[-1] and words[at + 1 :]
    ]
    return [word[0] + "".join(_digit(salt + word[:length]) for length in LENGTHS) for word in begun]


def typed_names(query: str) -> list[str]:
    """Return the words of a typed name, folded, without titles: "Mme Martin" is Martin."""
    words = folded(query).split()
    return [word for word in words if word not in TITLES] or words


def fits_name(name: str, typed: Sequence[str]) -> bool:
    """Tell whether a name contains each typed word, or has words that begin with it when written together."""
    words = folded(name).split()
    plain = " ".join(words)
    together = ["".join(words[at:]) for at in range(len(words))]
    return bool(typed) and all(word in plain or any(one.startswith(word) for one in together) for word in typed)


def _digit(text: str) -> str:
    """Return 4 bits of the FNV-1a digest of a text's UTF-8, mixed so that its last letter affects all of them."""
    found = _OFFSET
    for byte in text.encode():
        found = ((found ^ byte) * _PRIME) & _MASK
    return f"{(found ^ (found >> 15)) >> 7 & 15:x}"
