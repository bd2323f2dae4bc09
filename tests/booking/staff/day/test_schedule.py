import uuid
from collections.abc import Iterator
from urllib.parse import urljoin

import pytest
import time_machine
from pytest_django import DjangoAssertNumQueries, Settings

from booking.arrivals.steps import take_step
from booking.bookings.lifecycle import cancel_booking
from booking.models import Booking
from booking.who import Who
from notifications import circuits
from notifications.models import Channel, OutboxMessage, State
from stores.models import Role, Slot, SpecialHours, StoreMembership
from tests.booking.reading import page
from tests.booking.staff.staff_room import (
    DAY,
    SESSIONS_IN_DATABASE,
    TUESDAY,
    Room,
    act_url,
    fill_day,
    make_room,
    visit_url,
)
from tests.factories import NOW, at, make_booking, make_store

pytestmark = pytest.mark.django_db

BOOK = f"{DAY}book/"
SLOTS = f"{DAY}slots/"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def room() -> Room:
    return make_room()


# --- What it shows ----------------------------------------------------------------------------------


def test_slots_kept_before_and_after_a_visit_name_it(room: Room) -> None:
    room.store.visit_types.filter(slug="advice").update(minutes_before=10, minutes_after=16)
    make_booking(room.store, visit_type="advice")

    words = page(room.client(room.staff).get(DAY, TUESDAY)).words

    assert "09:30 0 of 2 taken 09:45 1 of 2 taken kept before Ada Test 10:00 1 of 2 taken Ada Test" in words
    assert (
        "10:15 1 of 2 taken Ada Test, until 10:30 10:30 1 of 2 taken kept after Ada Test "
        "10:45 1 of 2 taken kept after Ada Test"
    ) in words


def test_the_day_shows_who_comes_when(room: Room) -> None:
    booking = make_booking(room.store, name="Ada Test", visit_type="advice", party_size=2, note="Second floor")
    OutboxMessage.objects.filter(subject=booking.reference, kind="confirmation").update(state=State.DELIVERED)

    response = room.client(room.staff).get(DAY, TUESDAY)

    read = page(response)
    assert response.status_code == 200
    assert "Who is coming on Tuesday 24 November 2026?" in read.words
    assert "1 visit, 2 people" in read.words
    assert "10:00 2 of 2 taken Ada Test Booked · 2 people · Advice · until 10:30" in read.words
    assert read.links[f"tel:{booking.phone}"] == "06 12 34 56 01"
    assert read.links[f"../visits/{booking.reference}/"] == "Ada Test"
    assert "Second floor" in read.words
    assert "10:15 2 of 2 taken Ada Test, until 10:30" in read.words


def test_a_provider_that_takes_nothing_is_told_on_the_day_until_it_does(room: Room) -> None:
    client = room.client(room.staff)
    etag = client.get(DAY, TUESDAY)["ETag"]
    circuits.note_trouble(Channel.SMS, reason="credentials", opens=True, now=NOW)

    told = client.get(DAY, TUESDAY, headers={"If-None-Match": etag})
    circuits.note_answer(Channel.SMS, now=NOW)
    after = client.get(DAY, TUESDAY, headers={"If-None-Match": told["ETag"]})

    assert (
        "No text message has left since Monday 23 November, 09:00: the provider takes none. What is due waits, and "
        "goes as soon as that is mended. Please phone anybody who cannot wait."
    ) in page(told).words
    assert (after.status_code, "No text message" in page(after).words) == (200, False)


def test_the_day_asks_to_phone_whom_a_reminder_did_not_reach_in_time(room: Room) -> None:
    booking = make_booking(room.store, email="")
    reminders = OutboxMessage.objects.filter(subject=booking.reference, kind="reminder")
    reminders.update(state=State.SKIPPED, reason="too_near")

    client = room.client(room.staff)
    told = "Reminder by text message: not sent, as it was too late for it. Please phone."
    assert f'<p class="news is-trouble">{told}</p>' in client.get(DAY, TUESDAY).content.decode()
    assert told in page(client.get(visit_url(booking))).words


@pytest.mark.parametrize("state", [State.UNKNOWN, State.FAILED, State.DEAD])
def test_the_day_shows_a_message_that_went_wrong(room: Room, state: State) -> None:
    booking, other = make_booking(room.store), make_booking(room.store, phone="+33612345602")
    OutboxMessage.objects.filter(subject=booking.reference, kind="confirmation").update(state=state)

    content = room.client().get(DAY, TUESDAY).content.decode()

    row, next_row = (content[content.index(f'id="visit-{one.reference}"') :] for one in (booking, other))
    assert '<p class="news is-trouble">Confirmation by text message: ' in row.partition("</li>")[0]
    assert "news" not in next_row.partition("</li>")[0]


