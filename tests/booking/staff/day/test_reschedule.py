import re
from collections.abc import Iterator
from datetime import datetime

import pytest
import time_machine
from django.db import transaction
from pytest_django import DjangoAssertNumQueries, Settings

from booking.arrivals.steps import take_step
from booking.bookings.rescheduling import reschedule
from booking.models import Booking, Source, Status
from booking.places.holds import hold_places
from booking.refusals import BookingRefused
from booking.who import Who
from notifications.models import OutboxMessage
from stores.models import Desk, Slot
from tests.booking.reading import page
from tests.booking.staff.staff_room import DAY, SESSIONS_IN_DATABASE, Room, act_url, make_room
from tests.factories import NOW, at, make_booking

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def room() -> Room:
    return make_room()


def test_cancelling_asks_once_then_tells_where_it_went(room: Room) -> None:
    booking = make_booking(room.store)
    client = room.client(room.staff)

    asked = page(client.get(act_url(booking, "cancel")))
    response = client.post(act_url(booking, "cancel"))

    assert "Cancel this visit?" in asked.words
    assert "The customer is told by text message." in asked.words
    booking.refresh_from_db()
    assert booking.status == Status.CANCELLED
    assert OutboxMessage.objects.filter(subject=booking.reference, kind="cancellation").count() == 1
    assert "Just cancelled" in page(client.get(response["Location"])).words


def test_cancelling_twice_changes_nothing(room: Room) -> None:
    booking = make_booking(room.store)
    client = room.client()
    client.post(act_url(booking, "cancel"))

    assert client.post(act_url(booking, "cancel")).status_code == 303
    assert client.get(act_url(booking, "cancel")).status_code == 303
    booking.refresh_from_db()
    assert booking.sequence == 1


def test_what_has_begun_cannot_be_cancelled(room: Room) -> None:
    booking = make_booking(room.store)
    take_step(booking_id=booking.pk, step="check_in", who=Who.staff(room.staff, at(9, 55)))

    response = room.client().post(act_url(booking, "cancel"))

    assert response.status_code == 409
    assert "This cannot be done with the visit as it is now." in page(response).words
    assert "cannot be cancelled any more" in page(room.client().get(act_url(booking, "cancel"))).words


def test_moving_offers_free_times_and_moves(room: Room) -> None:
    booking = make_booking(room.store)
    client = room.client(room.staff)

    asked = client.get(act_url(booking, "move"), {"date": "2026-11-25"})
    response = client.post(act_url(booking, "move"), {"date": "2026-11-25", "starts_at": "2026-11-25T11:45:00+01:00"})

    assert 'value="2026-11-25T11:45:00+01:00"' in asked.content.decode()
    booking.refresh_from_db()
    assert (booking.starts_at, booking.sequence) == (at(11, 45, day=25), 1)
    assert response["Location"].startswith(f"{DAY}?date=2026-11-25&changed={booking.reference}&done=moved")
    assert "Just moved here" in page(client.get(response["Location"])).words


def test_moving_to_a_full_time_keeps_the_old_one_and_offers_others(room: Room) -> None:
    booking = make_booking(room.store)
    make_booking(room.store, starts_at=at(11), party_size=2, phone="+33612345699")

    response = room.client().post(
        act_url(booking, "move"), {"date": "2026-11-24", "starts_at": "2026-11-24T11:00:00+01:00"}
    )

    words = page(response).words
    assert response.status_code == 409
    assert "This time has just been taken. Please choose another one." in words
    assert "The nearest free times" in words
    booking.refresh_from_db()
    assert booking.starts_at == at(10)


@pytest.mark.parametrize("starts_at", ["", "soon", "2026-11-24T11:00:00", "9999-01-01T00:00:00Z"])
def test_moving_needs_a_time(room: Room, starts_at: str) -> None:
    response = room.client().post(act_url(make_booking(room.store), "move"), {"starts_at": starts_at})

    assert response.status_code == 400
    assert page(response).links["#id_times"] == "Choose a time."


@pytest.mark.parametrize("date", ["2027-02-30", "9999-12-31"])
def test_moving_to_a_day_that_does_not_exist_is_named(room: Room, date: str) -> None:
    response = room.client().get(act_url(make_booking(room.store), "move"), {"date": date})

    assert response.status_code == 400
    assert "#id_date" in page(response).links


def test_a_visit_whose_kind_is_gone_is_moved_within_it(room: Room) -> None:
    booking = make_booking(room.store)
    room.store.visit_types.filter(slug="visit").update(is_active=False)

    response = room.client().get(act_url(booking, "move"))

    assert "11:00" in page(response).words
    sent = room.client().post(act_url(booking, "move"), {"starts_at": "2026-11-24T11:00:00+01:00"})
    assert sent.status_code == 303


