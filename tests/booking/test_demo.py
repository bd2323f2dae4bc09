"""The demo looks lived in at any hour, keeps the books right, and sends nothing."""

from collections import Counter
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from booking import demo
from booking.models import Booking, Status
from booking.services.books import differences
from notifications.models import OutboxMessage, State
from stores.models import Organization, StoreMembership


@pytest.fixture
def _shops(db: None) -> None:
    call_command("import_stores", str(settings.BASE_DIR / "data" / "niort-pharmacies.geojson"), stdout=StringIO())


@pytest.mark.parametrize("hour", [2, 8, 15])
@pytest.mark.usefixtures("_shops")
def test_demo_shows_what_came_of_visits_and_sends_nothing(hour: int) -> None:
    now = datetime(2026, 11, 24, hour, 22, tzinfo=UTC)
    demo.seed(now=now)

    statuses = Counter(Booking.objects.values_list("status", flat=True))
    assert set(statuses) >= {Status.CONFIRMED, Status.COMPLETED, Status.CANCELLED, Status.NO_SHOW}
    assert Booking.objects.filter(visit_date=now.date()).count() >= 10
    assert list(differences(now=now)) == []
    assert set(OutboxMessage.objects.values_list("state", flat=True)) == {State.SKIPPED}
    roles = dict(StoreMembership.objects.values_list("user__username", "role"))
    assert roles == {"demo-manager": "manager", "demo-staff": "staff"}
    town = Organization.objects.get()
    assert (town.slug, set(town.stores.values_list("town", flat=True))) == ("niort", {"Niort"})


@pytest.mark.usefixtures("_shops")
def test_demo_goes_into_an_empty_database_alone() -> None:
    with pytest.raises(CommandError, match="empty database"):
        call_command("seed_demo")