def test_a_text_that_an_e_mail_replaced_is_no_trouble(room: Room) -> None:
    booking = make_booking(room.store)
    confirmation = OutboxMessage.objects.get(subject=booking.reference, kind="confirmation")
    OutboxMessage.objects.filter(pk=confirmation.pk).update(state=State.FAILED)
    confirmation.pk, confirmation.uuid, confirmation.channel = None, uuid.uuid4(), Channel.EMAIL
    confirmation.state = State.SENT
    confirmation.save()

    assert "is-trouble" not in room.client().get(DAY, TUESDAY).content.decode()


def test_cancelled_visits_stand_apart_and_totals_count_them(room: Room) -> None:
    gone = make_booking(room.store, name="Gone Test")
    cancel_booking(booking_id=gone.pk, who=Who.staff(None, NOW))
    make_booking(room.store, name="Here Test")

    words = page(room.client().get(DAY, TUESDAY)).words

    assert "1 still to come 1 cancelled" in words
    assert words.index("Here Test") < words.index("Cancelled 10:00 Gone Test")


def test_slot_without_a_place_is_closed(room: Room) -> None:
    desk = room.store.desks.get()
    Slot.objects.create(store=room.store, desk=desk, starts_at=at(10), ends_at=at(10, 15), capacity=0)
    assert "10:00 Closed 10:15" in page(room.client().get(DAY, TUESDAY)).words


def test_one_desk_is_never_named(room: Room) -> None:
    assert "Main" not in page(room.client().get(DAY, TUESDAY)).words


def test_several_desks_stand_side_by_side() -> None:
    room = make_room(desks=("till", "window"))
    make_booking(room.store)

    words = page(room.client().get(DAY, TUESDAY)).words

    assert "Time Till Window 09:00" in words


def test_visits_outside_the_hours_stay_in_sight(room: Room) -> None:
    make_booking(room.store)
    SpecialHours.objects.create(store=room.store, date=at(10).date())
    Slot.objects.all().delete()

    words = page(room.client().get(DAY, TUESDAY)).words

    assert "10:00 Outside the opening hours Ada Test" in words


def test_a_closed_day_says_so(room: Room) -> None:
    words = page(room.client().get(DAY, {"date": "2026-11-29"})).words

    assert "No visit is booked on this day." in words
    assert "The store is closed on this day." in words


def test_today_has_the_line_of_the_present(room: Room, clock: time_machine.Traveller) -> None:
    clock.move_to(at(10, 7))
    make_booking(room.store, starts_at=at(11), now=NOW)

    words = page(room.client().get(DAY)).words

    assert "Who is coming today, Tuesday 24 November?" in words
    assert "10:00 0 of 2 taken Now, 10:07 10:15 0 of 2 taken" in words
    assert "Now, " not in page(room.client().get(DAY, {"date": "2026-11-25"})).words


def test_the_line_stands_last_when_the_day_is_over(room: Room, clock: time_machine.Traveller) -> None:
    clock.move_to(at(20, 30))

    assert "18:45 0 of 2 taken Now, 20:30" in page(room.client().get(DAY)).words


def test_an_erased_customer_has_no_name_left(room: Room) -> None:
    booking = make_booking(room.store)
    Booking.objects.filter(pk=booking.pk).update(name="", phone="", erased_at=NOW)

    assert "Erased" in page(room.client().get(DAY, TUESDAY)).words


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "ﷺ" * 40, "Łucja Próba", "佐藤 花子"])
def test_names_are_shown_as_typed(room: Room, name: str) -> None:
    make_booking(room.store, name=name)

    assert name in page(room.client().get(DAY, TUESDAY)).words


@pytest.mark.parametrize(
    "date", ["2027-02-30", "0001-01-01", "9999-12-31", "tomorrow", "2026-11-24T10:00", "٢٠٢٦-١١-٢٤"]
)
def test_a_day_that_does_not_exist_is_named(room: Room, date: str) -> None:
    for path in (DAY, BOOK, SLOTS):
        response = room.client().get(path, {"date": date})

        assert response.status_code == 400
        assert page(response).links["#id_date"] == "This day does not exist. Please choose another one."


@pytest.mark.parametrize("date", ["2000-01-01", "2999-12-31"])
def test_the_first_and_the_last_day_can_be_shown(room: Room, date: str) -> None:
    assert room.client().get(DAY, {"date": date}).status_code == 200


