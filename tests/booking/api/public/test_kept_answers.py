"""Kept answers: what is asked again is answered from memory, and never differs from what is worked out anew."""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime, time, timedelta
from itertools import count
from urllib.parse import urlencode

import pytest
import time_machine
from django.db import connection
from django.http import QueryDict
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from rest_framework.exceptions import ValidationError

from booking.api import rendering
from booking.api.public import kept_answers
from booking.api.public.kept_answers import Asked, kept_answer, read_question
from booking.api.rendering import availability_text
from booking.api.serializers import DeskAvailabilityQuery
from booking.bookings.lifecycle import cancel_booking
from booking.places import free_times
from booking.places.availability import availability
from booking.places.claims import release_expired_holds
from booking.places.days_state import Wish
from booking.places.holds import extend_hold, hold_places, release_hold
from booking.refusals import BookingRefused
from booking.store_setup.affected_visits import AffectedResolution
from booking.store_setup.hours_changes import change_rules
from booking.store_setup.slot_changes import change_slots
from booking.tokens import hold_token
from booking.who import Who
from stores.bounded_cache import BoundedCache
from stores.models import Store
from stores.queries import rules_cache
from stores.services import delete_special_hours, save_desk, save_policy, save_special_hours
from tests.factories import NOW, at, make_booking, make_store, make_user

DAY = "2026-11-24"
numbers = count()


class Process:
    """The caches of one process; those of the test's own process stand aside meanwhile."""

    PLACES = (
        (rules_cache, "_kept"),
        (free_times, "_days"),
        (rendering, "_day_texts"),
        (kept_answers, "_answers"),
    )

    def __init__(self) -> None:
        self.caches: list[BoundedCache] = [BoundedCache(getattr(*place).most) for place in self.PLACES]

    @contextmanager
    def at_work(self) -> Iterator[None]:
        own = [getattr(*place) for place in self.PLACES]
        for place, cache in zip(self.PLACES, self.caches, strict=True):
            setattr(*place, cache)
        yield
        for place, cache in zip(self.PLACES, own, strict=True):
            setattr(*place, cache)


def ask(store: Store, query: str, now: datetime) -> bytes:
    answer = kept_answer(RequestFactory().get("/", QUERY_STRING=query), store.slug, now=now)
    assert answer is not None
    return answer.content


def anew(store: Store, query: str, now: datetime) -> bytes:
    """Return the answer as it was always worked out: with three statements, and from nothing that was kept."""
    asked = read_question(store.slug, query)
    assert asked is not None
    found = availability(
        store=asked.wish.store,
        visit_type=asked.wish.visit_type,
        from_date=asked.from_date,
        to_date=asked.to_date,
        party_size=asked.wish.party_size,
        now=now,
    )
    with Process().at_work():
        return availability_text(found).encode()


QUERIES = [
    f"visit_type=visit&from={DAY}&to={DAY}",
    "visit_type=visit&from=2026-11-23&to=2026-11-26&party_size=2",
    "visit_type=advice&from=2026-11-24&to=2026-12-08&party_size=1",
    "visit_type=advice&from=2026-11-20&to=2026-11-25",
]
STARTS = [at(0, day=24), at(8, 30, day=23), at(10), at(10, 15), at(23, 45), at(0, day=25), at(11, day=25)]
CHANGES = st.one_of(
    st.tuples(st.sampled_from(["hold", "advice", "visit"]), st.sampled_from(STARTS)),
    st.tuples(st.just("wait"), st.sampled_from([1, 3, 7, 60, 60 * 16, 60 * 24])),
    st.tuples(st.sampled_from(["sweep", "let_go", "extend", "cancel"]), st.integers(0, 2)),
    st.tuples(st.just("day"), st.sampled_from([(), ((time(0), time(0)),), ((time(9), time(11)),)])),
    st.tuples(st.sampled_from(["weekday", "elsewhere"]), st.just(0)),
    st.tuples(st.just("desk"), st.sampled_from([(1, 0), (2, 0), (3, 2), (2, 2)])),
    st.tuples(st.just("policy"), st.sampled_from([(0, 28), (90, 28), (0, 1), (60, 3)])),
    st.tuples(st.just("slots"), st.sampled_from([(True, None), (False, None), (None, 1), (None, 4)])),
)
ASKED = st.tuples(st.integers(0, 1), st.sampled_from(QUERIES))


