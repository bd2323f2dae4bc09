from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from booking.models import Booking, BookingEvent
from stores.models import Role, Slot, Store, StoreQuestion
from tests.booking.api.calls import Api, Json, fields_of, refusal_of, signed_in, wish
from tests.factories import at, make_booking, make_store, make_user


def request_for_caller(**changes: object) -> Json:
    return {
        "visit_type": "visit",
        "starts_at": "2026-11-24T10:00:00+01:00",
        "customer": {"name": "Ada Test"},
        **changes,
    }


@pytest.fixture
def path(store: Store) -> str:
    return f"/staff/stores/{store.slug}/bookings"


@pytest.fixture
def booking(store: Store) -> Booking:
    """A visit on Tuesday at 10:00."""
    return make_booking(store)


@pytest.fixture
def on_the_day(booking: Booking, clock: time_machine.Traveller) -> str:
    """The path of a booking, five minutes before it."""
    clock.move_to(at(9, 55))
    return f"/staff/bookings/{booking.reference}"


# --- For callers --------------------------------------------------------------------------------


def test_caller_is_booked_without_phone_or_address(store: Store, staff: Api, path: str) -> None:
    answer = staff.post(path, request_for_caller())

    body = answer.json()
    assert answer.status_code == 201
    assert (body["source"], body["messages"], body["deliveries"], body["desk"]) == ("phone", "none", [], "main")
    assert "manage_token" not in body


def test_language_unless_told_is_the_country_s_not_the_staff_s(store: Store, staff: Api, path: str) -> None:
    answer = staff.post(path, request_for_caller(), Accept_Language="en")

    assert answer.json()["customer"]["locale"] == "fr"


def test_source_is_phone_or_desk(store: Store, staff: Api, path: str) -> None:
    assert staff.post(path, request_for_caller(source="desk")).json()["source"] == "desk"
    for source in ("web", "walk_in", "", 5):
        assert fields_of(staff.post(path, request_for_caller(source=source))) == [("source", "invalid")]


def test_staff_need_no_notice(store: Store, staff: Api, path: str) -> None:
    soon = request_for_caller(starts_at="2026-11-23T09:00:00+01:00")

    assert staff.post(path, soon).status_code == 201


def test_staff_take_places_kept_back_from_the_web(db: None, api: Api) -> None:
    store = make_store("careful-shop", capacity=1, kept_back=1)
    clerk = signed_in(store, Role.STAFF, "clerk")

    assert refusal_of(api.post("/holds", wish(store="careful-shop"))) == (409, "slot_closed")
    assert clerk.post("/staff/stores/careful-shop/bookings", request_for_caller()).status_code == 201


def test_full_slot_offers_staff_others(store: Store, staff: Api, booking: Booking, path: str) -> None:
    answer = staff.post(path, request_for_caller(party_size=2))

    assert refusal_of(answer) == (409, "slot_full")
    assert len(answer.json()["alternatives"]) == 3


def test_store_in_the_body_changes_nothing(store: Store, staff: Api, path: str) -> None:
    make_store("other-shop")

    assert staff.post(path, request_for_caller(store="other-shop")).json()["store"] == store.slug


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"visit_type": "nope"}, [("visit_type", "unknown")]),
        ({"starts_at": "10:00"}, [("starts_at", "invalid")]),
        ({"customer": {}}, [("customer.name", "required")]),
        ({"customer": {"name": "Ada Test", "phone": "12"}}, [("customer.phone", "invalid")]),
        ({"party_size": 0}, [("party_size", "out_of_range")]),
    ],
)
def test_bad_booking_names_its_fields(staff: Api, path: str, changes: Json, errors: list[tuple[str, str]]) -> None:
    assert fields_of(staff.post(path, request_for_caller(**changes))) == errors


# --- Walk-ins -----------------------------------------------------------------------------------

WALK_IN = {"visit_type": "visit", "party_size": 2, "name": "Bob Test"}


@pytest.fixture
def walk_ins(store: Store, clock: time_machine.Traveller) -> str:
    clock.move_to(at(10, 7))
    return f"/staff/stores/{store.slug}/walk-ins"


