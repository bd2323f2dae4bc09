"""The command that makes people members of stores."""

import io
from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import CommandError

from stores.models import Store, StoreMembership

PASSWORD = "correct horse battery staple"

pytestmark = pytest.mark.django_db


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def store() -> Store:
    return Store.objects.create(
        slug="corner-shop",
        name="Corner Shop",
        country="FR",
        latitude=46.32,
        longitude=-0.46,
        time_zone="Europe/Paris",
        created_at=datetime(2026, 11, 23, tzinfo=UTC),
    )


def add(monkeypatch: pytest.MonkeyPatch, *args: str, typed: str = "") -> str:
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    out = io.StringIO()
    call_command("add_staff", *args, stdout=out)
    return out.getvalue()


def why_not(monkeypatch: pytest.MonkeyPatch, *args: str, typed: str = "") -> str:
    with pytest.raises(CommandError) as refused:
        add(monkeypatch, *args, typed=typed)
    return str(refused.value)


def test_new_user_with_the_password_from_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    said = add(monkeypatch, "corner-shop", "ada", "--role=manager", typed=PASSWORD + "\n")
    assert said == "ada was created, and is manager of corner-shop\n"
    assert User.objects.get(username="ada").check_password(PASSWORD)
    assert StoreMembership.objects.get().role == "manager"


@pytest.mark.parametrize("name", ["ada", "ADA"])
def test_user_who_exists_needs_no_password_and_keeps_theirs(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    User.objects.create_user("ada", password=PASSWORD)
    said = add(monkeypatch, "corner-shop", name, "--role=staff", typed="another one altogether\n")
    assert said == "ada is now staff of corner-shop as well; the password stays as it was\n"
    assert User.objects.get().check_password(PASSWORD)
    said = add(monkeypatch, "corner-shop", "ada", "--role=manager")
    assert said == "ada is now manager of corner-shop; the password stays as it was\n"
    said = add(monkeypatch, "corner-shop", "ada", "--role=manager")
    assert said == "ada is manager of corner-shop already; nothing changed\n"


@pytest.mark.parametrize(
    ("args", "typed", "expected"),
    [
        (("nowhere", "ada", "--role=staff"), PASSWORD, "There is no store 'nowhere'."),
        (("corner-shop", "ada", "--role=boss"), PASSWORD, "--role: 'boss' is neither 'manager' nor 'staff'."),
        (("corner-shop", "ada", "--role=staff"), "", "No password on standard input."),
        (
            ("corner-shop", "ada", "--role=staff"),
            "short",
            "This password is too short. It must contain at least 12 characters.",
        ),
        (
            ("corner-shop", "a b", "--role=staff"),
            PASSWORD,
            "Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.",
        ),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    monkeypatch: pytest.MonkeyPatch, args: tuple[str, ...], typed: str, expected: str
) -> None:
    assert why_not(monkeypatch, *args, typed=typed) == expected
    assert not User.objects.exists()


def on_a_terminal(monkeypatch: pytest.MonkeyPatch, *answers: str) -> str:
    waiting = list(answers)
    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("getpass.getpass", lambda _prompt: waiting.pop(0))
    out = io.StringIO()
    call_command("add_staff", "corner-shop", "ada", "--role=staff", stdout=out)
    return out.getvalue()


def test_on_a_terminal_the_password_is_asked_for_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    assert on_a_terminal(monkeypatch, PASSWORD, PASSWORD) == "ada was created, and is staff of corner-shop\n"
    assert User.objects.get().check_password(PASSWORD)


def test_two_passwords_that_differ_make_no_user(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CommandError):
        on_a_terminal(monkeypatch, PASSWORD, "something else")
    assert not User.objects.exists()


def test_without_any_standard_input_there_is_no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", None)
    with pytest.raises(CommandError):
        call_command("add_staff", "corner-shop", "ada", "--role=staff", stdout=io.StringIO())
