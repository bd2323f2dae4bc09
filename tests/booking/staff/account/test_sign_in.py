from collections.abc import Iterator

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from stores.models import Role, Store, StoreMembership
from tests.booking.reading import page, without_csrf
from tests.booking.staff.staff_room import SESSIONS_IN_DATABASE
from tests.factories import NOW, PASSWORD, make_store, make_user

pytestmark = pytest.mark.django_db

HOME = "/staff/"
SIGN_IN = "/staff/sign-in/"
SIGN_OUT = "/staff/sign-out/"


@pytest.fixture(autouse=True)
def _on_a_monday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def store() -> Store:
    return make_store()


def test_home_asks_strangers_to_sign_in(client: Client) -> None:
    response = client.get(HOME)

    assert (response.status_code, response["Location"]) == (302, "/staff/sign-in/?next=/staff/")


def test_sign_in_leads_to_where_somebody_was_going(client: Client, store: Store) -> None:
    make_user(store=store)
    form = page(client.get(SIGN_IN, {"next": "/staff/corner-shop-niort/arrivals/"})).forms[SIGN_IN]

    response = client.post(SIGN_IN, {**form, "username": "ada", "password": PASSWORD})

    assert (response.status_code, response["Location"]) == (302, "/staff/corner-shop-niort/arrivals/")


@pytest.mark.parametrize(
    "following",
    ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)", "\\\\elsewhere.example", ""],
)
def test_sign_in_never_leads_to_another_site(client: Client, store: Store, following: str) -> None:
    make_user(store=store)

    response = client.post(SIGN_IN, {"username": "ada", "password": PASSWORD, "next": following})

    assert response["Location"] == "/staff/corner-shop-niort/day/"


def test_a_wrong_name_and_a_wrong_password_look_alike(client: Client, store: Store) -> None:
    make_user(store=store)

    wrong_password = client.post(SIGN_IN, {"username": "ada", "password": "nothing like it"})
    wrong_name = client.post(SIGN_IN, {"username": "eve", "password": PASSWORD})

    assert (wrong_password.status_code, wrong_name.status_code) == (400, 400)
    assert without_csrf(wrong_password).replace(b"ada", b"eve") == without_csrf(wrong_name)
    read = page(wrong_password)
    assert read.title.startswith("Error:")
    assert "The user name or the password is not right. Please try again." in read.words
    assert read.forms[SIGN_IN]["username"] == "ada"
    assert read.forms[SIGN_IN].get("password", "") == ""


def test_fields_left_empty_are_named(client: Client) -> None:
    words = page(client.post(SIGN_IN, {"username": "", "password": ""})).words

    assert "Enter your user name." in words
    assert "Enter your password." in words


@pytest.mark.parametrize("name", ["a" * 5000, "a\0b", "ada\n", "\u202eada"])
def test_a_strange_name_is_only_a_wrong_one(client: Client, store: Store, name: str) -> None:
    make_user("bob", store=store)

    assert client.post(SIGN_IN, {"username": name, "password": PASSWORD}).status_code == 400


def test_somebody_who_may_not_sign_in_any_more_does_not(client: Client, store: Store) -> None:
    user = make_user(store=store)
    client.force_login(user)
    user.is_active = False
    user.save()

    assert client.get("/staff/corner-shop-niort/day/").status_code == 302
    assert client.post(SIGN_IN, {"username": "ada", "password": PASSWORD}).status_code == 400


def test_signed_in_people_see_their_stores_and_what_they_may_open(client: Client, store: Store) -> None:
    other = make_store("other-shop-niort", name="Other Shop")
    make_store("third-shop-niort", name="Third Shop")
    user = make_user(store=store, role=Role.STAFF)
    StoreMembership.objects.create(store=other, user=user, role=Role.MANAGER)
    client.force_login(user)

    read = page(client.get(HOME))

    assert sorted(link for link in read.links if link.count("/") == 4) == [
        "/staff/corner-shop-niort/arrivals/",
        "/staff/corner-shop-niort/day/",
        "/staff/other-shop-niort/arrivals/",
        "/staff/other-shop-niort/day/",
        "/staff/other-shop-niort/setup/",
    ]
    assert "Third Shop" not in read.words


