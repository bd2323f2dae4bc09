"""Somebody joins a store by a link: once, for seven days, by their own consent, with a password that only they know."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client

from booking import limits
from booking.limits.table import TOKENS_MINUTE
from booking.message_kinds import Kind
from booking.messages.compose import compose
from notifications.content import Email, Skip
from notifications.models import OutboxMessage, State
from stores.models import LinkInvitation, Role, SetupChange, StoreMembership
from stores.services import forget_link_invitations
from stores.services.link_invitations import LINK_OPENS_FOR, LINKS_MAX
from tests.booking.reading import page
from tests.booking.staff.staff_room import SHOP, Room, make_room
from tests.factories import NOW, PASSWORD

pytestmark = pytest.mark.django_db

MEMBERS = f"{SHOP}setup/members/"
INVITE = f"{MEMBERS}invite/"
WANTED = {"name": "Eve Test", "email": "", "role": "staff"}
JOINS = {"name": "Eve", "username": "eve", "password": PASSWORD, "email": "eve@example.org"}


@pytest.fixture(autouse=True)
def _on_a_monday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def room() -> Room:
    return make_room()


def invite(room: Room, **typed: str) -> tuple[str, str]:
    """Invite somebody; return the address of the invitation's page, and that of the link without the host."""
    answer = room.client().post(INVITE, {**WANTED, **typed})
    assert answer.status_code == 303, answer.content.decode()
    return answer["Location"], link_on(room, answer["Location"])


def link_on(room: Room, shown_at: str) -> str:
    (link,) = [word for word in page(room.client().get(shown_at)).words.split() if "/staff/join/" in word]
    return urlsplit(link).path


def test_somebody_new_joins_by_the_link_with_a_password_of_their_own(room: Room) -> None:
    _shown, link = invite(room)
    client = Client()
    asked = page(client.get(link))
    assert "Will you work at Corner Shop?" in asked.words
    assert "manager invites you." in asked.words
    assert asked.forms[""]["name"] == "Eve Test"
    assert not StoreMembership.objects.filter(user__username="eve").exists()

    answer = client.post(link, JOINS)

    user = User.objects.get(username="eve")
    assert answer["Location"] == f"/en{SHOP}day/"
    assert StoreMembership.objects.get(user=user).role == Role.STAFF
    assert (user.first_name, user.email, user.check_password(PASSWORD)) == ("Eve", "eve@example.org", True)
    assert client.get(f"{SHOP}day/").status_code == 200  # no other password is asked for: nobody knows this one
    assert SetupChange.objects.filter(what="member", subject="eve", after={"role": "staff"}).exists()


def test_link_opens_once(room: Room) -> None:
    _shown, link = invite(room)
    Client().post(link, JOINS)

    again = Client().post(link, {**JOINS, "username": "mallory"})

    assert again.status_code == 404
    assert "This link opens nothing any more" in page(again).words
    assert "You have just joined? Then you are a member already." in page(again).words
    assert not User.objects.filter(username="mallory").exists()


def test_who_is_signed_in_joins_as_themselves(room: Room) -> None:
    _shown, link = invite(room, role="manager")
    neighbor = room.client(room.neighbor)
    assert "Join as neighbor" in page(neighbor.get(link)).words

    assert neighbor.post(link)["Location"] == f"/en{SHOP}day/"

    assert StoreMembership.objects.get(user=room.neighbor, store=room.store).role == Role.MANAGER
    assert not LinkInvitation.objects.exists()


def test_sign_in_leads_back_to_the_link(room: Room) -> None:
    _shown, link = invite(room)
    (sign_in,) = page(Client().get(link)).links_to("/staff/sign-in/")

    answer = Client().post(sign_in, {"username": "neighbor", "password": PASSWORD})

    assert answer["Location"] == link


def test_member_who_uses_a_link_keeps_the_role(room: Room) -> None:
    _shown, link = invite(room)

    room.client().post(link)

    assert StoreMembership.objects.get(user=room.manager, store=room.store).role == Role.MANAGER


