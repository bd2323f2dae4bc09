"""Reminders that come late, for whatever reason: none rings at night, none comes twice, and staff are told to phone."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from pytest_django import Settings

from booking.bookings.lifecycle import cancel_booking
from booking.bookings.rescheduling import reschedule
from booking.message_kinds import Kind
from booking.models import Booking, Source
from booking.who import Who
from notifications import outbox
from notifications.models import Channel, OutboxMessage, State
from notifications.tasks import deliver_due
from tests import fake_twilio
from tests.factories import at, make_booking, make_store

pytestmark = pytest.mark.django_db

VISIT = at(15, day=27)  # a Friday; reminders on Tuesday and on Thursday, 15:00


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(at(9, day=23), tick=False) as clock:
        yield clock


@pytest.fixture
def booking(clock: time_machine.Traveller, settings: Settings, tmp_path: Path) -> Booking:
    settings.MESSAGES_DIR = tmp_path / "outbox"
    booking = make_booking(make_store(), starts_at=VISIT, phone="+33612345678", email="")
    deliver_due()
    return booking


def reminders(booking: Booking) -> dict[str, tuple[str, str]]:
    rows = OutboxMessage.objects.filter(subject=booking.reference, kind=Kind.REMINDER)
    return {row.offset: (row.state, row.reason) for row in rows}


def sent(settings: Settings) -> int:
    return len([file for file in settings.MESSAGES_DIR.iterdir() if "reminder" in file.name])


def test_reminders_that_are_due_go_at_their_time(
    booking: Booking, clock: time_machine.Traveller, settings: Settings
) -> None:
    for day in (24, 26):
        clock.move_to(at(15, day=day))
        deliver_due()

    assert reminders(booking) == {"3d": ("sent", ""), "1d": ("sent", "")}


def test_of_two_that_are_late_at_night_the_nearer_goes_in_the_morning_and_the_other_never(
    booking: Booking, clock: time_machine.Traveller, settings: Settings
) -> None:
    """The product was down for four days, and is up again at three in the night before the visit."""
    clock.move_to(at(3, day=27))
    for _ in range(59):
        deliver_due()
        clock.shift(timedelta(minutes=5))  # until five to eight
    assert (sent(settings), reminders(booking)) == (0, {"3d": ("skipped", "superseded"), "1d": ("due", "night")})

    clock.move_to(at(8, day=27))
    deliver_due()

    assert (sent(settings), reminders(booking)["1d"]) == (1, ("sent", ""))


def test_nothing_looks_at_what_waits_for_the_morning(
    booking: Booking, clock: time_machine.Traveller, settings: Settings
) -> None:
    clock.move_to(at(21, day=26))
    deliver_due()
    row = OutboxMessage.objects.get(offset="1d")

    clock.move_to(at(2, day=27))
    deliver_due()

    row.refresh_from_db()
    assert (row.due_at, row.try_at, row.attempts) == (at(8, day=27), at(8, day=27), 1)


def test_a_late_reminder_goes_at_once_by_day_and_none_soon_before_the_next(
    booking: Booking, clock: time_machine.Traveller, settings: Settings
) -> None:
    clock.move_to(at(10, day=25))
    deliver_due()
    assert reminders(booking) == {"3d": ("sent", ""), "1d": ("due", "")}


def test_a_late_reminder_is_left_to_the_next_that_is_near(
    booking: Booking, clock: time_machine.Traveller, settings: Settings
) -> None:
    clock.move_to(at(10, day=26))
    deliver_due()
    assert reminders(booking) == {"3d": ("skipped", "superseded"), "1d": ("due", "")}


@pytest.mark.parametrize(("hour", "minute"), [(14, 1), (14, 59)])
def test_a_reminder_that_comes_within_the_hour_is_left_to_the_phone(
    booking: Booking, clock: time_machine.Traveller, settings: Settings, hour: int, minute: int
) -> None:
    clock.move_to(at(hour, minute, day=27))
    deliver_due()

    assert (sent(settings), reminders(booking)) == (0, {"3d": ("skipped", "superseded"), "1d": ("skipped", "too_near")})


def test_a_store_that_opens_before_its_first_message_may_go_is_told_to_phone(
    clock: time_machine.Traveller, settings: Settings, tmp_path: Path
) -> None:
    settings.MESSAGES_DIR = tmp_path / "outbox"
    settings.MESSAGES_DIR.mkdir()
    store = make_store()
    booking = make_booking(store, starts_at=at(9, 30, day=27), phone="+33612345678", email="")
    type(store).objects.update(messages_from="10:00", messages_until="18:00")
    clock.move_to(at(3, day=27))

    deliver_due()

    assert reminders(booking)["1d"] == ("skipped", "too_near")


def test_the_provider_away_from_the_afternoon_into_the_night_rings_nobody_awake(
    booking: Booking, clock: time_machine.Traveller, settings: Settings
) -> None:
    with fake_twilio.running() as twilio:
        settings.SMS_GATEWAY, settings.TWILIO_FROM = "twilio", fake_twilio.FROM
        settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = fake_twilio.ACCOUNT_SID, fake_twilio.AUTH_TOKEN
        settings.TWILIO_API_URL = "http://127.0.0.1:9"
        clock.move_to(at(14, day=26))
        for _ in range(39):
            deliver_due()
            clock.shift(timedelta(minutes=20))
        settings.TWILIO_API_URL = twilio.url  # it is three in the night
        for _ in range(14):
            deliver_due()
            clock.shift(timedelta(minutes=20))
        assert twilio.accepted == []

        clock.move_to(at(8, 1, day=27))
        deliver_due()

        assert len(twilio.accepted) == 1
        assert reminders(booking)["1d"] == ("sent", "")


@pytest.mark.parametrize("what", ["cancelled", "moved"])
def test_the_booking_is_read_again_in_the_morning(
    booking: Booking, clock: time_machine.Traveller, settings: Settings, what: str
) -> None:
    clock.move_to(at(3, day=27))
    deliver_due()
    if what == "cancelled":
        cancel_booking(booking_id=booking.pk, who=Who.customer(at(3, 1, day=27)))
    else:
        reschedule(booking_id=booking.pk, starts_at=at(16, day=27), who=Who.customer(at(3, 1, day=27)))
    clock.move_to(at(8, day=27))
    deliver_due()

    assert (sent(settings), set(reminders(booking).values())) == (
        0, {("skipped", "superseded"), ("skipped", what)},
    )  # fmt: skip


def test_a_text_that_came_back_at_night_waits_for_the_morning_too(
    booking: Booking, clock: time_machine.Traveller, settings: Settings
) -> None:
    OutboxMessage.objects.filter(kind=Kind.CONFIRMATION).update(
        state=State.DUE, returns=1, attempted_at=None, try_at=at(1, day=24)
    )
    clock.move_to(at(1, day=24))
    deliver_due()

    row = OutboxMessage.objects.get(kind=Kind.CONFIRMATION)
    assert (row.state, row.due_at) == (State.DUE, at(8, day=24))


# --- What is never dropped for a number's limit ---------------------------------------------------


@pytest.fixture
def limited(settings: Settings) -> Settings:
    settings.RATE_LIMITS = True
    return settings


def test_the_stores_own_cancellation_goes_where_a_number_has_had_its_share(
    booking: Booking, clock: time_machine.Traveller, limited: Settings
) -> None:
    for minute in (0, 15, 30, 45):
        reschedule(booking_id=booking.pk, starts_at=at(16, minute, day=27), who=Who.customer(at(9, day=23)))
        deliver_due()
    reschedule(booking_id=booking.pk, starts_at=at(17, day=27), who=Who.customer(at(9, day=23)))
    deliver_due()
    dropped = OutboxMessage.objects.get(
        kind=Kind.CHANGE, state=State.SKIPPED, reason="number_limit", channel=Channel.SMS
    )
    assert dropped.sequence == 5

    cancel_booking(booking_id=booking.pk, who=Who.staff(None, at(9, day=23)))
    deliver_due()

    assert OutboxMessage.objects.get(kind=Kind.CANCELLATION).state == State.SENT


def test_reminders_go_where_a_number_has_had_its_share(
    booking: Booking, clock: time_machine.Traveller, limited: Settings
) -> None:
    clock.move_to(at(14, day=24))
    for minute in (0, 15, 30, 45):
        reschedule(booking_id=booking.pk, starts_at=at(16, minute, day=27), who=Who.customer(at(14, day=24)))
        deliver_due()
    clock.move_to(at(16, 45, day=24))
    deliver_due()

    assert OutboxMessage.objects.get(kind=Kind.REMINDER, offset="3d", sequence=4).state == State.SENT


@pytest.mark.parametrize(
    ("source", "is_limited"), [(Source.WEB, True), (Source.API, True), (Source.PHONE, False), (Source.DESK, False)]
)
def test_who_sets_a_message_off_is_kept_with_it(
    clock: time_machine.Traveller, source: Source, is_limited: bool
) -> None:
    booking = make_booking(make_store(), starts_at=VISIT, source=source)

    kinds = OutboxMessage.objects.filter(subject=booking.reference).values_list("kind", "is_limited")

    assert set(kinds) == {("confirmation", is_limited), ("reminder", False)}


def test_an_email_that_stands_in_for_a_text_is_set_off_by_the_same(clock: time_machine.Traveller) -> None:
    booking = make_booking(make_store(), starts_at=VISIT)
    reminder = OutboxMessage.objects.filter(subject=booking.reference, kind=Kind.REMINDER).first()
    assert reminder is not None

    outbox.send_instead(reminder, Channel.EMAIL, now=at(9, day=23))

    assert OutboxMessage.objects.get(kind=Kind.REMINDER, channel=Channel.EMAIL).is_limited is False
