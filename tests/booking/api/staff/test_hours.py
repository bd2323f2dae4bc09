import pytest

from booking.models import Booking
from notifications.models import OutboxMessage
from stores.models import Slot, SpecialHours, Store
from tests.booking.api.calls import Api, Json, fields_of, refusal_of
from tests.factories import at, make_booking, make_store

AFTERNOONS = [{"dayOfWeek": day, "opens": "14:00", "closes": "19:00"} for day in ("Monday", "Tuesday")]


@pytest.fixture
def path(store: Store) -> str:
    return f"/staff/stores/{store.slug}"


@pytest.fixture
def booking(store: Store) -> Booking:
    """A visit on Tuesday at 10:00."""
    return make_booking(store)


def closed(**changes: object) -> Json:
    return {"date": "2026-11-24", "closed": True, **changes}


def slots(**changes: object) -> Json:
    return {"from": "2026-11-24T10:00:00+01:00", "to": "2026-11-24T11:00:00+01:00", **changes}


# --- Opening hours ------------------------------------------------------------------------------


def test_week_is_replaced(store: Store, manager: Api, api: Api, path: str) -> None:
    week = [
        {"dayOfWeek": "Friday", "opens": "20:00", "closes": "02:00"},
        {"dayOfWeek": "Monday", "opens": "14:00", "closes": "24:00"},
        {"dayOfWeek": "Monday", "opens": "08:30", "closes": "12:00"},
    ]

    answer = manager.put(f"{path}/opening-hours", {"opening_hours": week})

    assert answer.json() == {
        "opening_hours": [
            {"dayOfWeek": "Monday", "opens": "08:30", "closes": "12:00"},
            {"dayOfWeek": "Monday", "opens": "14:00", "closes": "00:00"},
            {"dayOfWeek": "Friday", "opens": "20:00", "closes": "02:00"},
        ],
        "affected": [],
    }
    assert api.get(f"/stores/{store.slug}").json()["opening_hours"] == answer.json()["opening_hours"]


def test_hours_that_leave_bookings_out_are_refused_with_them(
    store: Store, manager: Api, booking: Booking, path: str
) -> None:
    answer = manager.put(f"{path}/opening-hours", {"opening_hours": AFTERNOONS})

    assert refusal_of(answer) == (409, "bookings_affected")
    assert [one["reference"] for one in answer.json()["affected"]] == [booking.reference]
    assert answer.json()["affected"][0]["source"] == "api"
    assert store.opening_hours.count() == 12


@pytest.mark.parametrize(
    ("then", "status", "kinds"),
    [("keep", "confirmed", set()), ("notify", "confirmed", {"change"}), ("cancel", "cancelled", {"cancellation"})],
)
def test_bookings_left_out_stay_or_go_as_the_manager_says(
    store: Store, manager: Api, booking: Booking, path: str, then: str, status: str, kinds: set[str]
) -> None:
    answer = manager.put(f"{path}/opening-hours", {"opening_hours": AFTERNOONS, "then": then})

    assert [one["status"] for one in answer.json()["affected"]] == [status]
    booking.refresh_from_db()
    assert booking.status == status
    told = set(OutboxMessage.objects.values_list("kind", flat=True)) - {"confirmation", "reminder"}
    assert told == kinds


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, [("opening_hours", "required")]),
        ({"opening_hours": "always"}, [("opening_hours", "not_a_list")]),
        ({"opening_hours": [{}]}, [(f"opening_hours.0.{one}", "required") for one in ("dayOfWeek", "opens", "closes")]),
        ({"opening_hours": [AFTERNOONS[0] | {"dayOfWeek": "monday"}]}, [("opening_hours.0.dayOfWeek", "invalid")]),
        ({"opening_hours": [AFTERNOONS[0] | {"dayOfWeek": 0}]}, [("opening_hours.0.dayOfWeek", "invalid")]),
        ({"opening_hours": [AFTERNOONS[0] | {"opens": "25:00"}]}, [("opening_hours.0.opens", "invalid")]),
        ({"opening_hours": [AFTERNOONS[0] | {"opens": "9:00"}]}, [("opening_hours.0.opens", "invalid")]),
        ({"opening_hours": [AFTERNOONS[0], AFTERNOONS[0]]}, [("opening_hours.1", "duplicate")]),
        (
            {"opening_hours": [AFTERNOONS[0], AFTERNOONS[0] | {"opens": "13:00", "closes": "15:00"}]},
            [("opening_hours.1", "overlap")],
        ),
        ({"opening_hours": AFTERNOONS, "then": "ignore"}, [("then", "invalid")]),
        ({"opening_hours": AFTERNOONS, "then": True}, [("then", "invalid")]),
    ],
)
def test_bad_week_names_its_fields(manager: Api, path: str, body: Json, errors: list[tuple[str, str]]) -> None:
    assert fields_of(manager.put(f"{path}/opening-hours", body)) == errors


