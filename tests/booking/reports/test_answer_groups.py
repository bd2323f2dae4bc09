"""Few answers are never shown by themselves, and cannot be calculated from the others."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.reports.answer_groups import LEAST_SHOWN, answer_groups


@pytest.mark.parametrize(
    ("by_kind", "groups"),
    [
        ({}, []),
        ({"a": {}}, []),
        ({"a": {"yes": 4}}, []),
        ({"a": {"yes": 5}}, [(("a",), 5)]),
        ({"a": {"yes": 2}, "b": {"no": 2}}, []),
        ({"a": {"yes": 3}, "b": {"no": 2}}, [(("a", "b"), 5)]),
        ({"a": {"yes": 9}, "b": {"no": 6}}, [(("a",), 9), (("b",), 6)]),
        ({"a": {"yes": 9}, "b": {"no": 6}, "c": {"no": 1}}, [(("a",), 9), (("b", "c"), 7)]),
        ({"a": {"yes": 9}, "c": {"no": 1}}, [(("a", "c"), 10)]),
    ],
)
def test_kinds_with_few_answers_stand_together(
    by_kind: dict[str, dict[str, int]], groups: list[tuple[tuple[str, ...], int]]
) -> None:
    assert [(names, answers.total()) for names, answers in answer_groups(by_kind)] == groups


@given(
    st.dictionaries(
        st.sampled_from("abcdefgh"),
        st.dictionaries(st.sampled_from(["yes", "partly", "no"]), st.integers(0, 12)),
    )
)
def test_no_group_is_small_and_none_is_lost(by_kind: dict[str, dict[str, int]]) -> None:
    groups = answer_groups(by_kind)
    total = sum((Counter(answers) for answers in by_kind.values()), Counter())

    assert all(answers.total() >= LEAST_SHOWN for _names, answers in groups)
    if total.total() >= LEAST_SHOWN:
        assert sum((answers for _names, answers in groups), Counter()) == +total
    else:
        assert groups == []
