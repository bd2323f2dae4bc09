"""One client's many tries at once to keep times: as many as are its share, on either database."""

from collections import Counter
from datetime import timedelta
from functools import partial

import pytest
from pytest_django import Settings

from booking.limits import ClientDigests, TooManyHolds
from booking.models import Hold
from booking.places.holds import hold_places
from tests.factories import NOW, make_store
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def keep(store: str, minutes: int) -> str:
    starts_at = NOW + timedelta(days=1, hours=2, minutes=minutes)
    who = ClientDigests("1" * 32, "2" * 32, "3" * 32)
    try:
        hold_places(store=store, visit_type="visit", starts_at=starts_at, party_size=1, client=who, now=NOW)
    except TooManyHolds:
        return "refused"
    return "kept"


def test_a_client_s_tries_at_once_keep_its_share(settings: Settings) -> None:
    settings.RATE_LIMITS = True
    shops = [make_store(f"shop-{number}", capacity=20).slug for number in range(3)]

    outcomes = at_once([partial(keep, shops[number % 3], 15 * (number // 3)) for number in range(12)])

    assert Counter(outcomes) == {"kept": 6, "refused": 6}
    assert max(Counter(Hold.objects.values_list("store_id", flat=True)).values()) <= 3
