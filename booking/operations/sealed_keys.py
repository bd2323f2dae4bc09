"""Sealed keys: the secret key of the books, encrypted with a passphrase, to lie beside a backup.

The passphrase is stretched by scrypt, which takes 64 MiB and a fraction of a second for each guess, and the key is
sealed with AES-256-GCM. The numbers stand in the file, so that they may grow.
"""

import base64
import binascii
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

SHORTEST_PASSPHRASE = 16
_NAME = "carillon-sealed-key-1"
_COST, _MOST_COST = 16, 20  # powers of two
_BLOCK, _PARALLEL = 8, 1
_SALT_BYTES, _NONCE_BYTES, _KEY_BYTES = 16, 12, 32


class BadPassphrase(Exception):
    """A passphrase cannot be used, or does not open the file; the message is one line for people at the terminal."""


def read_passphrase(path: Path) -> str:
    """Return the passphrase in a file, without the end of its line. Raises BadPassphrase."""
    try:
        passphrase = path.read_text().rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise BadPassphrase(f"{path}: the passphrase cannot be read ({type(error).__name__}).") from error
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise BadPassphrase(f"{path}: a passphrase needs {SHORTEST_PASSPHRASE} characters, better five or six words.")
    return passphrase


def seal_key(key: str, passphrase: str) -> str:
    """Return a key as a line that only the passphrase opens."""
    salt, nonce = secrets.token_bytes(_SALT_BYTES), secrets.token_bytes(_NONCE_BYTES)
    head = f"{_NAME}:{_COST}"
    sealed = AESGCM(_stretched(passphrase, salt, _COST)).encrypt(nonce, key.encode(), head.encode())
    return f"{head}:{base64.b64encode(salt + nonce + sealed).decode()}\n"


def open_key(line: str, passphrase: str) -> str:
    """Return the key that a line seals. Raises BadPassphrase."""
    name, _colon, rest = line.strip().partition(":")
    cost, _colon, body = rest.partition(":")
    if name != _NAME or not cost.isascii() or not cost.isdecimal() or not 1 <= int(cost[:3]) <= _MOST_COST:
        raise BadPassphrase("is no sealed key of Carillon.")
    try:
        raw = base64.b64decode(body, validate=True)
        salt, nonce, sealed = raw[:_SALT_BYTES], raw[_SALT_BYTES:][:_NONCE_BYTES], raw[_SALT_BYTES + _NONCE_BYTES :]
        cipher = AESGCM(_stretched(passphrase, salt, int(cost)))
        return cipher.decrypt(nonce, sealed, f"{name}:{cost}".encode()).decode()
    except (binascii.Error, ValueError) as error:
        raise BadPassphrase("is damaged.") from error
    except InvalidTag as error:
        raise BadPassphrase("another passphrase was used for it, or it is damaged.") from error


def _stretched(passphrase: str, salt: bytes, cost: int) -> bytes:
    return Scrypt(salt=salt, length=_KEY_BYTES, n=2**cost, r=_BLOCK, p=_PARALLEL).derive(passphrase.encode())