@pytest.mark.parametrize(("role", "first"), [(Role.MANAGER, "day"), (Role.STAFF, "arrivals")])
def test_sign_in_leads_to_the_only_store_at_once(client: Client, store: Store, role: Role, first: str) -> None:
    make_user(store=store, role=role)

    response = client.post(SIGN_IN, {"username": "ada", "password": PASSWORD})

    assert response["Location"] == f"/staff/corner-shop-niort/{first}/"
    assert client.get(HOME).status_code == 200  # the list is there as ever


def test_sign_in_asks_where_to_go_where_there_are_several_stores(client: Client, store: Store) -> None:
    user = make_user(store=store)
    StoreMembership.objects.create(store=make_store("other-shop-niort"), user=user, role=Role.STAFF)

    response = client.post(SIGN_IN, {"username": "ada", "password": PASSWORD})

    assert response["Location"] == HOME
    assert "Where would you like to go?" in page(client.get(HOME)).words


def test_somebody_without_a_store_is_told_whom_to_ask(client: Client) -> None:
    client.force_login(make_user())

    assert "Ask its manager to add you by your user name." in page(client.get(HOME)).words


@pytest.mark.parametrize("count", [1, 3])
def test_home_asks_the_same_number_of_questions_whatever_the_stores(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, settings: Settings, count: int
) -> None:
    settings.SESSION_ENGINE = SESSIONS_IN_DATABASE
    user = make_user()
    for number in range(count):
        StoreMembership.objects.create(store=make_store(f"shop-{number}"), user=user, role=Role.MANAGER)
    client.force_login(user)

    with django_assert_num_queries(5):  # session, user, organizations, memberships, invitations
        client.get(HOME)


def test_who_is_signed_in_already_goes_on(client: Client, store: Store) -> None:
    client.force_login(make_user(store=store))

    assert client.get(SIGN_IN)["Location"] == HOME
    assert client.get(SIGN_IN, {"next": "/staff/corner-shop-niort/day/"})["Location"] == "/staff/corner-shop-niort/day/"


def test_signing_out_ends_the_session_and_clears_the_browser(client: Client, store: Store) -> None:
    client.force_login(make_user(store=store))

    response = client.post(SIGN_OUT)

    assert (response.status_code, response["Location"]) == (302, SIGN_IN)
    assert response["Clear-Site-Data"] == '"cache", "storage"'
    assert not Session.objects.exists()
    assert client.get(HOME).status_code == 302


def test_signing_out_takes_a_post(client: Client, store: Store) -> None:
    client.force_login(make_user(store=store))

    assert client.get(SIGN_OUT).status_code == 405
    assert client.get(HOME).status_code == 200


def test_forms_need_their_token(store: Store) -> None:
    make_user(store=store)
    client = Client(enforce_csrf_checks=True)

    assert client.post(SIGN_IN, {"username": "ada", "password": PASSWORD}).status_code == 403


def test_pages_with_names_are_kept_by_nobody(client: Client, store: Store) -> None:
    client.force_login(make_user(store=store))

    response = client.get(HOME)

    assert response["Cache-Control"] == "no-store, private"
    assert response["X-Robots-Tag"] == "noindex, nofollow"


def test_sign_in_speaks_french(client: Client) -> None:
    words = page(client.get(SIGN_IN, headers={"Accept-Language": "fr"})).words

    assert "Mot de passe" in words


def test_a_name_is_read_in_any_case(client: Client, store: Store) -> None:
    ada = make_user(store=store)

    response = client.post(SIGN_IN, {"username": "ADA", "password": PASSWORD})

    assert response.status_code == 302
    assert client.session["_auth_user_id"] == str(ada.pk)
