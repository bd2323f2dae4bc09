"""Each statement of a busy request finds its rows by an index that begins with the store, or with a key of one row.

So its cost does not grow with the chain, which may be split by store (docs/decisions/0041-a-chain-split-by-store.md).
"""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from booking import tasks
from booking.models import Booking, Ticket, UnmetDemand
from booking.tokens import manage_token
from notifications.tasks import deliver_due
from stores.models import Store
from tests.factories import NOW, PASSWORD, at, make_booking, make_store, make_user

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="plans of PostgreSQL"),
]

STORES, ROWS = 40, 8000
# Table that grows -> the columns by one of which its rows are found. Where a column is no store and no key of one row,
# the reason stands beside it.
KEYS = {
    "booking_booking": "id reference store_id"
    " phone email"  # a customer's limit counts over all stores: some rows a person
    " answer_until",  # the sweep of all stores, of the few that have one
    "booking_bookingevent": "id booking_id action_id",
    "booking_hold": "id public_id store_id kept_for_id offered_to_id site_digest",  # a network's limit, over all stores
    "booking_waitinglistentry": "id reference store_id booking_id",
    "booking_ticket": "id store_id booking_id passed_from_id",
    "booking_idempotentanswer": "id route subject",
    "stores_slot": "id store_id",
    "stores_storeday": "id store_id",
    "notifications_outboxmessage": "id uuid subject account"  # the account is the store's slug
    " recipient_digest prefix_digest",  # limits of a number and of a prefix, over all stores
    "django_session": "session_key",
    "django_q_ormq": "id",
    "stores_setupchange": "id store_id",
    "booking_unmetdemand": "id store_id",
}
# What `many_rows` fills. In a table of a few rows, one index is as good as another: there, any will do.
FILLED = frozenset({"booking_booking", "booking_bookingevent", "booking_ticket", "stores_slot", "stores_storeday",
                    "notifications_outboxmessage", "booking_unmetdemand"})  # fmt: skip
_GROWING = re.compile("|".join(KEYS))


def many_rows(store: Store) -> Booking:
    """Give PostgreSQL a chain to plan for, with visits of the past at each store; return one to come at this store."""
    booking = make_booking(store, phone="+33612000001")
    Ticket.objects.create(
        store=store, visit_date=NOW.date(), number=1, desk=booking.desk, visit_type=booking.visit_type, joined_at=NOW
    )
    at_some_store = f"(SELECT max(id) - n % {STORES} FROM stores_store)"
    of_some_visit = f"(SELECT max(id) - n % {ROWS} FROM booking_booking)"
    past = "- n * interval '1 hour'"
    copy_rows("stores_store", STORES, slug="'shop-' || n", source_id="NULL", feed_digest="NULL")
    copy_rows(
        "booking_booking", ROWS, reference="'L' || lpad(n::text, 7, '0')", store_id=at_some_store,
        phone="'+336' || lpad(n::text, 8, '0')", starts_at=f"starts_at {past}", ends_at=f"ends_at {past}",
        visit_date="visit_date - n / 24",
    )  # fmt: skip
    copy_rows("booking_bookingevent", ROWS, booking_id=of_some_visit, at=f"at {past}")
    copy_rows(
        "notifications_outboxmessage", ROWS, uuid="gen_random_uuid()", subject="'L' || lpad(n::text, 7, '0')",
        account=f"'shop-' || n % {STORES}", state="CASE n % 3 WHEN 0 THEN 'skipped' ELSE 'sent' END",
        due_at=f"due_at {past}", updated_at=f"updated_at {past}",
        attempted_at=f"updated_at {past}",
    )  # fmt: skip
    copy_rows("booking_ticket", ROWS, store_id=at_some_store, number="n", visit_date="visit_date - n / 24",
              passed_from_id=of_some_visit)  # fmt: skip
    for table, column in (("stores_slot", "starts_at"), ("stores_storeday", "date")):
        changes = {column: f"{column} {past if column == 'starts_at' else '- n'}"}
        changes |= {"ends_at": f"ends_at {past}"} if column == "starts_at" else {}
        copy_rows(table, ROWS, store_id=at_some_store, **changes)
    UnmetDemand.objects.create(
        store=store, date=NOW.date(), is_afternoon=False, visit_type=booking.visit_type, places=1, slots=12
    )
    copy_rows("booking_unmetdemand", ROWS, store_id=at_some_store, date="date - n")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return booking


