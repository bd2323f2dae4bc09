"""Passkeys (WebAuthn, level 2), for signing in without a password.

A passkey counts as both factors: the device that holds it asks for a finger, a face or its own PIN each time. The
caller keeps the challenge of a ceremony in the session; it is valid once.
"""

import ipaddress
import json
import secrets
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction

from booking.accounts.second_factor import drop_unneeded_codes, lock_user
from booking.models import Passkey
from booking.tokens import keyed_digest

PASSKEYS_MOST = 10
NAME_LONGEST = 60
_LONGEST_ID = 1400
_CHALLENGE_BYTES = 64


class BadPasskey(Exception):
    """The browser's answer is not a valid proof."""


def passkeys_work() -> bool:
    """Tell whether browsers make passkeys for this address: it needs a host name, with HTTPS or on this machine."""
    host = urlsplit(settings.PUBLIC_URL).hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return bool(settings.IS_HTTPS or host == "localhost")
    return False


def new_challenge() -> str:
    """Return a new challenge for a device to sign, in base64url."""
    return secrets.token_urlsafe(_CHALLENGE_BYTES)


def options_to_make(*, user: User, challenge: str) -> dict[str, Any]:
    """Return WebAuthn's options, as JSON, for a browser to make a passkey for a user."""
    from booking.accounts import passkey_ceremonies  # noqa: PLC0415 -- 16 MB that most web processes never need

    known = Passkey.objects.filter(user=user).values_list("credential_id", flat=True)
    options = passkey_ceremonies.options_to_make(
        user_id=bytes.fromhex(keyed_digest("passkey user", str(user.pk))),  # tells the device nothing about the person
        user_name=user.username,
        known=list(known),
        challenge=challenge,
        address=settings.PUBLIC_URL,
    )
    return dict(json.loads(options))


def options_to_sign_in(*, challenge: str) -> dict[str, Any]:
    """Return WebAuthn's options, as JSON, for a browser to sign in with any passkey it has."""
    from booking.accounts import passkey_ceremonies  # noqa: PLC0415 -- 16 MB that most web processes never need

    return dict(json.loads(passkey_ceremonies.options_to_sign_in(challenge=challenge, address=settings.PUBLIC_URL)))


@transaction.atomic
def add_passkey(*, user: User, credential: str, challenge: str, name: str, now: datetime) -> Passkey:
    """Store the passkey that a browser made. Raises BadPasskey."""
    from booking.accounts import passkey_ceremonies  # noqa: PLC0415 -- 16 MB that most web processes never need

    lock_user(user)
    if Passkey.objects.filter(user=user).count() >= PASSKEYS_MOST:
        raise BadPasskey
    try:
        made = passkey_ceremonies.made_passkey(credential=credential, challenge=challenge, address=settings.PUBLIC_URL)
    except passkey_ceremonies.MALFORMED as error:
        raise BadPasskey from error
    credential_id = made.credential_id
    if len(credential_id) > _LONGEST_ID or Passkey.objects.filter(credential_id=credential_id).exists():
        raise BadPasskey
    return Passkey.objects.create(
        user=user,
        credential_id=credential_id,
        public_key=made.public_key,
        sign_count=made.sign_count,
        name=name.strip()[:NAME_LONGEST],
        created_at=now,
    )


@transaction.atomic
def whose_passkey(*, credential: str, challenge: str, now: datetime) -> User:
    """Return the user of a passkey. Raises BadPasskey if it is unknown, copied, or of a user who may not sign in."""
    from booking.accounts import passkey_ceremonies  # noqa: PLC0415 -- 16 MB that most web processes never need

    try:
        credential_id = str(json.loads(credential)["id"])
    except (ValueError, TypeError, KeyError) as error:
        raise BadPasskey from error
    found = Passkey.objects.select_for_update(of=("self",)).select_related("user")
    passkey = found.filter(credential_id=credential_id[:_LONGEST_ID], user__is_active=True).first()
    if passkey is None:
        raise BadPasskey
    try:
        sign_count = passkey_ceremonies.proven_sign_count(
            credential=credential,
            challenge=challenge,
            address=settings.PUBLIC_URL,
            public_key=bytes(passkey.public_key),
            sign_count=passkey.sign_count,
        )
    except passkey_ceremonies.MALFORMED as error:
        raise BadPasskey from error
    passkey.sign_count, passkey.last_used_at = sign_count, now
    passkey.save(update_fields=["sign_count", "last_used_at"])
    user: User = passkey.user
    return user


@transaction.atomic
def remove_passkey(*, user: User, passkey_id: int) -> bool:
    """Remove one of a user's passkeys; tell whether it existed."""
    lock_user(user)
    deleted, _each = Passkey.objects.filter(user=user, pk=passkey_id).delete()
    drop_unneeded_codes(user)
    return bool(deleted)
