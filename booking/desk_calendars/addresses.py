"""Addresses of calendars: which may be followed at all, and to which machines they may lead."""

import base64
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from django.conf import settings

from notifications.public_machines import NoSuchMachine, PrivateMachine, find_machine

LONGEST = 1000
_PORTS = (443, 8443)
_SCHEMES = {"https": "https", "webcal": "https", "webcals": "https", "http": "http"}


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


def machine_of(address: CalendarAddress) -> str:
    """Return the one machine to call, by number; it may be one of ours only where CALENDAR_NETWORKS has it.

    Raises CalendarTrouble. It may take long, as a look-up has no deadline.
    """
    try:
        machine = find_machine(address.host, address.port, own_networks=settings.CALENDAR_NETWORKS)
    except NoSuchMachine as error:
        raise CalendarTrouble("no_such_host") from error
    except PrivateMachine as error:
        raise CalendarTrouble("private_address") from error
    if not machine.is_ours:
        if address.scheme != "https":
            raise CalendarTrouble("not_https")
        if address.port not in _PORTS:
            raise CalendarTrouble("other_port")
    return machine.number
