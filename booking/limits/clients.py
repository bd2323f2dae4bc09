"""Clients: an IPv4 address, or the networks of an IPv6 address."""

import ipaddress
from dataclasses import dataclass

from django.http import HttpRequest

from booking.tokens import keyed_digest

# A home has a /56 or a /64, a rented server a /64, an office or the customers of a small provider a /48. So changing
# between many networks gains a client little.
_IPV6_WIDTHS = ((64, 1), (56, 2), (48, 5))


@dataclass(frozen=True, slots=True)
class Counted:
    """The key of one counter, for which a limit allows `times` its amount."""

    who: str
    times: int = 1


@dataclass(frozen=True, slots=True)
class ClientDigests:
    """A client in the form that tables may store for a while: keyed digests, no address.

    `home` is the network of one household or one server. For IPv4 all three are the same.
    """

    narrow: str
    home: str
    site: str


def client_digests(request: HttpRequest) -> ClientDigests:
    """Return the digests of a request's client."""
    networks = [keyed_digest("client", one.who)[:32] for one in client_networks(request)]
    return ClientDigests(*(networks if len(networks) > 1 else networks * 3))


def client_networks(request: HttpRequest) -> list[Counted]:
    """Return the networks by which a request's client is counted, the narrowest first."""
    try:
        address = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return [Counted("unknown")]
    if address.version == 6 and address.ipv4_mapped:
        address = address.ipv4_mapped
    if address.version == 4:
        return [Counted(str(address))]
    bare = ipaddress.IPv6Address(int(address))  # without a zone such as %eth0
    return [Counted(str(ipaddress.ip_network((bare, width), strict=False)), times) for width, times in _IPV6_WIDTHS]


def client_address(request: HttpRequest) -> str:
    """Return the narrowest network of a client: its IPv4 address, or the /64 of its IPv6 address."""
    return client_networks(request)[0].who
