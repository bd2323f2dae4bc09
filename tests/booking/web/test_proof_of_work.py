"""The sum asked of devices under load: when, of whom, that it counts once and not for long, and the way without it."""

import hashlib
from datetime import timedelta

import pytest
import time_machine
from django.test import override_settings
from pytest_django import Settings

from booking import limits
from booking.web.proof_of_work import (
    ALL_NORMAL,
    NUMBERS,
    STORE_NORMAL,
    VALID,
    WAIT,
    WAITED_A_MINUTE,
    Challenge,
    Verdict,
    challenge_for,
    challenge_in,
    check,
    new_challenge,
)
from tests.factories import NOW, make_store

pytestmark = pytest.mark.django_db
STORE, OTHER = "corner-shop-niort", "other-shop-niort"
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _counted_apart(settings, tmp_path):
    settings.RATE_LIMITS, settings.REDIS_URL, settings.DATA_DIR = True, "", tmp_path
    limits._limiter.cache_clear()
    with time_machine.travel(NOW, tick=False):
        yield
    limits._limiter.cache_clear()


@pytest.fixture
def busy() -> None:
    make_store()
    crowd(STORE, STORE_NORMAL + 1)


def crowd(store: str, tries: int, *, now=NOW) -> None:
    for _ in range(tries):
        check({}, store, now=now)


def answer(challenge: Challenge | None) -> dict[str, str]:
    """Return what a form sends once the device has calculated."""
    assert challenge is not None
    tried = (hashlib.sha256(f"{challenge.salt}{number}".encode()).hexdigest() for number in range(NUMBERS))
    return {
        "proof_asked": challenge.token,
        "proof": str(next(at for at, digest in enumerate(tried) if digest == challenge.digest)),
    }


def test_nothing_is_asked_on_an_ordinary_day() -> None:
    make_store()

    crowd(STORE, STORE_NORMAL)

    assert challenge_for(STORE, now=NOW) is None


@pytest.mark.usefixtures("busy")
def test_a_sum_is_asked_once_far_more_than_usual_goes_on() -> None:
    assert challenge_for(STORE, now=NOW) is not None
    assert check({}, STORE, now=NOW) is Verdict.MISSING


@pytest.mark.usefixtures("busy")
def test_it_is_asked_until_a_minute_was_calm() -> None:
    assert challenge_for(STORE, now=NOW + timedelta(seconds=119)) is not None
    assert challenge_for(STORE, now=NOW + timedelta(seconds=120)) is None


@pytest.mark.usefixtures("busy")
def test_one_store_s_crowd_asks_nothing_of_another() -> None:
    make_store(OTHER)

    assert challenge_for(OTHER, now=NOW) is None


def test_a_crowd_at_all_stores_together_is_one_too() -> None:
    make_store()
    for number in range(ALL_NORMAL // 10 + 1):
        crowd(f"shop-{number}", 10)

    assert challenge_for(STORE, now=NOW) is not None


def test_a_store_that_wants_none_asks_for_none() -> None:
    make_store(asks_proof_under_load=False)
    crowd(STORE, STORE_NORMAL + 5)

    assert challenge_for(STORE, now=NOW) is None
    assert check({}, STORE, now=NOW) is Verdict.FINE


@pytest.mark.usefixtures("busy")
def test_lifted_limits_lift_this_as_well(settings: Settings) -> None:
    settings.RATE_LIMITS = False

    assert challenge_for(STORE, now=NOW) is None
    assert check({}, STORE, now=NOW) is Verdict.FINE


@pytest.mark.usefixtures("busy")
def test_the_sum_opens_the_way_once() -> None:
    solved = answer(challenge_for(STORE, now=NOW))

    assert check(solved, STORE, now=NOW + SECOND) is Verdict.FINE
    assert check(solved, STORE, now=NOW + SECOND) is Verdict.MISSING


@pytest.mark.usefixtures("busy")
def test_the_sum_counts_for_its_own_store_alone() -> None:
    make_store(OTHER)
    crowd(OTHER, STORE_NORMAL + 1)

    assert check(answer(challenge_for(OTHER, now=NOW)), STORE, now=NOW + SECOND) is Verdict.MISSING


def test_the_sum_is_worth_nothing_after_a_while() -> None:
    make_store()
    solved, later = answer(new_challenge(STORE, now=NOW)), NOW + VALID
    crowd(STORE, STORE_NORMAL + 1, now=later)

    assert check(solved, STORE, now=later) is Verdict.MISSING
    assert check(solved, STORE, now=later - SECOND) is Verdict.FINE


@pytest.mark.usefixtures("busy")
@pytest.mark.parametrize("number", ["", "-1", "1e3", "٣", "9" * 5000, "1", "\x00"])
def test_another_number_is_no_sum(number) -> None:
    challenge = challenge_for(STORE, now=NOW)

    assert check({"proof_asked": challenge.token, "proof": number}, STORE, now=NOW + SECOND) is Verdict.TOO_EARLY


@pytest.mark.usefixtures("busy")
@pytest.mark.parametrize("token", ["", "x", "::", "a:b:c", "é", "\ud800", "x" * 100_000, "W10:x:y"])
def test_what_is_no_challenge_of_ours_is_none(token) -> None:
    assert check({"proof_asked": token, "proof": "1"}, STORE, now=NOW + WAIT) is Verdict.MISSING
    assert challenge_in({"proof_asked": token}, STORE, now=NOW) is None


@pytest.mark.usefixtures("busy")
def test_a_challenge_with_another_server_s_key_is_none() -> None:
    with override_settings(SECRET_KEY="another key that is long enough and only for tests 987654321"):
        theirs = answer(new_challenge(STORE, now=NOW))

    assert check(theirs, STORE, now=NOW + SECOND) is Verdict.MISSING


@pytest.mark.usefixtures("busy")
def test_who_cannot_calculate_waits_instead() -> None:
    challenge = challenge_for(STORE, now=NOW)
    waiting = {"proof_asked": challenge.token, "proof": ""}

    assert challenge.seconds_to_wait == 15
    assert check(waiting, STORE, now=NOW + WAIT - SECOND) is Verdict.TOO_EARLY
    assert challenge_in(waiting, STORE, now=NOW + WAIT - SECOND).seconds_to_wait == 1
    assert check(waiting, STORE, now=NOW + WAIT) is Verdict.FINE
    assert check(waiting, STORE, now=NOW + WAIT) is Verdict.MISSING


@pytest.mark.usefixtures("busy")
def test_a_crowd_of_machines_gains_nothing_by_waiting() -> None:
    waiting = [{"proof_asked": new_challenge(STORE, now=NOW).token} for _ in range(WAITED_A_MINUTE + 1)]
    later = NOW + WAIT

    verdicts = [check(one, STORE, now=later) for one in waiting]

    assert verdicts == [Verdict.FINE] * WAITED_A_MINUTE + [Verdict.CROWDED]
    # Nobody's wait is lost: in the next minute the same challenge passes.
    assert check(waiting[-1], STORE, now=later + timedelta(minutes=1)) is Verdict.FINE


def test_counters_that_are_away_hold_nobody_up(settings: Settings) -> None:
    make_store()
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    limits._limiter.cache_clear()

    crowd(STORE, STORE_NORMAL + 1)

    assert challenge_for(STORE, now=NOW) is None
