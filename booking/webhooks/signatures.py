"""Signatures of events, by Standard Webhooks 1.0: for a day after a new secret was made, two of them."""

import base64
import json
import secrets
from datetime import UTC, datetime, timedelta

from standardwebhooks import Webhook as Signer

from booking.models import Webhook, WebhookEvent
from booking.web.sealed_values import seal, unseal

BOTH_SIGN_FOR = timedelta(hours=24)
_SECRET_BYTES = 32
_SECRET_FOR, _ADDRESS_FOR = "webhook secret", "webhook address"


def new_secret() -> str:
    """Return a new secret of 256 bits, as its receiver writes it down."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def seal_secret(secret: str) -> str:
    """Return a secret encrypted for storage."""
    return seal(_SECRET_FOR, secret)


def seal_address(address: str) -> str:
    """Return an address encrypted for storage: with many services it is a secret by itself."""
    return seal(_ADDRESS_FOR, address)


def open_address(webhook: Webhook) -> str:
    """Return the address of a webhook, "" if the server's key is another one by now."""
    return str(unseal(_ADDRESS_FOR, webhook.sealed_address) or "")


def event_body(event: WebhookEvent) -> str:
    """Return what is sent of an event: the same text at each try."""
    at = event.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    said = {"type": event.type, "timestamp": at, "data": event.facts}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def signed_headers(webhook: Webhook, event: WebhookEvent, body: str, *, now: datetime) -> dict[str, str] | None:
    """Return the headers of a try; None if no secret can be opened, as the server's key is another one by now."""
    sealed = [webhook.sealed_secret]
    if webhook.sealed_previous and webhook.previous_until is not None and now < webhook.previous_until:
        sealed.append(webhook.sealed_previous)
    opened = [secret for one in sealed if (secret := unseal(_SECRET_FOR, one))]
    if not opened:
        return None
    moment, name = now.astimezone(UTC), str(event.uuid)
    return {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Carillon",
        "webhook-id": name,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": " ".join(Signer(secret).sign(name, moment, body) for secret in opened),
    }
