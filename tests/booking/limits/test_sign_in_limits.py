"""Passwords cannot be tried without end, by whichever door, and nobody locks the owner out from elsewhere."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import time_machine
from django.contrib.auth.hashers import PBKDF2PasswordHasher, check_password, make_password
from django.contrib.auth.signals import user_login_failed
from django.contrib.sessions.models import Session
from django.test import Client
from pytest_django import Settings

from booking import limits
from booking.accounts import password_hashers
from booking.limits import Counted
from stores.models import Role, Store
from tests.factories import NOW, PASSWORD, make_store, make_user
from tests.patience import LOCK_SECONDS
from tests.servers import wait_until

pytestmark = pytest.mark.django_db
Door = Callable[..., int]


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def store() -> Store:
    store = make_store()
    make_user("ada", store=store, role=Role.MANAGER)
    return store


def by_page(name: str = "ada", password: str = "nothing like it", *, at: str) -> int:
    form = {"username": name, "password": password}
    return Client().post("/staff/sign-in/", form, REMOTE_ADDR=at).status_code


def by_api(name: str = "ada", password: str = "nothing like it", *, at: str) -> int:
    body = {"username": name, "password": password}
    path, json = "/api/v1/staff/token", "application/json"
    return Client().post(path, body, content_type=json, REMOTE_ADDR=at).status_code


DOORS = [pytest.param(by_page, 400, 302, id="page"), pytest.param(by_api, 401, 200, id="api")]


@pytest.fixture
def looked_at() -> Iterator[list[str]]:
    """The names whose wrong password was looked at, each at the price of a slow hash."""
    names: list[str] = []

    def note(credentials: dict[str, str], **_: object) -> None:
        names.append(credentials["username"])

    user_login_failed.connect(note)
    yield names
    user_login_failed.disconnect(note)


@pytest.mark.parametrize(("door", "wrong", "right"), DOORS)
@pytest.mark.parametrize("network", ["2001:db8:5:5::{:x}", "2001:db8:5:{:x}::1"], ids=["one /64", "one /56"])
def test_the_addresses_of_one_network_try_a_name_as_one(
    store: Store, looked_at: list[str], door: Door, wrong: int, right: int, network: str
) -> None:
    answers = [door(at=network.format(number)) for number in range(40)]

    judged = answers.count(wrong)
    assert judged <= 20
    assert answers[judged:] == [429] * (40 - judged)
    assert len(looked_at) == judged  # counted before the password is hashed
    assert door("ada", PASSWORD, at="198.51.100.7") == right


@pytest.mark.parametrize(("door", "wrong", "right"), DOORS)
def test_one_address_tries_many_names_thirty_times(
    store: Store, looked_at: list[str], door: Door, wrong: int, right: int
) -> None:
    answers = [door(f"somebody-{number}", at="192.0.2.1") for number in range(40)]

    assert answers == [wrong] * 30 + [429] * 10
    assert len(looked_at) == 30
    assert door("ada", PASSWORD, at="192.0.2.2") == right


def test_both_doors_count_together(store: Store) -> None:
    answers = [door(at="192.0.2.1") for _ in range(6) for door in (by_page, by_api)]

    assert answers == [400, 401] * 5 + [429, 429]


@pytest.mark.parametrize("spelled", ["ada", "ADA", " ada", "\uff41da"])
def test_a_name_counts_however_it_is_spelled(store: Store, spelled: str) -> None:
    for _ in range(10):
        by_api(at="192.0.2.1")

    assert by_api(spelled, at="192.0.2.1") == 429


@pytest.mark.parametrize(("door", "wrong", "right"), DOORS)
def test_a_name_that_many_try_locks_nobody_out(store: Store, door: Door, wrong: int, right: int) -> None:
    crowd = [f"203.0.113.{number}" for number in range(100)]

    first = [door(at=address) for address in crowd]
    again = [door(at=address) for address in crowd]

    assert first == [wrong] * 100
    assert again[50:] == [429] * 50
    assert door("ada", PASSWORD, at="198.51.100.7") == right


def test_who_mistypes_a_name_that_many_try_waits_a_minute_at_most(store: Store, clock: time_machine.Traveller) -> None:
    for number in range(100):
        by_api(at=f"203.0.113.{number}")

    assert by_api(at="198.51.100.7") == 401
    assert by_api("ada", PASSWORD, at="198.51.100.7") == 429
    clock.shift(61)
    assert by_api("ada", PASSWORD, at="198.51.100.7") == 200


def test_the_wait_grows_with_the_tries(store: Store, clock: time_machine.Traveller) -> None:
    waits = []
    for number in range(16):
        by_api(at=f"203.0.113.{number}")
        limits.note(limits.SIGN_IN_NAME, Counted("other"))
        try:
            for _ in range(2):
                limits.pause_between(
                    limits.SIGN_IN_PAUSE, Counted(f"client {number}"), heat=limits.SIGN_IN_NAME, of=Counted("ada")
                )
        except limits.RateLimited as limited:
            waits.append(limited.retry_after_seconds - 1)

    assert waits == [2, 4, 8, 16, 32, 60, 60]


def test_somebody_who_signs_in_all_day_is_never_asked_to_wait(store: Store) -> None:
    assert [by_api("ada", PASSWORD, at="192.0.2.1") for _ in range(70)] == [200] * 70


def test_lifted_limits_leave_passwords_guarded(store: Store) -> None:
    # RATE_LIMITS is off in tests.
    assert [by_api(at="192.0.2.1") for _ in range(11)] == [401] * 10 + [429]


@pytest.mark.parametrize(("door", "busy"), [(by_page, 503), (by_api, 503)])
def test_nobody_signs_in_while_nobody_counts(
    store: Store, door: Door, busy: int, settings: Settings, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path
    (tmp_path / "limits.sqlite3").mkdir()
    limits._limiter.cache_clear()

    assert door("ada", PASSWORD, at="192.0.2.1") == busy


def test_the_page_says_how_long_to_wait(store: Store) -> None:
    for _ in range(10):
        by_page(at="192.0.2.1")

    answer = Client().post("/staff/sign-in/", {"username": "ada", "password": "x"}, REMOTE_ADDR="192.0.2.1")

    assert 0 < int(answer["Retry-After"]) <= 901
    assert b"Please try again in 15 minutes." in answer.content


def test_counters_hold_no_name(store: Store, settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    limits._limiter.cache_clear()
    by_page("my password in the wrong field", at="192.0.2.1")

    kept = (tmp_path / "limits.sqlite3").read_bytes() + (tmp_path / "limits.sqlite3-wal").read_bytes()
    assert b"wrong field" not in kept
    assert b"192.0.2.1" not in kept


def test_strangers_write_no_row_by_asking_for_a_passkey_s_question(settings: Settings) -> None:
    settings.PUBLIC_URL, settings.IS_HTTPS = "https://carillon.example", True

    answers = {Client().post("/staff/sign-in/passkey/options/").status_code for _ in range(20)}

    assert answers == {200}
    assert Session.objects.count() == 0


# --- Few hashes at once -----------------------------------------------------------------------------


@pytest.fixture
def slow_hashing(settings, monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Let hashes last until the test says so."""
    go = threading.Event()
    settings.PASSWORD_HASHERS = ["booking.accounts.password_hashers.FewAtOnce"]
    plain = PBKDF2PasswordHasher.encode

    def wait(self: PBKDF2PasswordHasher, password: str, salt: str, iterations: int | None = None) -> str:
        go.wait(LOCK_SECONDS)
        return plain(self, password, salt, 1000)

    monkeypatch.setattr(PBKDF2PasswordHasher, "encode", wait)
    monkeypatch.setattr(password_hashers, "WAIT_SECONDS", LOCK_SECONDS)
    return go


