"""The second factor of a user: a code of an app, a passkey, or a recovery code.

The app's codes follow RFC 6238 and are checked by django-otp: each is valid once, at most one step early or late, and
tries slow down after every error.
"""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from knox.models import AuthToken

from booking.accounts.sign_ins import end_other_sign_ins
from booking.models import APP_CODES, AppCodes, Passkey
from booking.tokens import ALPHABET, MISREAD, keyed_digest, seal

RECOVERY_CODES = 8
_APP_KEY_BYTES = 20
_CODE_SIGNS = 10  # 50 bits, of which a thief may try ten in a quarter of an hour
_DIGEST_SIGNS = 16  # the size of the column of django-otp
_APP_CODE = re.compile(r"[0-9]{6}")


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """The second factors that a user has."""

    has_app: bool
    passkeys: int
    recovery_codes: int

    @property
    def is_on(self) -> bool:
        return self.has_app or self.passkeys > 0


def second_factor(user: User) -> SecondFactor:
    """Return the second factors of a user."""
    return SecondFactor(
        has_app=AppCodes.objects.filter(user=user, confirmed=True).exists(),
        passkeys=Passkey.objects.filter(user=user).count(),
        recovery_codes=StaticToken.objects.filter(device__user=user).count(),
    )


def new_app_key() -> str:
    """Return a new secret for an app, 160 bits, sealed so that sessions and the database may hold it."""
    return seal(APP_CODES, secrets.token_bytes(_APP_KEY_BYTES))


def app_address(user: User, key: str) -> str:
    """Return the otpauth address that gives an app the sealed secret, for the QR code."""
    return str(AppCodes(user=user, key=key).config_url)


class WrongCode(Exception):
    """The code does not prove that an app has the secret."""


@transaction.atomic
def turn_on(*, user: User, add: Callable[[], object], current_key: str, now: datetime) -> list[str]:
    """Add a second factor; return recovery codes with the first one, none with later ones.

    The first one ends everything that was signed in by the password alone: programs, and all sessions except that of
    `current_key`. Raises the errors of `add`, after which nothing has changed.
    """
    lock_user(user)
    is_first = not second_factor(user).is_on
    add()
    if not is_first:
        return []
    end_other_sign_ins(user=user, current_key=current_key, now=now)
    AuthToken.objects.filter(user=user).delete()
    return new_recovery_codes(user=user)


@transaction.atomic
def add_app(*, user: User, key: str, code: str) -> None:
    """Require the codes of this app from now on. Raises WrongCode, also if there is an app already."""
    lock_user(user)
    if AppCodes.objects.filter(user=user, confirmed=True).exists():
        raise WrongCode
    device = AppCodes.objects.create(user=user, key=key, name="app", confirmed=True)
    if not device.verify_token(_plain(code)):
        raise WrongCode


@transaction.atomic
def is_right_code(*, user: User, code: str) -> bool:
    """Tell whether this is a code of the app or a recovery code; each is valid once."""
    plain = _plain(code)
    lock_user(user)
    if _APP_CODE.fullmatch(plain):
        device = AppCodes.objects.filter(user=user, confirmed=True).first()
        return bool(device is not None and device.verify_token(plain))
    if len(plain) != _CODE_SIGNS:
        return False
    kept = StaticDevice.objects.filter(user=user, confirmed=True).first()
    return bool(kept is not None and kept.verify_token(_digest(user, plain)))


@transaction.atomic
def new_recovery_codes(*, user: User) -> list[str]:
    """Return new recovery codes, to be shown once; earlier ones no longer work."""
    lock_user(user)
    StaticDevice.objects.filter(user=user).delete()
    device = StaticDevice.objects.create(user=user, name="recovery", confirmed=True)
    codes = ["".join(secrets.choice(ALPHABET) for _ in range(_CODE_SIGNS)) for _ in range(RECOVERY_CODES)]
    StaticToken.objects.bulk_create(StaticToken(device=device, token=_digest(user, code)) for code in codes)
    return [f"{code[:5]}-{code[5:]}" for code in codes]


@transaction.atomic
def remove_app(*, user: User) -> None:
    """Remove the app: its codes are no longer required."""
    lock_user(user)
    AppCodes.objects.filter(user=user).delete()
    drop_unneeded_codes(user)


@transaction.atomic
def reset_second_factor(*, user: User) -> bool:
    """Remove all second factors and the programs' tokens of a user who lost them; tell whether there were any."""
    lock_user(user)
    had = second_factor(user).is_on
    for model in (AppCodes, StaticDevice, Passkey, AuthToken):
        model.objects.filter(user=user).delete()
    return had


def lock_user(user: User) -> None:
    """Lock a user, so that changes of their second factors happen one by one."""
    User.objects.select_for_update().get(pk=user.pk)


def drop_unneeded_codes(user: User) -> None:
    """Delete the recovery codes of a user who has no other second factor left."""
    if not second_factor(user).is_on:
        StaticDevice.objects.filter(user=user).delete()


def _plain(code: str) -> str:
    return re.sub(r"[\s-]", "", code).upper().translate(MISREAD)


def _digest(user: User, plain: str) -> str:
    return keyed_digest("recovery code", f"{user.pk}/{plain}")[:_DIGEST_SIGNS]