def test_the_day_speaks_french(room: Room) -> None:
    make_booking(room.store, visit_type="advice")

    words = page(room.client().get(DAY, TUESDAY, headers={"Accept-Language": "fr"})).words

    assert "10 h 00" in words
    assert "Conseil" in words


# --- How much it asks of the database ---------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3, 500])
def test_the_day_asks_the_same_number_of_questions_whatever_the_visits(
    room: Room, django_assert_num_queries: DjangoAssertNumQueries, settings: Settings, count: int
) -> None:
    settings.SESSION_ENGINE = SESSIONS_IN_DATABASE
    fill_day(room.store, count)
    client = room.client()

    with django_assert_num_queries(
        13
    ):  # session, user; membership, version; four of the schedule; to phone; crowds, texts, circuits; the inbox
        response = client.get(DAY, TUESDAY)

    assert response.content.count(b'<li class="visit') == count


def test_an_unchanged_day_is_not_sent_again(
    room: Room, django_assert_num_queries: DjangoAssertNumQueries, settings: Settings
) -> None:
    settings.SESSION_ENGINE = SESSIONS_IN_DATABASE
    make_booking(room.store)
    client = room.client()
    etag = client.get(DAY, TUESDAY)["ETag"]

    with django_assert_num_queries(4):  # session, user; membership, version
        response = client.get(DAY, TUESDAY, headers={"If-None-Match": etag})

    assert (response.status_code, response.content, response["ETag"]) == (304, b"", etag)
    assert response["Cache-Control"] == "no-store, private"


def test_a_changed_day_is_sent(room: Room) -> None:
    client = room.client()
    etag = client.get(DAY, TUESDAY)["ETag"]

    make_booking(room.store)

    assert client.get(DAY, TUESDAY, headers={"If-None-Match": etag}).status_code == 200


def test_nobody_is_told_that_anothers_page_is_unchanged(room: Room) -> None:
    etag = room.client().get(DAY, TUESDAY)["ETag"]

    assert room.client(room.staff).get(DAY, TUESDAY, headers={"If-None-Match": etag}).status_code == 200
    french = room.client().get(DAY, TUESDAY, headers={"If-None-Match": etag, "Accept-Language": "fr"})
    assert french.status_code == 200


def test_a_new_role_shows_at_once(room: Room) -> None:
    client = room.client(room.staff)
    etag = client.get(DAY, TUESDAY)["ETag"]

    StoreMembership.objects.filter(user=room.staff).update(role=Role.MANAGER)

    assert client.get(DAY, TUESDAY, headers={"If-None-Match": etag}).status_code == 200


# --- Steps from the day -----------------------------------------------------------------------------


def test_steps_lead_back_to_the_row(room: Room, clock: time_machine.Traveller) -> None:
    booking = make_booking(room.store)
    clock.move_to(at(10, 2))
    client = room.client(room.staff)

    response = client.post(act_url(booking, "check-in"), {"page": "day"})

    assert response.status_code == 303
    assert response["Location"] == (f"{DAY}?date=2026-11-24&changed={booking.reference}#visit-{booking.reference}")
    row = client.get(response["Location"]).content.decode()
    assert "is-changed" in row
    assert f'formaction="../visits/{booking.reference}/undo/"' in row


def test_a_step_that_cannot_be_taken_says_why_and_shows_the_day(room: Room, clock: time_machine.Traveller) -> None:
    booking = make_booking(room.store)
    clock.move_to(at(10, 2))
    take_step(booking_id=booking.pk, step="start", who=Who.staff(room.staff, at(10, 1)))

    response = room.client().post(act_url(booking, "check-in"), {"page": "day"})

    read = page(response)
    assert response.status_code == 409
    assert read.links[f"#visit-{booking.reference}"] == (
        "This cannot be done with the visit as it is now. It is now: Being served."
    )
    assert "Ada Test" in read.words


def test_links_of_the_day_lead_somewhere(room: Room, clock: time_machine.Traveller) -> None:
    make_booking(room.store)
    clock.move_to(at(10, 1))
    client = room.client()

    for link in page(client.get(DAY)).links:
        if link.startswith(("/", "../")):
            assert client.get(urljoin(DAY, link)).status_code == 200, link


def test_a_store_of_another_zone_has_its_own_day(room: Room, clock: time_machine.Traveller) -> None:
    lord_howe = make_store("lord-howe", time_zone="Australia/Lord_Howe", country="AU")
    StoreMembership.objects.create(store=lord_howe, user=room.manager, role=Role.MANAGER)
    clock.move_to(at(14, 0, day=24))

    words = page(room.client().get("/staff/lord-howe/day/")).words

    assert "Who is coming today, Wednesday 25 November?" in words
