"""Placeholders: found, filled, renamed."""

import pytest

from booking.messages.placeholders import EMAIL_RULES, RULES, SMS_RULES, STANDARD, filled, names_in, renamed


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", set()),
        ("plain words", set()),
        ("{store}: {date} { time }", {"store", "date", "time"}),
        ("{open and }closed{", {"open and"}),
        ("{}", {""}),
    ],
)
def test_names_stand_between_braces(text: str, names: set[str]) -> None:
    assert names_in(text) == names


def test_a_text_is_filled_only_where_all_is_known() -> None:
    assert filled("{store}: {date}.", {"store": "Bar", "date": "Monday"}) == "Bar: Monday."
    assert filled("{store}: {bring}.", {"store": "Bar", "bring": ""}) is None
    assert filled("{store}: {other}.", {"store": "Bar"}) is None


def test_what_is_filled_in_is_not_filled_again() -> None:
    assert filled("{store}!", {"store": "{link}", "link": "L"}) == "{link}!"


def test_names_change_and_words_stay() -> None:
    assert renamed("magasin {store}{x}", {"store": "magasin"}) == "magasin {magasin}{x}"


def test_each_text_may_use_what_it_needs() -> None:
    for names in RULES.values():
        assert [name for name, rules in names.items() if not rules.must <= rules.may] == []
    assert all(STANDARD in rules.may for rules in SMS_RULES.values())
    assert not any({STANDARD, "link"} & rules.may for rules in EMAIL_RULES.values())
