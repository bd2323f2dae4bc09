from collections.abc import Iterator
from datetime import time
from typing import Any

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from booking.arrivals.steps import take_step
from booking.bookings.lifecycle import cancel_booking
from booking.models import Booking, BookingEvent, Status
from booking.who import Who
from tests.booking.reading import Page, markup, page
from tests.booking.staff.staff_room import (
    ARRIVALS,
    DAY,
    SESSIONS_IN_DATABASE,
    Room,
    act_url,
    fill_day,
    make_room,
    visit_url,
)
from tests.factories import NOW, at, make_booking

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(at(10, 7), tick=False) as clock:
        yield clock


@pytest.fixture
def room() -> Room:
    return make_room()


def book(room: Room, name: str, hour: int, minute: int = 0) -> Booking:
    number = Booking.objects.count()
    return make_booking(room.store, name=name, starts_at=at(hour, minute), phone=f"+3361234560{number}")


def group(response: Any, slug: str) -> str:
    """Return the words of one group of rows, "" where it is not there."""
    _before, _mark, rest = response.content.decode().partition(f'<section class="group group-{slug}"')
    if not rest:
        return ""
    holder = HttpResponse("<section " + rest.partition("</section>")[0] + "</section>")
    return Page(holder).words


def button_id(client: Client, booking: Booking, name: str, url: str = ARRIVALS) -> str:
    """Return the action_id of a button as the page shows it."""
    wanted = act_url(booking, name)
    return next(one["value"] for one in page(client.get(url)).buttons if one.get("formaction") == wanted)


# --- Who stands where -------------------------------------------------------------------------------


def test_visits_stand_in_groups_by_what_comes_next(room: Room) -> None:
    late, due, later = book(room, "Late Test", 9, 45), book(room, "Due Test", 11), book(room, "Later Test", 15)
    here, served, done, missed, gone = (
        book(room, name, 9, minute)
        for name, minute in (
            ("Here Test", 0),
            ("Served Test", 15),
            ("Done Test", 30),
            ("Missed Test", 45),
            ("Gone Test", 0),
        )
    )
    for booking, steps in (
        (here, ["check_in"]),
        (served, ["check_in", "start"]),
        (done, ["check_in", "complete"]),
        (missed, ["no_show"]),
    ):
        for name in steps:
            take_step(booking_id=booking.pk, step=name, who=Who.staff(room.staff, at(10, 5)))
    cancel_booking(booking_id=gone.pk, who=Who.staff(None, NOW))

    response = room.client(room.staff).get(ARRIVALS)

    assert response.status_code == 200
    assert group(response, "late").startswith("Late 1 Late Test 09:45 · Visit · 1 person Late")
    assert group(response, "now").startswith("Expected now 1 Due Test")
    assert group(response, "waiting").startswith("Waiting 1 Here Test 09:00 · Visit · 1 person Here since 10:05")
    assert group(response, "served").startswith("Being served 1 Served Test")
    assert group(response, "later").startswith("Later 1 Later Test")
    assert group(response, "done").startswith("Finished 3 Gone Test")
    assert {late.status, due.status, later.status} == {Status.CONFIRMED}


def test_the_next_step_is_the_large_button(room: Room) -> None:
    booking = book(room, "Ada Test", 10)
    client = room.client(room.staff)

    for name, label in (("check-in", "Arrived"), ("start", "Start"), ("complete", "Done")):
        content = client.get(ARRIVALS).content.decode()
        main = content.partition('<button class="arrival-main')[2].partition("</button>")[0]
        assert act_url(booking, name) in main
        assert f">{label}<" in main
        client.post(act_url(booking, name), {"page": "arrivals"})
    assert "arrival-main" not in client.get(ARRIVALS).content.decode()


@pytest.mark.parametrize("address", [ARRIVALS, DAY])
def test_nobody_is_late_or_missing_before_ten_minutes_and_before_what_they_said(room: Room, address: str) -> None:
    early, due, late = (book(room, "Test", *when) for when in ((10, 30), (10, 0), (9, 45)))
    said = book(room, "Test", 9, 45)
    Booking.objects.filter(pk=said.pk).update(late_minutes=30)

    client = room.client()
    shown = page(client.get(address))

    # On the day, this step stands behind the visit's name.
    places = [shown] if address == ARRIVALS else [page(client.get(visit_url(one))) for one in (early, due, said, late)]
    targets = [button.get("formaction") for place in places for button in place.buttons]
    assert [act_url(one, "no-show") in targets for one in (early, due, said, late)] == [False, False, False, True]
    heading, badge = ("Late 1", 1) if address == ARRIVALS else ("", 0)
    assert heading in shown.words
    assert shown.words.split().count("Late") == 1 + badge


