import json
from collections.abc import Iterator
from datetime import time
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from booking.arrivals.steps import take_step
from booking.models import Booking, Status, Ticket
from booking.who import Who
from stores.models import OpeningHours
from tests.booking.staff.staff_room import ARRIVALS, SESSIONS_IN_DATABASE, Room, fill_day, make_room
from tests.factories import at, make_booking

pytestmark = pytest.mark.django_db
DATA, ACTIONS = f"{ARRIVALS}data/", f"{ARRIVALS}actions/"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(at(10, 7), tick=False) as clock:
        yield clock


@pytest.fixture
def room() -> Room:
    return make_room()


def send(client: Client, *taps: object) -> list[dict]:
    answer = client.post(ACTIONS, {"actions": taps}, content_type="application/json")
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def tap(step: str, booking: Booking | None = None, **more: object) -> dict:
    reference = {"reference": booking.reference} if booking else {}
    return {"action_id": str(uuid4()), "step": step, "happened_at": at(10, 5).isoformat(), **reference, **more}


# --- The day ----------------------------------------------------------------------------------------


def test_day_holds_what_a_tablet_needs(room: Room) -> None:
    booking = make_booking(room.store, name="Ada Mary Test", party_size=2, note="Rings twice", locale="uk")
    take_step(booking_id=booking.pk, step="check_in", who=Who.staff(room.staff, at(10, 2)))

    day = room.client(room.staff).get(DATA).json()

    assert (day["store"], day["day"], day["is_manager"]) == ("corner-shop-niort", "Tuesday 24\u00a0November", False)
    assert (day["since"], day["until"]) == ("2026-11-23T23:00:00Z", "2026-11-24T23:00:00Z")
    assert day["wiped_at"] == "2026-11-24T18:30:00Z"  # half an hour after the last slot
    assert [kind["slug"] for kind in day["visit_types"]] == ["visit", "advice"]
    visit = day["visits"][0]
    assert (visit["name"], visit["digits"], visit["status"]) == ("Ada T.", "5601", "checked_in")
    assert (visit["time"], visit["people"], visit["note"]) == ("10:00", "2 people", "Rings twice")
    assert visit["since"] == "10:02"
    assert visit["facts"] == ["Reads Українська"]
    assert [(one["kind"], one["time"], one["who"]) for one in visit["history"]] == [("checked_in", "10:02", "staff")]
    assert visit["undoes"] == visit["history"][0]["key"] != ""


def test_day_holds_no_phone_number_address_or_family_name(room: Room) -> None:
    make_booking(room.store, name="Ada Quincampoix", phone="+33612345601", email="ada@example.org")

    text = room.client().get(DATA).content.decode()

    assert not [word for word in ("Quincampoix", "quin", "61234", "example.org") if word in text]


def test_day_is_sent_again_only_when_it_changed(room: Room) -> None:
    booking = make_booking(room.store)
    client = room.client(room.staff)
    etag = client.get(DATA)["ETag"]

    assert client.get(DATA, headers={"If-None-Match": etag}).status_code == 304
    take_step(booking_id=booking.pk, step="check_in", who=Who.staff(room.manager, at(10, 2)))
    assert client.get(DATA, headers={"If-None-Match": etag}).status_code == 200


@pytest.mark.parametrize("count", [1, 3, 500])
def test_day_takes_few_statements(
    room: Room, count: int, settings: Settings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    settings.SESSION_ENGINE = SESSIONS_IN_DATABASE
    fill_day(room.store, count)
    client = room.client(room.staff)
    etag = client.get(DATA)["ETag"]

    with django_assert_num_queries(7):  # session, user and membership; version, rules, visits and their events
        assert len(client.get(DATA).json()["visits"]) == count
    with django_assert_num_queries(4):  # session, user and membership; version
        client.get(DATA, headers={"If-None-Match": etag})


# --- Taps -------------------------------------------------------------------------------------------


def test_taps_are_taken_in_their_order(room: Room) -> None:
    booking = make_booking(room.store)
    client = room.client(room.staff)

    found = send(client, tap("check_in", booking), tap("start", booking), tap("complete", booking))

    assert [one["result"] for one in found] == ["done"] * 3
    assert {one["visit"]["status"] for one in found} == {"completed"}
    booking.refresh_from_db()
    assert booking.status == Status.COMPLETED


def test_conflict_comes_with_the_visit_as_it_is(room: Room) -> None:
    booking = make_booking(room.store)
    take_step(booking_id=booking.pk, step="no_show", who=Who.staff(room.manager, at(10, 2)))

    (found,) = send(room.client(room.staff), tap("check_in", booking))

    assert (found["result"], found["reason"], found["visit"]["status"]) == ("conflict", "wrong_status", "no_show")
    assert found["visit"]["when"] == "Tuesday 24\xa0November, 10:00"


def test_same_batch_sent_again_changes_nothing(room: Room) -> None:
    batch = [tap("walk_in", visit_type="visit", party_size=1, name="Iris Test")]
    client = room.client(room.staff)

    first, again = send(client, *batch), send(client, *batch)

    assert (first[0]["result"], again[0]["result"]) == ("done", "repeated")
    assert first[0]["reference"] == again[0]["reference"]
    assert Booking.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        "not a tap",
        {"action_id": "no uuid", "step": "check_in", "happened_at": "2026-11-24T10:00:00Z"},
        {"action_id": str(uuid4()), "step": "dance", "happened_at": "2026-11-24T10:00:00Z"},
        {"action_id": str(uuid4()), "step": "check_in", "happened_at": "2026-11-24T10:00:00"},
        {"action_id": str(uuid4()), "step": "check_in", "happened_at": "2026-11-99T10:00:00Z"},
        {"action_id": str(uuid4()), "step": "walk_in", "happened_at": "2026-11-24T10:00:00Z", "party_size": 0},
        {"action_id": str(uuid4()), "step": "walk_in", "happened_at": "2026-11-24T10:00:00Z", "party_size": True},
    ],
)
def test_tap_that_says_nothing_is_refused_and_the_next_one_taken(room: Room, wrong: object) -> None:
    booking = make_booking(room.store)

    found = send(room.client(room.staff), wrong, tap("check_in", booking))

    assert [(one["result"], one["reason"]) for one in found] == [("conflict", "invalid"), ("done", "")]


