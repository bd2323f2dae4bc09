"""What the proxy tells us of visitors, looked at from outside: their address, and whether they came by HTTPS.

The doctor asks at the public address with a header that only this installation's key could seal, and with an address
that is not its own; `/healthz` answers with what came through, sealed again. Nobody else learns anything.
"""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse

from booking.web.sealed_values import seal, unseal

ASKED, SEEN = "X-Carillon-Look", "X-Carillon-Seen"
FALSE_ADDRESS = "198.51.100.7"  # of a network that is kept for examples
_SEALED_FOR_ASKING, _SEALED_FOR_SEEN = "proxy look", "proxy seen"
_VALID_FOR = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class SeenRequest:
    """A request as it reached us: the addresses that the proxy told, the client we count, and whether it was HTTPS."""

    forwarded: str
    client: str
    is_secure: bool


def asking_headers(*, now: datetime) -> dict[str, str]:
    """Return the headers with which `/healthz` is asked what reaches us."""
    return {ASKED: seal(_SEALED_FOR_ASKING, now.timestamp()), "X-Forwarded-For": FALSE_ADDRESS}


def tell_what_is_seen(request: HttpRequest, response: HttpResponse, *, now: datetime) -> None:
    """Add to an answer how its request reached us, if the request proves that our own doctor asks."""
    asked_at = unseal(_SEALED_FOR_ASKING, request.headers.get(ASKED, ""))
    if isinstance(asked_at, float) and abs(now.timestamp() - asked_at) < _VALID_FOR.total_seconds():
        forwarded = str(getattr(request, "forwarded_for", ""))
        seen = SeenRequest(forwarded, request.META.get("REMOTE_ADDR", ""), request.is_secure())
        response[SEEN] = seal(_SEALED_FOR_SEEN, asdict(seen))


def read_what_is_seen(header: str) -> SeenRequest | None:
    """Return what an answer tells; None if it is no answer of ours."""
    told = unseal(_SEALED_FOR_SEEN, header)
    return SeenRequest(**told) if isinstance(told, dict) else None


def what_proxy_does_wrong(seen: SeenRequest, *, is_https: bool) -> str:
    """Return what is wrong with a proxy that let the doctor's request through so; "" for nothing."""
    hops = [hop.strip() for hop in seen.forwarded.split(",") if hop.strip()]
    if not hops:
        return "the proxy passes no X-Forwarded-For, so all visitors count as one"
    if hops == [FALSE_ADDRESS]:
        return "the proxy passes the X-Forwarded-For of visitors on as it came, so anybody may claim any address"
    if seen.client not in hops:
        return f"the proxy's address {seen.client} is not in TRUSTED_PROXIES, so all visitors count as one"
    if is_https and not seen.is_secure:
        return "the proxy passes no X-Forwarded-Proto: https"
    return ""
