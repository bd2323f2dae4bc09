"""Whom no message reaches stands under "To phone" on the day, until somebody taps that they phoned."""

from collections.abc import Iterator

import pytest
import time_machine
from django.db import connection
from pytest_django import DjangoAssertNumQueries, Settings

from booking.bookings.lifecycle import cancel_booking
from booking.bookings.untold_visits import _UNTOLD
from booking.models import Booking, BookingEvent
from booking.staff.visit_messages import _DROPPED
from booking.who import Who
from notifications import sms_recipients
from notifications.models import NOT_ARRIVED_REASONS, OutboxMessage, State
from notifications.tasks import deliver_due
from stores.models import Store
from tests.booking.reading import page
from tests.booking.staff.staff_room import DAY, SESSIONS_IN_DATABASE, SHOP, Room, act_url, make_room
from tests.factories import NOW, at, make_booking

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def room() -> Room:
    return make_room()


def board(room: Room) -> str:
    return page(room.client(room.staff).get(DAY, {"date": "2026-11-24"})).words


def unreached(room: Room, **fields: object) -> Booking:
    booking = make_booking(room.store, **{"phone": "+33612345678", **fields})  # type: ignore[arg-type]
    OutboxMessage.objects.filter(subject=booking.reference).update(state=State.SKIPPED, reason="budget")
    return booking


def test_whoever_no_text_reached_is_to_phone_until_somebody_did(room: Room, clock: time_machine.Traveller) -> None:
    booking = unreached(room)
    assert "To phone These customers do not know what they should know" in board(room)
    assert "the store’s texts of the day are used up. Please phone." in board(room)
    clock.shift(60)

    done = room.client(room.staff).post(act_url(booking, "phoned"))

    assert done.status_code == 303
    assert "To phone" not in board(room)
    assert BookingEvent.objects.get(booking=booking, kind="phoned").user == room.staff


def test_a_cancelled_visit_of_somebody_who_wants_no_texts_is_to_phone(room: Room) -> None:
    booking = make_booking(room.store, phone="+33612345678")
    sms_recipients.opt_out(booking.phone, now=NOW)
    deliver_due()
    assert "To phone" not in board(room)  # they know: they booked it themselves

    cancel_booking(booking_id=booking.pk, who=Who.staff(room.staff, NOW))
    deliver_due()

    assert "To phone" in board(room)
    assert "not sent, as this person wants no text messages. Please phone." in board(room)


def test_new_trouble_after_the_call_stands_there_again(room: Room, clock: time_machine.Traveller) -> None:
    booking = unreached(room)
    clock.shift(60)
    room.client(room.staff).post(act_url(booking, "phoned"))
    clock.shift(60)

    OutboxMessage.objects.filter(subject=booking.reference, kind="confirmation").update(
        state=State.FAILED, reason="filtered", updated_at=NOW.replace(minute=5)
    )

    assert "To phone" in board(room)


def test_nobody_is_to_phone_once_the_visit_has_begun(room: Room, clock: time_machine.Traveller) -> None:
    unreached(room)
    clock.move_to(at(10, 1))

    assert "To phone" not in board(room)


def test_a_customer_told_by_email_is_not_to_phone(room: Room) -> None:
    booking = unreached(room, email="ada@example.org")
    OutboxMessage.objects.filter(subject=booking.reference, channel="email").update(state=State.SENT, reason="")
    OutboxMessage.objects.filter(subject=booking.reference, kind="reminder").delete()

    assert "Please phone" not in board(room)


# --- Other days -------------------------------------------------------------------------------------

LIST = f"{SHOP}to-phone/"


