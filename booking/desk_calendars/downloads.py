"""Downloads of calendars from other people's servers: no redirect, no compression, in little time and little room."""

from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse

from booking.desk_calendars.addresses import CalendarAddress, CalendarTrouble, machine_of
from notifications.deadlines import OutOfTime, within
from notifications.pinned_connections import CONNECT_SECONDS, PinnedConnection

ALL_SECONDS = 12
LARGEST = 2_000_000
_PIECE = 65_536
_LONGEST_ETAG, _LONGEST_MODIFIED = 255, 64
_NOT_MODIFIED = 304
_REASONS = {401: "refused", 403: "refused", 404: "not_found", 410: "not_found"}


@dataclass(frozen=True, slots=True)
class Download:
    """What a server answered: the file, None where it is the one we have; with what it is asked for next time."""

    content: bytes | None
    etag: str = ""
    modified: str = ""


def download(address: CalendarAddress, *, etag: str = "", modified: str = "") -> Download:
    """Return a calendar, or that it is still the one with these validators. Raises CalendarTrouble."""
    call = _Call(address, etag, modified)
    try:
        return within(ALL_SECONDS, call.make, give_up=call.abort)
    except OutOfTime:
        raise CalendarTrouble("too_slow") from None


class _Call:
    """One request on a connection of its own, which another thread may cut."""

    def __init__(self, address: CalendarAddress, etag: str, modified: str) -> None:
        self._address, self._etag, self._modified = address, etag, modified
        self._connection = PinnedConnection()

    def make(self) -> Download:
        machine = machine_of(self._address)
        try:
            return self._read(machine)
        except TimeoutError as error:
            raise CalendarTrouble("too_slow") from error
        except (OSError, HTTPException, ValueError) as error:
            raise CalendarTrouble("not_reached") from error
        finally:
            self._connection.close()

    def abort(self) -> None:
        """End the call now."""
        self._connection.abort()

    def _read(self, machine: str) -> Download:
        address = self._address
        connection = self._connection.open(
            machine, scheme=address.scheme, host=address.host, port=address.port, seconds=CONNECT_SECONDS
        )
        connection.request("GET", address.target, headers=self._headers())
        answer = connection.getresponse()
        if answer.status == _NOT_MODIFIED and (self._etag or self._modified):
            return Download(None, self._etag, self._modified)
        return _taken(answer)

    def _headers(self) -> dict[str, str]:
        headers = {"User-Agent": "Carillon", "Accept": "text/calendar", "Accept-Encoding": "identity"}
        if self._address.credentials:
            headers["Authorization"] = self._address.credentials
        if self._etag:
            headers["If-None-Match"] = self._etag
        if self._modified:
            headers["If-Modified-Since"] = self._modified
        return headers | {"Connection": "close"}


def _taken(answer: HTTPResponse) -> Download:
    """Return the file of an answer. Raises CalendarTrouble."""
    if 300 <= answer.status < 400:
        raise CalendarTrouble("redirect")
    if answer.status != 200:
        raise CalendarTrouble(_REASONS.get(answer.status, "server_error"))
    content = b""
    while piece := answer.read(_PIECE):
        content += piece
        if len(content) > LARGEST:
            raise CalendarTrouble("too_large")
    return Download(content, _kept(answer, "ETag", _LONGEST_ETAG), _kept(answer, "Last-Modified", _LONGEST_MODIFIED))


def _kept(answer: HTTPResponse, name: str, longest: int) -> str:
    """Return a header to be sent back, "" where it cannot be."""
    value = answer.getheader(name, "")
    return value if len(value) <= longest and value.isascii() and value.isprintable() else ""
