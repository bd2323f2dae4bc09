from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from pytest_django import Settings

from booking import limits
from stores.models import Role, Store
from tests.booking.api.calls import Api, Json, request_to_book, signed_in
from tests.factories import NOW, make_store


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """The API reads the clock itself, so here it stands still."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def limits_on(settings: Settings, tmp_path: Path) -> Iterator[None]:
    """Count requests, from nought."""
    settings.RATE_LIMITS, settings.REDIS_URL, settings.DATA_DIR = True, "", tmp_path
    limits._limiter.cache_clear()
    yield
    limits._limiter.cache_clear()


@pytest.fixture
def store(db: None) -> Store:
    return make_store()


@pytest.fixture
def api() -> Api:
    return Api()


@pytest.fixture
def manager(store: Store) -> Api:
    return signed_in(store, Role.MANAGER, "manager")


@pytest.fixture
def staff(store: Store) -> Api:
    return signed_in(store, Role.STAFF, "staff")


@pytest.fixture
def booked(store: Store, api: Api) -> Json:
    """What was answered to a booking for Tuesday at 10:00."""
    booking: Json = api.post("/bookings", request_to_book()).json()
    return booking
