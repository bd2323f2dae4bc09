"""What messages and kept answers are about: as the database has always written it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.subjects import About, Subject
from booking.tokens import ALPHABET, new_reference


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        (Subject.booking("K7Q29X4M"), "K7Q29X4M"),
        (Subject.waiting_list_entry("K7Q29X4M"), "wait-K7Q29X4M"),
        (Subject.hold("0aB_-9"), "hold:0aB_-9"),
        (Subject.ticket(12), "ticket/12"),
        (Subject.day_sheet(3, date(2026, 11, 24)), "day/3/2026-11-24"),
        (Subject.day_sheet_address(7), "question/7"),
    ],
)
def test_subject_is_written_in_one_way_and_read_again(subject: Subject, text: str) -> None:
    assert str(subject) == text
    assert Subject.parse(text) == subject


@given(text=st.text(max_size=40) | st.builds(str.__add__, st.sampled_from(list(About)), st.text(max_size=20)))
def test_any_text_is_a_subject_that_is_written_as_it_was_read(text: str) -> None:
    subject = Subject.parse(text)

    assert str(subject) == text
    assert subject.number() is None or subject.number() == int(subject.key)


def test_no_reference_of_a_booking_begins_like_another_subject() -> None:
    assert Subject.parse(new_reference()).about == About.BOOKING
    assert [about for about in About if about and set(about) <= set(ALPHABET)] == []


@pytest.mark.parametrize(
    ("text", "number", "store_and_day"),
    [
        ("ticket/12", 12, None),
        ("question/7", 7, None),
        ("day/3/2026-11-24", None, (3, date(2026, 11, 24))),
        *(
            (text, None, None)
            for text in ("12345678", "hold:12", "wait-12", "ticket/", "ticket/x", "question/-1", "question/", "")
        ),
        *((text, None, None) for text in ("day/3", "day/x/2026-11-24", "day/3/today", "day//2026-11-24")),
    ],
)
def test_what_a_subject_names_is_none_where_it_names_none(
    text: str, number: int | None, store_and_day: tuple[int, date] | None
) -> None:
    subject = Subject.parse(text)

    assert (subject.number(), subject.store_and_day()) == (number, store_and_day)
