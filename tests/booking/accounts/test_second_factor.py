"""The second factor behind its pages: what fails changes nothing, and no code is good for somebody else."""

from collections.abc import Iterator

import pytest
import time_machine
from django.contrib.auth.models import User
from django_otp.oath import TOTP
from knox.models import AuthToken

from booking.accounts.second_factor import (
    RECOVERY_CODES,
    SecondFactor,
    WrongCode,
    add_app,
    is_right_code,
    new_app_key,
    new_recovery_codes,
    remove_app,
    reset_second_factor,
    second_factor,
    turn_on,
)
from booking.models import APP_CODES, Passkey
from booking.tokens import unseal
from tests.factories import NOW, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def ada() -> User:
    return make_user("ada")


def code_of(key: str) -> str:
    """Return what an app with this secret shows now."""
    return f"{TOTP(unseal(APP_CODES, key)).token():06d}"


def turn_app_on(user: User) -> list[str]:
    key = new_app_key()
    return turn_on(user=user, add=lambda: add_app(user=user, key=key, code=code_of(key)), current_key="", now=NOW)


def give_passkey(user: User) -> None:
    Passkey.objects.create(user=user, credential_id=user.username, public_key=b"", name="phone", created_at=NOW)


def test_factor_that_fails_ends_no_program_and_leaves_no_codes(ada: User) -> None:
    AuthToken.objects.create(user=ada)
    key = new_app_key()

    with pytest.raises(WrongCode):
        turn_on(user=ada, add=lambda: add_app(user=ada, key=key, code="no code"), current_key="", now=NOW)

    assert second_factor(ada) == SecondFactor(has_app=False, passkeys=0, recovery_codes=0)
    assert AuthToken.objects.filter(user=ada).exists()


def test_first_factor_gives_codes_and_a_later_one_none(ada: User) -> None:
    first = turn_app_on(ada)
    later = turn_on(user=ada, add=lambda: give_passkey(ada), current_key="", now=NOW)

    assert len(set(first)) == RECOVERY_CODES
    assert later == []
    assert second_factor(ada) == SecondFactor(has_app=True, passkeys=1, recovery_codes=RECOVERY_CODES)


def test_second_app_is_refused_with_its_right_code_and_the_first_goes_on(
    ada: User, clock: time_machine.Traveller
) -> None:
    first, second = new_app_key(), new_app_key()
    add_app(user=ada, key=first, code=code_of(first))

    with pytest.raises(WrongCode):
        add_app(user=ada, key=second, code=code_of(second))

    clock.shift(60)  # a code is good once
    assert is_right_code(user=ada, code=code_of(first))


def test_recovery_code_of_somebody_else_opens_nothing_and_stays_good(ada: User) -> None:
    bea = make_user("bea")
    codes = new_recovery_codes(user=ada)
    new_recovery_codes(user=bea)

    assert not is_right_code(user=bea, code=codes[0])
    assert is_right_code(user=ada, code=codes[0])


def test_recovery_codes_stay_while_another_factor_does(ada: User) -> None:
    turn_app_on(ada)
    give_passkey(ada)

    remove_app(user=ada)

    assert second_factor(ada) == SecondFactor(has_app=False, passkeys=1, recovery_codes=RECOVERY_CODES)


def test_reset_takes_programs_too_and_only_of_one_user(ada: User) -> None:
    bea = make_user("bea")
    turn_app_on(ada)
    turn_app_on(bea)
    AuthToken.objects.create(user=ada)

    assert [reset_second_factor(user=ada) for _ in range(2)] == [True, False]

    assert not AuthToken.objects.exists()
    assert second_factor(ada) == SecondFactor(has_app=False, passkeys=0, recovery_codes=0)
    assert second_factor(bea).is_on