@pytest.mark.django_db(transaction=True)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=st.lists(st.tuples(CHANGES, st.lists(ASKED, min_size=1, max_size=4)), max_size=10))
@example(  # a hold runs out while nobody writes anything, and its places are given back by another process
    steps=[
        (("hold", at(10)), [(0, QUERIES[0]), (1, QUERIES[2])]),
        (("wait", 7), [(0, QUERIES[0]), (1, QUERIES[2])]),
        (("sweep", 0), [(0, QUERIES[0]), (1, QUERIES[2])]),
    ]
)
def test_two_processes_always_answer_what_is_true(steps: list) -> None:
    store = make_store(
        f"shop-{next(numbers)}",
        hours=((time(8), time(11)), (time(23), time(1))),
        days=(0, 1, 2, 3, 4, 5, 6),
        desks=("main", "side"),
        open_bookings_per_customer=99,
        minimum_notice_minutes=0,
    )
    other, now, processes = make_store(f"shop-{next(numbers)}"), NOW, (Process(), Process())
    for (what, value), asked in [(("wait", 0), [(0, query) for query in QUERIES]), *steps]:
        now = change(store, other, what, value, now)
        for number, query in asked:
            with processes[number].at_work():
                found = ask(store, query, now)
            assert found == anew(store, query, now)


def change(store: Store, other: Store, what: str, value, now: datetime) -> datetime:
    with suppress(BookingRefused):
        _change(store, other, what, value, now)
    return now + timedelta(minutes=value) if what == "wait" else now


def _change(store: Store, other: Store, what: str, value, now: datetime) -> None:
    match what:
        case "hold":
            hold_places(store=store.slug, visit_type="visit", starts_at=value, party_size=1, now=now)
        case "visit" | "advice":
            make_booking(store, visit_type=what, starts_at=value, party_size=2, now=now)
        case "elsewhere":
            make_booking(other, now=now, phone=f"+336123{next(numbers):05d}")
        case "sweep":
            release_expired_holds(store_id=store.pk, now=now)
        case "let_go" | "extend":
            act = release_hold if what == "let_go" else extend_hold
            for hold in store.holds.order_by("pk")[value : value + 1]:
                act(token=hold_token(hold.public_id), now=now)
        case "cancel":
            for booking in store.bookings.filter(status="confirmed").order_by("pk")[value : value + 1]:
                cancel_booking(booking_id=booking.pk, who=Who.staff(None, now))
        case _:
            change_setup(store, what, value, now)


def change_setup(store: Store, what: str, value, now: datetime) -> None:
    if what == "wait":
        return
    if what == "slots":
        closed, capacity = value
        change_slots(
            store_id=store.pk,
            from_at=at(10),
            to_at=at(10, 30),
            capacity=capacity,
            closed=closed,
            then=AffectedResolution.KEEP,
            now=now,
            user=make_user(f"manager-{next(numbers)}"),
        )
        return
    edits = {
        "day": lambda one: save_special_hours(
            store=one, dates=[date(2026, 11, 24)], intervals=value, user=None, now=now
        ),
        "weekday": lambda one: delete_special_hours(store=one, date=date(2026, 11, 24), user=None, now=now),
        "desk": lambda one: save_desk(
            store=one,
            desk=one.desks.get(slug="side"),
            name="Side",
            capacity=value[0],
            kept_back=value[1],
            user=None,
            now=now,
        ),
        "policy": lambda one: save_policy(
            store=one,
            slot_minutes=15,
            capacity_counts="people",
            minimum_notice_minutes=value[0],
            booking_horizon_days=value[1],
            change_until_minutes=60,
            open_bookings_per_customer=99,
            keep_days=90,
            user=None,
            now=now,
        ),
    }
    change_rules(store_id=store.pk, edit=edits[what], then=AffectedResolution.KEEP, now=now, user=None)


# --- What a kept answer costs, and how it looks ------------------------------------------------------


def statements(client: Client, path: str, **headers: str) -> tuple[int, object]:
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(path, headers=headers)
    return len(asked), answer


@pytest.mark.django_db(transaction=True)
def test_answer_asked_again_costs_one_statement_until_something_happens(client: Client) -> None:
    store = make_store()
    path = f"/api/v1/stores/{store.slug}/availability?visit_type=visit&from={DAY}&to=2026-11-26"
    costs = []
    connection.close_at = None  # as in life, a booking's queue does not end the connection
    with time_machine.travel(NOW, tick=False):
        costs += [statements(client, path)[0], statements(client, path)[0]]
        make_booking(store)
        costs += [statements(client, path)[0], statements(client, path)[0]]
        make_booking(store, starts_at=at(10, day=30), phone="+33612345602")
        costs.append(statements(client, path)[0])
        costs.append(statements(client, f"{path}&party_size=2")[0])

    assert costs == [3, 1, 2, 1, 1, 2]


@pytest.mark.django_db(transaction=True)
def test_days_that_another_question_asked_for_cost_nothing_more(client: Client) -> None:
    store = make_store()
    path = f"/api/v1/stores/{store.slug}/availability?visit_type=visit"
    with time_machine.travel(NOW, tick=False):
        statements(client, f"{path}&from={DAY}&to=2026-12-04")
        assert statements(client, f"{path}&from=2026-11-26&to=2026-12-02")[0] == 1


