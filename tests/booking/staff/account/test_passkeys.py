"""Passkeys: a sign-in without a password, and what is refused of one."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django_otp.plugins.otp_static.models import StaticToken
from pytest_django import Settings

from booking.models import Passkey
from stores.models import Store
from tests.booking.staff.account.second_steps import (
    ORIGIN,
    OWN,
    PASSKEY,
    SECOND,
    add_passkey,
    give_password,
    is_in,
    options_of,
    signed_in,
    words,
)
from tests.factories import NOW, make_store, make_user
from tests.passkeys import PRESENT, Authenticator

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture(autouse=True)
def _has_a_name(settings: Settings) -> None:
    settings.PUBLIC_URL, settings.IS_HTTPS = ORIGIN, True


@pytest.fixture
def store() -> Store:
    return make_store()


@pytest.fixture
def ada(store: Store) -> User:
    return make_user("ada", store=store)


def sign_in_by(authenticator: Authenticator, client: Client | None = None, **more: str):
    client = client or Client()
    options = client.post(f"{PASSKEY}options/").json()
    return client, client.post(PASSKEY, {"credential": authenticator.sign_in(options), **more})


def test_passkey_signs_in_without_a_password(ada: User) -> None:
    passkey = add_passkey(signed_in(ada))
    client, answer = sign_in_by(passkey, next="/staff/account/")
    assert (answer.status_code, answer["Location"]) == (302, "/staff/account/")
    assert is_in(client)
    assert Passkey.objects.get().last_used_at == NOW
    assert StaticToken.objects.count() == 8


def test_passkey_is_asked_for_after_the_password(ada: User) -> None:
    passkey = add_passkey(signed_in(ada))
    client = Client()
    assert give_password(client, ada, next="/staff/account/") == SECOND
    assert "Use your passkey" in words(client.get(SECOND))
    assert sign_in_by(passkey, client)[1]["Location"] == "/staff/account/"


def test_answer_of_a_passkey_is_good_once(ada: User) -> None:
    passkey = add_passkey(signed_in(ada))
    client = Client()
    credential = passkey.sign_in(client.post(f"{PASSKEY}options/").json())
    assert client.post(PASSKEY, {"credential": credential}).status_code == 302
    client.post("/staff/sign-out/")
    client.post(f"{PASSKEY}options/")
    assert client.post(PASSKEY, {"credential": credential}).status_code == 400
    assert not is_in(client)


def test_copy_of_a_passkey_that_counts_is_found_out(ada: User) -> None:
    passkey = add_passkey(signed_in(ada))
    sign_in_by(passkey)
    sign_in_by(passkey)
    passkey.count = 0
    client, answer = sign_in_by(passkey)
    assert answer.status_code == 400
    assert not is_in(client)


@pytest.mark.parametrize(
    "device",
    [{"flags": PRESENT}, {"origin": "https://evil.example"}, {"rp_id": "evil.example"}],
    ids=["nobody's finger", "another site", "another site's passkey"],
)
def test_passkey_is_refused_that_proves_too_little(ada: User, device) -> None:
    client = signed_in(ada)
    bad = Authenticator(**{"origin": ORIGIN, "rp_id": "carillon.example", **device})
    answer = client.post(OWN, {"what": "passkey", "credential": bad.make(options_of(client))})
    assert answer.status_code == 400
    assert not Passkey.objects.exists()

    good = add_passkey(client)
    bad.key, bad.credential_id = good.key, good.credential_id
    assert sign_in_by(bad)[1].status_code == 400


def test_passkey_of_who_may_not_sign_in_any_more_opens_nothing(ada: User) -> None:
    passkey = add_passkey(signed_in(ada))
    User.objects.update(is_active=False)
    assert sign_in_by(passkey)[1].status_code == 400


@pytest.mark.parametrize(
    "credential",
    [
        "",
        "x",
        "[]",
        "null",
        '{"id": 1}',
        '{"id": "x", "rawId": "x", "type": "public-key", "response": {}}',
        "{" * 30_000,
    ],
)
def test_nonsense_for_a_passkey_is_refused(ada: User, credential) -> None:
    client = signed_in(ada)
    client.get(OWN)
    assert client.post(OWN, {"what": "passkey", "credential": credential}).status_code == 400
    stranger = Client()
    stranger.post(f"{PASSKEY}options/")
    assert stranger.post(PASSKEY, {"credential": credential}).status_code == 400


def test_broken_answers_for_a_known_passkey_are_refused(ada: User) -> None:
    client = signed_in(ada)
    passkey = add_passkey(client)
    for name in ("clientDataJSON", "authenticatorData", "signature"):
        broken: tuple[Any, ...] = ("", "AA", "!", 7, None, [], {})
        for value in broken:
            stranger = Client()
            answer = json.loads(passkey.sign_in(stranger.post(f"{PASSKEY}options/").json()))
            answer["response"][name] = value
            assert stranger.post(PASSKEY, {"credential": json.dumps(answer)}).status_code == 400
    for value in ("", "AA", "!", 7, None, [], {}):
        answer = json.loads(passkey.make(options_of(client)))
        answer["response"]["attestationObject"] = value
        assert client.post(OWN, {"what": "passkey", "credential": json.dumps(answer)}).status_code == 400


def test_passkeys_need_an_address_with_a_name(ada: User, settings: Settings) -> None:
    client = signed_in(ada)
    settings.PUBLIC_URL, settings.IS_HTTPS = "http://127.0.0.1:8000", False
    assert "Make a passkey" not in words(client.get(OWN))
    assert Client().post(f"{PASSKEY}options/").status_code == 404
    assert "passkey" not in words(Client().get("/staff/sign-in/"))


def test_removed_passkey_opens_nothing_and_nobody_removes_anothers(ada: User, store: Store) -> None:
    client = signed_in(ada)
    passkey = add_passkey(client)
    other = signed_in(make_user("bea", store=store))
    form = {"what": "remove-passkey", "passkey": str(Passkey.objects.get().pk)}
    other.post(OWN, form)
    assert Passkey.objects.exists()
    client.post(OWN, form)
    assert sign_in_by(passkey)[1].status_code == 400
