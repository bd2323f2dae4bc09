from hypothesis import given
from hypothesis import strategies as st

from booking.finders import LENGTHS, finders
from stores.words import folded

SALT = "5a17"


def test_finders_leave_out_the_first_name_and_spelling() -> None:
    assert finders("Ada", salt=SALT) == []
    assert finders("Ada DUPÓNT", salt=SALT) == finders("Bo dupont", salt=SALT)
    assert finders("", salt=SALT) == []


def test_finders_are_those_of_the_browser() -> None:
    # What static/booking/arrivals/search.js makes of the same: the browser journeys find people by them.
    assert finders("Ada Dupont", salt=SALT) == ["de33"]


def test_finders_of_another_day_are_others() -> None:
    names = [f"Ada {letter}upont" for letter in "abcdefghijklmnopqrstuvwxyz"]
    assert [finders(name, salt="one") for name in names] != [finders(name, salt="two") for name in names]


@given(st.text(max_size=40))
def test_each_word_has_its_initial_and_a_digit_a_length(name: str) -> None:
    found = finders(name, salt=SALT)

    assert [one[0] for one in found] == [word[0] for word in folded(name).split()[1:]]
    assert {len(one) for one in found} <= {1 + len(LENGTHS)}
