"""Request bodies: each is read before anything else looks at the request, within a size and a time.

A server that answers before it has read the whole body may cut the connection silently, and with it the next request on
it. So the body is read completely before the answer goes out, or the answer says that the connection ends.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from io import BytesIO
from threading import Event
from typing import Any, Protocol

from django.conf import settings

from notifications.deadlines import OutOfTime, within

SECONDS = 10  # for a whole body, or for each piece of a file
TOO_LARGE = 2**31  # the length given to bodies of unknown length that are larger than any page takes
PIECE = 64 * 1024

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

log = logging.getLogger(__name__)


class Stream(Protocol):
    """The body from the server: reading waits until so many bytes, or the end, have arrived."""

    def read(self, size: int, /) -> bytes: ...


class Body:
    """A body that is read within a time limit, and that knows whether any of it is left."""

    def __init__(self, stream: Stream, length: int | None) -> None:
        self._stream = stream
        self._left = length
        self._gave_up = Event()
        self.is_over = False

    def read(self, size: int, /) -> bytes:
        """Return so many bytes, or those up to the end. Raises TimeoutError, to Django a broken-off body."""
        try:
            return within(SECONDS, lambda: self._take(size), give_up=_go_on)
        except OutOfTime:
            raise TimeoutError from None

    readline = read  # readers of lines get pieces, as of a body without line ends

    def drop(self) -> None:
        """Read the rest and discard it, as long as it arrives in time."""
        with suppress(OutOfTime):
            within(SECONDS, self._drop, give_up=self._gave_up.set)

    def _take(self, size: int) -> bytes:
        piece = self._stream.read(size)
        if self._left is not None:
            self._left -= len(piece)
        self.is_over = len(piece) < size or self._left == 0
        return piece

    def _drop(self) -> None:
        while not self.is_over and not self._gave_up.is_set():
            self._take(PIECE)


class Bodies:
    """A WSGI wrapper that passes on small bodies as a whole, and larger ones to be read on demand.

    A small body of unknown length (chunked) gets its length. A larger one gets a length that is refused, and none of
    its bytes are passed on.
    """

    def __init__(self, application: Application) -> None:
        self.application = application

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request; if part of its body is left, the connection ends with the answer."""
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
        if body.is_over:
            start_response(*head)
            return answer
        start_response(head[0], [*head[1], ("Connection", "close")])
        # A client that waits for "100 Continue" has not sent its body yet.
        return answer if "HTTP_EXPECT" in environ else _before_the_rest(answer, body)


def _before_the_rest(answer: Iterable[bytes], body: Body) -> Iterator[bytes]:
    """Answer at once, then read the rest of the body: a browser that is cut off shows no answer."""
    try:
        yield b"".join(answer)
        body.drop()
    finally:
        if hasattr(answer, "close"):
            answer.close()


def _length(environ: Environ) -> int | None:
    """Return the length of the body that a request announces; None without one."""
    if not environ.get("CONTENT_LENGTH"):
        return None if "HTTP_TRANSFER_ENCODING" in environ else 0
    try:
        return int(environ["CONTENT_LENGTH"])
    except ValueError:
        return 0


def _take_in(environ: Environ, body: Body, length: int | None) -> None:
    """Replace the server's stream by a small body that has been read. Raises TimeoutError."""
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
    """Abandon the reading thread: nothing can end it before the sender leaves."""


def _refuse_slow(start_response: StartResponse) -> Iterable[bytes]:
    """Answer a client that sends less than it announced. It gets no page, because it blocks a thread."""
    log.info("body_too_slow", extra={"seconds": SECONDS})
    start_response("408 Request Timeout", [("Content-Length", "0"), ("Connection", "close")])
    return [b""]
