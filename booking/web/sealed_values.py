"""Sealed values: texts that a browser keeps for us, encrypted with the server's key.

A value that was sealed for one purpose opens for no other purpose.
"""

import base64
import hashlib
import json
import secrets
import zlib
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

_NONCE_BYTES = 12
_PLAIN_MAX = 100_000  # bytes: far more than a cookie can hold


def seal(purpose: str, value: Any) -> str:
    """Return a JSON value as text that only `unseal` can read, with the same key and for the same purpose."""
    plain = zlib.compress(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(), 9)
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return base64.urlsafe_b64encode(nonce + _cipher().encrypt(nonce, plain, purpose.encode())).decode().rstrip("=")


def unseal(purpose: str, text: str) -> Any:
    """Return the value that was sealed for a purpose; None for any other text."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        plain = _cipher().decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], purpose.encode())
        return json.loads(zlib.decompressobj().decompress(plain, _PLAIN_MAX))
    except (ValueError, InvalidTag, zlib.error):
        return None


def _cipher() -> AESGCM:
    return AESGCM(hashlib.sha256(b"carillon.sealed:" + settings.SECRET_KEY.encode()).digest())
