"""Addresses of webhooks: which may be called at all."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

LONGEST = 1000
_PORTS = {"https": 443, "http": 80}
_TLS_PORTS = (443, 8443)


class BadAddress(ValueError):
    """An address that is never called; `code` is no_address, not_https, has_password or other_port."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class WebhookAddress:
    """The address of a webhook in its parts."""

    scheme: str
    host: str
    port: int
    target: str  # path and query

    def refuse_on_internet(self) -> None:
        """Raise BadAddress where only a network of our own may be called like this."""
        if self.scheme != "https":
            raise BadAddress("not_https")
        if self.port not in _TLS_PORTS:
            raise BadAddress("other_port")


def read_address(text: str) -> WebhookAddress:
    """Return a typed address in its parts. Raises BadAddress."""
    plain = text.strip()
    if not plain or len(plain) > LONGEST or not plain.isprintable() or " " in plain:
        raise BadAddress("no_address")
    try:
        parts = urlsplit(plain)
        port, host = parts.port, (parts.hostname or "").encode("idna").decode("ascii")
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        target.encode("ascii")
    except ValueError as error:
        raise BadAddress("no_address") from error
    scheme = parts.scheme.lower()
    if scheme not in _PORTS or not host:
        raise BadAddress("no_address")
    if parts.username is not None:  # what we send is signed; a password would be shown to whoever reads the address
        raise BadAddress("has_password")
    address = WebhookAddress(scheme, host, port or _PORTS[scheme], target)
    if not settings.WEBHOOK_NETWORKS:
        address.refuse_on_internet()
    return address
