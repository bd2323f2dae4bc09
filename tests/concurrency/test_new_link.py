"""The button that makes a new link to a visit, pressed many times at once: one link, which all answers show."""

from functools import partial

import pytest
from django.db.models import F

from booking.bookings.link_renewal import LinkForm, renew_link_once
from booking.models import Booking
from tests.factories import NOW, make_booking, make_store
from tests.threads import at_once

HANDS = 6


@pytest.fixture
def booking(transactional_db: None) -> Booking:
    return make_booking(make_store())


def renew_without_looking(booking: Booking) -> int:
    return Booking.objects.filter(pk=booking.pk).update(link_number=F("link_number") + 1)


def test_rig_sees_many_links_where_nobody_looks(booking: Booking) -> None:
    at_once([partial(renew_without_looking, booking)] * HANDS)

    assert Booking.objects.get().link_number == HANDS


@pytest.mark.parametrize("keys", [("one",) * HANDS, [str(number) for number in range(HANDS)]], ids=["form", "pages"])
def test_one_link_is_made_however_many_press(booking: Booking, keys: list[str]) -> None:
    forms = [LinkForm(key, 0, "browser") for key in keys]

    renewed = at_once([partial(renew_link_once, form, booking=booking, now=NOW) for form in forms])

    assert [one.link_number for one in renewed] == [1] * HANDS
    assert Booking.objects.get().link_number == 1