def copy_rows(table: str, rows: int, **changed: str) -> None:
    """Copy the first row of a table so many times; in the n-th copy, these columns have these values."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND column_name <> 'id'", [table]
        )
        names = [name for (name,) in cursor.fetchall()]
        quoted, values = (
            ", ".join(parts)
            for parts in ([f'"{one}"' for one in names], [changed.get(one, f'"{one}"') for one in names])
        )
        cursor.execute(
            f"INSERT INTO {table} ({quoted}) SELECT {values} FROM (SELECT * FROM {table} ORDER BY id LIMIT 1) AS first,"
            f" generate_series(1, {rows}) AS n"
        )


def statements_of_busy_requests(store: Store, booking: Booking) -> Iterator[tuple[str, str]]:
    """Yield each statement with the request that made it."""
    client, staff = Client(), Client()
    staff.login(username="ada", password=PASSWORD)
    day = at(10).date().isoformat()
    later = (at(10) + timedelta(days=13)).date().isoformat()
    holder = Client(headers={"authorization": f"Bearer {manage_token(booking.reference)}"})
    wish = {"store": store.slug, "visit_type": "visit", "starts_at": at(11).isoformat(), "party_size": 1}
    customer = {"name": "Ada", "phone": "+33612345699", "email": "ada@example.org", "locale": "en"}
    api, page = f"/api/v1/stores/{store.slug}", f"/s/{store.slug}"
    requests: list[tuple[Client, str, str, Any]] = [
        (client, "GET", f"{api}/availability?visit_type=visit&from={day}&to={day}", None),
        (client, "GET", f"{api}/availability?visit_type=visit&from={day}&to={later}", None),
        (client, "GET", f"{page}/", None),
        (client, "GET", f"{page}/book/?visit_type=visit&party_size=1", None),
        (client, "POST", "/api/v1/holds", wish),
        (client, "POST", "/api/v1/bookings", {**wish, "customer": customer}),
        (holder, "GET", f"/api/v1/bookings/{booking.reference}", None),
        (holder, "GET", f"/api/v1/bookings/{booking.reference}/calendar.ics", None),
        (holder, "POST", f"/api/v1/bookings/{booking.reference}/reschedule", {"starts_at": at(15).isoformat()}),
        (holder, "POST", f"/api/v1/bookings/{booking.reference}/cancel", {}),
        (staff, "GET", f"/staff/{store.slug}/day/?date={day}", None),
        (staff, "GET", f"/staff/{store.slug}/weeks/?from={day}", None),
        (staff, "GET", f"/staff/{store.slug}/arrivals/data/", None),
        (staff, "GET", f"/api/v1/staff/stores/{store.slug}/day?date={day}", None),
        (staff, "GET", f"/staff/{store.slug}/queue/", None),
        (staff, "GET", f"/staff/{store.slug}/numbers/", None),
    ]
    for who, method, path, body in requests:
        text = "" if body is None else json.dumps(body)
        with CaptureQueriesContext(connection) as captured:
            answer = who.generic(method, path, text, content_type="application/json")
        assert answer.status_code < 300, path
        for one in captured.captured_queries:
            yield f"{method} {path.partition('?')[0]}", str(one["sql"])


def wrong_with(plan: dict[str, Any]) -> Iterator[str]:
    """Yield what a plan does that grows with the chain."""
    table, kind = plan.get("Relation Name", ""), plan["Node Type"]
    if table in KEYS and kind != "ModifyTable":
        condition = " ".join(str(plan.get(name, "")) for name in ("Index Cond", "Recheck Cond"))
        if kind == "Seq Scan":
            yield f"reads all of {table}"
        elif (
            table in FILLED
            and "Scan" in kind
            and not any(re.search(rf"\b{key}\b", condition) for key in KEYS[table].split())
        ):
            yield f"reads {table} by {condition.strip() or plan.get('Index Name')}"
    for part in plan.get("Plans", ()):
        yield from wrong_with(part)


def explained(sql: str) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql.replace('%', '%%')}")
        (found,) = cursor.fetchone()
    plans = json.loads(found) if isinstance(found, str) else found
    return dict(plans[0]["Plan"])


def test_busy_requests_read_no_more_than_their_store() -> None:
    store = make_store(capacity=5)
    make_user("ada", store=store)
    with time_machine.travel(NOW, tick=False):
        statements = dict.fromkeys(statements_of_busy_requests(store, many_rows(store)))
    looked_at = [
        (request, sql)
        for request, sql in statements
        if sql.lstrip("( \n").upper().startswith(("SELECT", "INSERT", "UPDATE", "DELETE", "WITH"))
        and _GROWING.search(sql)
    ]

    found = {(request, wrong, sql[:300]) for request, sql in looked_at for wrong in wrong_with(explained(sql))}

    assert len(looked_at) > 40
    assert sorted(found) == []


def test_sweeps_of_all_stores_read_no_whole_table() -> None:
    store = make_store(capacity=5)
    with time_machine.travel(NOW, tick=False):
        many_rows(store)
        with CaptureQueriesContext(connection) as captured:
            for sweep in (tasks.release_expired_holds, tasks.offer_places, tasks.tell_nearly, deliver_due):
                sweep()
    statements = {str(one["sql"]) for one in captured.captured_queries}
    looked_at = [sql for sql in statements if sql.startswith(("SELECT", "UPDATE", "DELETE")) and _GROWING.search(sql)]

    found = {(wrong, sql[:300]) for sql in looked_at for wrong in wrong_with(explained(sql)) if "reads all" in wrong}

    assert len(looked_at) > 3
    assert sorted(found) == []


@pytest.mark.parametrize(
    ("sql", "wrong"),
    [
        ("SELECT 1 FROM booking_booking WHERE note = 'x'", ["reads all of booking_booking"]),
        ("SELECT 1 FROM booking_booking WHERE store_id = 1 AND visit_date = '2026-11-24'", []),
    ],
)
def test_a_read_of_a_whole_table_is_seen(sql: str, wrong: list[str]) -> None:
    assert list(wrong_with(explained(sql))) == wrong