def test_row_of_who_comes_late_stays_under_the_finger(room: Room) -> None:
    late = book(room, "Late Test", 9, 45)
    client = room.client(room.staff)

    response = client.post(act_url(late, "check-in"), {"page": "arrivals"}, follow=True)

    assert "Late Test" in group(response, "late")
    assert "Late Test" in group(client.get(ARRIVALS), "waiting")


def test_who_has_not_come_since_the_evening_is_late_after_midnight(clock: time_machine.Traveller) -> None:
    bar = make_room(hours=((time(18), time(3)),))
    make_booking(bar.store, name="Late Test", starts_at=at(18))
    clock.move_to(at(1, 30, day=25))

    response = bar.client(bar.staff).get(ARRIVALS)

    assert group(response, "late").startswith("Late 1 Late Test 18:00 · Visit · 1 person Late")


def test_no_phone_number_stands_on_the_counter(room: Room) -> None:
    book(room, "Ada Test", 10)

    content = room.client().get(ARRIVALS).content.decode()

    assert "tel:" not in content
    assert "612345" not in content


def test_an_empty_day_says_what_to_do(room: Room) -> None:
    words = page(room.client().get(ARRIVALS)).words

    assert "No visit is booked today. Somebody at the door? Let them in as a walk-in." in words


@pytest.mark.parametrize("count", [1, 3, 500])
def test_the_screen_asks_the_same_number_of_questions_whatever_the_visits(
    room: Room, django_assert_num_queries: DjangoAssertNumQueries, settings: Settings, count: int
) -> None:
    settings.SESSION_ENGINE = SESSIONS_IN_DATABASE
    fill_day(room.store, count)
    client = room.client()

    # Session, user; membership, version; rules, visits and their messages; the questions that a walk-in may answer.
    with django_assert_num_queries(8):
        response = client.get(ARRIVALS)

    assert markup(response).count('<li class="arrival ') == count


def test_an_unchanged_screen_is_not_sent_again(
    room: Room, django_assert_num_queries: DjangoAssertNumQueries, settings: Settings, clock: time_machine.Traveller
) -> None:
    settings.SESSION_ENGINE = SESSIONS_IN_DATABASE
    booking = book(room, "Ada Test", 10)
    client = room.client()
    etag = client.get(ARRIVALS)["ETag"]

    with django_assert_num_queries(4):  # session, user; membership, version
        assert client.get(ARRIVALS, headers={"If-None-Match": etag}).status_code == 304
    take_step(booking_id=booking.pk, step="check_in", who=Who.staff(room.staff, at(10, 7)))
    changed = client.get(ARRIVALS, headers={"If-None-Match": etag})
    clock.shift(60)

    assert changed.status_code == 200
    assert client.get(ARRIVALS, headers={"If-None-Match": changed["ETag"]}).status_code == 200


# --- A tap ------------------------------------------------------------------------------------------


def test_a_tap_leads_back_to_the_row_in_its_place_with_undo(room: Room) -> None:
    booking = book(room, "Ada Test", 10)
    client = room.client(room.staff)

    response = client.post(
        act_url(booking, "check-in"), {"page": "arrivals", "action_id": button_id(client, booking, "check-in")}
    )

    assert response.status_code == 303
    assert response["Location"] == (f"{ARRIVALS}?changed={booking.reference}&was=confirmed#visit-{booking.reference}")
    after = client.get(response["Location"])
    assert "Ada Test" in group(after, "now")
    assert "Here" in group(after, "now")
    assert "Undo" in group(after, "now")
    assert "Ada Test" in group(client.get(ARRIVALS), "waiting")
    booking.refresh_from_db()
    assert (booking.status, booking.checked_in_at) == (Status.CHECKED_IN, at(10, 7))


def test_the_next_tap_on_the_same_row_keeps_its_place(room: Room) -> None:
    booking = book(room, "Ada Test", 10)
    client = room.client(room.staff)
    first = client.post(act_url(booking, "check-in"), {"page": "arrivals"})
    form = page(client.get(first["Location"])).forms[""]

    second = client.post(act_url(booking, "undo"), form)

    assert second["Location"] == f"{ARRIVALS}?changed={booking.reference}&was=confirmed#visit-{booking.reference}"


