"""Calls of webhooks: one POST each, to the machine its name leads to, which ends in time whatever the other side does.

Nothing of the answer is read but its status and `Retry-After`; a redirect is not followed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse

from django.conf import settings

from booking.webhooks.addresses import BadAddress, WebhookAddress
from notifications.deadlines import OutOfTime, within
from notifications.pinned_connections import PinnedConnection
from notifications.public_machines import NoSuchMachine, PrivateMachine, find_machine

ALL_SECONDS = 10
_LONGEST_PAUSE_SECONDS = 3600
_GONE = 410
_TOO_MANY = 429


@dataclass(frozen=True, slots=True)
class CallResult:
    """What came of a call: the answer's status, None without one; and why it did not arrive, "" if it did."""

    status: int | None
    reason: str
    pause_seconds: int = 0  # the server asks for so long a pause

    @property
    def is_gone(self) -> bool:
        """Whether the server wants no more calls at all."""
        return self.status == _GONE

    @property
    def is_away(self) -> bool:
        """Whether it is the server that takes nothing now, not this one event."""
        return self.status is None or self.status == _TOO_MANY or self.status >= 500


def make_call(address: WebhookAddress, body: bytes, headers: Mapping[str, str]) -> CallResult:
    """Send an event and return what came of it."""
    call = _Call(address, body, headers)
    try:
        return within(ALL_SECONDS, call.make, give_up=call.abort)
    except OutOfTime:
        return CallResult(None, "too_slow")


class _Call:
    """One request on a connection of its own, which another thread may cut."""

    def __init__(self, address: WebhookAddress, body: bytes, headers: Mapping[str, str]) -> None:
        self._address, self._body, self._headers = address, body, headers
        self._connection = PinnedConnection()

    def make(self) -> CallResult:
        address = self._address
        try:
            machine = find_machine(address.host, address.port, own_networks=settings.WEBHOOK_NETWORKS)
            if not machine.is_ours:
                address.refuse_on_internet()
            return _result(self._post(machine.number))
        except NoSuchMachine:
            return CallResult(None, "no_such_host")
        except PrivateMachine:
            return CallResult(None, "private_address")
        except BadAddress as error:
            return CallResult(None, error.code)
        except TimeoutError:
            return CallResult(None, "too_slow")
        except (OSError, HTTPException, ValueError):  # refused, not its certificate, not HTTP
            return CallResult(None, "not_reached")
        finally:
            self._connection.close()

    def abort(self) -> None:
        """End the call now."""
        self._connection.abort()

    def _post(self, number: str) -> HTTPResponse:
        address = self._address
        connection = self._connection.open(
            number, scheme=address.scheme, host=address.host, port=address.port, seconds=ALL_SECONDS
        )
        connection.request("POST", address.target, self._body, {**self._headers, "Connection": "close"})
        return connection.getresponse()


def _result(answer: HTTPResponse) -> CallResult:
    if 200 <= answer.status < 300:
        return CallResult(answer.status, "")
    asked = answer.getheader("Retry-After", "")
    is_number = asked.isascii() and asked.isdecimal() and len(asked) < 10
    pause = min(int(asked), _LONGEST_PAUSE_SECONDS) if is_number else 0
    reason = "redirect" if 300 <= answer.status < 400 else "refused"
    return CallResult(answer.status, reason, pause)
