"""The short links of text messages: a token alone names and opens a visit; links of earlier messages go on working."""

import re

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from booking.links import short_manage_url, short_waiting_url
from booking.tokens import ALPHABET, manage_token, read_short_token, short_token
from tests.booking.reading import page
from tests.factories import make_booking, make_store

REFERENCES = st.text(alphabet=ALPHABET, min_size=8, max_size=8)


@given(reference=REFERENCES, number=st.integers(0, 2**31 - 1))
def test_a_short_token_names_what_it_opens_and_ends_in_no_mark(reference: str, number: int) -> None:
    token = short_token("booking", reference, number)

    assert re.fullmatch(r"[A-Za-z0-9_-]{21}[A-Za-z]", token)
    assert read_short_token("booking", token) == (reference, number)
    assert read_short_token("waiting", token) is None


@given(reference=REFERENCES, at=st.integers(0, 21), other=st.sampled_from("ABCQgwz09-_"))
def test_a_short_token_with_another_letter_opens_nothing(reference: str, at: int, other: str) -> None:
    token = short_token("booking", reference)
    changed = token[:at] + other + token[at + 1 :]

    assert changed == token or read_short_token("booking", changed) is None


@pytest.mark.parametrize("token", ["", "A" * 21, "A" * 22, "A" * 23, "é" * 22, "A" * 21 + "\n", "\uff21" * 21 + "A"])
def test_what_is_no_short_token_is_none(token: str) -> None:
    assert read_short_token("booking", token) is None


def path(url: str) -> str:
    return "/" + url.split("/", 3)[3]


@pytest.mark.django_db
def test_the_short_link_and_the_one_of_earlier_messages_open_the_visit() -> None:
    booking = make_booking(make_store())

    for link in (
        path(short_manage_url(booking.reference)),
        f"/m/{booking.reference}/{manage_token(booking.reference)}",
    ):
        response = Client().get(link, follow=True)
        assert response.redirect_chain[-1][0] == f"/b/{booking.reference}/"
        assert response.status_code == 200


@pytest.mark.django_db
def test_a_wrong_short_link_says_what_every_wrong_link_says_and_counts(settings: Settings) -> None:
    settings.RATE_LIMITS = True
    client = Client(REMOTE_ADDR="203.0.113.9")
    answers = [client.get(f"/m/{'A' * 22}") for _ in range(11)]

    assert [answer.status_code for answer in answers] == [404] * 10 + [429]
    assert page(answers[0]).words == page(Client().get("/b/K7Q29X4M/?token=x")).words


@pytest.mark.django_db
def test_a_link_of_one_sort_opens_nothing_of_another() -> None:
    waiting = path(short_waiting_url("K7Q29X4M")).removeprefix("/p/")

    assert Client().get(f"/m/{waiting}").status_code == 404
