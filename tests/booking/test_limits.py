"""Limits by address and by number, counted the same from any thread and process."""

import threading

import pytest
import time_machine
from django.test import Client, RequestFactory

from booking import limits
from booking.limits import CounterFile, RateLimited, client_address

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
def test_an_address_may_write_sixty_times_an_hour():
    assert let_in(61, method="post") == (60, 3601)
    assert let_in(1, method="post", address="192.0.2.2") == (1, None)


@time_machine.travel(START, tick=False)
def test_an_address_may_read_six_hundred_times_a_minute():
    count, retry_after = let_in(601)

    assert (count, retry_after) == (600, 61)


def test_the_window_ends():
    with time_machine.travel(START, tick=False) as clock:
        assert let_in(61, method="post")[0] == 60
        clock.shift(3601)
        assert let_in(1, method="post") == (1, None)


def test_a_clock_set_back_does_not_lock_anybody_out():
    with time_machine.travel(START, tick=False) as clock:
        clock.shift(86400)
        assert let_in(61, method="post")[0] == 60
        clock.shift(-86400)
        assert let_in(1, method="post") == (1, None)


@pytest.mark.parametrize(
    "path", ["/staff/x/day/", "/api/v1/staff/stores", "/static/app.css", "/healthz", "/webhooks/twilio/status"]
)
def test_staff_watchers_and_providers_are_not_counted(path):
    assert let_in(700, path=path) == (700, None)


def test_a_look_up_is_a_read_though_it_is_posted():
    assert let_in(100, path="/api/v1/availability/lookup", method="post") == (100, None)


@time_machine.travel(START, tick=False)
def test_ten_wrong_tokens_a_minute():
    for _ in range(10):
        limits.wrong_token(request())

    with pytest.raises(RateLimited):
        limits.wrong_token(request())


def test_a_hundred_wrong_tokens_a_day():
    with time_machine.travel(START, tick=False) as clock:
        for _ in range(10):
            for _ in range(10):
                limits.wrong_token(request())
            clock.shift(61)
        with pytest.raises(RateLimited) as limited:
            limits.wrong_token(request())
    assert limited.value.retry_after_seconds > 3600


def test_a_number_is_booked_for_three_times_a_day():
    for _ in range(3):
        limits.new_booking("+33612345678")

    with pytest.raises(RateLimited):
        limits.new_booking("+33612345678")
    limits.new_booking("+33612345679")
    limits.new_booking("")


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
def test_one_client_is_an_address_or_its_network(address, known_as):
    assert client_address(request(address=address)) == known_as


def test_threads_count_together(tmp_path):
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


def test_counters_hold_no_address(tmp_path):
    let_in(1)

    assert b"192.0.2.1" not in (tmp_path / "limits.sqlite3").read_bytes()


def test_a_counter_that_is_away_lets_visitors_in(tmp_path):
    (tmp_path / "limits.sqlite3").mkdir()

    assert let_in(100, method="post") == (100, None)


@pytest.mark.django_db
def test_who_asks_too_often_is_told_when_to_come_back():
    client = Client()
    for _ in range(60):
        client.post("/api/v1/holds", {}, content_type="application/json")

    answer = client.post("/api/v1/holds", {}, content_type="application/json")
    page = client.post("/s/corner-shop/book/check/", {})

    assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")
    assert 0 < int(answer.headers["Retry-After"]) <= 3601
    assert page.status_code == 429
