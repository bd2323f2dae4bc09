import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.arrivals.name_fingerprints import LENGTHS, finders, fits_name, typed_names
from stores.words import folded

SALT = "5a17"


def test_finders_leave_out_the_first_name_and_spelling() -> None:
    assert finders("Ada", salt=SALT) == []
    assert finders("Ada DUPÓNT", salt=SALT) == finders("Bo dupont", salt=SALT)
    assert finders("", salt=SALT) == []


def test_finders_are_those_of_the_browser() -> None:
    # What static/booking/staff/arrivals/search.js makes of the same: tests/scripts/search.test.js holds it to these.
    assert finders("Ada Dupont", salt=SALT) == ["de33"]


def test_finders_of_another_day_are_others() -> None:
    names = [f"Ada {letter}upont" for letter in "abcdefghijklmnopqrstuvwxyz"]
    assert [finders(name, salt="one") for name in names] != [finders(name, salt="two") for name in names]


@pytest.mark.parametrize(
    ("name", "written"),
    [("Yann Le Goff", "Yann Legoff"), ("Awa N'Diaye", "Awa Ndiaye"), ("Ida van den Berg", "Ida Vandenberg")],
)
def test_a_short_word_is_found_together_with_what_follows(name: str, written: str) -> None:
    assert set(finders(written, salt=SALT)) < set(finders(name, salt=SALT))


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("Awa N'Diaye", "ndiaye"),
        ("N'Diaye Awa", "ndiaye"),
        ("Awa Ndiaye", "n'diaye"),
        ("Yann Le Goff", "legoff"),
        ("Yann Legoff", "le goff"),
        ("Léa Martin", "Mme Martin"),
        ("Léa Martin", "m. martin"),
        ("Mme Martin", "mme"),
        ("Jean-Pierre Test", "jeanpierre"),
    ],
)
def test_a_name_is_found_however_it_is_typed(name: str, query: str) -> None:
    assert fits_name(name, typed_names(query))
    assert not fits_name("Bo Dupont", typed_names(query))


@given(st.text(max_size=40))
def test_each_word_has_its_initial_and_a_digit_a_length(name: str) -> None:
    found = finders(name, salt=SALT)
    words = folded(name).split()[1:]

    assert [one[0] for one in found[: len(words)]] == [word[0] for word in words]
    assert {len(one) for one in found} <= {1 + len(LENGTHS)}
