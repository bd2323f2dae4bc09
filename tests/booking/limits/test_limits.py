"""Limits by address and by number, counted the same from any thread and process."""

import sqlite3
import threading
from pathlib import Path

import pytest
import time_machine
from django.test import Client, RequestFactory
from pytest_django import Settings

from booking import limits
from booking.limits import CounterFile, RateLimited, client_address
from tests.booking.reading import markup

START = "2026-11-23 08:00:00+00:00"


@pytest.fixture(autouse=True)
def counters(settings, tmp_path):
    settings.RATE_LIMITS, settings.DATA_DIR = True, tmp_path
    limits._limiter.cache_clear()
    yield
    limits._limiter.cache_clear()


def request(path="/api/v1/stores", method="get", address="192.0.2.1"):
    return getattr(RequestFactory(), method)(path, REMOTE_ADDR=address)


def let_in(count, **options):
    for number in range(count):
        try:
            limits.check_request(request(**options))
        except RateLimited as limited:
            return number, limited.retry_after_seconds
    return count, None


@time_machine.travel(START, tick=False)
def test_an_address_may_write_sixty_times_an_hour() -> None:
    assert let_in(61, method="post") == (60, 3601)
    assert let_in(1, method="post", address="192.0.2.2") == (1, None)


@time_machine.travel(START, tick=False)
def test_an_address_may_read_six_hundred_times_a_minute() -> None:
    count, retry_after = let_in(601)

    assert (count, retry_after) == (600, 61)


def test_the_window_ends() -> None:
    with time_machine.travel(START, tick=False) as clock:
        assert let_in(61, method="post")[0] == 60
        clock.shift(3601)
        assert let_in(1, method="post") == (1, None)


def test_a_clock_set_back_does_not_lock_anybody_out() -> None:
    with time_machine.travel(START, tick=False) as clock:
        clock.shift(86400)
        assert let_in(61, method="post")[0] == 60
        clock.shift(-86400)
        assert let_in(1, method="post") == (1, None)


@pytest.mark.parametrize(
    "path",
    ["/staff/x/day/", "/api/v1/staff/stores", "/static/booking/css/base.css", "/healthz", "/webhooks/twilio/status"],
)
def test_staff_watchers_and_providers_are_not_counted(path) -> None:
    assert let_in(700, path=path) == (700, None)


@pytest.mark.parametrize("step", ["hold", "check", "confirm", "details", "extend"])
def test_the_way_to_a_booking_goes_on_beyond_the_writes_and_asks_for_more(step) -> None:
    path = f"/s/corner-shop/book/{step}/"
    asked = request(path=path, method="post")
    assert limits.tries_to_book(asked, "corner-shop") == 0
    assert let_in(61, method="post")[0] == 60

    limits.check_request(asked)

    assert limits.tries_to_book(asked, "corner-shop") > limits.BUSY_CLIENT.amount
    assert let_in(400, path=path, method="post")[0] == 299
    assert let_in(1, method="post")[0] == 0


def test_a_look_up_is_a_read_though_it_is_posted() -> None:
    assert let_in(100, path="/api/v1/availability/lookup", method="post") == (100, None)


@time_machine.travel(START, tick=False)
def test_ten_wrong_tokens_a_minute() -> None:
    for _ in range(10):
        limits.wrong_token(request())

    with pytest.raises(RateLimited):
        limits.wrong_token(request())


def test_a_hundred_wrong_tokens_a_day() -> None:
    with time_machine.travel(START, tick=False) as clock:
        for _ in range(10):
            for _ in range(10):
                limits.wrong_token(request())
            clock.shift(61)
        with pytest.raises(RateLimited) as limited:
            limits.wrong_token(request())
    assert limited.value.retry_after_seconds > 3600


def test_a_number_is_booked_for_three_times_a_day() -> None:
    for _ in range(3):
        limits.new_booking("+33612345678")

    with pytest.raises(RateLimited):
        limits.new_booking("+33612345678")
    limits.new_booking("+33612345679")
    limits.new_booking("")


@pytest.mark.parametrize("ask", [limits.new_booking, limits.new_waiting])
def test_an_address_counts_like_a_number_and_without_case(ask) -> None:
    ask("+33612345601", "ada@example.org")
    ask("+33612345602", "Ada@Example.org")
    ask("", "ADA@EXAMPLE.ORG")

    with pytest.raises(RateLimited):
        ask("+33612345603", "ada@example.org")
    ask("+33612345604", "eve@example.org")


def tried_from(networks, tries):
    """Return how many writes were let in of so many from each of these networks' addresses in turn."""
    return sum(let_in(tries, method="post", address=f"{network}::1")[0] for network in networks)


def test_a_home_s_many_networks_write_twice_as_much_as_one() -> None:
    assert tried_from([f"2001:db8:5:6{number:02x}" for number in range(256)], 61) == 120


def test_a_provider_s_many_homes_write_five_times_as_much_as_one() -> None:
    assert tried_from([f"2001:db8:5:{number:02x}00" for number in range(10)], 61) == 300
    assert let_in(1, method="post", address="2001:db8:6::1") == (1, None)


