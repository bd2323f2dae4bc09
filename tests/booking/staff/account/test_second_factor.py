"""More than a password: a code or a passkey at the sign-in, asked of managers where their store wants it."""

import base64
import re
from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module

import pytest
import time_machine
from django.apps import apps
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import DatabaseError
from django.test import Client
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice
from knox.models import AuthToken
from pytest_django import Settings

from booking.accounts.second_factor import is_right_code, new_recovery_codes, second_factor
from booking.models import APP_CODES
from booking.tokens import unseal
from stores.models import Organization, OrganizationMembership, Role, Store
from tests.booking.staff.account.second_steps import (
    FIRST_PAGES,
    ORIGIN,
    OWN,
    SECOND,
    add_passkey,
    give_password,
    is_in,
    signed_in,
    words,
)
from tests.factories import NOW, PASSWORD, make_booking, make_store, make_user

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


def code_now(key: str) -> str:
    """Return what an app shows at this moment."""
    return f"{TOTP(unseal(APP_CODES, key)).token():06d}"


def add_app(client: Client) -> tuple[str, list[str]]:
    """Set an app up as the page asks; return its secret and the recovery codes shown."""
    client.get(OWN)
    key = client.session["new_app_key"]
    answer = client.post(OWN, {"what": "app", "code": code_now(key)})
    assert answer.status_code == 200
    return key, re.findall(r"<code>([0-9A-Z]{5}-[0-9A-Z]{5})</code>", answer.content.decode())


def test_secret_of_an_app_lies_open_nowhere_not_even_before_it_is_confirmed(ada: User) -> None:
    here = signed_in(ada)
    shown = here.get(OWN).content.decode()
    secret = base64.b32decode(re.findall(r"secret=([A-Z2-7]+)", shown)[0])

    key, _codes = add_app(here)

    kept = TOTPDevice.objects.get()
    assert unseal(APP_CODES, kept.key) == secret
    assert secret.hex() not in f"{kept.key} {key}".lower()
    assert base64.b32encode(secret).decode() not in f"{kept.key} {key}"


def test_secrets_that_lay_open_are_sealed_and_go_on(ada: User) -> None:
    secret = "3132333435363738393031323334353637383930"
    device = TOTPDevice.objects.create(user=ada, key=secret, confirmed=True)
    migration = import_module("booking.migrations.0012_app_codes")

    migration.seal_keys(apps, None)

    device.refresh_from_db()
    assert secret not in device.key
    assert is_right_code(user=ada, code=code_now(device.key))
    migration.open_keys(apps, None)
    device.refresh_from_db()
    assert device.key == secret


