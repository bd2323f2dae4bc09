"""Connections to a machine by its number: the name was looked up once, and cannot lead elsewhere since.

Whoever waits for the answer may give it up from another thread: nothing is sent after that.
"""

import socket
import ssl
from http.client import HTTPConnection, HTTPSConnection

from notifications.deadlines import SendGate, shut_down

CONNECT_SECONDS = 5


class PinnedConnection:
    """One connection of its own, for one request."""

    def __init__(self) -> None:
        self._socket: socket.socket | None = None
        self._gate = SendGate()

    def open(self, number: str, *, scheme: str, host: str, port: int, seconds: float) -> HTTPConnection:
        """Return the connection, ready for a request; `seconds` is the longest silence. Raises OSError, TimeoutError.

        With https the certificate must be that of the name, wherever the name led.
        """
        self._socket = connected = socket.create_connection((number, port), timeout=CONNECT_SECONDS)
        self._gate.pass_through()
        connection = HTTPConnection(host, port)
        if scheme == "https":
            connection = HTTPSConnection(host, port)
            self._socket = connected = ssl.create_default_context().wrap_socket(connected, server_hostname=host)
        connected.settimeout(seconds)
        connection.sock = connected
        self._gate.pass_through()  # only now could it be cut, if it was given up during the handshake
        return connection

    def abort(self) -> None:
        """End the call now; one whose name is still looked up ends once it is found."""
        self._gate.close()
        shut_down(self._socket)

    def close(self) -> None:
        """Close what was opened."""
        if self._socket is not None:
            self._socket.close()
