"""References of bookings, and secrets that are derived from the server's key and never stored."""

import base64
import hashlib
import hmac
import re
import secrets
from functools import lru_cache
from typing import Literal

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from django.conf import settings

# Crockford's base 32: no I, L, O or U, so nothing is misheard or misread.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
MISREAD = str.maketrans({"I": "1", "L": "1", "O": "0"})
REFERENCE_LENGTH = 8
REPLY_PROOF_LENGTH = 16
_NONCE_BYTES, _MASK_BYTES = 16, 32
_BLOCK_BYTES = 16
_REFERENCE_BITS, _NUMBER_BITS = 40, 32
SHORT_TOKEN_LENGTH = 22
_DIGEST_LENGTH = 32

Opens = Literal["booking", "waiting"]


def new_reference() -> str:
    """Return a random reference of 40 bits: a name, not a secret."""
    return "".join(secrets.choice(ALPHABET) for _ in range(REFERENCE_LENGTH))


def read_reference(text: str) -> str | None:
    """Return the reference that the typed text means, or None where it cannot be one."""
    plain = text.strip().replace("-", "").replace(" ", "").upper().translate(MISREAD)
    is_reference = len(plain) == REFERENCE_LENGTH and all(character in ALPHABET for character in plain)
    return plain if is_reference else None


def key_fingerprint() -> str:
    """Return what tells one secret key from another and gives none away."""
    return _mac("fingerprint", "")[:22]


def manage_token(reference: str, number: int = 0) -> str:
    """Return the secret that opens one booking: 132 bits, the same until its customer makes a new link."""
    return _mac("manage", f"{reference}:{number}" if number else reference)[:22]


def is_manage_token(reference: str, token: str, number: int = 0) -> bool:
    """Tell whether a token is the secret that opens a booking."""
    return hmac.compare_digest(manage_token(reference, number).encode(), token.encode("utf-8", "surrogatepass"))


def reply_proof(reference: str) -> str:
    """Return the proof that we wrote an address for replies: 64 bits, in letters that no mail server changes."""
    return keyed_digest("reply", reference)[:REPLY_PROOF_LENGTH]


def is_reply_proof(reference: str, proof: str) -> bool:
    """Tell whether a proof is ours; it only lets an e-mail be answered, to the address of the visit."""
    return hmac.compare_digest(reply_proof(reference).encode(), proof.encode("utf-8", "surrogatepass"))


def waiting_token(reference: str) -> str:
    """Return the secret that opens one waiting-list entry; it opens no booking with the same reference."""
    return _mac("waiting", reference)[:22]


def is_waiting_token(reference: str, token: str) -> bool:
    """Tell whether a token is the secret that opens a waiting-list entry."""
    return hmac.compare_digest(waiting_token(reference).encode(), token.encode("utf-8", "surrogatepass"))


def short_token(opens: Opens, reference: str, number: int = 0) -> str:
    """Return the secret that names and opens one booking or waiting-list entry in one: 128 bits.

    It is the reference and the number, enciphered as one block: to guess one that opens anything is as hard as to guess
    a random secret of 128 bits. `number` is the number of the customer's newest link.
    """
    value = 0
    for character in reference:
        value = value << 5 | ALPHABET.index(character)
    block = (value << _NUMBER_BITS | number).to_bytes(_BLOCK_BYTES, "big")
    cipher = Cipher(algorithms.AES(_block_key(opens)), modes.ECB()).encryptor()  # noqa: S305 -- one block, never two
    return base64.urlsafe_b64encode(cipher.update(block)).decode().rstrip("=")


def read_short_token(opens: Opens, token: str) -> tuple[str, int] | None:
    """Return the reference and the number of a short token, or None where it is not one of ours."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{21}[AQgw]", token, re.ASCII):
        return None
    cipher = Cipher(algorithms.AES(_block_key(opens)), modes.ECB()).decryptor()  # noqa: S305
    value = int.from_bytes(cipher.update(base64.urlsafe_b64decode(f"{token}==")), "big")
    number, value = value & ((1 << _NUMBER_BITS) - 1), value >> _NUMBER_BITS
    if value >> _REFERENCE_BITS:
        return None
    return "".join(ALPHABET[value >> shift & 31] for shift in range(_REFERENCE_BITS - 5, -1, -5)), number


def door_secret(store: str, number: int) -> str:
    """Return the secret in the code on a store's door, valid until the store makes a new one: 96 bits."""
    return _mac("door", f"{store}:{number}")[:16]


