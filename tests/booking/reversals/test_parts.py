"""Every part of the trail can be put back, or says why it never is."""

from booking.reversals.parts import PARTS
from booking.reversals.reasons import WHY_NOT
from booking.store_setup.change_labels import WHAT


def test_each_part_of_the_trail_is_put_back_or_says_why_not() -> None:
    assert set(PARTS) | set(WHY_NOT) == set(WHAT)
    assert set(PARTS) & set(WHY_NOT) == set()