def test_who_is_over_their_share_takes_nothing_of_their_neighbours() -> None:
    assert let_in(61, method="post", address="2001:db8:5:600::1")[0] == 60
    for _ in range(100):
        let_in(1, method="post", address="2001:db8:5:600::2")

    assert let_in(60, method="post", address="2001:db8:5:601::1") == (60, None)


def test_a_lookup_is_a_read_for_every_ten_slots() -> None:
    for _ in range(60):
        let_in(1, path="/api/v1/availability/lookup", method="post")
        limits.lookup(request(), slots=100)

    assert let_in(1)[0] == 0


@pytest.mark.parametrize(("slots", "reads"), [(1, 0), (10, 0), (11, 1), (91, 9), (100, 9)])
def test_what_a_lookup_costs_beyond_its_request(slots, reads) -> None:
    limits.lookup(request(), slots=slots)

    assert let_in(601)[0] == 600 - reads


def test_wrong_tokens_are_asked_for_before_a_token_is_looked_at() -> None:
    for _ in range(10):
        limits.refuse_wrong_tokens(request())
        limits.wrong_token(request())

    with pytest.raises(RateLimited):
        limits.refuse_wrong_tokens(request())
    limits.refuse_wrong_tokens(request(address="192.0.2.2"))


def test_a_right_secret_takes_its_try_back() -> None:
    for _ in range(50):
        assert limits.try_secret(limits.OWN_PASSWORD, limits.person(7))
        limits.right_secret(limits.OWN_PASSWORD, limits.person(7))

    assert [limits.try_secret(limits.OWN_PASSWORD, limits.person(7)) for _ in range(11)] == [True] * 10 + [False]


def test_lifted_limits_leave_secrets_guarded(settings: Settings) -> None:
    settings.RATE_LIMITS = False

    assert let_in(100, method="post") == (100, None)
    assert [limits.try_secret(limits.SECOND_FACTOR, limits.person(7)) for _ in range(11)] == [True] * 10 + [False]


def test_tries_at_secrets_are_let_in_by_no_counter_that_is_away(tmp_path: Path) -> None:
    (tmp_path / "limits.sqlite3").mkdir()

    with pytest.raises(limits.CountersAway):
        limits.try_secret(limits.SECOND_FACTOR, limits.person(7))


def test_counters_whose_time_is_over_are_dropped_while_the_process_lives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = CounterFile(tmp_path)
    with time_machine.travel(START, tick=False) as clock:
        for number in range(300):
            counted.incr(f"key {number}", 60)
        clock.shift(61)
        monkeypatch.setattr(counted, "_purged_at", counted._purged_at - 61)
        counted.incr("new", 60)

    rows = sqlite3.connect(tmp_path / "limits.sqlite3").execute("SELECT key FROM counter").fetchall()
    assert rows == [("new",)]


@pytest.mark.parametrize(
    ("address", "known_as"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("", "unknown"),
        ("junk", "unknown"),
    ],
)
def test_one_client_is_an_address_or_its_network(address, known_as) -> None:
    assert client_address(request(address=address)) == known_as


def test_threads_count_together(tmp_path: Path) -> None:
    counted = CounterFile(tmp_path)
    results: list[int] = []

    def count():
        results.extend(counted.incr("key", 60) for _ in range(50))

    threads = [threading.Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(results) == list(range(1, 401))


def test_counters_hold_no_address(tmp_path: Path) -> None:
    let_in(1)

    assert b"192.0.2.1" not in (tmp_path / "limits.sqlite3").read_bytes()


def test_a_counter_that_is_away_lets_visitors_in(tmp_path: Path) -> None:
    (tmp_path / "limits.sqlite3").mkdir()

    assert let_in(100, method="post") == (100, None)


@pytest.mark.django_db
def test_who_asks_too_often_is_told_when_to_come_back() -> None:
    client = Client()
    with time_machine.travel(START, tick=False) as clock:
        for _ in range(60):
            client.post("/api/v1/holds", {}, content_type="application/json")

        answer = client.post("/api/v1/holds", {}, content_type="application/json")
        sent = client.post("/fr/s/corner-shop/wait/", {})
        page = client.get(sent["Location"])
        clock.shift(40)
        reloaded = client.get(sent["Location"])
        clock.shift(3600)
        over = client.get(sent["Location"])

    assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")
    assert 0 < int(answer.headers["Retry-After"]) <= 3601
    assert (sent.status_code, sent["Location"].partition("?")[0]) == (303, "/fr/later/")
    assert (page.status_code, page.headers["Retry-After"]) == (429, answer.headers["Retry-After"])
    assert '<html lang="fr"' in markup(page)
    assert (reloaded.status_code, int(reloaded.headers["Retry-After"])) == (429, int(page.headers["Retry-After"]) - 40)
    assert (over.status_code, over["Location"]) == (302, "/fr/")


@pytest.mark.parametrize(
    ("said", "seconds"), [("", "1"), ("x", "1"), ("٣", "1"), ("9" * 13, "1"), ("-5", "1"), ("9" * 12, "90000")]
)
def test_page_to_come_back_later_takes_any_text_for_an_instant(said, seconds) -> None:
    answer = Client().get("/later/", {"until": said})

    assert (answer.status_code, answer.headers["Retry-After"]) == (429, seconds)
