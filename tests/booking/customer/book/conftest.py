from collections.abc import Iterator

import pytest
import time_machine

from stores.models import Store
from tests.factories import NOW, make_store


@pytest.fixture(autouse=True)
def _on_a_monday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def store() -> Store:
    return make_store()
