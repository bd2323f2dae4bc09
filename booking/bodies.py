"""What comes with a request: read before anything else looks at the request, within a limit and within a time.

A server that answers before it has read all of a body may cut the connection without a word, and with it the next
request on it. So nothing of a body is left when the answer goes out, or the answer says that the connection ends.
"""

import logging
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any, Protocol

from django.conf import settings

from notifications.deadlines import OutOfTime, within

SECONDS = 10  # for a body, or for each piece of a file
# What is too large is read and forgotten up to here, so that a browser gets to read why it was refused.
MOST_DROPPED = 8 * 1024 * 1024
TOO_LARGE = 2**31  # the length of what is larger than any page takes, where nobody said how large
PIECE = 64 * 1024

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

log = logging.getLogger(__name__)


class Stream(Protocol):
    """A body as the server gives it: reading waits until so many bytes are there, or the end."""

    def read(self, size: int, /) -> bytes: ...


class Body:
    """A body that is read within a time, and that knows whether anything of it is left."""

    def __init__(self, stream: Stream, length: int | None) -> None:
        self._stream = stream
        self._left = length
        self.is_over = False

    def read(self, size: int, /) -> bytes:
        """Return so many bytes, or those up to the end. Raises TimeoutError: for Django the body broke off."""
        try:
            return within(SECONDS, lambda: self._take(size), give_up=_go_on)
        except OutOfTime:
            raise TimeoutError from None

    readline = read  # a reader of lines gets pieces, as it would of a body without line ends

    def drop(self) -> bool:
        """Read what is left and forget it; return whether nothing is left then: it may be too much, or too slow."""
        if self._left is not None and self._left > MOST_DROPPED:
            return False
        try:
            within(SECONDS, self._drop, give_up=_go_on)
        except OutOfTime:
            return False
        return self.is_over

    def _take(self, size: int) -> bytes:
        piece = self._stream.read(size)
        if self._left is not None:
            self._left -= len(piece)
        self.is_over = len(piece) < size or self._left == 0
        return piece

    def _drop(self) -> None:
        pieces = 0
        while not self.is_over and pieces * PIECE < MOST_DROPPED:
            self._take(PIECE)
            pieces += 1


class Bodies:
    """Hands requests to a WSGI application with their bodies: small ones whole, others to be read if they are wanted.

    A body of unknown length (chunked) is given its length; one of unknown length that is not small is given none of
    its bytes and a length that is refused.
    """

    def __init__(self, application: Application) -> None:
        self.application = application

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request once nothing is left of its body; where something is, the connection ends."""
        length = _length(environ)
        if length == 0:
            return self.application(environ, start_response)
        body = Body(environ["wsgi.input"], length)
        try:
            _take_in(environ, body, length)
        except TimeoutError:
            return _refuse_slow(start_response)
        head: list[Any] = []
        answer = self.application(environ, lambda *given: head.extend(given[:2]))
        # Who waits to be asked for a body has not sent it yet.
        if not body.is_over and ("HTTP_EXPECT" in environ or not body.drop()):
            head[1] = [*head[1], ("Connection", "close")]
        start_response(*head)
        return answer


def _length(environ: Environ) -> int | None:
    """Return how long a request says that its body is, None where it does not say."""
    if not environ.get("CONTENT_LENGTH"):
        return None if "HTTP_TRANSFER_ENCODING" in environ else 0
    try:
        return int(environ["CONTENT_LENGTH"])
    except ValueError:
        return 0


def _take_in(environ: Environ, body: Body, length: int | None) -> None:
    """Put a small body in the place of the server's stream. Raises TimeoutError."""
    small: int = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    if length is not None and length > small:
        environ["wsgi.input"] = body
        return
    raw = body.read(small + 1 if length is None else length)
    if len(raw) > small:
        raw, known = b"", TOO_LARGE
    else:
        known, body.is_over = len(raw), True
    environ["wsgi.input"] = BytesIO(raw)
    environ["CONTENT_LENGTH"] = str(known)
    environ.pop("HTTP_TRANSFER_ENCODING", None)


def _go_on() -> None:
    """Leave the reading thread to itself: nothing can end it before the sender leaves."""


def _refuse_slow(start_response: StartResponse) -> Iterable[bytes]:
    """Answer somebody who does not send what they said; no page is made for them, as they hold a thread up."""
    log.info("body_too_slow", extra={"seconds": SECONDS})
    start_response("408 Request Timeout", [("Content-Length", "0"), ("Connection", "close")])
    return [b""]
