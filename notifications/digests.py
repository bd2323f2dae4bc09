"""Digests by which recipients and texts are counted and compared. Only the server's key makes them."""

import hashlib
import hmac

from django.conf import settings


def recipient_digest(recipient: str) -> str:
    """Return the digest of a phone number or an email address, whatever the case of its letters."""
    return _digest("recipient", recipient.strip().lower())


def prefix_digest(phone: str) -> str:
    """Return the digest of the range that a number lies in: the number less its last four digits."""
    return _digest("prefix", phone[:-4])


def body_digest(body: str) -> str:
    """Return the digest of a text; how its words are spaced makes no difference."""
    return _digest("body", " ".join(body.split()))


def lock_key(purpose: str, value: str) -> int:
    """Return what PostgreSQL knows a lock on this value by: a positive 60-bit number."""
    return int(_digest(f"lock {purpose}", value)[:15], 16)


def _digest(purpose: str, value: str) -> str:
    key = hashlib.sha256(b"carillon.notifications:" + settings.SECRET_KEY.encode()).digest()
    return hmac.new(key, f"{purpose}:{value}".encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
