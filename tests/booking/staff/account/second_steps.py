"""The ways in that a second factor opens, as a browser takes them."""

import json
from typing import Any

from django.contrib.auth.models import User
from django.test import Client

from tests.booking.reading import page
from tests.factories import PASSWORD
from tests.passkeys import Authenticator

OWN, SECOND, PASSKEY = "/staff/account/second-factor/", "/staff/sign-in/second/", "/staff/sign-in/passkey/"
ORIGIN = "https://carillon.example"


FIRST_PAGES = ("/staff/", "/staff/corner-shop-niort/day/", "/staff/corner-shop-niort/arrivals/")


def give_password(client: Client, user: User, **more: str) -> str:
    """Return where the right password leads."""
    answer = client.post("/staff/sign-in/", {"username": user.username, "password": PASSWORD, **more})
    return str(answer["Location"])


def signed_in(user: User) -> Client:
    client = Client()
    assert give_password(client, user) in FIRST_PAGES
    return client


def words(answer) -> str:
    return page(answer).text


def is_in(client: Client) -> bool:
    return client.get("/staff/").status_code == 200


def options_of(client: Client) -> dict:
    html = client.get(OWN).content.decode()
    return json.loads(html.partition('<script id="passkey-options" type="application/json">')[2].partition("<")[0])


def add_passkey(client: Client, **device: Any) -> Authenticator:
    authenticator = Authenticator(ORIGIN, "carillon.example", **device)
    client.post(OWN, {"what": "passkey", "credential": authenticator.make(options_of(client))})
    return authenticator
