"""WebAuthn's ceremonies: what a browser is asked, and what its answer proves.

All that needs the library stands here, because it takes 16 MB; `passkeys` imports it when the first passkey is used.
`address` is the public address of this installation; challenges and ids are in base64url.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

# Any data of a browser reaches the library's parsers; these are all the errors that they raise for malformed data.
MALFORMED = (WebAuthnException, ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError)
_RP_NAME = "Carillon"


@dataclass(frozen=True, slots=True)
class MadePasskey:
    """A passkey that a device has made."""

    credential_id: str
    public_key: bytes
    sign_count: int


def options_to_make(*, user_id: bytes, user_name: str, known: list[str], challenge: str, address: str) -> str:
    """Return the options, as JSON, to make a passkey; `known` are the ids of those that the user has."""
    options = webauthn.generate_registration_options(
        rp_id=_rp_id(address),
        rp_name=_RP_NAME,
        user_id=user_id,
        user_name=user_name,
        challenge=base64url_to_bytes(challenge),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=base64url_to_bytes(one)) for one in known],
    )
    return webauthn.options_to_json(options)


def options_to_sign_in(*, challenge: str, address: str) -> str:
    """Return the options, as JSON, to sign in with any passkey."""
    options = webauthn.generate_authentication_options(
        rp_id=_rp_id(address),
        challenge=base64url_to_bytes(challenge),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return webauthn.options_to_json(options)


def made_passkey(*, credential: str, challenge: str, address: str) -> MadePasskey:
    """Return the passkey that a browser's answer proves. Raises MALFORMED."""
    made = webauthn.verify_registration_response(
        credential=credential,
        expected_challenge=base64url_to_bytes(challenge),
        expected_rp_id=_rp_id(address),
        expected_origin=_origin(address),
        require_user_verification=True,
    )
    return MadePasskey(bytes_to_base64url(made.credential_id), made.credential_public_key, made.sign_count)


def proven_sign_count(*, credential: str, challenge: str, address: str, public_key: bytes, sign_count: int) -> int:
    """Return the counter of a passkey after a sign-in that the answer proves. Raises MALFORMED."""
    proven = webauthn.verify_authentication_response(
        credential=credential,
        expected_challenge=base64url_to_bytes(challenge),
        expected_rp_id=_rp_id(address),
        expected_origin=_origin(address),
        credential_public_key=public_key,
        credential_current_sign_count=sign_count,
        require_user_verification=True,
    )
    return proven.new_sign_count


def _rp_id(address: str) -> str:
    return urlsplit(address).hostname or ""


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