@pytest.mark.parametrize("why", ["withdrawn", "too late", "replaced", "manager gone", "changed letter"])
def test_link_that_is_over_opens_nothing(room: Room, why: str) -> None:
    shown, link = invite(room)
    if why == "withdrawn":
        assert room.client().post(shown, {"what": "withdraw"}).status_code == 303
    elif why == "too late":
        LinkInvitation.objects.update(created_at=NOW - LINK_OPENS_FOR)
    elif why == "replaced":
        assert room.client().post(shown, {"what": "again"}).status_code == 303
        assert Client().get(link_on(room, shown)).status_code == 200
    elif why == "manager gone":
        StoreMembership.objects.filter(user=room.manager).update(role=Role.STAFF)
    else:
        link = link[:-2] + ("A" if link[-2] != "A" else "B") + "/"

    assert Client().get(link).status_code == 404
    assert Client().post(link, JOINS).status_code == 404
    assert not User.objects.filter(username="eve").exists()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"username": "neighbor"}, "Somebody has this user name."),
        ({"username": "eve test"}, "valid username"),
        ({"username": ""}, "Enter a user name."),
        ({"password": "short"}, "too short"),
        ({"password": ""}, "Enter a password."),
        ({"name": ""}, "Enter a name."),
        ({"email": "nonsense"}, "e-mail address"),
    ],
)
def test_what_cannot_be_used_is_named_and_the_link_still_opens(
    room: Room, typed: dict[str, str], sentence: str
) -> None:
    _shown, link = invite(room)

    refused = Client().post(link, {**JOINS, **typed})

    assert refused.status_code == 400
    assert sentence in page(refused).words
    assert Client().post(link, JOINS).status_code == 302


def test_name_that_somebody_else_takes_at_the_same_moment_is_named_and_the_link_still_opens(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    _shown, link = invite(room)
    hashes = User.set_password

    def take_the_name_meanwhile(user: User, password: str) -> None:
        hashes(user, password)
        User.objects.bulk_create([User(username=user.username)])

    monkeypatch.setattr(User, "set_password", take_the_name_meanwhile)

    refused = Client().post(link, JOINS)

    assert refused.status_code == 400
    assert "Somebody has this user name." in page(refused).words
    assert Client().get(link).status_code == 200


def test_user_names_cannot_be_tried_out_by_a_link(room: Room, settings: Any) -> None:
    settings.RATE_LIMITS = True
    _shown, link = invite(room)
    client = Client()
    for _try in range(TOKENS_MINUTE.amount):
        assert client.post(link, {**JOINS, "username": "neighbor"}).status_code == 400

    assert client.post(link, JOINS).status_code == 429


def test_address_gets_the_link_by_email_and_the_manager_sees_that_it_waits(room: Room) -> None:
    _shown, link = invite(room, email="Eve@Example.org")

    message = OutboxMessage.objects.get(kind=Kind.INVITATION)
    sent = compose(message, now=NOW)

    assert isinstance(sent, Email)
    assert sent.to == "eve@example.org"
    assert link in sent.text
    assert link in sent.html
    assert "manager invites you to Corner Shop: you can then see who comes when" in sent.text
    assert "Eve Test Staff · invited by a link, not used yet" in page(room.client().get(MEMBERS)).words


def test_new_link_is_mailed_and_the_one_before_is_not(room: Room) -> None:
    shown, _link = invite(room, email="eve@example.org")
    room.client().post(shown, {"what": "again"})

    first, second = OutboxMessage.objects.filter(kind=Kind.INVITATION).order_by("pk")

    assert (first.state, first.reason) == (State.SKIPPED, "not_wanted")
    assert isinstance(compose(first, now=NOW), Skip)
    assert isinstance(compose(second, now=NOW), Email)


def test_invitation_that_was_withdrawn_is_not_mailed(room: Room) -> None:
    shown, _link = invite(room, email="eve@example.org")
    room.client().post(shown, {"what": "withdraw"})

    message = OutboxMessage.objects.get(kind=Kind.INVITATION)

    assert message.state == State.SKIPPED
    assert compose(message, now=NOW) == Skip("not_wanted")


def test_nobody_invites_or_sees_an_invitation_of_another_store(room: Room) -> None:
    shown, _link = invite(room)

    assert room.client(room.staff).get(shown).status_code == 403
    assert room.client(room.neighbor).get(shown.replace("corner-shop", "next-door")).status_code == 404


def test_open_invitations_are_bounded(room: Room, settings: Any) -> None:
    settings.RATE_LIMITS = False
    for number in range(LINKS_MAX):
        LinkInvitation.objects.create(
            store=room.store, user=room.manager, name=f"{number}", role="staff", language="fr", created_at=NOW
        )

    refused = room.client().post(INVITE, WANTED)

    assert refused.status_code == 400
    assert "Many invitations are open." in page(refused).words


def test_invitations_of_a_day_are_bounded(room: Room, settings: Any) -> None:
    settings.RATE_LIMITS = True
    shown, _link = invite(room)
    for _again in range(limits.INVITATIONS.amount - 1):
        assert room.client().post(shown, {"what": "again"}).status_code == 303

    refused = room.client().post(shown, {"what": "again"})

    assert (refused.status_code, int(refused["Retry-After"]) > 0) == (429, True)
    assert room.client().post(INVITE, WANTED).status_code == 429


def test_invitations_whose_time_is_over_are_forgotten(room: Room) -> None:
    invite(room)

    assert forget_link_invitations(now=NOW + LINK_OPENS_FOR - timedelta(seconds=1)) == 0
    assert forget_link_invitations(now=NOW + LINK_OPENS_FOR) == 1