def test_a_double_tap_is_one_step(room: Room) -> None:
    booking = book(room, "Ada Test", 10)
    client = room.client(room.staff)
    tap = {"page": "arrivals", "action_id": button_id(client, booking, "check-in")}

    first, second = client.post(act_url(booking, "check-in"), tap), client.post(act_url(booking, "check-in"), tap)

    assert (first.status_code, second.status_code) == (303, 303)
    assert BookingEvent.objects.filter(booking=booking, kind="checked_in").count() == 1


def test_two_people_tapping_the_same_button_agree(room: Room) -> None:
    booking = book(room, "Ada Test", 10)
    client, other = room.client(room.staff), room.client(room.manager)
    taps = [{"action_id": button_id(one, booking, "check-in")} for one in (client, other)]

    answers = [
        one.post(act_url(booking, "check-in"), tap).status_code for one, tap in zip((client, other), taps, strict=True)
    ]

    assert answers == [303, 303]


def test_undo_and_again_is_another_tap(room: Room, clock: time_machine.Traveller) -> None:
    booking = book(room, "Ada Test", 10)
    client = room.client(room.staff)
    for name in ("check-in", "undo", "check-in"):
        clock.shift(1)
        tap = {"page": "arrivals", "action_id": button_id(client, booking, name)}
        assert client.post(act_url(booking, name), tap).status_code == 303

    booking.refresh_from_db()
    assert booking.status == Status.CHECKED_IN


def test_what_cannot_be_done_any_more_says_how_it_is_now(room: Room) -> None:
    booking = book(room, "Ada Test", 10)
    take_step(booking_id=booking.pk, step="no_show", who=Who.staff(room.staff, at(10, 6)))

    response = room.client().post(act_url(booking, "check-in"), {"page": "arrivals"})

    read = page(response)
    assert response.status_code == 409
    assert read.links[f"#visit-{booking.reference}"].endswith("It is now: Did not come.")
    assert read.title.startswith("Error:")


@pytest.mark.parametrize("action_id", ["", "none", "0" * 500])
def test_a_tap_without_a_readable_id_is_still_a_tap(room: Room, action_id: str) -> None:
    booking = book(room, "Ada Test", 10)

    assert room.client().post(act_url(booking, "check-in"), {"action_id": action_id}).status_code == 303


def test_the_screen_ignores_what_it_does_not_know(room: Room) -> None:
    book(room, "Ada Test", 10)

    response = room.client().get(ARRIVALS, {"changed": "<b>", "was": "married", "q": ""})

    assert response.status_code == 200
    assert "Ada Test" in group(response, "now")


# --- Finding ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("query", ["lucja", "PRÓBA", "próba łucja", "06 12 34 56 00", "5600", "+33612345600"])
def test_somebody_is_found_by_name_or_phone(room: Room, query: str) -> None:
    book(room, "Łucja Próba", 10)
    book(room, "Ada Test", 11)

    response = room.client().get(ARRIVALS, {"q": query})

    assert group(response, "found").startswith("1 visit found today Łucja Próba")


def test_somebody_is_found_by_reference_as_read_aloud(room: Room) -> None:
    booking = book(room, "Ada Test", 10)
    spoken = f"{booking.reference[:4]}-{booking.reference[4:]}".lower()

    assert "1 visit found today Ada Test" in group(room.client().get(ARRIVALS, {"q": spoken}), "found")
    part = room.client().get(ARRIVALS, {"q": booking.reference[:4]})
    assert "Ada Test" in group(part, "found")


def test_nobody_found_says_where_to_look_next(room: Room) -> None:
    book(room, "Ada Test", 10)

    words = page(room.client().get(ARRIVALS, {"q": "nobody like it"})).words

    assert "Nobody of today fits. Try another spelling, or look at another day." in words


def test_a_tap_on_somebody_found_comes_back_to_the_search(room: Room) -> None:
    booking = book(room, "Ada Test", 10)
    client = room.client()
    form = page(client.get(ARRIVALS, {"q": "ada"})).forms[""]

    response = client.post(act_url(booking, "check-in"), form)

    assert "q=ada" in response["Location"]
    assert "Ada Test" in group(client.get(response["Location"]), "found")


def test_other_days_and_other_stores_are_not_searched(room: Room) -> None:
    make_booking(room.store, name="Ada Test", starts_at=at(10, day=25), now=NOW)

    assert "0 visits" in group(room.client().get(ARRIVALS, {"q": "ada"}), "found")


def test_the_screen_speaks_french(room: Room) -> None:
    book(room, "Ada Test", 10)

    assert "10 h 00" in page(room.client().get(ARRIVALS, headers={"Accept-Language": "fr"})).words