def test_walk_in_is_checked_in_at_once(staff: Api, walk_ins: str) -> None:
    answer = staff.post(walk_ins, WALK_IN)

    body = answer.json()
    assert answer.status_code == 201
    assert (body["status"], body["source"], body["customer"]["name"]) == ("checked_in", "walk_in", "Bob Test")
    assert (body["starts_at"], body["checked_in_at"]) == ("2026-11-24T10:00:00+01:00", "2026-11-24T10:07:00+01:00")


def test_walk_in_asks_to_speak_a_language_and_answers_questions(staff: Api, walk_ins: str, store: Store) -> None:
    store.desks.update(languages="fr,ar")
    StoreQuestion.objects.create(store=store, text="Who sent you?", position=0)
    asked = [{"question": "Who sent you?", "answer": "Ada"}]

    assert fields_of(staff.post(walk_ins, WALK_IN | {"language": "xx"})) == [("language", "invalid")]
    wrong = [{"question": "Why?", "answer": "So"}]
    assert fields_of(staff.post(walk_ins, WALK_IN | {"answers": wrong})) == [("answers.0.question", "unknown")]
    assert refusal_of(staff.post(walk_ins, WALK_IN | {"language": "uk"})) == (409, "slot_closed")
    answer = staff.post(walk_ins, WALK_IN | {"language": "ar", "answers": asked})

    assert answer.status_code == 201
    assert answer.json()["language"] == "ar"
    assert Booking.objects.get().answers == asked


def test_full_slot_takes_walk_ins_by_a_managers_word_alone(staff: Api, manager: Api, walk_ins: str) -> None:
    staff.post(walk_ins, WALK_IN)

    assert refusal_of(staff.post(walk_ins, WALK_IN)) == (409, "slot_full")
    assert refusal_of(manager.post(walk_ins, WALK_IN)) == (409, "slot_full")
    assert refusal_of(staff.post(walk_ins, WALK_IN | {"squeeze_in": True})) == (403, "not_permitted")
    assert manager.post(walk_ins, WALK_IN | {"squeeze_in": True}).status_code == 201
    assert Slot.objects.get().squeezed == 2


def test_nobody_walks_in_when_closed(staff: Api, walk_ins: str, clock: time_machine.Traveller) -> None:
    clock.move_to(at(13))

    assert refusal_of(staff.post(walk_ins, WALK_IN)) == (409, "slot_closed")


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"visit_type": None}, [("visit_type", "null")]),
        ({"name": ""}, [("name", "required")]),
        ({"squeeze_in": "true"}, [("squeeze_in", "invalid")]),
        ({"squeeze_in": 1}, [("squeeze_in", "invalid")]),
        ({"party_size": 1.5}, [("party_size", "invalid")]),
    ],
)
def test_bad_walk_in_names_its_fields(staff: Api, walk_ins: str, changes: Json, errors: list[tuple[str, str]]) -> None:
    assert fields_of(staff.post(walk_ins, WALK_IN | changes)) == errors


# --- Steps --------------------------------------------------------------------------------------


def test_visit_goes_through_its_steps(staff: Api, on_the_day: str) -> None:
    steps = ["check-in", "start", "complete", "undo", "undo", "undo"]

    statuses = [staff.post(f"{on_the_day}/{step}").json()["status"] for step in steps]

    assert statuses == ["checked_in", "in_service", "completed", "in_service", "checked_in", "confirmed"]


def test_nobody_came(staff: Api, on_the_day: str, clock: time_machine.Traveller) -> None:
    early = staff.post(f"{on_the_day}/no-show")
    clock.move_to(at(10))
    late = staff.post(f"{on_the_day}/no-show")

    assert refusal_of(early) == (409, "wrong_status")
    assert late.json()["status"] == "no_show"


@pytest.mark.parametrize("step", ["check-in", "start", "complete", "no-show", "undo"])
def test_impossible_step_shows_the_booking_as_it_is(staff: Api, on_the_day: str, step: str) -> None:
    cancelled = staff.post(f"{on_the_day}/cancel").json()

    answer = staff.post(f"{on_the_day}/{step}")

    assert refusal_of(answer) == (409, "wrong_status")
    assert answer.json()["booking"] == cancelled


