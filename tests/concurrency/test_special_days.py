"""A vacation that is saved while customers book into it: no visit is left in it unseen."""

from collections.abc import Callable
from datetime import date
from functools import partial

from booking.bookings.audit import differences
from booking.models import Booking, Status
from booking.refusals import BookingRefused
from booking.store_setup.affected_visits import AffectedResolution
from booking.store_setup.hours_changes import change_hours_of_days
from tests.factories import NOW, at, make_booking, make_store, make_user
from tests.threads import at_once

DAYS = (24, 25, 26)


def test_visits_booked_at_once_with_a_vacation_are_decided_about_or_refused(transactional_db: None) -> None:
    store = make_store(capacity=4)
    user = make_user(store=store)

    def book(number: int) -> str:
        try:
            make_booking(store, starts_at=at(10, day=DAYS[number % 3]), phone=f"+3361234{number:04d}")
        except BookingRefused:
            return "refused"
        return "booked"

    def close() -> str:
        change_hours_of_days(
            store_id=store.pk,
            dates=[date(2026, 11, day) for day in DAYS],
            intervals=[],
            then=AffectedResolution.CANCEL,
            now=NOW,
            user=user,
        )
        return "closed"

    bookings: list[Callable[[], str]] = [partial(book, number) for number in range(6)]
    results = at_once([*bookings[:3], close, *bookings[3:]])

    assert results.count("closed") == 1
    assert Booking.objects.count() == results.count("booked")
    assert not Booking.objects.exclude(status=Status.CANCELLED).exists()
    assert list(differences(now=NOW)) == []