def is_door_secret(store: str, number: int, secret: str) -> bool:
    """Tell whether a secret is the one that the code on a store's door carries now."""
    return hmac.compare_digest(door_secret(store, number).encode(), secret.encode("utf-8", "surrogatepass"))


def visits_token(reference: str, number: int = 0, *, contact: str, hour: int) -> str:
    """Return the secret that opens the list of one customer's visits until an hour (counted from 1970).

    The customer is the one who booked the visit `reference`, identified by its `contact`: "phone" or "email". `number`
    is that of the visit's newest link: with another contact it has another, and a list that the former one was sent
    opens nothing.
    """
    until = f"{contact[0]}{hour:x}"
    about = f"{reference}:{until}:{number}" if number else f"{reference}:{until}"
    return f"{until}-{_mac('visits', about)[:22]}"


def read_visits_token(reference: str, number: int, token: str) -> tuple[str, int] | None:
    """Return the contact and the hour that a token was made for, or None where it is not one of ours."""
    until, _, _ = token.partition("-")
    contact = {"p": "phone", "e": "email"}.get(until[:1], "")
    if not contact or not re.fullmatch(r"[0-9a-f]{1,8}", until[1:]):
        return None
    ours = visits_token(reference, number, contact=contact, hour=int(until[1:], 16))
    return (
        (contact, int(until[1:], 16))
        if hmac.compare_digest(ours.encode(), token.encode("utf-8", "surrogatepass"))
        else None
    )


def visits_feed_token(reference: str, number: int, *, contact: str) -> str:
    """Return the secret of the calendar feed of one customer's visits: 132 bits, until they make a new link.

    The customer is the one who booked the visit `reference`, identified by its `contact`: "phone" or "email".
    """
    return contact[0] + _mac("visits feed", f"{reference}:{number}:{contact[0]}")[:22]


def is_visits_feed_token(reference: str, number: int, token: str) -> bool:
    """Tell whether a token is the secret of the feed of a customer's visits."""
    contact = feed_contact(token)
    ours = visits_feed_token(reference, number, contact=contact) if contact else ""
    return bool(contact) and hmac.compare_digest(ours.encode(), token.encode("utf-8", "surrogatepass"))


def feed_contact(token: str) -> str:
    """Return the contact that the token of a feed claims to be for, "" where it claims none."""
    return {"p": "phone", "e": "email"}.get(token[:1], "")


def day_sheet_token(number: int, about: str) -> str:
    """Return the secret by which an address accepts the day sheet: 132 bits, for one request and its content."""
    return f"{number:x}-{_mac('day sheet', f'{number}:{about}')[:22]}"


def is_day_sheet_token(number: int, about: str, token: str) -> bool:
    """Tell whether a token is the secret of a day sheet for one request and its content."""
    return hmac.compare_digest(day_sheet_token(number, about).encode(), token.encode("utf-8", "surrogatepass"))


def claimed_number(token: str) -> int | None:
    """Return the number of the request or invitation that a token claims to be for, None where it claims none."""
    number, _, _ = token.partition("-")
    return int(number, 16) if re.fullmatch(r"[0-9a-f]{1,15}", number) else None


def invitation_token(number: int, about: str) -> str:
    """Return the secret of an invitation's link: 132 bits, for one link of one invitation."""
    return f"{number:x}-{_mac('invitation', f'{number}:{about}')[:22]}"


def is_invitation_token(number: int, about: str, token: str) -> bool:
    """Tell whether a token is the secret of an invitation's link."""
    return hmac.compare_digest(invitation_token(number, about).encode(), token.encode("utf-8", "surrogatepass"))


def booking_notice_token(notice_id: int, user_id: int) -> str:
    """Return the secret that ends a member's notices of new bookings, and opens nothing: 132 bits."""
    return f"{notice_id:x}-{_mac('booking notice', f'{notice_id}:{user_id}')[:22]}"


def is_booking_notice_token(notice_id: int, user_id: int, token: str) -> bool:
    """Tell whether a token is the secret that ends these notices."""
    ours = booking_notice_token(notice_id, user_id)
    return hmac.compare_digest(ours.encode(), token.encode("utf-8", "surrogatepass"))