# --- Special hours ------------------------------------------------------------------------------


def test_store_is_closed_on_a_date_and_open_again(store: Store, manager: Api, path: str) -> None:
    made = manager.post(f"{path}/special-hours", closed())
    removed = manager.delete(f"{path}/special-hours/2026-11-24")

    assert made.json() == {"date": "2026-11-24", "closed": True, "intervals": [], "affected": []}
    assert (removed.status_code, removed.json()) == (200, {"date": "2026-11-24", "affected": []})
    assert not SpecialHours.objects.exists()


def test_date_has_hours_of_its_own(store: Store, manager: Api, api: Api, path: str) -> None:
    answer = manager.post(f"{path}/special-hours", {"date": "2026-11-29", "opens": "10:00", "closes": "10:15"})

    query = {"visit_type": "visit", "from": "2026-11-29", "to": "2026-11-29"}
    assert answer.json()["intervals"] == [{"opens": "10:00", "closes": "10:15"}]
    assert api.get(f"/stores/{store.slug}/availability", query).json()["first_free"] == "2026-11-29T10:00:00+01:00"


def test_date_has_several_intervals(store: Store, manager: Api, path: str) -> None:
    intervals = [{"opens": "09:00", "closes": "10:30"}, {"opens": "15:00", "closes": "16:00"}]

    answer = manager.post(f"{path}/special-hours", {"date": "2026-11-24", "intervals": intervals})

    assert answer.json()["intervals"] == intervals


def test_closing_over_bookings_asks_what_becomes_of_them(
    store: Store, manager: Api, booking: Booking, path: str
) -> None:
    refused = manager.post(f"{path}/special-hours", closed())
    done = manager.post(f"{path}/special-hours", closed(then="cancel"))

    assert refusal_of(refused) == (409, "bookings_affected")
    assert [one["status"] for one in done.json()["affected"]] == ["cancelled"]


def test_removal_asks_as_well_and_reads_then_from_query_or_body(store: Store, manager: Api, path: str) -> None:
    for day in (29, 6):
        month = 11 if day == 29 else 12
        date = f"2026-{month}-{day:02d}"
        manager.post(f"{path}/special-hours", {"date": date, "opens": "10:00", "closes": "12:00"})
        make_booking(store, starts_at=at(10, day=day, month=month))

    refused = manager.delete(f"{path}/special-hours/2026-11-29")
    by_query = manager.call("DELETE", f"{path}/special-hours/2026-11-29", query={"then": "keep"})
    by_body = manager.delete(f"{path}/special-hours/2026-12-06", {"then": "keep"})

    assert refusal_of(refused) == (409, "bookings_affected")
    assert (by_query.status_code, by_body.status_code) == (200, 200)


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, [("date", "required")]),
        ({"date": "2026-02-30", "closed": True}, [("date", "invalid")]),
        ({"date": "2026-11-24"}, [("closed", "invalid")]),
        ({"date": "2026-11-24", "closed": False}, [("closed", "invalid")]),
        ({"date": "2026-11-24", "closed": "yes"}, [("closed", "invalid")]),
        ({"date": "2026-11-24", "closed": True, "opens": "09:00", "closes": "10:00"}, [("closed", "invalid")]),
        ({"date": "2026-11-24", "opens": "09:00"}, [("closes", "required")]),
        ({"date": "2026-11-24", "opens": "9", "closes": "10:00"}, [("opens", "invalid")]),
        ({"date": "2026-11-24", "intervals": [{"opens": "09:00"}]}, [("intervals.0.closes", "required")]),
        (
            {"date": "2026-11-24", "intervals": [{"opens": "09:00", "closes": "12:00"}] * 2},
            [("intervals.1", "duplicate")],
        ),
    ],
)
def test_bad_special_hours_name_their_fields(
    manager: Api, path: str, body: Json, errors: list[tuple[str, str]]
) -> None:
    assert fields_of(manager.post(f"{path}/special-hours", body)) == errors


@pytest.mark.parametrize("date", ["2026-02-30", "tomorrow", "0001-01-01"])
def test_bad_date_in_the_address_names_its_field(manager: Api, path: str, date: str) -> None:
    assert [field for field, _ in fields_of(manager.delete(f"{path}/special-hours/{date}"))] == ["date"]


# --- Slots --------------------------------------------------------------------------------------


