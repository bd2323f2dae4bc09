"""Addresses of calendars: which may be followed at all, and to which machines they may lead."""

import base64
import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from django.conf import settings

LONGEST = 1000
_PORTS = (443, 8443)
_SCHEMES = {"https": "https", "webcal": "https", "webcals": "https", "http": "http"}
_NAT64 = ipaddress.ip_network("64:ff9b::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class CalendarTrouble(Exception):
    """A calendar cannot be followed, or not read now; `reason` is one of REASONS."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


REASONS = frozenset(
    {
        *("no_address", "not_https", "other_port", "no_such_host", "private_address", "address_lost"),
        *("not_reached", "too_slow", "redirect", "refused", "not_found", "server_error"),
        *("too_large", "not_calendar", "too_many"),
    }
)


@dataclass(frozen=True, slots=True)
class CalendarAddress:
    """The address of a calendar in its parts."""

    scheme: str
    host: str
    port: int
    target: str  # path and query
    credentials: str = ""  # the value of Authorization, "" for none


def read_address(text: str) -> CalendarAddress:
    """Return a typed address in its parts; `webcal` means https. Raises CalendarTrouble."""
    plain = text.strip()
    if not plain or len(plain) > LONGEST or not plain.isprintable() or " " in plain:
        raise CalendarTrouble("no_address")
    try:
        parts = urlsplit(plain)
        port, host = parts.port, (parts.hostname or "").encode("idna").decode("ascii")
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        target.encode("ascii")
    except ValueError as error:
        raise CalendarTrouble("no_address") from error
    scheme = _SCHEMES.get(parts.scheme.lower())
    if scheme is None or not host:
        raise CalendarTrouble("no_address")
    if scheme == "http" and not settings.CALENDAR_NETWORKS:
        raise CalendarTrouble("not_https")
    port = port or (443 if scheme == "https" else 80)
    credentials = ""
    if parts.username is not None:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        credentials = "Basic " + base64.b64encode(pair.encode()).decode()
    return CalendarAddress(scheme, host, port, target, credentials)


def find_machine(address: CalendarAddress) -> str:
    """Return the one machine to call, by number: the name is not looked up again, so it cannot lead elsewhere then.

    Raises CalendarTrouble where any number of the name is not public, unless CALENDAR_NETWORKS has it: whoever runs the
    name could point it at our own network. It may take long, as a look-up has no deadline.
    """
    try:
        found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
        numbers = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    except (OSError, ValueError, UnicodeError) as error:
        raise CalendarTrouble("no_such_host") from error
    if not numbers:
        raise CalendarTrouble("no_such_host")
    if all(_is_allowed(number) for number in numbers):
        return str(numbers[0])
    if not all(_is_public(number) for number in numbers):
        raise CalendarTrouble("private_address")
    if address.scheme != "https":
        raise CalendarTrouble("not_https")
    if address.port not in _PORTS:
        raise CalendarTrouble("other_port")
    return str(numbers[0])


def _is_allowed(number: Address) -> bool:
    return any(number in network for network in settings.CALENDAR_NETWORKS)


def _is_public(number: Address) -> bool:
    """Tell whether a number leads to the internet, also where it wraps another one."""
    return all(one.is_global and not one.is_multicast for one in (number, *_wrapped(number)))


def _wrapped(number: Address) -> list[Address]:
    """Return the IPv4 addresses that an IPv6 address stands for."""
    if not isinstance(number, ipaddress.IPv6Address):
        return []
    found: list[Address] = [one for one in (number.ipv4_mapped, number.sixtofour) if one is not None]
    if number.teredo is not None:
        found += number.teredo
    if number in _NAT64:
        found.append(ipaddress.IPv4Address(int(number) & 0xFFFFFFFF))
    return found
