"""Keyed digests of recipients and texts, to count and compare them. They need the server's key."""

import hashlib
import hmac

from django.conf import settings


def recipient_digest(recipient: str) -> str:
    """Return the digest of a phone number or an email address, ignoring case."""
    return _digest("recipient", recipient.strip().lower())


def prefix_digest(phone: str) -> str:
    """Return the digest of the range of a number: the number without its last four digits."""
    return _digest("prefix", phone[:-4])


def body_digest(body: str) -> str:
    """Return the digest of a text, ignoring differences in white space."""
    return _digest("body", " ".join(body.split()))


def lock_key(purpose: str, value: str) -> int:
    """Return the number of PostgreSQL's lock on this value: positive, with 60 bits."""
    return int(_digest(f"lock {purpose}", value)[:15], 16)


def _digest(purpose: str, value: str) -> str:
    key = hashlib.sha256(b"carillon.notifications:" + settings.SECRET_KEY.encode()).digest()
    return hmac.new(key, f"{purpose}:{value}".encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
