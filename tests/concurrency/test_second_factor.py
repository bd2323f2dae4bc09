"""Sign-ins by the password alone, while their owner turns a second factor on: none of them outlives it."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connections, transaction
from django.test import Client
from django.utils.timezone import now as clock_now
from knox.models import AuthToken

from booking.accounts.second_factor import new_app_key, turn_on
from booking.accounts.sign_ins import change_password, sign_ins
from booking.models import AppCodes
from tests.factories import PASSWORD, make_store, make_user
from tests.threads import until_somebody_waits

TOKEN, PAGE = "/api/v1/staff/token", "/staff/sign-in/"


@pytest.fixture
def ada(transactional_db: None) -> User:
    return make_user("ada", store=make_store())


def ask_for_token() -> Any:
    body = {"username": "ada", "password": PASSWORD}
    return Client().post(TOKEN, body, content_type="application/json")


def sign_in() -> Any:
    return Client().post(PAGE, {"username": "ada", "password": PASSWORD})


def while_changing(change: Callable[[Callable[[], None]], object], call: Callable[[], Any]) -> Any:
    """Return what `call` was answered, begun while `change` has changed the user and not yet ended.

    `change` is handed what begins the call.
    """
    begun: list[Future[Any]] = []

    def run() -> Any:
        try:
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:

        def begin() -> None:
            begun.append(pool.submit(run))
            until_somebody_waits(1, or_done=begun[0].done)

        change(begin)
        return begun[0].result()


def factor_for(user: User) -> Callable[[Callable[[], None]], object]:
    def change(begin: Callable[[], None]) -> None:
        def add() -> None:
            AppCodes.objects.create(user=user, key=new_app_key(), name="app", confirmed=True)
            begin()

        turn_on(user=user, add=add, current_key="", now=clock_now())

    return change


def test_program_gets_no_token_by_the_password_alone_while_a_factor_is_turned_on(ada: User) -> None:
    answer = while_changing(factor_for(ada), ask_for_token)

    assert not AuthToken.objects.exists()
    if answer.status_code != 200:  # on SQLite it may have been before
        assert [answer.status_code, answer.json()["errors"][0]["field"]] == [400, "otp"]


def test_browser_is_not_in_by_the_password_alone_while_a_factor_is_turned_on(ada: User) -> None:
    answer = while_changing(factor_for(ada), sign_in)

    assert sign_ins(user=ada, current_key="", now=clock_now()) == []
    assert answer["Location"] in ("/staff/sign-in/second/", "/staff/")


@pytest.mark.parametrize("call", [ask_for_token, sign_in])
def test_old_password_opens_nothing_while_it_is_changed(ada: User, call: Callable[[], Any]) -> None:
    def change(begin: Callable[[], None]) -> None:
        with transaction.atomic():
            change_password(user=ada, password="another battery staple")
            begin()

    answer = while_changing(change, call)

    assert not AuthToken.objects.exists()
    assert (answer.status_code, answer.headers.get("Location")) in [(401, None), (303, PAGE), (400, None)]
