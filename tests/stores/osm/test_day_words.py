"""Days of the week in seven languages, and the words that are one day in one and another in the next."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stores.osm.day_words import UnclearDay, days_of_words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mo tu we th fr sa su", [0, 1, 2, 3, 4, 5, 6]),
        ("lu ma me je ve sa di", [0, 1, 2, 3, 4, 5, 6]),
        ("mo di mi do fr sa so", [0, 1, 2, 3, 4, 5, 6]),
        ("mondays tues thurs sunday", [0, 1, 3, 6]),
        ("lundis mar mer dim", [0, 1, 2, 6]),
        ("montags sonnabend sonntag", [0, 5, 6]),
        ("lunes mie sab dom", [0, 2, 5, 6]),
        ("lun mer gio dom", [0, 2, 3, 6]),
        ("ma di wo do vr za zo", [0, 1, 2, 3, 4, 5, 6]),
        ("пн вт ср чт пт сб нд", [0, 1, 2, 3, 4, 5, 6]),
        ("середи суботу неділя", [2, 5, 6]),
        ("mo samedi", [0, 5]),
        ("open s x monte", []),
    ],
)
def test_beginnings_of_names_are_days(text: str, expected: list[int]) -> None:
    assert list(days_of_words(text.split()).values()) == expected


@pytest.mark.parametrize("text", ["di", "sa di", "mar", "mo mar fr", "mar sa", "ma fr", "ma do", "lu ve we"])
def test_words_that_nothing_decides_are_unclear(text: str) -> None:
    with pytest.raises(UnclearDay):
        days_of_words(text.split())


@given(st.lists(st.sampled_from(["mo", "tu", "di", "lu", "mar", "dim", "do", "so", "we", "xx", "a"])))
def test_reading_words_gives_days_or_says_it_is_unclear(words: list[str]) -> None:
    try:
        days = days_of_words(words)
    except UnclearDay:
        return
    assert set(days) <= set(words)
    assert set(days.values()) <= set(range(7))


@pytest.mark.parametrize(("country", "day"), [("FR", 6), ("RE", 6), ("DE", 1), ("NL", 1)])
def test_a_country_decides_what_words_leave_open(country: str, day: int) -> None:
    assert days_of_words(["di"], country=country) == {"di": day}


def test_a_country_of_several_languages_decides_nothing_they_disagree_on() -> None:
    with pytest.raises(UnclearDay):
        days_of_words(["di"], country="BE")


def test_single_letters_are_days_only_where_they_are_told_to_be() -> None:
    assert days_of_words(["m", "f"]) == {}
    assert days_of_words(["m", "f"], letters={"m", "f"}) == {"m": 0, "f": 4}
