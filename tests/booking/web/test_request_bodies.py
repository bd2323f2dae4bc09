"""Nothing of a body is left when the answer goes out, or the connection ends with it."""

import threading
from collections.abc import Iterable
from io import BytesIO
from typing import Any

import pytest

from booking.web import request_bodies
from booking.web.request_bodies import TOO_LARGE, Bodies, Body

KIB = 1024


class Endless:
    """A body that goes on for ever, and counts what was read of it."""

    taken = 0

    def read(self, size: int, /) -> bytes:
        self.taken += size
        return b"a" * size


class Stuck:
    """A body of which nothing comes until the connection ends."""

    def __init__(self) -> None:
        self.ended = threading.Event()

    def read(self, size: int, /) -> bytes:
        self.ended.wait()
        return b""


class Reading:
    """An application that reads so much of each body, and remembers what it saw."""

    def __init__(self, reads: int = 0) -> None:
        self.reads = reads
        self.seen: dict[str, Any] = {}
        self.body = b""

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.seen = dict(environ)
        self.body = environ["wsgi.input"].read(self.reads) if self.reads else b""
        start_response("401 Unauthorized", [("Content-Length", "2")])
        return [b"no"]


def ask(application: Reading, stream: Any, **environ: str) -> tuple[str, dict[str, str]]:
    head: list[Any] = []
    answer = Bodies(application)({"wsgi.input": stream, **environ}, lambda *given: head.extend(given))
    assert b"".join(answer) in (b"no", b"")
    return head[0], dict(head[1])


def test_small_body_that_nobody_reads_is_gone() -> None:
    stream = BytesIO(b"a" * 64 * KIB + b"the next request")
    status, headers = ask(Reading(), stream, CONTENT_LENGTH=str(64 * KIB))
    assert (status, headers) == ("401 Unauthorized", {"Content-Length": "2"})
    assert stream.read() == b"the next request"


def test_small_body_is_there_for_the_application() -> None:
    application = Reading(reads=100)
    ask(application, BytesIO(b"a body"), CONTENT_LENGTH="6")
    assert application.body == b"a body"


@pytest.mark.parametrize(
    ("size", "length", "body"), [(0, 0, b""), (64 * KIB, 64 * KIB, b"aaa"), (64 * KIB + 1, TOO_LARGE, b"")]
)
def test_body_of_unknown_length_gets_one(size: int, length: int, body: bytes) -> None:
    application, stream = Reading(reads=3), BytesIO(b"a" * size)
    _, headers = ask(application, stream, HTTP_TRANSFER_ENCODING="chunked")
    assert application.seen["CONTENT_LENGTH"] == str(length)
    assert "HTTP_TRANSFER_ENCODING" not in application.seen
    assert application.body == body
    assert headers.get("Connection") == (None if body or not size else "close")
    assert stream.read() == b""


def test_request_without_a_body_is_left_as_it_is() -> None:
    application = Reading()
    ask(application, Stuck())
    assert "CONTENT_LENGTH" not in application.seen


@pytest.mark.parametrize("reads", [0, 10, 65 * KIB])
def test_rest_of_a_larger_body_is_dropped(reads: int) -> None:
    stream = BytesIO(b"a" * 65 * KIB)
    _, headers = ask(Reading(reads=reads), stream, CONTENT_LENGTH=str(65 * KIB))
    assert headers.get("Connection") == (None if reads == 65 * KIB else "close")
    assert stream.read() == b""


@pytest.mark.parametrize("environ", [{"CONTENT_LENGTH": str(65 * KIB)}, {"HTTP_TRANSFER_ENCODING": "chunked"}])
def test_answer_is_there_before_the_rest_of_the_body(environ: dict[str, str]) -> None:
    head: list[Any] = []
    stream = BytesIO(b"a" * 200 * KIB)
    answer = iter(Bodies(Reading())({"wsgi.input": stream, **environ}, lambda *given: head.extend(given)))
    assert next(answer) == b"no"
    assert len(stream.read(KIB)) == KIB


def test_body_without_an_end_is_read_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_bodies, "SECONDS", 0.05)
    stream = Endless()
    _, headers = ask(Reading(), stream, CONTENT_LENGTH=str(10**12))
    assert headers["Connection"] == "close"
    for thread in [thread for thread in threading.enumerate() if thread.name == "call"]:
        thread.join()  # it has been told to stop


def test_body_that_waits_to_be_asked_for_is_not_asked_for_where_it_is_too_large() -> None:
    stream = Endless()
    _, headers = ask(Reading(), stream, CONTENT_LENGTH=str(65 * KIB), HTTP_EXPECT="100-continue")
    assert headers["Connection"] == "close"
    assert stream.taken == 0


@pytest.mark.parametrize(
    ("environ", "status"),
    [
        ({"CONTENT_LENGTH": "5"}, "408 Request Timeout"),
        ({"HTTP_TRANSFER_ENCODING": "chunked"}, "408 Request Timeout"),
        ({"CONTENT_LENGTH": str(65 * KIB)}, "401 Unauthorized"),
    ],
)
def test_body_that_does_not_come_holds_nobody_up(
    environ: dict[str, str], status: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_bodies, "SECONDS", 0.05)
    stream = Stuck()
    try:
        said, headers = ask(Reading(), stream, **environ)
    finally:
        stream.ended.set()
    assert said == status
    assert headers["Connection"] == "close"


def test_file_that_does_not_come_breaks_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_bodies, "SECONDS", 0.05)
    stream = Stuck()
    try:
        with pytest.raises(TimeoutError):  # an OSError, which Django answers as a request that cannot be read
            Body(stream, 65 * KIB).read(KIB)
    finally:
        stream.ended.set()


def test_fault_of_the_stream_is_the_readers() -> None:
    class Broken:
        def read(self, size: int, /) -> bytes:
            raise ConnectionResetError("reset")

    with pytest.raises(ConnectionResetError):
        Body(Broken(), KIB).read(KIB)
