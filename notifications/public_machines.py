"""Machines on the internet: which one a name leads to, so that a call for somebody else never enters our own network.

The number is looked up once and the call goes to it: a name that is looked up again could lead elsewhere by then.
"""

import ipaddress
import socket
from collections.abc import Collection
from typing import NamedTuple

Number = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class NoSuchMachine(Exception):
    """The name leads nowhere."""


class PrivateMachine(Exception):
    """The name leads into a network that is not the internet: ours, this machine's, or that of its hosting."""


class Machine(NamedTuple):
    """A machine by its number; `is_ours` if it is in a network that may be called all the same."""

    number: str
    is_ours: bool


def find_machine(host: str, port: int, *, own_networks: Collection[Network] = ()) -> Machine:
    """Return the one machine to call for a name. It may take long, as a look-up has no deadline.

    Raises NoSuchMachine; PrivateMachine where any number of the name is neither public nor in `own_networks`.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        numbers = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    except (OSError, ValueError) as error:  # UnicodeError is one: a label of a name is too long
        raise NoSuchMachine from error
    if not numbers:
        raise NoSuchMachine
    if all(any(number in network for network in own_networks) for number in numbers):
        return Machine(str(numbers[0]), is_ours=True)
    if not all(is_public(number) for number in numbers):
        raise PrivateMachine
    return Machine(str(numbers[0]), is_ours=False)


def is_public(number: Number) -> bool:
    """Tell whether a number leads to the internet, also where it wraps another one."""
    return all(one.is_global and not one.is_multicast for one in (number, *_wrapped(number)))


def _wrapped(number: Number) -> list[Number]:
    """Return the IPv4 addresses that an IPv6 address stands for."""
    if not isinstance(number, ipaddress.IPv6Address):
        return []
    found: list[Number] = [one for one in (number.ipv4_mapped, number.sixtofour) if one is not None]
    found += number.teredo or ()
    if number in _NAT64:
        found.append(ipaddress.IPv4Address(int(number) & 0xFFFFFFFF))
    return found
