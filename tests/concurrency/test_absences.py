"""An absence that is saved while customers book with whoever goes away: no visit is left in it unseen."""

from collections.abc import Callable
from datetime import date
from functools import partial

from booking.bookings.audit import differences
from booking.models import Booking, Status
from booking.refusals import BookingRefused
from booking.store_setup.absences import add_desk_absence
from booking.store_setup.affected_visits import AffectedResolution
from stores.absences import Absence
from tests.factories import NOW, at, make_booking, make_store, make_user
from tests.threads import at_once

TUESDAY = date(2026, 11, 24)


def test_visits_booked_at_once_with_an_absence_move_or_are_booked_elsewhere(transactional_db: None) -> None:
    store = make_store(capacity=3, desks=("samir", "ada"))
    user, samir = make_user(store=store), store.desks.get(slug="samir")

    def book(number: int) -> str:
        try:
            make_booking(store, starts_at=at(10), phone=f"+3361234{number:04d}")
        except BookingRefused:
            return "refused"
        return "booked"

    def go() -> str:
        absence = Absence(TUESDAY, TUESDAY)
        then = AffectedResolution.MOVE
        add_desk_absence(store_id=store.pk, desk=samir, absence=absence, then=then, now=NOW, user=user)
        return "away"

    bookings: list[Callable[[], str]] = [partial(book, number) for number in range(8)]
    results = at_once([*bookings[:4], go, *bookings[4:]])

    assert results.count("away") == 1
    assert Booking.objects.count() == results.count("booked")
    left = Booking.objects.filter(desk=samir, status=Status.CONFIRMED, answer_until=None)
    assert not left.exists()
    assert Booking.objects.filter(desk__slug="ada", status=Status.CONFIRMED).count() <= 3
    assert list(differences(now=NOW)) == []