def refused_words(room: Room, booking: Booking, to: datetime, **more: str) -> str:
    response = room.client().get(act_url(booking, "move"), {"to": to.isoformat(), **more})
    assert response.status_code == 409
    return page(response).words


def test_a_visit_too_long_for_the_time_left_is_told_so(room: Room) -> None:
    booking = make_booking(room.store, visit_type="advice")
    words = refused_words(room, booking, at(11, 45))
    assert "The visit lasts 30 minutes, and visits end at 12:00. Please choose an earlier time." in words
    assert "just been taken" not in words


def test_a_desk_too_small_for_the_party_is_told_so(room: Room) -> None:
    booking = make_booking(room.store, party_size=2)
    Desk.objects.create(store=room.store, slug="samir", name="Samir", capacity=1, position=1)
    words = refused_words(room, booking, at(15), desk="samir")
    assert "Samir has 1 place at this time, 2 are needed." in words
    Slot.objects.create(
        store=room.store,
        desk=room.store.desks.get(slug="main"),
        starts_at=at(16),
        ends_at=at(16, 15),
        capacity=2,
        closed=True,
    )
    assert "The store does not take visits at this time." in refused_words(room, booking, at(16), desk="main")
    assert "The store does not take visits at this time." in refused_words(room, booking, at(13), desk="main")


# --- Let go at another time -------------------------------------------------------------------------


def test_a_visit_let_go_elsewhere_asks_first_and_says_who_is_told(room: Room) -> None:
    booking = make_booking(room.store, name="Ada Test")
    client = room.client(room.staff)

    asked = page(client.get(act_url(booking, "move"), {"to": at(11).isoformat()}))

    booking.refresh_from_db()
    assert booking.starts_at == at(10)
    assert "Move this visit?" in asked.words
    assert re.search(r"From Tuesday 24 November.{0,12}10:00 To Tuesday 24 November.{0,12}11:00", asked.words)
    assert "The customer is told by text message." in asked.words


def test_a_visit_let_go_where_no_place_is_free_is_shown_the_nearest(room: Room) -> None:
    booking = make_booking(room.store)
    make_booking(room.store, starts_at=at(11), party_size=2)

    response = room.client().get(act_url(booking, "move"), {"to": at(11).isoformat()})

    assert response.status_code == 409
    assert "The nearest free times" in page(response).words


def test_a_visit_let_go_where_it_was_is_left_there(room: Room) -> None:
    booking = make_booking(room.store)

    response = room.client().get(act_url(booking, "move"), {"to": at(10).isoformat()})

    assert response.status_code == 303


def test_a_visit_put_at_another_desk_at_its_time_tells_nobody() -> None:
    room = make_room(desks=("till", "window"))
    booking = make_booking(room.store)
    other = room.store.desks.exclude(pk=booking.desk_id).get()
    client, target = room.client(), {"to": at(10).isoformat(), "desk": other.slug}

    asked = page(client.get(act_url(booking, "move"), target))
    client.post(act_url(booking, "move"), {"starts_at": at(10).isoformat(), "desk": other.slug})

    booking.refresh_from_db()
    assert "The time stays the same: the customer is not told." in asked.words
    assert (booking.desk_id, booking.starts_at, booking.sequence) == (other.pk, at(10), 0)
    assert not OutboxMessage.objects.filter(subject=booking.reference, kind="change").exists()


def test_a_visit_let_go_at_another_desk_and_time_is_put_there() -> None:
    room = make_room(desks=("till", "window"))
    booking = make_booking(room.store)
    other = room.store.desks.exclude(pk=booking.desk_id).get()

    room.client().post(act_url(booking, "move"), {"starts_at": at(11).isoformat(), "desk": other.slug})

    booking.refresh_from_db()
    assert (booking.desk_id, booking.starts_at, booking.sequence) == (other.pk, at(11), 1)
    assert OutboxMessage.objects.filter(subject=booking.reference, kind="change").exists()


def told_places(room: Room, booking: Booking) -> dict[tuple[str, str], str]:
    """Return what the page is told of each place: by its time and desk, why the visit cannot go there."""
    answer = room.client(room.staff).get(act_url(booking, "move/places")).json()
    return {(one["starts_at"][11:16], one["desk"]): one["why_not"] for one in answer["places"]}


