"""How words are mistyped: what is within reach is found by an index, and nothing is called near that is not."""

import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from stores.spelling import SPELLING_LONGEST, distance, edits_allowed, spellings, spellings_typed

words = st.text(string.ascii_lowercase, min_size=1, max_size=14)
letters = st.sampled_from(string.ascii_lowercase)


@st.composite
def mistyped(draw: st.DrawFn, word: str) -> str:
    """Return a word with one letter left out, added, changed, or swapped with the next one."""
    at = draw(st.integers(0, len(word) - 1))
    kind = draw(st.sampled_from(("out", "added", "changed", "swapped")))
    if kind == "out":
        return word[:at] + word[at + 1 :]
    if kind == "added":
        return word[:at] + draw(letters) + word[at:]
    if kind == "changed":
        return word[:at] + draw(letters) + word[at + 1 :]
    return word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :]


@pytest.mark.parametrize(
    ("typed", "word", "expected"),
    [
        ("pharmcie", "pharmacie", 1),
        ("pharamcie", "pharmacie", 1),
        ("farmacie", "pharmacie", 2),
        ("maxent", "maixent", 1),
        ("sant", "saint", 1),
        ("niorr", "niort", 1),
        ("nirot", "niort", 1),
        ("nirto", "niort", None),
        ("niort", "niort", 0),
        ("abc", "abd", None),
        ("79001", "79000", None),
        ("", "niort", None),
    ],
)
def test_distance_counts_mistakes_up_to_what_the_word_allows(typed: str, word: str, expected: int | None) -> None:
    assert distance(typed, word) == expected


@given(words, words)
def test_distance_is_the_same_from_both_sides_for_words_that_allow_as_much(a: str, b: str) -> None:
    assume(edits_allowed(a) == edits_allowed(b))
    assert distance(a, b) == distance(b, a)


@given(st.data(), st.text(string.ascii_lowercase, min_size=5, max_size=14))
def test_one_mistake_in_five_letters_is_within_reach(data: st.DataObject, word: str) -> None:
    typed = data.draw(mistyped(word))
    assert distance(typed, word) in (0, 1)
    assert spellings_typed(typed) & spellings(word)


@given(st.data(), st.text(string.ascii_lowercase, min_size=8, max_size=14))
def test_two_mistakes_in_eight_letters_share_a_spelling_where_they_are_within_reach(
    data: st.DataObject, word: str
) -> None:
    typed = data.draw(mistyped(data.draw(mistyped(word))))
    assume(distance(typed, word) is not None)
    assert spellings_typed(typed) & spellings(word)


@given(st.text("ab", max_size=10), st.text("ab", max_size=10))
def test_whatever_is_near_shares_a_spelling(typed: str, word: str) -> None:
    if distance(typed, word):
        assert spellings_typed(typed) & spellings(word)


@given(st.text(max_size=40))
def test_spellings_stay_few_and_short(word: str) -> None:
    assert len(spellings(word)) <= 29
    assert all(len(spelling) <= SPELLING_LONGEST for spelling in spellings(word) | spellings_typed(word))
