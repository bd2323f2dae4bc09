import pytest
from django.test import Client

from stores.models import Store
from tests.booking.customer.book.way import CONFIRM, DETAILS, details_url
from tests.booking.reading import markup, page
from tests.factories import make_booking, make_store

pytestmark = pytest.mark.django_db


def test_details_asks_five_things_at_most_and_says_why(client: Client, store: Store) -> None:
    response = client.get(details_url())

    text = response.content.decode()
    assert 'autocomplete="name"' in text
    assert 'autocomplete="tel"' in text
    assert 'autocomplete="email"' in text
    typed = {"name", "phone", "email", "note"}
    hidden = {"visit_type", "party_size", "starts_at", "idempotency_key"}
    assert set(page(response).forms[CONFIRM]) == typed | hidden  # and a box to tick, which sends nothing
    assert 'name="homepage" form="details"' in markup(response)  # which nobody sees
    assert text.count('type="checkbox"') == 1
    assert "Tuesday 24 November, 10:00" in page(response).words
    assert "Confirmation and reminders by text." in page(response).words
    assert "Confirmation with a calendar file." in page(response).words


def test_button_says_what_is_booked(client: Client, store: Store) -> None:
    asked = page(client.get(details_url()))

    assert "Book Tuesday 24 November at 10:00" in asked.words
    french = client.get(details_url(), headers={"Accept-Language": "fr"})
    assert "Réserver mardi 24 novembre à 10 h" in page(french).words


@pytest.mark.parametrize(
    ("starts_at", "status"),
    [
        ("2026-11-24T10:00:00", 400),  # whose clock?
        ("2027-02-30T10:00:00+01:00", 400),
        ("0001-01-01T00:00:00+01:00", 400),
        ("9999-12-31T23:59:59-12:00", 400),
        ("now", 400),
        ("\0", 400),
        ("2026-11-24T10:01:00+01:00", 409),  # no slot
        ("2026-11-24T13:00:00+01:00", 409),  # closed
        ("2026-11-22T10:00:00+01:00", 409),  # past
        ("2026-11-23T09:15:00+01:00", 409),  # too soon
        ("2027-03-28T02:30:00+01:00", 409),  # shown by no clock
        ("2999-12-31T10:00:00+01:00", 409),
    ],
)
def test_details_for_a_time_that_cannot_be_had_shows_times_instead(
    client: Client, store: Store, starts_at: str, status: int
) -> None:
    response = client.get(details_url(starts_at))

    assert response.status_code == status
    assert page(response).title.startswith("Error:")
    assert list(page(response).links_to("starts_at="))


def test_details_without_a_time_asks_for_one(client: Client, store: Store) -> None:
    assert "When would you like to come?" in page(client.get(DETAILS)).words


def test_details_for_a_full_time_offers_the_three_nearest(client: Client) -> None:
    store = make_store(capacity=1)
    make_booking(store)

    response = client.get(details_url())

    assert response.status_code == 409
    words = page(response).words
    assert "This time has just been taken." in words
    assert "The nearest free times Tuesday 24 November, 09:30 Tuesday 24 November, 09:45" in words
