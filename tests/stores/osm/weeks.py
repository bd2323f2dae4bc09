"""Weeks of hours as tests write them."""

from stores.osm.opening_hours import read_hours

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
WORKDAYS = ("Mo", "Tu", "We", "Th", "Fr")


def week(text: str) -> dict[str, str]:
    """Return what was read, by day: {"Mo": "09:00-12:00 14:00-18:00"}."""
    read = read_hours(text)
    assert read.why_not == ""
    days: dict[str, str] = {}
    for one in read.weekly:
        hours = f"{one.opens:%H:%M}-{one.closes:%H:%M}"
        name = DAYS[one.weekday]
        days[name] = f"{days[name]} {hours}" if name in days else hours
    return days


def on(days: tuple[str, ...], hours: str) -> dict[str, str]:
    return dict.fromkeys(days, hours)
