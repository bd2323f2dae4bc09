"""People who wait for a place, for tests: who joins, and what they are told."""

from datetime import date, datetime
from itertools import count

from booking.customer_input import CustomerDetails
from booking.models import Source, WaitingListEntry
from booking.waiting_list.entries import join_waiting_list
from stores.models import Store
from tests.factories import NOW

TUESDAY = date(2026, 11, 24)
_numbers = count(1)


def make_waiting(
    store: Store,
    *,
    from_date: date = TUESDAY,
    to_date: date | None = None,
    visit_type: str = "visit",
    party_size: int = 1,
    name: str = "Bea Test",
    phone: str | None = None,
    email: str = "",
    locale: str = "en",
    source: Source = Source.WEB,
    now: datetime = NOW,
) -> WaitingListEntry:
    """Return somebody who waits for the Tuesday after NOW, each with a number of their own."""
    return join_waiting_list(
        store=store.slug,
        visit_type=visit_type,
        from_date=from_date,
        to_date=to_date or from_date,
        party_size=party_size,
        customer=CustomerDetails(
            name=name,
            phone=f"+336980{next(_numbers):05d}" if phone is None else phone,
            email=email,
            locale=locale,
        ),
        source=source,
        now=now,
    )