def test_same_action_again_changes_nothing(staff: Api, on_the_day: str) -> None:
    action = {"action_id": str(uuid4())}

    first = staff.post(f"{on_the_day}/check-in", action)
    again = staff.post(f"{on_the_day}/check-in", {"action_id": action["action_id"].upper()})

    assert (first.status_code, again.status_code) == (200, 200)
    assert again.content == first.content
    assert BookingEvent.objects.filter(kind="checked_in").count() == 1


def test_tap_made_offline_counts_from_when_it_happened(staff: Api, on_the_day: str) -> None:
    answer = staff.post(f"{on_the_day}/check-in", {"happened_at": "2026-11-24T08:50:00Z"})

    assert answer.json()["checked_in_at"] == "2026-11-24T09:50:00+01:00"


def test_tap_in_the_future_counts_from_now(staff: Api, on_the_day: str) -> None:
    answer = staff.post(f"{on_the_day}/check-in", {"happened_at": "2026-11-24T18:00:00+01:00"})

    assert answer.json()["checked_in_at"] == "2026-11-24T09:55:00+01:00"


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({"action_id": "1"}, [("action_id", "invalid")]),
        ({"action_id": 5}, [("action_id", "invalid")]),
        ({"action_id": "{" + str(uuid4()) + "}"}, [("action_id", "invalid")]),
        ({"happened_at": "now"}, [("happened_at", "invalid")]),
        ({"happened_at": "0001-01-01T00:00:00Z"}, [("happened_at", "out_of_range")]),
    ],
)
def test_bad_action_names_its_fields(staff: Api, on_the_day: str, body: Json, errors: list[tuple[str, str]]) -> None:
    for step in ("check-in", "start", "complete", "no-show", "undo", "cancel"):
        assert fields_of(staff.post(f"{on_the_day}/{step}", body)) == errors


def test_staff_cancel_also_late_and_twice(staff: Api, on_the_day: str, clock: time_machine.Traveller) -> None:
    clock.move_to(at(10, 5))

    answers = [staff.post(f"{on_the_day}/cancel") for _ in range(2)]

    assert [answer.json()["status"] for answer in answers] == ["cancelled"] * 2
    assert answers[0].json()["sequence"] == answers[1].json()["sequence"] == 1


def test_staff_move_visits(staff: Api, on_the_day: str) -> None:
    answer = staff.post(f"{on_the_day}/reschedule", {"starts_at": "2026-11-24T10:15:00+01:00"})

    assert (answer.json()["starts_at"], answer.json()["sequence"]) == ("2026-11-24T10:15:00+01:00", 1)
    assert fields_of(staff.post(f"{on_the_day}/reschedule", {})) == [("starts_at", "required")]


ACTIONS = ["check-in", "start", "complete", "no-show", "undo", "cancel", "reschedule"]


@pytest.mark.parametrize("action", ACTIONS)
def test_bookings_of_other_stores_are_not_found(store: Store, staff: Api, action: str) -> None:
    other = make_store("other-shop")
    make_user("eve", store=other)
    foreign = make_booking(other)

    for reference in (foreign.reference, "ZZZZZZZZ", "nonsense"):
        answer = staff.post(f"/staff/bookings/{reference}/{action}", {"starts_at": "2026-11-25T10:00:00+01:00"})
        assert refusal_of(answer) == (404, "not_found")
    foreign.refresh_from_db()
    assert foreign.status == "confirmed"


def test_former_member_is_out_at_once(store: Store, staff: Api, on_the_day: str) -> None:
    store.memberships.all().delete()

    assert refusal_of(staff.post(f"{on_the_day}/check-in")) == (404, "not_found")


# --- Statements ---------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
def test_check_in_takes_few_statements(store: Store, staff: Api, on_the_day: str, rows: int) -> None:
    for number in range(rows):
        make_booking(store, starts_at=at(14 + number), phone=f"+3361234561{number}", now=at(9) - timedelta(days=1))

    with CaptureQueriesContext(connection) as captured:
        staff.post(f"{on_the_day}/check-in", {"action_id": str(uuid4())})

    words = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
    found = [query["sql"] for query in captured if not query["sql"].startswith(words)]
    # PostgreSQL locks the store, then the visit before it is read; it writes the history and the day by one statement.
    assert len(found) == {"sqlite": 8, "postgresql": 9}[connection.vendor], "\n".join(found)
