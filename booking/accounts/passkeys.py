"""Passkeys (WebAuthn, level 2), for signing in without a password.

A passkey counts as both factors: the device that holds it asks for a finger, a face or its own PIN each time. The
caller keeps the challenge of a ceremony in the session; it is valid once.
"""

import ipaddress
import json
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import webauthn
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, generate_challenge
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from booking.accounts.second_factor import drop_unneeded_codes, lock_user
from booking.models import Passkey
from booking.tokens import keyed_digest

PASSKEYS_MOST = 10
NAME_LONGEST = 60
_LONGEST_ID = 1400
_RP_NAME = "Carillon"
# Any data of a browser reaches the library's parsers; these are all the errors that they raise for malformed data.
_MALFORMED = (WebAuthnException, ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError)


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
    return bytes_to_base64url(generate_challenge())


def options_to_make(*, user: User, challenge: str) -> dict[str, Any]:
    """Return WebAuthn's options, as JSON, for a browser to make a passkey for a user."""
    known = Passkey.objects.filter(user=user).values_list("credential_id", flat=True)
    options = webauthn.generate_registration_options(
        rp_id=_rp_id(),
        rp_name=_RP_NAME,
        user_id=bytes.fromhex(keyed_digest("passkey user", str(user.pk))),  # tells the device nothing about the person
        user_name=user.username,
        challenge=base64url_to_bytes(challenge),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=base64url_to_bytes(one)) for one in known],
    )
    return dict(json.loads(webauthn.options_to_json(options)))


def options_to_sign_in(*, challenge: str) -> dict[str, Any]:
    """Return WebAuthn's options, as JSON, for a browser to sign in with any passkey it has."""
    options = webauthn.generate_authentication_options(
        rp_id=_rp_id(),
        challenge=base64url_to_bytes(challenge),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return dict(json.loads(webauthn.options_to_json(options)))


@transaction.atomic
def add_passkey(*, user: User, credential: str, challenge: str, name: str, now: datetime) -> Passkey:
    """Store the passkey that a browser made. Raises BadPasskey."""
    lock_user(user)
    if Passkey.objects.filter(user=user).count() >= PASSKEYS_MOST:
        raise BadPasskey
    try:
        made = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=_rp_id(),
            expected_origin=_origin(),
            require_user_verification=True,
        )
    except _MALFORMED as error:
        raise BadPasskey from error
    credential_id = bytes_to_base64url(made.credential_id)
    if len(credential_id) > _LONGEST_ID or Passkey.objects.filter(credential_id=credential_id).exists():
        raise BadPasskey
    return Passkey.objects.create(
        user=user,
        credential_id=credential_id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        name=name.strip()[:NAME_LONGEST],
        created_at=now,
    )


@transaction.atomic
def whose_passkey(*, credential: str, challenge: str, now: datetime) -> User:
    """Return the user of a passkey. Raises BadPasskey if it is unknown, copied, or of a user who may not sign in."""
    try:
        credential_id = str(json.loads(credential)["id"])
    except (ValueError, TypeError, KeyError) as error:
        raise BadPasskey from error
    found = Passkey.objects.select_for_update(of=("self",)).select_related("user")
    passkey = found.filter(credential_id=credential_id[:_LONGEST_ID], user__is_active=True).first()
    if passkey is None:
        raise BadPasskey
    try:
        proven = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=_rp_id(),
            expected_origin=_origin(),
            credential_public_key=bytes(passkey.public_key),
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except _MALFORMED as error:
        raise BadPasskey from error
    passkey.sign_count, passkey.last_used_at = proven.new_sign_count, now
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


def _rp_id() -> str:
    return urlsplit(settings.PUBLIC_URL).hostname or ""


def _origin() -> str:
    parts = urlsplit(settings.PUBLIC_URL)
    return f"{parts.scheme}://{parts.netloc}"
