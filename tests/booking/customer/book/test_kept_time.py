"""The time kept for a customer: it is theirs, shown as such to nobody else, and one at a time."""

import pytest
from django.test import Client

from booking.models import Booking, Hold
from tests.booking.customer.book.way import (
    BOOK,
    CONFIRM,
    DAY,
    DETAILS,
    ELEVEN,
    TEN,
    TYPED,
    choose,
    held,
)
from tests.booking.reading import page
from tests.factories import at, make_store

pytestmark = pytest.mark.django_db


def test_a_time_kept_for_oneself_is_shown_as_such_and_to_nobody_else(client: Client) -> None:
    make_store(capacity=1)
    choose(client)

    mine, others = page(client.get(BOOK, DAY)), page(Client().get(BOOK, DAY))

    assert mine.offered[TEN].endswith("kept for you")
    assert TEN not in others.offered


def test_the_link_back_to_the_times_carries_what_is_kept(client: Client) -> None:
    make_store(capacity=1)
    shown = page(client.get(choose(client)))

    back = next(link for link in shown.links_to(BOOK) if DETAILS not in link)

    assert TEN in page(Client().get(f"{back}&day=2026-11-24")).offered  # a browser without cookies


def test_looking_at_one_time_after_the_other_keeps_one_of_them(client: Client) -> None:
    make_store(capacity=1)
    free = len([value for value in page(client.get(BOOK, DAY)).offered if value.startswith("2026-11-24")])

    for quarter in (0, 15, 30):
        choose(client, at(10, quarter).isoformat())

    assert Hold.objects.get().starts_at == at(10, 30)
    mine, others = page(client.get(BOOK, DAY)).offered, page(Client().get(BOOK, DAY)).offered
    assert len([value for value in mine if value.startswith("2026-11-24")]) == free
    assert len([value for value in others if value.startswith("2026-11-24")]) == free - 1


def test_one_s_own_time_taken_again_is_the_one_that_was_kept(client: Client) -> None:
    make_store(capacity=1)
    choose(client)
    kept = Hold.objects.get()

    details = choose(client)

    assert Hold.objects.get() == kept
    client.post(CONFIRM, {**page(client.get(details)).forms[CONFIRM], **TYPED})
    assert Booking.objects.get().starts_at == at(10)


def test_a_time_let_go_in_another_tab_is_booked_all_the_same(client: Client) -> None:
    make_store(capacity=1)
    first = {**held(client).forms[CONFIRM], **TYPED}
    second = {**held(client, ELEVEN).forms[CONFIRM], **TYPED}

    for form in (first, second):
        assert client.post(CONFIRM, form)["Location"].endswith("/booked/")

    assert not Hold.objects.exists()