@pytest.mark.django_db(transaction=True)
def test_kept_answer_is_compressed_once_and_looks_like_any_other(client: Client) -> None:
    store = make_store()
    path = f"/api/v1/stores/{store.slug}/availability?visit_type=visit&from={DAY}&to={DAY}"
    with time_machine.travel(NOW, tick=False):
        plain = client.get(path)
        packed = [client.get(path, headers={"Accept-Encoding": "gzip"}) for _ in range(2)]
        by_framework = client.get(f"{path}&other=1")
        known = client.get(path, headers={"If-None-Match": plain["ETag"]})

    assert packed[0].content == packed[1].content
    assert gzip.decompress(packed[0].content) == plain.content == by_framework.content
    assert packed[0]["ETag"] == plain["ETag"] == by_framework["ETag"] == known["ETag"]
    assert (
        {"Accept-Encoding", "Accept-Language"} == set(packed[0]["Vary"].split(", ")) == set(plain["Vary"].split(", "))
    )
    assert dict(plain.headers) == dict(by_framework.headers)
    assert (known.status_code, known.content) == (304, b"")


@pytest.mark.django_db(transaction=True)
def test_kept_answers_are_bounded_with_all_that_is_kept_beside_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a worker, a store's expired holds pile up, and each answer is kept with the list of them."""
    store = make_store(capacity=9)
    for number in range(40):
        hold_places(store=store.slug, visit_type="visit", starts_at=at(9, day=24 + number % 5), party_size=1, now=NOW)
    later = NOW + timedelta(hours=1)
    answers: BoundedCache = BoundedCache(100_000)
    monkeypatch.setattr(kept_answers, "_answers", answers)
    for zeros in range(6):
        for number in range(1, 10):
            ask(store, f"visit_type=visit&from=2026-12-05&to=2026-12-05&party_size={'0' * zeros}{number}", later)

    kept = [one for one, _ in answers._kept.values()]
    assert kept
    assert sum(len(one.content) + len(one.state.expired_holds) for one in kept) < answers.most


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("accepted", ["*/*", "application/json", "text/html, application/json;q=0.9", "text/html"])
@pytest.mark.parametrize("method", ["get", "head", "post", "options"])
def test_unusual_requests_are_answered_as_by_the_framework_alone(client: Client, method: str, accepted: str) -> None:
    store = make_store()
    path = f"/api/v1/stores/{store.slug}/availability?visit_type=visit&from={DAY}&to={DAY}"
    with time_machine.travel(NOW, tick=False):
        short, long = (getattr(client, method)(url, headers={"Accept": accepted}) for url in (path, f"{path}&other=1"))

    assert (short.status_code, dict(short.headers), short.content) == (
        long.status_code,
        dict(long.headers),
        long.content,
    )


# --- Reading of plain questions -----------------------------------------------------------------------

VALUES = st.one_of(
    st.sampled_from(["visit", "", "a b", "1", "0", "007", "32767", "32768", "1000000", "1.0", "-1", "+1", "٣", "%31"]),
    st.sampled_from(
        [DAY, "2026-11-25", "2027-01-24", "2027-01-25", "2027-02-30", "0001-01-01", "9999-12-31", "2026-W48-2"]
    ),
    st.text(max_size=4),
)
NAMES = st.sampled_from(["visit_type", "from", "to", "party_size", "desk", "other", "From", ""])
USUAL = {"visit_type": "visit", "from": DAY, "to": "2026-11-26", "party_size": "2"}


@settings(max_examples=300, deadline=None)
@given(
    changed=st.dictionaries(NAMES, VALUES, max_size=2),
    missing=st.sets(st.sampled_from(sorted(USUAL)), max_size=1),
    more=st.lists(st.tuples(NAMES, VALUES), max_size=1),
    is_quoted=st.booleans(),
)
def test_plain_questions_are_read_as_the_framework_reads_them(changed, missing, more, is_quoted: bool) -> None:
    pairs = [*{**{name: value for name, value in USUAL.items() if name not in missing}, **changed}.items(), *more]
    query = urlencode(pairs) if is_quoted else "&".join(f"{name}={value}" for name, value in pairs)
    plain = read_question("corner-shop", query)
    if plain is None:
        return  # the framework reads it
    serializer = DeskAvailabilityQuery(
        data={name: value for name, value in QueryDict(query.encode("latin-1", "replace")).items() if value}
    )
    try:
        serializer.is_valid(raise_exception=True)
    except ValidationError as error:
        pytest.fail(f"{query} is refused: {error}")
    asked = serializer.validated_data
    assert (plain.wish.visit_type, plain.from_date, plain.to_date, plain.wish.party_size, plain.wish.desk) == (
        asked["visit_type"],
        asked["from"],
        asked["to"],
        asked["party_size"],
        asked.get("desk", ""),
    )


def test_usual_question_is_plain() -> None:
    asked = read_question("corner-shop", urlencode(USUAL))

    assert asked == Asked(Wish("corner-shop", "visit", 2), date(2026, 11, 24), date(2026, 11, 26))