def feedback_address_digest(email: str) -> str:
    """Return the digest by which an address is remembered that wants no questions after visits: 128 bits."""
    return keyed_digest("feedback address", email.strip().lower())[:_DIGEST_LENGTH]


def feedback_end_token(store_id: int, email: str) -> str:
    """Return the secret that ends a store's questions to an address, named by its digest alone; 132 bits."""
    return _feedback_end_token(store_id, feedback_address_digest(email))


def read_feedback_end_token(token: str) -> tuple[int, str] | None:
    """Return the store's id and the digest of the address, or None where a token is not one of ours."""
    found = re.fullmatch(rf"([0-9a-f]{{1,15}})-([0-9a-f]{{{_DIGEST_LENGTH}}})-[\w-]{{22}}", token, re.ASCII)
    if found is None:
        return None
    named = int(found[1], 16), found[2]
    return named if hmac.compare_digest(_feedback_end_token(*named).encode(), token.encode()) else None


def new_public_id() -> str:
    """Return a random public id of 128 bits, safe in addresses."""
    return secrets.token_urlsafe(16)


def hold_token(public_id: str) -> str:
    """Return the token that the customer holds for a hold: its public id, and the proof that we issued it."""
    return f"{public_id}.{_mac('hold', public_id)[:22]}"


def read_hold_token(token: str) -> str | None:
    """Return the hold's public id, or None where the token is not one of ours."""
    public_id, _, _ = token.partition(".")
    is_ours = hmac.compare_digest(hold_token(public_id).encode(), token.encode("utf-8", "surrogatepass"))
    return public_id if is_ours else None


def new_feed_secret() -> str:
    """Return a random secret of 192 bits for the address of a store's calendar."""
    return secrets.token_urlsafe(24)


def feed_digest(secret: str) -> str:
    """Return the digest that is stored of a feed's secret; a plain hash is enough for 192 random bits."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def new_device_secret() -> str:
    """Return a random secret of 256 bits for a tablet."""
    return secrets.token_urlsafe(32)


def device_digest(secret: str) -> str:
    """Return the digest that is stored of a tablet's secret; a plain hash is enough for 256 random bits."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def seal(purpose: str, secret: bytes) -> str:
    """Return a secret encrypted for storage: nobody can read it without the server's key."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return (nonce + _masked(purpose, nonce, secret)).hex()


def unseal(purpose: str, sealed: str) -> bytes:
    """Return the secret that was passed to `seal`."""
    stored = bytes.fromhex(sealed)
    return _masked(purpose, stored[:_NONCE_BYTES], stored[_NONCE_BYTES:])


def keyed_digest(purpose: str, value: str) -> str:
    """Return a digest for counting and comparing a value; nobody can recover the value without the server's key."""
    return hmac.digest(_key(), f"{purpose}:{value}".encode("utf-8", "surrogatepass"), "sha256").hex()


def _feedback_end_token(store_id: int, digest: str) -> str:
    return f"{store_id:x}-{digest}-{_mac('feedback end', f'{store_id}:{digest}')[:22]}"


def _block_key(opens: Opens) -> bytes:
    return hmac.digest(_key(), f"short link:{opens}".encode(), "sha256")


def _masked(purpose: str, nonce: bytes, secret: bytes) -> bytes:
    """Return a secret XORed with a mask that is derived from the server's key and a nonce: it masks and unmasks."""
    mask = b"".join(
        hmac.new(_key(), purpose.encode() + b":" + nonce + _number(part), hashlib.sha256).digest()
        for part in range(-(-len(secret) // _MASK_BYTES))
    )
    return bytes(one ^ other for one, other in zip(secret, mask[: len(secret)], strict=True))


def _number(part: int) -> bytes:
    """Return what makes the masks of a long secret's parts differ; the first part has none."""
    return part.to_bytes(4, "big") if part else b""


def _mac(purpose: str, value: str) -> str:
    digest = hmac.new(_key(), f"{purpose}:{value}".encode("utf-8", "surrogatepass"), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _key() -> bytes:
    return _derived_key(settings.SECRET_KEY)


@lru_cache(maxsize=4)
def _derived_key(secret: str) -> bytes:
    return hashlib.sha256(b"carillon.tokens:" + secret.encode()).digest()