def test_while_a_visit_is_pulled_the_page_is_told_where_it_cannot_go_and_why() -> None:
    room = make_room(desks=("main", "samir"))
    Desk.objects.filter(slug="samir").update(capacity=1)
    booking = make_booking(room.store, visit_type="advice", party_size=2)
    make_booking(room.store, starts_at=at(11), party_size=1, phone="+33612345699")
    Slot.objects.filter(desk__slug="main", starts_at=at(11)).update(capacity=2)
    Slot.objects.create(
        store=room.store, desk=booking.desk, starts_at=at(15), ends_at=at(15, 15), capacity=2, closed=True
    )

    told = told_places(room, booking)

    assert told["09:00", "main"] == told["10:15", "main"] == told["09:45", "main"] == ""  # its own places are free
    assert told["09:00", "samir"] == "Samir has 1 place at this time, 2 are needed."
    assert told["11:00", "main"] == told["10:45", "main"] == "1 place is free at this time, 2 are needed."
    assert told["11:45", "main"] == (
        "The visit lasts 30 minutes, and visits end at 12:00. Please choose an earlier time."
    )
    assert told["15:00", "main"] == told["14:45", "main"] == "The store is closed at this time."


@pytest.mark.parametrize("party_size", [1, 2])
def test_what_the_page_is_told_is_what_the_service_does(party_size: int) -> None:
    room = make_room(desks=("main", "samir"), kept_back=1)
    Desk.objects.filter(slug="samir").update(capacity=1, kept_back=0)
    booking = make_booking(
        room.store, visit_type="advice", party_size=party_size, starts_at=at(9, 30), source=Source.PHONE
    )
    for number, hour in enumerate((10, 11, 11, 15)):
        make_booking(room.store, starts_at=at(hour), phone=f"+3361234570{number}", source=Source.PHONE)
    hold_places(store=room.store.slug, visit_type="visit", starts_at=at(16), party_size=1, now=NOW)
    Slot.objects.filter(starts_at=at(15)).update(closed=True)

    told = told_places(room, booking)

    assert len(told) == 64
    for (time, desk), why_not in told.items():
        hour, minute = map(int, time.split(":"))
        assert (why_not == "") == can_go(booking, at(hour, minute), desk), (time, desk, why_not)


def can_go(booking: Booking, starts_at: datetime, desk: str) -> bool:
    """Move a visit, take the move back, and tell whether it was possible."""
    try:
        with transaction.atomic():
            reschedule(booking_id=booking.pk, starts_at=starts_at, desk=desk, who=Who.staff(None, NOW))
            transaction.set_rollback(True)
    except BookingRefused:
        return False
    return True


@pytest.mark.parametrize("visits", [1, 3])
def test_places_take_the_same_statements_however_many_visits_there_are(
    room: Room, django_assert_num_queries: DjangoAssertNumQueries, settings: Settings, visits: int
) -> None:
    settings.SESSION_ENGINE = SESSIONS_IN_DATABASE
    booking = make_booking(room.store)
    for number in range(visits):
        make_booking(room.store, starts_at=at(11, 15 * number), phone=f"+3361234570{number}")
    client = room.client()

    with django_assert_num_queries(7):  # session, user, visit; rules, holds that have run out, places, their size
        assert client.get(act_url(booking, "move/places")).status_code == 200


def test_a_visit_that_is_cancelled_goes_nowhere(room: Room) -> None:
    booking = make_booking(room.store)
    room.client().post(act_url(booking, "cancel"))

    answer = room.client().get(act_url(booking, "move/places")).json()

    assert answer == {"places": [], "otherwise": "This cannot be done with the visit as it is now."}


def test_the_page_says_which_times_cannot_be_had_and_why(room: Room) -> None:
    booking = make_booking(room.store, visit_type="advice")
    make_booking(room.store, starts_at=at(11), party_size=2, phone="+33612345699")

    words = page(room.client().get(act_url(booking, "move"))).words

    assert "Times that cannot be had, and why 10:45 – 11:00 0 places are free at this time, 1 is needed." in words
    assert "11:45 The visit lasts 30 minutes, and visits end at 12:00." in words


def test_times_that_are_over_are_not_listed(room: Room, clock: time_machine.Traveller) -> None:
    booking = make_booking(room.store, visit_type="advice")
    clock.move_to(at(9, 50))

    words = page(room.client().get(act_url(booking, "move"))).words

    assert "Times that cannot be had, and why 11:45 The visit lasts" in words


def test_at_night_the_page_says_when_the_text_goes_and_may_send_it_now(
    room: Room, clock: time_machine.Traveller
) -> None:
    booking = make_booking(room.store)
    clock.move_to(at(23, 30, day=23))
    client = room.client(room.staff)

    asked = page(client.get(act_url(booking, "cancel")))
    moved = page(client.get(act_url(booking, "move")))
    client.post(act_url(booking, "cancel"), {"text_now": "1"})

    for shown in (asked, moved):
        assert "It is night: the customer is told by text message at 08:00." in shown.words
        assert "Text now, though it is night" in shown.words
    assert OutboxMessage.objects.get(kind="cancellation").due_at == at(23, 30, day=23)


def test_by_day_nothing_is_said_of_the_night(room: Room) -> None:
    booking = make_booking(room.store)

    assert "night" not in page(room.client().get(act_url(booking, "cancel"))).words
