"""The same visit twice, and one's share of visits: the customer is led to what is there, or told before typing."""

import pytest
from django.test import Client

from booking.models import Booking
from stores.models import Store
from tests.booking.customer.book.way import (
    CHOSEN,
    CONFIRM,
    ELEVEN,
    HOLD,
    TEN,
    TYPED,
    booked,
    filled,
    held,
)
from tests.booking.reading import page
from tests.factories import at, make_booking, make_store

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("typed", [{}, {"phone": "", "email": "ada@example.org"}, {"name": "Bea Test"}])
def test_the_same_visit_twice_is_answered_with_the_one_that_is_there(
    client: Client, store: Store, typed: dict[str, str]
) -> None:
    reference = booked(client, email="ada@example.org")

    shown = page(client.post(CONFIRM, filled(client, **typed), follow=True))

    assert "You already have this visit" in shown.words
    assert f"/b/{reference}/" in shown.links
    assert CONFIRM not in shown.forms
    assert Booking.objects.count() == 1


def test_the_same_visit_from_another_browser_shows_nothing_of_it(client: Client, store: Store) -> None:
    reference = booked(client)
    stranger = Client()

    response = stranger.post(CONFIRM, filled(stranger), follow=True)

    shown = page(response)
    assert "You already have this visit" in shown.words
    assert reference[:4] not in response.content.decode()
    assert "/my-visits/" in shown.links
    assert not [name for name in stranger.cookies if name.startswith("booking-")]
    assert Booking.objects.count() == 1


def test_the_same_visit_for_somebody_else_is_asked_about_once(client: Client, store: Store) -> None:
    booked(client)
    form = filled(client, name="Bea Test", is_for_someone_else="on")

    shown = page(client.post(CONFIRM, form, follow=True))
    assert "Is another one meant, for Bea Test?" in shown.words
    assert Booking.objects.count() == 1
    client.post(CONFIRM, shown.forms[CONFIRM])

    assert [booking.name for booking in Booking.objects.order_by("pk")] == ["Ada Test", "Bea Test"]


def test_another_kind_or_time_is_another_visit(client: Client) -> None:
    make_store(open_bookings_per_customer=3)
    booked(client)

    for starts_at, kind in ((ELEVEN, "visit"), (TEN, "advice")):
        form = page(client.post(HOLD, {**CHOSEN, "visit_type": kind, "starts_at": starts_at}, follow=True))
        client.post(CONFIRM, {**form.forms[CONFIRM], **TYPED})

    assert Booking.objects.count() == 3


def test_who_has_their_share_is_told_before_typing(client: Client, store: Store) -> None:
    references = []
    for starts_at in (TEN, ELEVEN):
        response = client.post(CONFIRM, {**held(client, starts_at).forms[CONFIRM], **TYPED})
        references.append(response["Location"].split("/")[2])

    shown = held(client, at(14).isoformat())

    assert "You already have 2 visits booked here: one person can have no more at a time." in shown.words
    assert {f"/b/{reference}/" for reference in references} <= set(shown.links)
    assert "You already have" not in held(Client(), at(14).isoformat()).words


def test_who_has_their_share_elsewhere_is_told_at_once_with_everything_kept(client: Client, store: Store) -> None:
    for minute in (15, 30):
        make_booking(store, starts_at=at(10, minute), phone="+33612345602")

    shown = page(client.post(CONFIRM, filled(client), follow=True))

    assert "You already have 2 visits booked here: one person can have no more at a time." in shown.words
    assert shown.forms[CONFIRM]["name"] == "Ada Test"
    assert "/my-visits/" in shown.links
