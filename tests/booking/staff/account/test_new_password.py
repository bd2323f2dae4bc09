"""New passwords: the first of one's own after a manager's, and by a link after one was forgotten."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from knox.models import AuthToken

from booking import limits
from booking.accounts.password_links import password_link
from booking.message_kinds import Kind
from booking.messages.compose import compose
from notifications.content import Email, Skip
from notifications.models import OutboxMessage
from stores.models import GivenPassword, Role, SetupChange
from stores.services import add_member
from tests.booking.reading import page
from tests.booking.staff.staff_room import SHOP, Room, make_room
from tests.factories import NOW, PASSWORD

pytestmark = pytest.mark.django_db

SIGN_IN, FORGOTTEN, OWN = "/staff/sign-in/", "/staff/password/", "/staff/sign-in/password/"
OTHER = "another good password of mine"


@pytest.fixture(autouse=True)
def _on_a_monday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def room() -> Room:
    return make_room()


@pytest.fixture
def ada(room: Room) -> User:
    """Give a member with an e-mail address."""
    room.staff.email = "ada@example.org"
    room.staff.save()
    return room.staff


def sign_in(client: Client, username: str, password: str = PASSWORD) -> Any:
    return client.post(SIGN_IN, {"username": username, "password": password, "next": f"{SHOP}day/"})


# --- A password that a manager chose ----------------------------------------------------------------


def test_password_that_a_manager_chose_is_replaced_before_the_pages_let_in(room: Room) -> None:
    room.client().post(f"{SHOP}setup/members/", {"username": "eve", "role": "staff", "password": PASSWORD})
    client = Client()
    assert sign_in(client, "eve")["Location"] == OWN
    assert client.get(f"{SHOP}day/").status_code == 302  # not signed in
    assert "A manager chose the one you have, and knows it." in page(client.get(OWN)).words
    same = client.post(OWN, {"new": PASSWORD})
    assert (same.status_code, "This is the password you have." in page(same).words) == (400, True)

    answer = client.post(OWN, {"new": OTHER})

    assert answer["Location"] == f"{SHOP}day/"
    assert client.get(f"{SHOP}day/").status_code == 200
    assert not GivenPassword.objects.exists()
    assert sign_in(Client(), "eve", OTHER)["Location"] == f"{SHOP}day/"


def test_program_signs_in_with_the_password_that_a_manager_chose(room: Room) -> None:
    room.client().post(f"{SHOP}setup/members/", {"username": "eve", "role": "staff", "password": PASSWORD})

    answer = Client().post(
        "/api/v1/staff/token", {"username": "eve", "password": PASSWORD}, content_type="application/json"
    )

    assert answer.status_code == 200


def test_password_from_the_command_line_is_not_replaced(room: Room) -> None:
    add_member(store=room.store, username="eve", role=Role.STAFF, password=PASSWORD, user=None, now=NOW)

    assert sign_in(Client(), "eve")["Location"] == f"{SHOP}day/"


def test_page_of_the_own_password_is_for_people_who_have_just_proved_who_they_are(room: Room) -> None:
    room.client().post(f"{SHOP}setup/members/", {"username": "eve", "role": "staff", "password": PASSWORD})
    client = Client()
    assert client.get(OWN)["Location"] == SIGN_IN
    sign_in(client, "eve")

    with time_machine.travel(NOW + timedelta(minutes=30), tick=False):
        assert client.post(OWN, {"new": OTHER})["Location"] == SIGN_IN


# --- A forgotten one --------------------------------------------------------------------------------


def ask(who: str) -> Any:
    return Client().post(FORGOTTEN, {"who": who})


def link_sent() -> str:
    sent = compose(OutboxMessage.objects.get(kind=Kind.PASSWORD_LINK), now=NOW)
    assert isinstance(sent, Email)
    return urlsplit(next(word for word in sent.text.split() if "/staff/password/" in word)).path


@pytest.mark.parametrize("who", ["staff", "ada@example.org", "ADA@example.org "])
def test_link_comes_to_the_address_for_name_and_address_alike(ada: User, who: str) -> None:
    assert ask(who)["Location"] == f"{FORGOTTEN}?done=1"

    sent = compose(OutboxMessage.objects.get(kind=Kind.PASSWORD_LINK), now=NOW)

    assert isinstance(sent, Email)
    assert sent.to == "ada@example.org"


def test_new_password_ends_sign_ins_and_programs_and_stands_in_the_trail(ada: User) -> None:
    old = Client()
    sign_in(old, "staff")
    AuthToken.objects.create(user=ada)
    ask("staff")
    link, client = link_sent(), Client()
    assert "Which password will you take, staff?" in page(client.get(link)).words

    answer = client.post(link, {"new": OTHER})

    assert answer["Location"] == f"/en{SIGN_IN}?done=password"
    assert old.get(f"{SHOP}day/").status_code == 302
    assert client.get(f"{SHOP}day/").status_code == 302  # nor is whoever had the link signed in
    assert not AuthToken.objects.exists()
    assert sign_in(Client(), "staff", OTHER)["Location"] == f"{SHOP}day/"
    assert SetupChange.objects.get(what="member", subject="staff").after == {"has_new_password": True}


@pytest.mark.parametrize("why", ["used", "too late", "signed in since", "other address since", "changed letter"])
def test_link_that_is_over_changes_nothing(ada: User, why: str) -> None:
    link = urlsplit(password_link(ada, language="en")).path
    later = NOW
    if why == "used":
        Client().post(link, {"new": OTHER})
    elif why == "too late":
        later = NOW + timedelta(hours=1, seconds=1)
    elif why == "signed in since":
        sign_in(Client(), "staff")
    elif why == "other address since":
        User.objects.filter(pk=ada.pk).update(email="eve@example.org")
    else:
        link = link[:-2] + ("a" if link[-2] != "a" else "b") + "/"

    with time_machine.travel(later, tick=False):
        shown, sent = Client().get(link), Client().post(link, {"new": "yet another good password"})

    assert (shown.status_code, sent.status_code) == (404, 404)
    assert "You have just chosen a password? Then sign in with it." in page(sent).words  # whoever pressed twice
    ada.refresh_from_db()
    assert not ada.check_password("yet another good password")


def test_answer_and_statements_are_the_same_whether_or_not_somebody_has_the_name(
    ada: User, django_assert_num_queries: Any
) -> None:
    answers = []
    for who in ("staff", "manager", "nobody", "nobody@example.org"):
        with django_assert_num_queries(
            5
        ):  # who has the name; the address; the message; within a savepoint's transaction
            answers.append(ask(who))

    assert {(answer.status_code, answer["Location"]) for answer in answers} == {(303, f"{FORGOTTEN}?done=1")}


def test_nothing_goes_to_people_without_an_address_or_to_nobody(room: Room) -> None:
    ask("staff")
    ask("nobody")

    (message,) = OutboxMessage.objects.filter(kind=Kind.PASSWORD_LINK)

    assert compose(message, now=NOW) == Skip("not_wanted")


def test_links_are_bounded_and_nobody_sees_it(ada: User, settings: Any) -> None:
    settings.RATE_LIMITS = True
    for minute in range(limits.PASSWORD_LINKS.amount + 2):
        with time_machine.travel(NOW + timedelta(minutes=minute), tick=False):
            assert ask("staff").status_code == 303

    assert OutboxMessage.objects.filter(kind=Kind.PASSWORD_LINK).count() == limits.PASSWORD_LINKS.amount


@pytest.mark.parametrize("token", ["", "0", "zz-x", "-", "1-", "f" * 400 + "-x"])
def test_nonsense_is_no_link(room: Room, token: str) -> None:
    assert Client().get(f"{FORGOTTEN}{token}x/").status_code == 404