def test_two_hashes_run_at_once_a_third_waits_and_a_fourth_comes_back(slow_hashing: threading.Event) -> None:
    made: list[str] = []
    running = [threading.Thread(target=lambda: made.append(make_password("x"))) for _ in range(3)]
    for thread in running:
        thread.start()
    wait_until(lambda: password_hashers._room._value == 0, seconds=LOCK_SECONDS, what="all three are in")

    with pytest.raises(password_hashers.HashingBusy):
        make_password("x")
    slow_hashing.set()
    for thread in running:
        thread.join()

    assert len(made) == 3
    assert check_password("x", make_password("x"))


@pytest.mark.parametrize(("door", "status"), [(by_page, 503), (by_api, 503)])
def test_who_finds_the_hashes_busy_is_asked_to_come_back(
    store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch, door: Door, status: int
) -> None:
    settings.PASSWORD_HASHERS = ["booking.accounts.password_hashers.FewAtOnce", *settings.PASSWORD_HASHERS]
    monkeypatch.setattr(password_hashers, "_room", threading.BoundedSemaphore(1))
    with password_hashers._room:
        assert door("ada", PASSWORD, at="192.0.2.1") == status


def test_hashes_made_before_are_read(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    before = make_password("a long password")
    settings.PASSWORD_HASHERS = ["booking.accounts.password_hashers.FewAtOnce"]

    assert check_password("a long password", before)
