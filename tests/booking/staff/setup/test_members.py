from collections.abc import Iterator

import pytest
import time_machine
from django.contrib.auth.models import User

from stores.models import Role, StoreInvitation, StoreMembership
from stores.services.invitations import INVITED_FOR
from tests.booking.reading import page
from tests.booking.staff.staff_room import SHOP, Room, make_room
from tests.factories import NOW, PASSWORD, make_user

pytestmark = pytest.mark.django_db

SETUP = f"{SHOP}setup/"
MEMBERS = f"{SETUP}members/"
REMOVE = f"{MEMBERS}remove/"


@pytest.fixture(autouse=True)
def _on_a_monday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def room() -> Room:
    return make_room()


def test_a_new_member_can_sign_in(room: Room) -> None:
    response = room.client().post(MEMBERS, {"username": "eve", "role": "staff", "password": PASSWORD})

    assert response["Location"] == f"{SETUP}?done=members#members"
    assert StoreMembership.objects.get(user__username="eve").role == Role.STAFF
    assert User.objects.get(username="eve").check_password(PASSWORD)


def test_somebody_who_has_a_user_name_joins_by_their_own_consent_and_keeps_the_password(room: Room) -> None:
    room.client().post(MEMBERS, {"username": "neighbor", "role": "manager", "password": "another good password"})
    assert not StoreMembership.objects.filter(user=room.neighbor, store=room.store).exists()
    neighbor = room.client(room.neighbor)
    assert "This store asks you to work there as a manager." in page(neighbor.get("/staff/")).words
    assert neighbor.get(f"{SHOP}day/").status_code == 404

    neighbor.post(f"/staff/invitations/{room.store.slug}/", {"what": "join"})

    assert StoreMembership.objects.get(user=room.neighbor, store=room.store).role == Role.MANAGER
    room.neighbor.refresh_from_db()
    assert room.neighbor.check_password(PASSWORD)
    assert neighbor.get(f"{SHOP}day/").status_code == 200
    assert not StoreInvitation.objects.exists()


def test_whether_a_user_name_exists_elsewhere_is_not_told(room: Room) -> None:
    client = room.client()

    answers = [
        client.post(MEMBERS, {"username": name, "role": "staff", "password": ""}) for name in ("neighbor", "eve")
    ]

    assert {(answer.status_code, answer["Location"]) for answer in answers} == {(303, f"{SETUP}?done=members#members")}
    words = page(client.get(MEMBERS)).words
    assert "neighbor Staff · asked to join, no answer yet" in words
    assert "eve Staff · asked to join, no answer yet" in words


@pytest.mark.parametrize("answer", ["decline", "taken back", "too late", "somebody else"])
def test_invitation_that_is_not_accepted_opens_nothing(room: Room, answer: str) -> None:
    room.client().post(MEMBERS, {"username": "neighbor", "role": "manager", "password": ""})
    url, who = f"/staff/invitations/{room.store.slug}/", room.client(room.neighbor)
    if answer == "decline":
        assert who.post(url, {"what": "decline"}).status_code == 303
    elif answer == "taken back":
        assert room.client().post(REMOVE, {"username": "neighbor"}).status_code in (302, 303)
    elif answer == "too late":
        StoreInvitation.objects.update(created_at=NOW - INVITED_FOR)
    else:
        who = room.client(room.staff)

    assert who.post(url, {"what": "join"}).status_code == 404
    assert not StoreMembership.objects.filter(user=room.neighbor, store=room.store).exists()


def test_a_members_role_is_changed(room: Room) -> None:
    room.client().post(MEMBERS, {"username": "staff", "role": "manager", "password": ""})

    assert StoreMembership.objects.get(user=room.staff).role == Role.MANAGER


@pytest.mark.parametrize("typed", ["manager", "MANAGER", " Manager "])
def test_managers_cannot_shut_themselves_out_by_any_spelling_of_their_name(room: Room, typed: str) -> None:
    make_user("other-manager", store=room.store)  # so they are not the last one
    response = room.client().post(MEMBERS, {"username": typed, "role": "staff", "password": ""})

    assert response.status_code == 400
    assert "You cannot take the manager's role from yourself." in page(response).words
    assert StoreMembership.objects.get(user=room.manager).role == Role.MANAGER


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"username": ""}, "Enter a user name."),
        ({"username": "eve test", "password": ""}, "valid username"),
        ({"username": "eve", "password": "short"}, "too short"),
        ({"username": "eve test", "password": PASSWORD}, "valid username"),
        ({"username": "x" * 151, "password": PASSWORD}, "This is too long. Please shorten it."),
        ({"username": "eve", "role": "owner", "password": PASSWORD}, "Choose a role."),
        ({"username": "eve", "password": "x" * 2000}, "at most 1024"),
    ],
)
def test_a_member_that_cannot_be_kept_is_named(room: Room, typed: dict[str, str], sentence: str) -> None:
    response = room.client().post(MEMBERS, {"role": "staff", "password": "", **typed})

    assert response.status_code == 400
    assert sentence in page(response).words
    assert "x" * 2000 not in response.content.decode()
    assert not StoreMembership.objects.filter(user__username="eve").exists()


# --- Leaving ----------------------------------------------------------------------------------------


def test_a_member_is_removed_and_sees_nothing_any_more(room: Room) -> None:
    staff = room.client(room.staff)
    assert staff.get(f"{SHOP}day/").status_code == 200

    response = room.client().post(REMOVE, {"username": "staff", "is_sure": "1"})

    assert response["Location"] == f"{SETUP}?done=members#members"
    assert staff.get(f"{SHOP}day/").status_code == 404
    assert User.objects.filter(username="staff").exists()


def test_nobody_removes_themselves(room: Room) -> None:
    client = room.client()
    assert "Remove , manager" not in page(client.get(MEMBERS)).words

    response = client.post(REMOVE, {"username": "manager"})

    assert response.status_code == 409
    assert "You cannot remove yourself. Ask another manager." in page(response).words
    assert StoreMembership.objects.filter(user=room.manager).exists()


@pytest.mark.parametrize("username", ["neighbor", "nobody", "", "\0"])
def test_who_is_no_member_cannot_be_removed(room: Room, username: str) -> None:
    assert room.client().post(REMOVE, {"username": username}).status_code == 404
    assert StoreMembership.objects.count() == 3