def test_slots_get_another_capacity(store: Store, manager: Api, path: str) -> None:
    answer = manager.patch(f"{path}/slots", slots(capacity=5, desk="main"))

    assert answer.json() == {
        "from": "2026-11-24T10:00:00+01:00",
        "to": "2026-11-24T11:00:00+01:00",
        "desk": "main",
        "capacity": 5,
        "closed": None,
        "affected": [],
    }
    assert list(Slot.objects.values_list("capacity", flat=True)) == [5] * 4


def test_slots_close_and_open(store: Store, manager: Api, api: Api, path: str) -> None:
    shut = manager.patch(f"{path}/slots", slots(closed=True))
    day = manager.get(f"{path}/day", {"date": "2026-11-24"}).json()["slots"]
    opened = manager.patch(f"{path}/slots", slots(closed=False))

    assert (shut.status_code, opened.status_code) == (200, 200)
    assert [slot["starts_at"][11:16] for slot in day if slot["closed"]] == ["10:00", "10:15", "10:30", "10:45"]
    assert not Slot.objects.filter(closed=True).exists()


@pytest.mark.parametrize("change", [{"capacity": 0}, {"closed": True}])
def test_slots_too_small_ask_what_becomes_of_their_bookings(
    store: Store, manager: Api, booking: Booking, path: str, change: Json
) -> None:
    refused = manager.patch(f"{path}/slots", slots(**change))
    kept = manager.patch(f"{path}/slots", slots(**change, then="keep"))

    assert refusal_of(refused) == (409, "bookings_affected")
    assert [one["reference"] for one in kept.json()["affected"]] == [booking.reference]


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, [("from", "required"), ("to", "required")]),
        (slots(), [("capacity", "required")]),
        (slots(capacity=1, closed=True), [("capacity", "required")]),
        (slots(capacity=-1), [("capacity", "out_of_range")]),
        (slots(capacity=10**9), [("capacity", "out_of_range")]),
        (slots(capacity="2"), [("capacity", "invalid")]),
        (slots(capacity=True), [("capacity", "invalid")]),
        (slots(closed=1), [("closed", "invalid")]),
        (slots(closed=True, desk="nope"), [("desk", "unknown")]),
        (slots(closed=True, desk="a b"), [("desk", "unknown")]),
        (slots(closed=True, to="2026-11-24T10:00:00+01:00"), [("to", "out_of_range")]),
        (slots(closed=True, to="2027-11-24T10:00:00+01:00"), [("to", "out_of_range")]),
        (slots(closed=True, to="11:00"), [("to", "invalid")]),
        (slots(closed=True, then=""), [("then", "invalid")]),
    ],
)
def test_bad_slots_name_their_fields(manager: Api, path: str, body: Json, errors: list[tuple[str, str]]) -> None:
    assert fields_of(manager.patch(f"{path}/slots", body)) == errors


def test_slots_where_there_are_none_are_refused(manager: Api, path: str) -> None:
    body = {"from": "2026-11-24T12:00:00+01:00", "to": "2026-11-24T14:00:00+01:00", "closed": True}

    assert refusal_of(manager.patch(f"{path}/slots", body)) == (409, "slot_closed")


# --- Feed ---------------------------------------------------------------------------------------


def test_new_feed_kills_the_old_one_and_can_be_ended(store: Store, manager: Api, path: str) -> None:
    answers = [manager.post(f"{path}/feed") for _ in range(2)]
    digests = store.__class__.objects.values_list("feed_digest", flat=True)
    made = digests.get()
    ended = manager.delete(f"{path}/feed")

    assert [answer.status_code for answer in answers] == [201, 201]
    urls = [answer.json()["url"] for answer in answers]
    assert urls[0] != urls[1]
    assert all(url.startswith("http://127.0.0.1:8000/calendars/") and url.endswith(".ics") for url in urls)
    assert made is not None
    assert made not in urls[1]
    assert (ended.status_code, digests.get()) == (204, None)


# --- Who ----------------------------------------------------------------------------------------

CALLS = [
    ("PUT", "opening-hours", {"opening_hours": AFTERNOONS}),
    ("POST", "special-hours", closed()),
    ("DELETE", "special-hours/2026-11-24", None),
    ("PATCH", "slots", slots(closed=True)),
    ("POST", "feed", None),
    ("DELETE", "feed", None),
]


@pytest.mark.parametrize(("method", "call", "body"), CALLS)
def test_staff_may_not_change_hours(store: Store, staff: Api, path: str, method: str, call: str, body: Json) -> None:
    assert refusal_of(staff.call(method, f"{path}/{call}", body=body)) == (403, "not_permitted")


@pytest.mark.parametrize(("method", "call", "body"), CALLS)
def test_managers_of_other_stores_find_nothing(store: Store, manager: Api, method: str, call: str, body: Json) -> None:
    make_store("other-shop")

    assert refusal_of(manager.call(method, f"/staff/stores/other-shop/{call}", body=body)) == (404, "not_found")