@pytest.mark.parametrize("what", ["app", "passkey"])
def test_nothing_of_a_first_factor_is_kept_where_its_codes_cannot_be(
    ada: User, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    elsewhere, here = signed_in(ada), signed_in(ada)
    AuthToken.objects.create(user=ada)
    here.raise_request_exception = False

    def fail(*_args: object, **_kwargs: object) -> None:
        raise DatabaseError

    monkeypatch.setattr(StaticToken.objects, "bulk_create", fail)
    if what == "app":
        here.get(OWN)
        here.post(OWN, {"what": "app", "code": code_now(here.session["new_app_key"])})
    else:
        add_passkey(here)

    assert not second_factor(ada).is_on
    assert is_in(elsewhere)
    assert AuthToken.objects.filter(user=ada).exists()


def test_app_is_asked_for_from_then_on_and_ends_what_the_password_alone_opened(
    ada: User, clock: time_machine.Traveller
) -> None:
    elsewhere, here = signed_in(ada), signed_in(ada)
    AuthToken.objects.create(user=ada)

    key, codes = add_app(here)

    assert len(set(codes)) == 8
    assert is_in(here)
    assert not is_in(elsewhere)
    assert not AuthToken.objects.exists()
    client = Client()
    assert give_password(client, ada, next="/staff/account/") == SECOND
    assert not is_in(client)
    clock.shift(30)
    answer = client.post(SECOND, {"code": code_now(key)})
    assert (answer.status_code, answer["Location"]) == (302, "/staff/account/")
    assert is_in(client)


def test_code_is_good_once(ada: User, clock: time_machine.Traveller) -> None:
    key, _codes = add_app(signed_in(ada))
    clock.shift(30)
    code, first, second = code_now(key), Client(), Client()
    give_password(first, ada)
    give_password(second, ada)

    assert first.post(SECOND, {"code": code}).status_code == 302
    again = second.post(SECOND, {"code": code})

    assert again.status_code == 400
    assert "This code is not right, or was used before." in words(again)
    assert not is_in(second)


def test_recovery_code_signs_in_once_however_it_is_typed(ada: User) -> None:
    _key, codes = add_app(signed_in(ada))
    for typed, status in ((codes[0].lower().replace("-", " "), 302), (codes[0], 400)):
        client = Client()
        give_password(client, ada)
        assert client.post(SECOND, {"code": typed}).status_code == status
    assert StaticToken.objects.count() == 7
    assert codes[1] not in str(list(StaticToken.objects.values()))


def test_codes_are_tried_ten_times_and_then_no_more(
    ada: User, clock: time_machine.Traveller, settings: Settings
) -> None:
    settings.RATE_LIMITS = True
    key, _codes = add_app(signed_in(ada))
    clock.shift(30)
    client = Client()
    give_password(client, ada)
    found = [client.post(SECOND, {"code": "000000"}).status_code for _time in range(11)]
    assert found == [400] * 10 + [429]
    assert client.post(SECOND, {"code": code_now(key)}).status_code == 429


def test_second_step_asks_for_the_password_first_and_not_too_late(ada: User, clock: time_machine.Traveller) -> None:
    key, _codes = add_app(signed_in(ada))
    assert Client().get(SECOND)["Location"] == "/staff/sign-in/"
    client = Client()
    give_password(client, ada)
    assert client.get(SECOND).status_code == 200
    clock.shift(timedelta(minutes=10))
    assert client.post(SECOND, {"code": code_now(key)})["Location"] == "/staff/sign-in/"


def test_second_step_is_not_for_an_old_password(ada: User, clock: time_machine.Traveller) -> None:
    key, _codes = add_app(signed_in(ada))
    clock.shift(30)
    client = Client()
    give_password(client, ada)
    ada.set_password("another battery staple")
    ada.save()

    assert client.post(SECOND, {"code": code_now(key)})["Location"] == "/staff/sign-in/"
    assert not is_in(client)


def test_wrong_code_sets_nothing_up(ada: User) -> None:
    client = signed_in(ada)
    client.get(OWN)
    answer = client.post(OWN, {"what": "app", "code": "000000"})
    assert answer.status_code == 400
    assert not TOTPDevice.objects.exists()
    assert give_password(Client(), ada) in FIRST_PAGES


def test_password_is_asked_again_after_ten_minutes(ada: User, clock: time_machine.Traveller) -> None:
    client = signed_in(ada)
    clock.shift(timedelta(minutes=10))
    assert "Is it you?" in words(client.get(OWN))
    assert client.post(OWN, {"what": "codes"}).status_code == 200
    assert client.post(OWN, {"current": "not this one"}).status_code == 400
    assert client.post(OWN, {"current": PASSWORD})["Location"] == OWN
    assert "What do you need besides your password?" in words(client.get(OWN))


def test_taking_the_last_factor_away_takes_the_recovery_codes_with_it(ada: User) -> None:
    client = signed_in(ada)
    add_app(client)
    client.post(OWN, {"what": "remove-app"})
    assert not StaticToken.objects.exists()
    assert give_password(Client(), ada) in FIRST_PAGES


def test_new_recovery_codes_end_the_old_ones(ada: User) -> None:
    client = signed_in(ada)
    _key, old = add_app(client)
    answer = client.post(OWN, {"what": "codes"})
    assert answer.status_code == 200
    assert not any(code in words(answer) for code in old)
    assert StaticToken.objects.count() == 8


def test_store_asks_its_managers_for_more_and_its_staff_for_nothing_new(ada: User, store: Store) -> None:
    staff = signed_in(make_user("cleo", store=store, role=Role.STAFF))
    other = signed_in(make_user("bea", store=store))
    booking, client = make_booking(store), signed_in(ada)
    switch = f"/staff/{store.slug}/setup/members/second-factor/"
    refused = client.post(switch, {"required": "yes"})
    assert refused.status_code == 409
    assert "Set up your own second step first" in words(refused)

    add_app(client)
    assert client.post(switch, {"required": "yes"}).status_code == 303

    day = f"/staff/{store.slug}/day/"
    assert client.get(day).status_code == 200
    assert staff.get(day).status_code == 200
    assert other.get(day)["Location"] == f"{OWN}?needed=1"
    assert "Your store asks its managers for more than a password." in words(other.get(f"{OWN}?needed=1"))
    assert other.get(f"/staff/{store.slug}/visits/{booking.reference}/move/")["Location"] == f"{OWN}?needed=1"
    assert other.post(f"/staff/{store.slug}/visits/{booking.reference}/check-in/").status_code == 403
    assert other.get("/staff/").status_code == 200
    add_app(other)
    assert other.get(day).status_code == 200
    trail = words(client.get(f"/staff/{store.slug}/setup/changes/"))
    assert "Managers need more than a password" in trail


def test_organization_holds_to_the_strictest_of_its_stores(store: Store) -> None:
    chain = Organization.objects.create(slug="chain", name="Chain", kind="chain", created_at=NOW)
    chain.stores.add(store, make_store("other-shop"))
    user = make_user("flora")
    OrganizationMembership.objects.create(organization=chain, user=user, created_at=NOW)
    client = signed_in(user)
    assert client.get("/staff/o/chain/").status_code == 200
    Store.objects.filter(pk=store.pk).update(requires_second_factor=True)
    assert client.get("/staff/o/chain/")["Location"] == f"{OWN}?needed=1"
    assert client.get("/staff/other-shop/day/").status_code == 200
    add_passkey(client)
    assert client.get("/staff/o/chain/").status_code == 200


def test_programs_of_a_manager_without_it_are_refused(ada: User, store: Store) -> None:
    _row, token = AuthToken.objects.create(user=ada)
    Store.objects.update(requires_second_factor=True)
    answer = Client().get(f"/api/v1/staff/stores/{store.slug}/day", headers={"authorization": f"Token {token}"})
    assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")


def test_token_asks_for_a_code_of_who_has_an_app(ada: User, clock: time_machine.Traveller) -> None:
    key, codes = add_app(signed_in(ada))
    clock.shift(30)

    def ask(**more: str):
        body = {"username": "ada", "password": PASSWORD, **more}
        return Client().post("/api/v1/staff/token", body, content_type="application/json")

    found = [(answer.status_code, answer.json().get("errors", [{}])[0].get("code")) for answer in (ask(), ask(otp="0"))]
    assert found == [(400, "required"), (400, "invalid")]
    assert ask(otp=code_now(key)).status_code == 200
    assert ask(otp=codes[0]).status_code == 200


def test_who_lost_everything_is_let_in_by_the_command(ada: User, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CommandError, match="no second factor"):
        call_command("reset_second_factor", "ada")
    client = signed_in(ada)
    add_app(client)
    new_recovery_codes(user=ada)
    call_command("reset_second_factor", "ada")
    assert "password alone" in capsys.readouterr().out
    assert give_password(Client(), ada) in FIRST_PAGES
    with pytest.raises(CommandError, match="nobody"):
        call_command("reset_second_factor", "nobody")
