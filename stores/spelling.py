"""Misspellings of words: letters left out, added, changed or swapped. Pure.

Two words with at most `edits_allowed` differences share one of their `spellings`, so a database finds one by the other
with a plain index. SymSpell works this way; here only the first letters count, to keep the index small.
"""

from itertools import combinations

WORD_LONGEST = 40
SPELLING_LONGEST = 7
_LONG_WORD = 8  # from this length on a word may have two mistakes, and from 4 letters on one
_SHORT_WORD = 4


def edits_allowed(word: str) -> int:
    """Return how many mistakes a typed form of this word may have; 0 for short words and numbers."""
    if len(word) < _SHORT_WORD or not word.isalpha():
        return 0
    return 2 if len(word) >= _LONG_WORD else 1


def spellings(word: str) -> set[str]:
    """Return the index entries of a word: its first letters without as many as may be mistyped."""
    return _without_letters(word, edits_allowed(word))


def spellings_typed(word: str) -> set[str]:
    """Return the index entries to look up for a typed word, which may be longer or shorter than the right one."""
    if not word.isalpha():
        return set()
    edits = 2 if len(word) >= _LONG_WORD - 2 else 1
    return _without_letters(word, edits) if len(word) >= _SHORT_WORD - 1 else set()


def distance(typed: str, word: str) -> int | None:
    """Return how many mistakes turn `word` into `typed`; None for more than the word allows.

    Each of these is one mistake: a letter left out, added or changed, or two neighbors swapped.
    """
    allowed = edits_allowed(word)
    if abs(len(typed) - len(word)) > allowed:
        return None
    edits = _edits(typed, word)
    return edits if edits <= allowed else None


def _without_letters(word: str, edits: int) -> set[str]:
    if not edits:
        return set()
    start = word[:SPELLING_LONGEST]
    return {
        "".join(letters)
        for length in range(max(1, len(start) - edits), len(start) + 1)
        for letters in combinations(start, length)
    }


def _edits(a: str, b: str) -> int:
    """Return the Damerau-Levenshtein distance (optimal string alignment)."""
    two_before: list[int] = []
    before = list(range(len(b) + 1))
    for row, letter in enumerate(a, 1):
        current = [row]
        for column, other in enumerate(b, 1):
            edits = min(before[column] + 1, current[-1] + 1, before[column - 1] + (letter != other))
            is_swapped = row > 1 and column > 1 and letter == b[column - 2] and a[row - 2] == other
            current.append(min(edits, two_before[column - 2] + 1) if is_swapped else edits)
        two_before, before = before, current
    return before[-1]
