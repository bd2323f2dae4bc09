"""One person, one visit: sent by many tabs or presses at once, it is booked once."""

from functools import partial

import pytest

from booking.bookings.form_idempotency import book_once
from booking.bookings.lifecycle import book_visit
from booking.customer_input import CustomerDetails
from booking.idempotency import FormUsed, SentForm
from booking.models import Booking, IdempotentAnswer, Source
from booking.refusals import SameVisit
from tests.factories import NOW, at, make_store
from tests.threads import at_once

TABS = 8


@pytest.fixture(autouse=True)
def _shop(transactional_db: None) -> None:
    make_store(capacity=TABS, open_bookings_per_customer=100)


def book_it(*, may_repeat: bool = False) -> Booking:
    return book_visit(
        store="corner-shop-niort",
        visit_type="visit",
        starts_at=at(10),
        party_size=1,
        customer=CustomerDetails(name="Ada Test", phone="+33612345601"),
        note="",
        source=Source.WEB,
        may_repeat=may_repeat,
        now=NOW,
    )


def told(*, may_repeat: bool) -> str:
    """Book; return the reference of what was booked, or of what was there."""
    try:
        return book_it(may_repeat=may_repeat).reference
    except SameVisit as refused:
        return refused.reference


def test_rig_sees_the_same_visit_booked_many_times() -> None:
    assert len(set(at_once([partial(told, may_repeat=True)] * TABS))) == TABS


def test_the_same_visit_of_many_tabs_is_booked_once_and_told_to_all() -> None:
    references = at_once([partial(told, may_repeat=False)] * TABS)

    assert set(references) == {Booking.objects.get().reference}


def test_one_form_pressed_many_times_books_once() -> None:
    form = SentForm("one form", "what was typed", "one browser")

    booked = at_once([partial(book_once, form, now=NOW, book=book_it)] * TABS)

    assert {booking.reference for booking in booked} == {Booking.objects.get().reference}
    assert IdempotentAnswer.objects.count() == 1


def test_one_key_of_many_browsers_books_once_and_tells_the_others_nothing() -> None:
    def send(number: int) -> str:
        try:
            form = SentForm("one form", "what was typed", f"browser {number}")
            return book_once(form, now=NOW, book=partial(book_it, may_repeat=True)).reference
        except FormUsed:
            return "used"

    answers = at_once([partial(send, number) for number in range(TABS)])

    assert sorted(answers)[:1] == [Booking.objects.get().reference]
    assert answers.count("used") == TABS - 1
