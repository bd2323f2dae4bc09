"""Settings that cannot work stop the start: one line each, which names the variable, under an id of its own."""

import pytest
from pytest_django import Settings

from booking.operations.checks import check_settings
from booking.operations.demo import MANAGER
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("changes", "name", "variable"),
    [
        ({"SECRET_KEY": "x" * 31}, "booking.E001", "SECRET_KEY"),
        ({"SECRET_KEY": "abcdefg" * 10}, "booking.E001", "SECRET_KEY"),
        ({"PUBLIC_URL": "booking.example.org"}, "booking.E002", "PUBLIC_URL"),
        ({"PUBLIC_URL": "https://"}, "booking.E002", "PUBLIC_URL"),
        ({"PUBLIC_URL": "https://booking example.org"}, "booking.E002", "PUBLIC_URL"),
        ({"REDIS_URL": "http://localhost"}, "booking.E003", "REDIS_URL"),
        ({"TRUSTED_PROXIES": ["127.0.0.1", "proxy"]}, "booking.E004", "TRUSTED_PROXIES"),
        ({"WAITING_ROOM_PER_MINUTE": 0}, "booking.E007", "WAITING_ROOM_PER_MINUTE"),
        ({"WAITING_ROOM_PER_MINUTE": 60_001}, "booking.E007", "WAITING_ROOM_PER_MINUTE"),
        ({"IS_HTTPS": True, "DEBUG": True}, "booking.E005", "DEBUG"),
    ],
)
def test_a_setting_that_cannot_work_is_named(
    settings: Settings, changes: dict[str, object], name: str, variable: str
) -> None:
    for setting, value in changes.items():
        setattr(settings, setting, value)

    (error,) = check_settings()

    assert error.id == name
    assert error.msg.startswith(f"{variable}: ")


def test_users_of_the_demo_stop_a_public_server(settings: Settings) -> None:
    settings.IS_HTTPS, settings.DEBUG = True, False
    make_user("ada")
    assert check_settings() == []

    make_user(MANAGER)

    assert [error.id for error in check_settings()] == ["booking.E006"]


def test_the_defaults_are_fine() -> None:
    assert check_settings() == []