@pytest.mark.parametrize(
    "odd",
    [
        {"name": "A\ud83d"},
        {"visit_type": "visit\udc00"},
        {"reference": "\ud83d"},
        {"undoes": "\ud83d"},
        {"happened_at": "0001-01-01T00:00:00+14:00"},
        {"happened_at": "9999-12-31T23:59:59-12:00"},
        {"starts_at": "0001-01-01T00:00:00+14:00"},
        {"walk_in": "\ud83d"},
        {"action_id": "\ud83d"},
        {"party_size": 10**30},
    ],
)
@pytest.mark.parametrize("step", ["check_in", "undo", "walk_in", "ticket"])
def test_whatever_a_browser_can_send_has_a_result_and_so_has_what_is_behind_it(
    room: Room, step: str, odd: dict[str, object]
) -> None:
    bookings = [make_booking(room.store), make_booking(room.store, phone="+33612345602")]

    found = send(
        room.client(room.staff), {**tap(step, bookings[0], visit_type="visit"), **odd}, tap("check_in", bookings[1])
    )

    assert found[0]["result"] in {"done", "conflict"}
    assert found[1]["result"] == "done"


@pytest.mark.parametrize("step", ["walk_in", "ticket"])
def test_half_an_emoji_at_the_end_of_a_name_is_left_out(room: Room, step: str) -> None:
    (found,) = send(room.client(room.staff), tap(step, visit_type="visit", name="Ana\ud83d"))

    assert found["result"] == "done"
    assert [*Booking.objects.values_list("name", flat=True), *Ticket.objects.values_list("name", flat=True)] == ["Ana"]


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"actions": 5}', json.dumps({"actions": [{}] * 51}), "[" * 5000])
def test_batch_that_is_none_is_malformed(room: Room, body: str) -> None:
    answer = room.client(room.staff).post(ACTIONS, body, content_type="application/json")

    assert (answer.status_code, answer.json()) == (400, {"code": "malformed"})


# --- A night ------------------------------------------------------------------------------------------


def test_tablet_of_a_night_shop_goes_on_past_midnight(room: Room, clock: time_machine.Traveller) -> None:
    OpeningHours.objects.filter(store=room.store).delete()
    OpeningHours.objects.bulk_create(
        OpeningHours(store=room.store, weekday=day, opens=time(18), closes=time(3)) for day in range(7)
    )
    served = make_booking(room.store, starts_at=at(23, 45))
    to_come = make_booking(room.store, starts_at=at(0, 15, day=25), phone="+33612345602")
    clock.move_to(at(23, 50))
    client = room.client(room.staff)
    before = client.get(DATA)
    send(client, tap("start", served, happened_at=at(23, 46).isoformat()))
    send(client, tap("check_in", to_come, happened_at=at(23, 49).isoformat()))

    clock.move_to(at(0, 5, day=25))
    after = client.get(DATA, headers={"If-None-Match": before["ETag"]}).json()
    (done,) = send(client, tap("complete", served, happened_at=at(0, 4, day=25).isoformat()))

    assert [(one["reference"], one["status"]) for one in after["visits"]] == [
        (served.reference, "in_service"),
        (to_come.reference, "checked_in"),
    ]
    assert (done["result"], done["visit"]["status"]) == ("done", "completed")
    # The same day to the tablet: by it, the finders of names are salted, and visits stay or leave.
    night = before.json()
    assert (after["salt"], after["since"], after["until"]) == (night["salt"], night["since"], night["until"])
    assert after["since"] <= done["visit"]["starts_at"] < after["until"] == "2026-11-25T02:00:00Z"
    assert (night["day"], after["day"]) == ("Tuesday 24\u00a0November", "Wednesday 25\u00a0November")
