"""Somebody's own account: where they are signed in, ended from afar, and a password of their own."""

from collections.abc import Iterator
from io import StringIO

import pytest
import time_machine
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.test import Client
from knox.models import AuthToken

from booking.models import StaffPin
from tests.booking.reading import page
from tests.devices import make_pin, make_tablet
from tests.factories import NOW, PASSWORD, make_store, make_user

pytestmark = pytest.mark.django_db

ACCOUNT = "/staff/account/"
END = f"{ACCOUNT}end/"
NEW = "a bell rings when somebody enters"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPAD = "Mozilla/5.0 (iPad; CPU OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Version/17.0 Mobile/15E148 Safari/604.1"


@pytest.fixture(autouse=True)
def _on_a_monday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ada() -> User:
    return make_user("ada", store=make_store())


def signed_in(user: User, browser: str = FIREFOX, password: str = PASSWORD) -> Client:
    client = Client(headers={"user-agent": browser})
    client.post("/staff/sign-in/", {"username": user.username, "password": password})
    return client


def is_in(client: Client) -> bool:
    return client.get("/staff/").status_code == 200


def names(client: Client) -> dict[str, str]:
    """Return what each thing shown is named by in its form."""
    html = client.get(ACCOUNT).content.decode()
    rows = html.partition('<ul class="rows')[2].partition("</ul>")[0].split("<li>")[1:]
    return {
        row.partition("<strong>")[2].partition("</strong>")[0]: row.partition('name="name" value="')[2].partition('"')[
            0
        ]
        for row in rows
    }


def test_account_asks_strangers_to_sign_in() -> None:
    for answer in (Client().get(ACCOUNT), Client().post(END)):
        assert (answer.status_code, answer["Location"]) == (302, "/staff/sign-in/?next=/staff/account/")


def test_account_tells_where_somebody_is_signed_in(ada: User) -> None:
    here = signed_in(ada)
    signed_in(ada, IPAD)
    signed_in(make_user("bea"), "Safari Macintosh")

    words = page(here.get(ACCOUNT)).words

    assert "Firefox, Windows This one since Monday 23 November 2026, 09:00 Safari, iPad" in words
    assert "Mac " not in words


def test_session_ended_from_afar_is_a_strangers_at_its_next_request(ada: User) -> None:
    here, tablet = signed_in(ada), signed_in(ada, IPAD)

    here.post(END, {"what": "browser", "name": names(here)["Safari, iPad"]})

    assert (is_in(here), is_in(tablet)) == (True, False)


def test_all_others_are_ended_at_once(ada: User) -> None:
    here, tablet, laptop, other = signed_in(ada), signed_in(ada, IPAD), signed_in(ada), signed_in(make_user("bea"))

    here.post(END, {"what": "others"})

    assert [is_in(client) for client in (here, tablet, laptop, other)] == [True, False, False, True]


def test_sessions_of_somebody_else_cannot_be_ended(ada: User) -> None:
    bea = signed_in(make_user("bea"), IPAD)
    name = names(bea)["Safari, iPad"]
    here = signed_in(ada)

    here.post(END, {"what": "browser", "name": name})

    assert is_in(bea)


def test_program_with_a_token_is_ended(ada: User) -> None:
    _token, secret = AuthToken.objects.create(user=ada)
    here = signed_in(ada)

    here.post(END, {"what": "program", "name": names(here)["A program, by the API"]})

    answer = Client().get("/api/v1/staff/stores", headers={"authorization": f"Token {secret}"})
    assert answer.status_code == 401


def test_new_password_ends_what_the_old_one_opened(ada: User) -> None:
    store = ada.memberships.get().store
    make_pin(ada)
    tablet = make_tablet(store, acting=ada)
    _token, secret = AuthToken.objects.create(user=ada)
    _token, of_another = AuthToken.objects.create(user=make_user("bea", store=store))
    assert api_status(secret) == 200

    answer = signed_in(ada).post(ACCOUNT, {"current": PASSWORD, "new": NEW}, follow=True)

    assert (
        "All other sign-ins have ended, those of programs too. For the tablets, choose a new PIN." in page(answer).words
    )
    assert (api_status(secret), api_status(of_another)) == (401, 200)
    assert not StaffPin.objects.filter(user=ada).exists()
    assert tablet.get(f"/staff/{store.slug}/arrivals/")["Location"] == f"/staff/{store.slug}/unlock/"


def test_new_password_from_the_servers_own_command_ends_them_too(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    make_pin(ada)
    _token, secret = AuthToken.objects.create(user=ada)
    monkeypatch.setattr("getpass.getpass", lambda prompt="": NEW)

    call_command("changepassword", "ada", stdout=StringIO())

    assert (api_status(secret), StaffPin.objects.exists()) == (401, False)
    assert is_in(signed_in(ada, password=NEW))


def api_status(secret: str) -> int:
    return Client().get("/api/v1/staff/stores", headers={"authorization": f"Token {secret}"}).status_code


def test_new_password_ends_all_other_sessions(ada: User) -> None:
    here, tablet = signed_in(ada), signed_in(ada, IPAD)

    answer = here.post(ACCOUNT, {"current": PASSWORD, "new": NEW})

    assert (answer.status_code, answer["Location"]) == (303, f"{ACCOUNT}?done=password")
    assert (is_in(here), is_in(tablet), is_in(signed_in(ada)), is_in(signed_in(ada, password=NEW))) == (
        *(True, False),
        *(False, True),
    )


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"current": "wrong", "new": NEW}, "id_current", "This is not your password. Please try again."),
        ({"current": PASSWORD, "new": "short"}, "id_new", None),
        ({"current": "", "new": NEW}, "id_current", "Enter the password you have now."),
    ],
)
def test_password_that_cannot_be_is_named(ada: User, typed: dict[str, str], field: str, sentence: str | None) -> None:
    answer = signed_in(ada).post(ACCOUNT, typed)

    assert answer.status_code == 400
    link = page(answer).links[f"#{field}"]
    assert link == sentence if sentence else link
    assert NEW not in answer.content.decode()


def test_no_key_of_a_session_is_shown(ada: User) -> None:
    here = signed_in(ada)
    signed_in(ada, IPAD)

    html = here.get(ACCOUNT).content.decode()

    assert [key for key in Session.objects.values_list("session_key", flat=True) if key in html] == []