def test_whoever_comes_on_another_day_is_counted_on_this_one_and_listed_by_day(room: Room) -> None:
    unreached(room, name="Today Test")
    unreached(room, name="Later Test", starts_at=at(11, day=26))
    unreached(room, name="Then Test", starts_at=at(9, day=27), phone="+33612345679")
    client = room.client(room.staff)

    day, listed = page(client.get(DAY, {"date": "2026-11-24"})), page(client.get(LIST))

    assert "To phone, other days: 2" in day.words
    assert LIST in day.links
    names = ["Today Test", "Later Test", "Then Test"]
    assert sorted(names, key=listed.words.index) == names
    days = [listed.links[f"{DAY}?date=2026-11-{day}"].replace("\xa0", " ") for day in (24, 26, 27)]
    assert days == ["Tuesday 24 November", "Thursday 26 November", "Friday 27 November"]


def test_the_head_of_the_day_counts_whom_to_phone(room: Room) -> None:
    unreached(room)
    unreached(room, starts_at=at(11))

    assert "2 to phone" in board(room)


def test_one_tap_takes_somebody_off_the_list_and_leads_back_to_it(room: Room, clock: time_machine.Traveller) -> None:
    booking = unreached(room, starts_at=at(11, day=26))
    clock.shift(60)
    client = room.client(room.staff)

    done = client.post(act_url(booking, "phoned"), {"page": "to-phone"})

    assert (done.status_code, done["Location"]) == (303, f"{LIST}?done=phoned")
    assert "Nobody is to be phoned" in page(client.get(done["Location"])).words
    assert "To phone" not in board(room)


def test_nobody_to_phone_on_other_days_is_not_said(room: Room, clock: time_machine.Traveller) -> None:
    make_booking(room.store, starts_at=at(11, day=26))
    unreached(room, starts_at=at(9, 15))
    clock.move_to(at(9, 30))

    assert "other days" not in board(room)
    assert "other days" not in page(room.client().get(DAY, {"date": "2026-11-25"})).words


def test_a_day_counts_the_visits_of_no_other_store(room: Room) -> None:
    other = make_booking(Store.objects.get(slug="next-door-niort"), starts_at=at(11, day=26))
    OutboxMessage.objects.filter(subject=other.reference).update(state=State.FAILED, reason="filtered")

    assert "other days" not in board(room)


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_the_same_number_of_questions_whatever_the_visits(
    room: Room, django_assert_num_queries: DjangoAssertNumQueries, settings: Settings, count: int
) -> None:
    settings.SESSION_ENGINE = SESSIONS_IN_DATABASE
    for number in range(count):
        unreached(room, starts_at=at(11, day=25 + number), phone=f"+3361234560{number}")
    client = room.client()

    with django_assert_num_queries(6):  # session, user; membership; the visits and their messages; rules, visits
        response = client.get(LIST)

    assert response.content.count(b"/phoned/") == count


def test_the_index_holds_every_reason_for_a_call() -> None:
    assert {*_DROPPED, "opted_out"} == set(NOT_ARRIVED_REASONS)
    assert sorted(NOT_ARRIVED_REASONS) == list(NOT_ARRIVED_REASONS)


def test_the_visits_to_phone_are_found_by_the_index_of_what_did_not_arrive(room: Room) -> None:
    if connection.vendor == "postgresql":
        pytest.skip("in a table of a few rows, PostgreSQL takes any index")
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {_UNTOLD}", [room.store.slug, room.store.pk, NOW.isoformat()])
        plan = " ".join(str(row) for row in cursor.fetchall())

    assert "message_not_arrived" in plan


def test_an_open_day_learns_that_somebody_of_another_day_was_phoned(room: Room, clock: time_machine.Traveller) -> None:
    later = unreached(room, starts_at=at(11, day=26))
    client, asked = room.client(room.staff), {"date": "2026-11-24"}
    shown = client.get(DAY, asked)
    version = {"If-None-Match": shown["ETag"]}
    assert client.get(DAY, asked, headers=version).status_code == 304
    clock.shift(60)
    room.client(room.manager).post(act_url(later, "phoned"))

    fresh = client.get(DAY, asked, headers=version)

    assert fresh.status_code == 200
    assert "To phone, other days" not in page(fresh).words
