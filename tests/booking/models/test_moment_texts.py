from datetime import UTC, datetime, timedelta

import pytest

from booking.models import Booking
from booking.models.moment_texts import Moments, moment_text
from tests.factories import make_booking, make_store


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-24 09:00:00.5+00",
        "2026-11-24 09:00:00.500000",
        "2026-11-24 10:00:00.5+01",
        "2026-11-24 03:30:00.5-05:30",
    ],
)
def test_moments_are_read_with_an_offset_or_in_utc(text: str) -> None:
    moment = Moments()[text]

    assert (moment, moment and moment.utcoffset()) == (
        datetime(2026, 11, 24, 9, 0, 0, 500_000, tzinfo=UTC),
        timedelta(),
    )


def test_no_moment_is_none() -> None:
    assert Moments()[None] is None


@pytest.mark.django_db
def test_a_stored_moment_comes_back_to_the_microsecond() -> None:
    booking = make_booking(make_store())
    stored = datetime(2026, 11, 24, 9, 0, 0, 120, tzinfo=UTC)
    Booking.objects.filter(pk=booking.pk).update(updated_at=stored)

    (texts,) = Booking.objects.values_list(moment_text("updated_at"), moment_text("checked_in_at"))

    assert [Moments()[text] for text in texts] == [stored, None]
