"""A store as tests of the services make it: with nothing in it."""

from datetime import UTC, datetime, time

from stores.hours import WeeklyInterval
from stores.models import Store

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
MORNING = WeeklyInterval(0, time(9), time(12))
EVENING = WeeklyInterval(4, time(20), time(2))
FIELDS = ("weekday", "opens", "closes")


def make_store(slug: str) -> Store:
    return Store.objects.create(
        slug=slug,
        name="Corner Shop",
        country="FR",
        latitude=46.32,
        longitude=-0.46,
        time_zone="Europe/Paris",
        created_at=NOW,
    )


def version_of(store: Store) -> int:
    return Store.objects.get(pk=store.pk).hours_version
