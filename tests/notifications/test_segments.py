"""Segments: what a provider charges a text message by."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.gsm7 import to_gsm7
from notifications.segments import segments


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("a" * 152 + "€" + "a" * 151, 2),
        ("a" * 152 + "€" + "a" * 152, 3),  # 306 septets, but the euro sign is not cut in two
        ("я" * 70, 1),
        ("я" * 71, 2),
        ("я" * 134, 2),
        ("я" * 135, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("œ" + "a" * 159, 3),  # one letter that GSM-7 lacks makes all of it longer
    ],
)
def test_segments_are_counted_as_they_are_charged(text: str, count: int) -> None:
    assert segments(text) == count


@given(st.text(max_size=700), st.text(max_size=20))
def test_more_text_never_takes_fewer_segments(text: str, more: str) -> None:
    assert segments(text) <= segments(text + more)


@given(st.text(max_size=700))
def test_segments_are_no_more_than_their_room_makes_them(text: str) -> None:
    plain = to_gsm7(text)
    assert segments(plain) <= 1 + 2 * len(plain) // 152
    assert segments(text) <= 1 + 2 * len(text) // 66
