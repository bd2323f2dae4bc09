"""The sheet of the day: mailed once before the store opens, whole on paper, and only where somebody wants it."""

import csv
from collections.abc import Iterator
from datetime import datetime, timedelta
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.conf import settings as django_settings
from django.test import Client

from booking.message_kinds import Kind
from booking.messages.day_sheet_schedule import enqueue_day_sheets
from booking.models import Booking, Status
from notifications.models import OutboxMessage, State
from notifications.tasks import deliver_due
from stores.models import SetupChange, Store
from tests.booking.reading import page
from tests.factories import NOW, PASSWORD, make_booking, make_store, make_user

pytestmark = pytest.mark.django_db

ADDRESS = "counter@example.org"
PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture
def store() -> Store:
    store = make_store(time_zone="Europe/Paris")
    Store.objects.update(day_sheet_email=ADDRESS, day_sheet_language="en")
    return store


@pytest.fixture
def opens() -> datetime:
    """When the store opens on the day of NOW."""
    return datetime(NOW.year, NOW.month, NOW.day, 9, tzinfo=PARIS)


@pytest.fixture
def clock(opens: datetime) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(opens - timedelta(minutes=20), tick=False) as clock:
        yield clock


def sheets() -> list[OutboxMessage]:
    return list(OutboxMessage.objects.filter(kind=Kind.DAY_SHEET).order_by("pk"))


def mail() -> EmailMessage:
    """Return the one e-mail that was written, parsed as a mail program does."""
    (path,) = django_settings.MESSAGES_DIR.glob("*.eml")
    return BytesParser(policy=policy.default).parsebytes(path.read_bytes())


def test_sheet_tells_everything_a_person_needs_and_carries_the_table(
    store: Store, opens: datetime, clock: time_machine.Traveller
) -> None:
    make_booking(
        store,
        starts_at=opens,
        name="=Ada <b>Test</b>",
        phone="+33612345601",
        party_size=2,
        note="Side entrance",
        now=opens - timedelta(days=1),
    )
    off = make_booking(
        store,
        starts_at=opens + timedelta(hours=1),
        name="Bea Test",
        phone="+33612345602",
        now=opens - timedelta(days=1),
    )
    Booking.objects.filter(pk=off.pk).update(status=Status.CANCELLED)
    OutboxMessage.objects.all().delete()
    enqueue_day_sheets(now=datetime.now(PARIS))

    deliver_due()

    assert sheets()[0].state == State.SENT
    found = mail()
    assert found["To"] == ADDRESS
    text, html = (found.get_body((kind,)).get_content() for kind in ("plain", "html"))
    for body in (text, html):
        assert "06 12 34 56 01" in body
        assert "Side entrance" in body
        assert "09:00" in body
        assert "Bea" not in body
        assert "1 visit is booked. 2 people are expected." in " ".join(body.split())
    assert "=Ada <b>Test</b> (2)" in text
    assert "=Ada &lt;b&gt;Test&lt;/b&gt;" in html
    (table,) = found.iter_attachments()
    assert table.get_filename() == f"{store.slug}-{opens.date()}.csv"
    content = table.get_content()
    assert content.startswith("\ufeff")  # by which spreadsheets know the encoding
    rows = list(csv.DictReader(StringIO(content[1:])))
    assert [(row["From"], row["Name"], row["State"]) for row in rows] == [
        ("09:00", "'=Ada <b>Test</b>", "Booked"),
        ("10:00", "Bea Test", "Cancelled"),
    ]


def test_sheet_that_is_not_wanted_any_more_stays_here(store: Store, clock: time_machine.Traveller) -> None:
    enqueue_day_sheets(now=datetime.now(PARIS))
    Store.objects.update(day_sheet_email="")
    deliver_due()
    assert [(one.state, one.reason) for one in sheets()] == [(State.SKIPPED, "not_wanted")]


def test_manager_chooses_the_language_and_removes_the_address(store: Store) -> None:
    client = Client(headers={"accept-language": "fr"})
    make_user("ada", store=store)
    client.login(username="ada", password=PASSWORD) or client.post(
        "/staff/sign-in/", {"username": "ada", "password": PASSWORD}
    )
    address = f"/staff/{store.slug}/setup/day-sheet/"
    assert client.post(address, {"email": "nobody"}).status_code == 400
    assert client.post(address, {"email": ADDRESS}).status_code == 303
    store.refresh_from_db()
    assert (store.day_sheet_email, store.day_sheet_language) == (ADDRESS, "fr")
    assert ADDRESS in page(client.get(f"/staff/{store.slug}/setup/")).text
    assert client.post(address, {"email": ""}).status_code == 303
    store.refresh_from_db()
    assert store.day_sheet_email == ""
    language, removed = SetupChange.objects.filter(what="day_sheet").order_by("pk")
    assert language.after == {"day_sheet_language": "fr"}
    assert removed.before == {"day_sheet_email": ADDRESS}
