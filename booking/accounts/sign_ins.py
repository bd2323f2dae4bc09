"""Sign-ins of a user: browsers and programs, listed without their secrets, and ended one by one.

An ended session is gone at once: the next request of that browser is anonymous.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from importlib import import_module

from django.conf import settings
from django.contrib.auth import SESSION_KEY as USER_KEY
from django.contrib.auth import login
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.http import HttpRequest
from knox.models import AuthToken

from booking.accounts.permissions import has_second_factor
from booking.accounts.pins import remove_pin
from booking.accounts.sessions import row_key
from booking.accounts.user_agents import browser_in_words
from booking.tokens import keyed_digest
from stores.models import GivenPassword

SIGNED_IN_KEY = "signed_in"  # the facts in a session: when it began, and in which kind of browser
_SIGNS = 16
_BACKEND = "django.contrib.auth.backends.ModelBackend"


class SecondFactorNeeded(Exception):
    """The password alone no longer suffices: the user has turned a second factor on since it was checked."""


class PasswordOutdated(Exception):
    """The password that was checked is no longer the user's, or the user may no longer sign in."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """A browser that is signed in; `name` identifies it but gives no access."""

    name: str
    signed_in_at: datetime | None
    browser: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Program:
    """A program that acts for a user with a token; `name` identifies it but gives no access."""

    name: str
    created_at: datetime


def sign_ins(*, user: User, current_key: str, now: datetime) -> list[SignIn]:
    """Return the browsers in which a user is signed in, this one first, then the newest."""
    current = row_key(current_key)
    found = [
        SignIn(_name(row), _read(told.get("at")), str(told.get("browser", "")), is_current=row == current)
        for row, told in _sessions(user, now=now)
    ]
    return sorted(found, key=lambda one: (not one.is_current, -(one.signed_in_at or now).timestamp()))


def programs(*, user: User) -> list[Program]:
    """Return the programs that have a token of a user, newest first."""
    tokens = AuthToken.objects.filter(user=user).order_by("-created")
    return [Program(_name(token.digest), token.created) for token in tokens]


def end_sign_in(*, user: User, name: str, now: datetime) -> bool:
    """End one of a user's sessions, and tell whether it existed."""
    return _end([row for row, _told in _sessions(user, now=now) if _name(row) == name]) > 0


def end_other_sign_ins(*, user: User, current_key: str, now: datetime) -> int:
    """End all of a user's sessions except this one; return how many."""
    current = row_key(current_key)
    return _end([row for row, _told in _sessions(user, now=now) if row != current])


@transaction.atomic
def sign_in_browser(*, user: User, by_password_alone: bool, request: HttpRequest, now: datetime) -> None:
    """Sign a user in to the session of a request, and store in it when it began and in what kind of browser.

    Raises SecondFactorNeeded, PasswordOutdated.
    """
    _check_again(user, by_password_alone=by_password_alone)
    login(request, user, backend=_BACKEND)
    browser = browser_in_words(request.headers.get("User-Agent", ""))
    request.session[SIGNED_IN_KEY] = {"at": now.isoformat(), "browser": browser}
    # Otherwise the row would name its user only after the transaction: a second factor would not find it to end it.
    request.session.save()


@transaction.atomic
def sign_in_program(*, user: User, by_password_alone: bool, request: HttpRequest) -> str:
    """Give a program a token of a user and return it: it is shown once and stored as a digest.

    Raises SecondFactorNeeded, PasswordOutdated.
    """
    _check_again(user, by_password_alone=by_password_alone)
    _row, token = AuthToken.objects.create(user=user)
    user_logged_in.send(sender=User, request=request, user=user)
    return str(token)


def sign_out_program(*, token: AuthToken) -> None:
    """End the token of a program."""
    token.delete()


def forget_expired_sign_ins(*, now: datetime) -> int:
    """Delete the rows of expired sessions; return how many."""
    deleted, _each = Session.objects.filter(expire_date__lt=now).delete()
    return deleted


@transaction.atomic
def end_program(*, user: User, name: str) -> bool:
    """End one of a user's tokens, and tell whether it existed."""
    found = [token.pk for token in AuthToken.objects.filter(user=user) if _name(token.digest) == name]
    deleted, _each = AuthToken.objects.filter(pk__in=found).delete()
    return bool(deleted)


@transaction.atomic
def change_password(*, user: User, password: str) -> None:
    """Change a password; the caller has checked the old one. Its sessions, the programs and the PIN end."""
    user.set_password(password)
    user.save(update_fields=["password"])
    GivenPassword.objects.filter(user=user).delete()
    end_programs_and_pin(user=user)


@transaction.atomic
def end_programs_and_pin(*, user: User) -> None:
    """End what a person with the old password may have created: tokens of programs, and a PIN."""
    AuthToken.objects.filter(user=user).delete()
    remove_pin(user=user)


def _check_again(user: User, *, by_password_alone: bool) -> None:
    """Lock a user whose proofs were checked without a lock, and check that they still suffice."""
    locked = User.objects.select_for_update().filter(pk=user.pk, is_active=True).first()
    if locked is None or locked.password != user.password:
        raise PasswordOutdated
    if by_password_alone and has_second_factor(locked):
        raise SecondFactorNeeded


def _sessions(user: User, *, now: datetime) -> list[tuple[str, dict[str, str]]]:
    """Return the row keys of a user's sessions, each with the data of the session."""
    found = []
    for session in Session.objects.filter(expire_date__gt=now):
        data = session.get_decoded()
        if data.get(USER_KEY) == str(user.pk):
            found.append((session.session_key, dict(data.get(SIGNED_IN_KEY) or {})))
    return found


def _end(rows: list[str]) -> int:
    """End sessions in the database and in the cache; return how many.

    They are removed from the cache again after the transaction, because until then a request that still reads a row
    puts it back.
    """
    _end_rows(rows)
    if connection.in_atomic_block:
        transaction.on_commit(partial(_end_rows, rows))
    return len(rows)


def _end_rows(rows: list[str]) -> None:
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    for row in rows:
        store.end_row(row)


def _name(secret: str) -> str:
    return keyed_digest("sign-in", secret)[:_SIGNS]


def _read(text: object) -> datetime | None:
    return datetime.fromisoformat(text) if isinstance(text, str) else None
