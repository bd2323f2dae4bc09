"""The page on which customers choose a time, as tests read it."""

from django.test import Client

from stores.models import Store
from tests.booking.customer.book.way import BOOK
from tests.booking.reading import Page, page
from tests.factories import at, make_booking

TUESDAY = "2026-11-24"
NARROW = ((at(9).time(), at(9, 30).time()),)  # two times a day


def shown(client: Client, **query: str) -> Page:
    response = client.get(BOOK, {"visit_type": "visit", **query})
    assert response.status_code == 200
    return page(response)


def times(found: Page) -> list[str]:
    """Return the times a page offers, as somebody hears them."""
    return [" ".join(words.split()) for value, words in found.offered.items() if value.startswith("20")]


def fill(store: Store, *days: int) -> None:
    """Take the two times of days in November of a store with NARROW hours and one place."""
    for number, day in enumerate(days):
        make_booking(store, starts_at=at(9, day=day), phone=f"+3361234{number:02d}01")
        make_booking(store, starts_at=at(9, 15, day=day), phone=f"+3361234{number:02d}02")
