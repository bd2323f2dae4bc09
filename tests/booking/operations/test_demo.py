"""The demo looks lived in at any hour, keeps the books right, and sends nothing."""

from collections import Counter
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from stat import S_IMODE

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from knox.models import AuthToken
from pytest_django import Settings

from booking.bookings.audit import differences
from booking.models import Booking, Status
from booking.operations import demo
from booking.operations.checks import check_settings
from notifications.models import OutboxMessage, State
from stores.models import Organization, Store, StoreMembership


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
    assert not Store.objects.filter(town="").exists()
    town = Organization.objects.get()
    assert (town.slug, set(town.stores.values_list("town", flat=True))) == ("niort", {"Niort"})


@pytest.mark.usefixtures("_shops")
def test_demo_goes_into_an_empty_database_alone() -> None:
    with pytest.raises(CommandError, match="empty database"):
        call_command("seed_demo")


@pytest.fixture
def _own_folder(settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


@pytest.mark.usefixtures("_own_folder")
def test_password_is_made_once_for_this_machine_and_kept_for_its_owner(settings: Settings, tmp_path: Path) -> None:
    first = demo.demo_password()

    file = tmp_path / "demo_password"
    assert (file.read_text(), S_IMODE(file.stat().st_mode)) == (f"{first}\n", 0o600)
    assert demo.demo_password() == first == demo.kept_password()
    assert len(set(first) - {"-"}) > 5
    settings.DATA_DIR = tmp_path / "elsewhere"
    settings.DATA_DIR.mkdir()
    assert demo.demo_password() != first


@pytest.mark.usefixtures("_own_folder")
@pytest.mark.django_db
def test_password_that_everybody_knows_is_replaced() -> None:
    users = [User.objects.create_user(one.username, password="carillon-demo-niort") for one in demo.SIGN_INS]

    assert (demo.replace_public_passwords(), demo.replace_public_passwords()) == (2, 0)

    for user in users:
        user.refresh_from_db()
        assert user.check_password(demo.kept_password())
        assert not user.check_password("carillon-demo-niort")


@pytest.mark.usefixtures("_own_folder")
@pytest.mark.django_db
def test_demo_accounts_and_an_https_address_do_not_go_together(settings: Settings) -> None:
    settings.PUBLIC_URL, settings.IS_HTTPS = "https://booking.example.org", True
    settings.TRUSTED_PROXIES = ["127.0.0.1"]
    assert check_settings() == []
    users = [User.objects.create_user(one.username, password=demo.demo_password()) for one in demo.SIGN_INS]
    AuthToken.objects.create(user=users[0])

    assert [found.msg.split(":")[0] for found in check_settings()] == ["PUBLIC_URL"]
    said = StringIO()
    call_command("end_demo", stdout=said)

    assert said.getvalue() == "2 sign-ins of the demo ended\n"
    assert check_settings() == []
    assert not AuthToken.objects.exists()
    with pytest.raises(CommandError, match="PUBLIC_URL"):
        call_command("seed_demo")


@pytest.mark.parametrize(
    ("address", "public_url", "is_alone"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000", True),
        ("::1", "http://[::1]:8000", True),
        ("localhost", "http://localhost:8000", True),
        ("127.0.0.1", "https://booking.example.org", False),
        ("127.0.0.1", "http://192.0.2.7:8000", False),
        ("0.0.0.0", "http://127.0.0.1:8000", False),
        ("192.0.2.7", "http://127.0.0.1:8000", False),
        ("::", "http://127.0.0.1:8000", False),
        ("127.0.0.1", "http://127.0.0.1.example.org", False),
    ],
)
def test_demo_is_for_this_machine_alone(address: str, public_url: str, is_alone: bool) -> None:
    assert demo.is_for_this_machine_alone(address=address, public_url=public_url) is is_alone
