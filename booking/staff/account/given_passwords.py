"""People who sign in with a password that a manager chose: until they have chosen another, they are not signed in."""

from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.timezone import now as clock_now

from stores.models import GivenPassword

_KEY = "given_password"
_GOOD_FOR = timedelta(minutes=30)


def must_choose_password(user: User) -> bool:
    """Tell whether a manager chose the user's password. One statement."""
    return GivenPassword.objects.filter(user=user).exists()


def remember_proved(request: HttpRequest, user: User, wanted: str, *, by_password_alone: bool) -> None:
    """Note in the session that a user has proved who they are, for the page that asks for a password."""
    request.session.cycle_key()
    request.session[_KEY] = {
        "user": user.pk,
        "password": user.get_session_auth_hash(),
        "at": clock_now().isoformat(),
        "next": wanted,
        "by_password_alone": by_password_alone,
    }


def read_proved(request: HttpRequest, *, now: datetime) -> tuple[User, str, bool] | None:
    """Return the user, the page that they want, and whether a password alone was proved; None after half an hour."""
    noted = request.session.get(_KEY)
    if not isinstance(noted, dict) or now - datetime.fromisoformat(noted["at"]) >= _GOOD_FOR:
        return None
    user = User.objects.filter(pk=noted["user"], is_active=True).first()
    if user is None or user.get_session_auth_hash() != noted["password"]:
        return None
    return user, str(noted["next"]), bool(noted["by_password_alone"])


def forget_proved(request: HttpRequest) -> None:
    """Take the note out of the session."""
    request.session.pop(_KEY, None)
