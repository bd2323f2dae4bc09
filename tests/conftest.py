import pytest

from tests.factories import NOW


@pytest.fixture
def now():
    return NOW
