"""Origins of sites that may show a store's times in a frame: scheme, host and port. Pure."""

import re
from urllib.parse import urlsplit

ADDRESS_LONGEST = 300
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_HOST_LONGEST = 253
_HTTPS_PORT, _HTTP_PORT = 443, 80


class BadOrigin(ValueError):
    """An address that names no site, or a site that is not allowed here."""


def origin_of(address: str) -> str:
    """Return the origin of a site's address, whichever page of the site the address names.

    "https://www.Example.org/about" is "https://www.example.org". Only https, and http://localhost for trying things
    out. The result has only letters, digits, dots, hyphens and a port, because it is written into a header. Raises
    BadOrigin.
    """
    address = address.strip()
    if len(address) > ADDRESS_LONGEST or any(character.isspace() for character in address):
        raise BadOrigin(address)
    try:
        parts = urlsplit(address)
        host, port = _host(parts.hostname or ""), parts.port
    except ValueError:  # also for text that cannot be a host
        raise BadOrigin(address) from None
    is_local = host == "localhost"
    is_allowed = parts.scheme == "https" or (parts.scheme == "http" and is_local)
    if not is_allowed or "@" in parts.netloc or port == 0 or not (is_local or _is_host(host)):
        raise BadOrigin(address)
    is_usual = port in (None, _HTTPS_PORT if parts.scheme == "https" else _HTTP_PORT)
    return f"{parts.scheme}://{host}" if is_usual else f"{parts.scheme}://{host}:{port}"


def _host(name: str) -> str:
    """Return a host as browsers request it: letters of other scripts in Punycode. Raises ValueError."""
    lower = name.lower()
    if lower.isascii():
        return lower
    plain = lower.encode("idna").decode("ascii")
    if plain.encode("ascii").decode("idna") != lower:
        raise ValueError("browsers would read another host")  # as in "ß": the host has to be typed in ASCII
    return plain


def _is_host(host: str) -> bool:
    """Tell whether this is a full host name. A number is not."""
    labels = host.split(".")
    if len(labels) < 2 or len(host) > _HOST_LONGEST or labels[-1].isdigit():
        return False
    return all(_LABEL.fullmatch(label) for label in labels)
