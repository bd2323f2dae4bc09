"""A visit from its booking to its end, with days passing: who is told what and when, and that nothing else goes out.

All of it over HTTP; the worker's part is its own task, run every quarter of an hour of the days that pass.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import icalendar
import pytest
import time_machine
from django.test import Client
from pytest_django import Settings
from twilio.request_validator import RequestValidator

from notifications.tasks import deliver_due
from stores.models import Role, Store
from tests.booking.api.calls import Api, Json, customer, request_to_book, signed_in
from tests.factories import PARIS, at, make_store

pytestmark = pytest.mark.django_db

QUARTER = timedelta(minutes=15)
PHONE = "+33612345601"
AUTH_TOKEN = "token of the provider"

# The clocks go forward in the night to Sunday 28 March.
BOOKED_AT = at(9, 0, day=22, month=3, year=2027)
VISIT_AT = at(10, 15, day=30, month=3, year=2027)
THREE_DAYS_BEFORE = at(10, 15, day=27, month=3, year=2027)
ONE_DAY_BEFORE = at(10, 15, day=29, month=3, year=2027)

Told = tuple[datetime, str, str]


@dataclass
class World:
    """The time, and all that has left the building."""

    clock: time_machine.Traveller
    folder: Path
    seen: set[Path] = field(default_factory=set)
    told: list[Told] = field(default_factory=list)
    last_text: str = ""

    @property
    def now(self) -> datetime:
        return datetime.now(PARIS)

    def work(self) -> None:
        """Let the worker send what is due, and note what left: when, what, by which channel."""
        deliver_due()
        for file in sorted(set(self.folder.glob("[!.]*")) - self.seen):
            self.seen.add(file)
            _due, kind, channel = file.stem.split("-")[:3]
            self.told.append((self.now, kind, channel))
            self.last_text = file.read_text() if channel == "sms" else self.last_text

    def pass_until(self, moment: datetime) -> list[Told]:
        """Let time pass; return what went out meanwhile."""
        before = len(self.told)
        while self.now < moment:
            self.clock.move_to(min(self.now + QUARTER, moment))
            self.work()
        return self.told[before:]


@pytest.fixture
def world(settings: Settings, tmp_path: Path) -> Iterator[World]:
    settings.MESSAGES_DIR = tmp_path / "outbox"
    settings.TWILIO_AUTH_TOKEN = AUTH_TOKEN
    with time_machine.travel(BOOKED_AT, tick=False) as clock:
        yield World(clock, settings.MESSAGES_DIR)


@pytest.fixture
def store(world: World) -> Store:
    return make_store()


def book(world: World, *, email: str = "") -> Json:
    """Book by the API, and let the worker confirm it."""
    who = {"name": "Ada Test", "phone": PHONE, "email": email, "locale": "en"}
    answer = Api().post("/bookings", request_to_book(starts_at=VISIT_AT.isoformat(), customer=who))
    assert answer.status_code == 201, answer.content
    world.work()
    booking: Json = answer.json()
    return booking


def text_us(settings: Settings, words: str) -> str:
    """Answer by text message; return what is texted back."""
    path, form = "/webhooks/twilio/inbound", {"From": PHONE, "Body": words}
    signature = RequestValidator(AUTH_TOKEN).compute_signature(settings.PUBLIC_URL + path, form)
    answer = Client().post(path, form, headers={"X-Twilio-Signature": signature})
    assert answer.status_code == 200
    return answer.content.decode()


def test_reminders_come_at_the_same_time_of_day_across_the_clock_change(world: World, store: Store) -> None:
    book(world)
    assert world.told == [(BOOKED_AT, "confirmation", "sms")]
    assert "Tuesday 30 March, 10:15" in world.last_text

    assert world.pass_until(VISIT_AT + timedelta(days=1)) == [
        (THREE_DAYS_BEFORE, "reminder", "sms"),
        (ONE_DAY_BEFORE, "reminder", "sms"),
    ]
    assert THREE_DAYS_BEFORE.utcoffset() != ONE_DAY_BEFORE.utcoffset()
    assert "Tuesday 30 March, 10:15" in world.last_text


def test_link_in_the_text_message_opens_the_visit(world: World, store: Store) -> None:
    booking = book(world)
    link = re.search(r"https?://[^/\s]+(/\S+)", world.last_text)
    assert link is not None

    page = Client().get(link[1], follow=True)

    assert page.status_code == 200
    assert page.redirect_chain[-1] == (f"/b/{booking['reference']}/", 303)
    assert "Tuesday 30 March, 10:15" in " ".join(page.content.decode().split())  # whatever spaces keep it together


def test_a_visit_moved_and_then_cancelled_is_told_once_each(world: World, store: Store) -> None:
    booking = book(world, email="ada@example.org")
    api, reference = customer(booking), booking["reference"]
    assert {told[1:] for told in world.told} == {("confirmation", "sms"), ("confirmation", "email")}

    moved_at = THREE_DAYS_BEFORE + timedelta(hours=1)
    assert world.pass_until(moved_at) == [(THREE_DAYS_BEFORE, "reminder", "sms")]
    new_start = at(15, 0, day=2, month=4, year=2027)
    moved = api.post(f"/bookings/{reference}/reschedule", {"starts_at": new_start.isoformat()}).json()
    assert (moved["reference"], moved["sequence"]) == (reference, 1)
    # Told of the move at once; of the old time's last reminder never, of the new time's first one as if booked for it.
    cancelled_at = at(12, 0, day=1, month=4, year=2027)
    told = world.pass_until(cancelled_at)
    assert sorted(told[:2]) == [(moved_at + QUARTER, "change", "email"), (moved_at + QUARTER, "change", "sms")]
    assert told[2:] == [(at(15, 0, day=30, month=3, year=2027), "reminder", "sms")]
    assert "Friday 2 April, 15:00" in world.last_text

    assert api.post(f"/bookings/{reference}/cancel").json()["status"] == "cancelled"
    assert api.post(f"/bookings/{reference}/cancel").json()["sequence"] == 2
    told = world.pass_until(new_start + timedelta(days=2))
    assert sorted(told) == [
        (cancelled_at + QUARTER, "cancellation", "email"),
        (cancelled_at + QUARTER, "cancellation", "sms"),
    ]


def test_who_texts_stop_is_reminded_by_e_mail(world: World, store: Store, settings: Settings) -> None:
    book(world, email="ada@example.org")
    text_us(settings, "STOP")

    assert world.pass_until(VISIT_AT) == [
        (THREE_DAYS_BEFORE, "reminder", "email"),
        (ONE_DAY_BEFORE, "reminder", "email"),
    ]


def test_who_texts_stop_without_an_e_mail_address_is_left_in_peace(
    world: World, store: Store, settings: Settings
) -> None:
    book(world)
    text_us(settings, "stop")
    assert world.pass_until(VISIT_AT) == []


def test_from_yes_by_text_message_to_the_counter(world: World, store: Store, settings: Settings) -> None:
    booking = book(world)
    api, path = customer(booking), f"/bookings/{booking['reference']}"
    calendar = icalendar.Calendar.from_ical(api.get(f"{path}/calendar.ics").content)
    assert [event.start for event in calendar.events] == [VISIT_AT]
    world.pass_until(ONE_DAY_BEFORE)
    text_us(settings, "Oui")
    assert api.get(path).json()["attendance_confirmed"] is True

    manager = signed_in(store, Role.MANAGER, "manager")
    feed = manager.post(f"/staff/stores/{store.slug}/feed").json()["url"]
    shown = icalendar.Calendar.from_ical(Client().get(feed.removeprefix(settings.PUBLIC_URL)).content)
    assert [(event.start, str(event["SUMMARY"])[:6]) for event in shown.events] == [(VISIT_AT, "Ada T.")]

    staff = signed_in(store, Role.STAFF, "staff")
    world.clock.move_to(VISIT_AT - timedelta(minutes=5))
    assert staff.post(f"/staff/bookings/{booking['reference']}/check-in").json()["status"] == "checked_in"
    day = staff.get(f"/staff/stores/{store.slug}/day", {"date": "2027-03-30"}).json()
    assert [(one["reference"], one["status"]) for one in day["bookings"]] == [(booking["reference"], "checked_in")]
    assert day["totals"]["checked_in"] == 1
    assert world.pass_until(VISIT_AT + timedelta(days=1)) == []
