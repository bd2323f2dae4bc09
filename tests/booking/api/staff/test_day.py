from datetime import timedelta

import pytest
import time_machine
from pytest_django import DjangoAssertNumQueries

from booking.models import Booking, Source
from notifications.models import OutboxMessage
from stores.models import Role, Store
from tests.booking.api.calls import Api, fields_of, refusal_of, signed_in
from tests.factories import NOW, at, make_booking, make_store

DAY = {"date": "2026-11-24"}


@pytest.fixture
def path(store: Store) -> str:
    return f"/staff/stores/{store.slug}/day"


def test_day_in_full(store: Store, staff: Api, path: str) -> None:
    booking = make_booking(store, email="ada@example.org", note="A note", source=Source.WEB)

    body = staff.get(path, DAY).json()

    slots = body.pop("slots")
    assert len(slots) == 32
    assert slots[4] == {
        "starts_at": "2026-11-24T10:00:00+01:00",
        "ends_at": "2026-11-24T10:15:00+01:00",
        "desk": "main",
        "capacity": 2,
        "places_taken": 1,
        "places_left": 1,
        "closed": False,
    }
    shown = body["bookings"][0]
    deliveries = shown.pop("deliveries")
    assert {(one["kind"], one["channel"], one["state"]) for one in deliveries} == {
        ("confirmation", "sms", "due"),
        ("confirmation", "email", "due"),
        ("reminder", "sms", "due"),
    }
    assert body == {
        "store": store.slug,
        "date": "2026-11-24",
        "time_zone": "Europe/Paris",
        "now": "2026-11-23T09:00:00+01:00",
        "bookings": [
            {
                "reference": booking.reference,
                "status": "confirmed",
                "store": store.slug,
                "visit_type": "visit",
                "starts_at": "2026-11-24T10:00:00+01:00",
                "ends_at": "2026-11-24T10:15:00+01:00",
                "time_zone": "Europe/Paris",
                "party_size": 1,
                "customer": {"name": "Ada Test", "phone": "+33612345601", "email": "ada@example.org", "locale": "en"},
                "note": "A note",
                "sequence": 0,
                "attendance_confirmed": False,
                "may_change": True,
                "may_cancel": True,
                "source": "web",
                "desk": "main",
                "checked_in_at": None,
                "messages": "sms",
                "late_minutes": None,
                "answers": [],
                "for_someone_else": False,
                "visit_mode": "store",
            }
        ],
        "totals": {
            "confirmed": 1, "checked_in": 0, "in_service": 0, "completed": 0, "cancelled": 0, "no_show": 0,
        },
    }  # fmt: skip


def test_day_tells_what_staff_should_know_before_the_visit(store: Store, staff: Api, path: str) -> None:
    answers = [{"question": "Which bike is it?", "answer": "The red one"}]
    booking = make_booking(store)
    Booking.objects.filter(pk=booking.pk).update(late_minutes=15, answers=answers, is_for_someone_else=True)
    store.visit_types.update(mode="phone")

    shown = staff.get(path, DAY).json()["bookings"][0]

    assert (shown["late_minutes"], shown["answers"], shown["for_someone_else"], shown["visit_mode"]) == (
        15,
        answers,
        True,
        "phone",
    )


def test_today_is_the_stores_own(store: Store, staff: Api, path: str, clock: time_machine.Traveller) -> None:
    clock.move_to(at(23, 30).astimezone() + timedelta(hours=1))

    assert staff.get(path).json()["date"] == "2026-11-25"


def test_cancelled_bookings_are_included(store: Store, staff: Api, path: str) -> None:
    booking = make_booking(store)
    staff.post(f"/staff/bookings/{booking.reference}/cancel")

    body = staff.get(path, DAY).json()

    assert [one["status"] for one in body["bookings"]] == ["cancelled"]
    assert (body["totals"]["cancelled"], body["totals"]["confirmed"]) == (1, 0)


@pytest.mark.parametrize("date", ["2027-02-30", "0001-01-01", "9999-12-31", "today", "2026-11-24T00:00:00Z"])
def test_bad_date_names_its_field(staff: Api, path: str, date: str) -> None:
    assert [field for field, _ in fields_of(staff.get(path, {"date": date}))] == ["date"]


def test_other_stores_are_not_found(store: Store, staff: Api) -> None:
    make_store("other-shop")

    for slug in ("other-shop", "no-such-shop"):
        assert refusal_of(staff.get(f"/staff/stores/{slug}/day")) == (404, "not_found")


# --- ETags --------------------------------------------------------------------------------------


def test_unchanged_day_is_not_sent_again(store: Store, staff: Api, path: str, clock: time_machine.Traveller) -> None:
    make_booking(store)
    tag = staff.get(path, DAY)["ETag"]
    clock.shift(timedelta(seconds=30))

    answer = staff.get(path, DAY, If_None_Match=tag)

    assert (answer.status_code, answer.content) == (304, b"")


def test_tag_changes_with_what_the_day_shows(store: Store, staff: Api, path: str) -> None:
    def tag() -> str:
        found: str = staff.get(path, DAY)["ETag"]
        return found

    tags = [tag()]
    booking = make_booking(store)
    tags.append(tag())
    OutboxMessage.objects.update(state="delivered", updated_at=NOW + timedelta(minutes=1))
    tags.append(tag())
    staff.post(f"/staff/bookings/{booking.reference}/cancel")
    tags.append(tag())

    assert len(set(tags)) == 4


def test_tag_of_one_member_is_no_use_elsewhere(store: Store, staff: Api, path: str) -> None:
    stranger = signed_in(None, Role.STAFF, "eve")

    assert refusal_of(stranger.get(path, DAY, If_None_Match=staff.get(path, DAY)["ETag"])) == (404, "not_found")


# --- Statements ---------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
def test_day_takes_as_many_statements_for_any_number_of_bookings(
    store: Store, staff: Api, path: str, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(rows):
        make_booking(store, starts_at=at(14 + number), phone=f"+3361234560{number}")

    # Token, membership and version; then the day itself with four.
    with django_assert_num_queries(7):
        tag = staff.get(path, DAY)["ETag"]
    with django_assert_num_queries(3):
        staff.get(path, DAY, If_None_Match=tag)
