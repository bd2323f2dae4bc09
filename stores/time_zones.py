"""Time zones by their IANA names, and the country each is in. Pure."""

from functools import cache
from importlib import resources
from zoneinfo import available_timezones


def is_zone(name: str) -> bool:
    """Tell whether this is the name of a time zone that is known here."""
    return name in available_timezones()


def country_of(zone: str) -> str:
    """Return the two letters of the country of a zone; "" for a zone without a country (UTC, Etc/GMT+1)."""
    return _countries().get(zone, "")


@cache
def _countries() -> dict[str, str]:
    table = resources.files("tzdata.zoneinfo").joinpath("zone.tab").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in table.splitlines() if line and not line.startswith("#")]
    return {zone.strip(): country for country, _, zone, *_ in rows}
