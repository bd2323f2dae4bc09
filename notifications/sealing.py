"""Sealing of numbers that are needed once more: nobody can read them without the server's key."""

import hashlib
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

_NONCE_BYTES = 12


def seal(text: str) -> str:
    """Return a short text, sealed, in hexadecimal digits."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return (nonce + _cipher().encrypt(nonce, text.encode(), None)).hex()


def unseal(sealed: str) -> str:
    """Return what was sealed; "" where it was sealed with another key."""
    stored = bytes.fromhex(sealed)
    try:
        return _cipher().decrypt(stored[:_NONCE_BYTES], stored[_NONCE_BYTES:], None).decode()
    except InvalidTag:
        return ""


def _cipher() -> AESGCM:
    return AESGCM(hashlib.sha256(b"carillon.notifications.sealed:" + settings.SECRET_KEY.encode()).digest())
