"""System checks of the general settings: one line each, which names the variable."""

import ipaddress

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.db import DatabaseError

from booking.operations.demo import demo_accounts

SHORTEST_KEY = 32
FASTEST_PACE = 60_000  # visitors a minute: the entries of the waiting room are at least a millisecond apart


@register("settings")
def check_settings(**_: object) -> list[CheckMessage]:
    """Report the settings that cannot work."""
    conditions = (
        (
            "E001",
            len(settings.SECRET_KEY) < SHORTEST_KEY or len(set(settings.SECRET_KEY)) < 8,
            f"SECRET_KEY: must be at least {SHORTEST_KEY} random characters, or empty to have one made.",
        ),
        ("E002", not _is_web_address(settings.PUBLIC_URL), "PUBLIC_URL: must look like https://booking.example.org."),
        (
            "E003",
            bool(settings.REDIS_URL) and not settings.REDIS_URL.startswith(("redis://", "rediss://", "unix://")),
            "REDIS_URL: must start with redis://, rediss:// or unix://.",
        ),
        (
            "E004",
            not _are_networks(settings.TRUSTED_PROXIES),
            "TRUSTED_PROXIES: must be addresses or networks, by comma.",
        ),
        (
            "E005",
            settings.IS_HTTPS and settings.DEBUG,
            "DEBUG: must be off with an https PUBLIC_URL: its pages show settings and data to everybody.",
        ),
        (
            "E006",
            settings.IS_HTTPS and _has_demo_accounts(),
            "PUBLIC_URL: the demo's people can sign in here, and others could reach it; run manage.py end_demo first.",
        ),
        (
            "E007",
            not 1 <= settings.WAITING_ROOM_PER_MINUTE <= FASTEST_PACE,
            f"WAITING_ROOM_PER_MINUTE: must be from 1 to {FASTEST_PACE}.",
        ),
    )
    return [Error(text, id=f"booking.{name}") for name, is_wrong, text in conditions if is_wrong]


def _has_demo_accounts() -> bool:
    """Tell whether users of the demo can sign in; False for a database without tables."""
    try:
        return demo_accounts().exists()
    except DatabaseError:
        return False


def _is_web_address(url: str) -> bool:
    return url.startswith(("http://", "https://")) and " " not in url and bool(url.partition("://")[2].strip("/"))


def _are_networks(texts: list[str]) -> bool:
    try:
        for text in texts:
            ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True
