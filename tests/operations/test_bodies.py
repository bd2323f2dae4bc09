"""Bodies that nobody reads, that are too large, or that do not come, as the real server meets them."""

import json
import socket
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest

from tests import servers
from tests.asking import booking_at, slot
from tests.servers import House, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.plain]

PATIENCE_SECONDS = 60  # for an answer, on a machine that is busy
LATE_SECONDS = 0.3  # by which a body is behind its head; the server of an earlier day had answered by then
CANCEL = "/api/v1/bookings/ABCDEFGH/cancel"
BODY = json.dumps({"reason": "a" * 300}).encode()


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with servers.running() as made:
        yield made


@pytest.fixture(scope="module")
def store(house: House) -> str:
    return house.make_store(capacity=2)


def connect(house: House) -> socket.socket:
    return socket.create_connection(("127.0.0.1", house.port), timeout=PATIENCE_SECONDS)


def head(path: str, *lines: str) -> bytes:
    said = ("Host: 127.0.0.1", "Content-Type: application/json", *lines)
    return "\r\n".join((f"POST {path} HTTP/1.1", *said, "", "")).encode()


def answer_on(connection: socket.socket) -> tuple[HTTPResponse, bytes]:
    response = HTTPResponse(connection)
    response.begin()
    return response, response.read()


def is_closed(connection: socket.socket) -> bool:
    """Tell whether the server ends a connection, within our patience."""
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


@pytest.mark.parametrize(
    ("path", "status"), [(CANCEL, 404), ("/api/v1/staff/stores/x/bookings", 401), ("/no/such/page", 404)]
)
def test_connection_outlives_a_body_that_nobody_reads(house: House, path: str, status: int) -> None:
    with closing(connect(house)) as connection:
        for _ in range(3):
            connection.sendall(head(path, f"Content-Length: {len(BODY)}"))
            connection.settimeout(LATE_SECONDS)
            with pytest.raises(TimeoutError):
                connection.recv(1)
            connection.settimeout(PATIENCE_SECONDS)
            connection.sendall(BODY)
            response, _content = answer_on(connection)
            assert (response.status, response.getheader("connection")) == (status, None)


def test_many_requests_and_bodies_share_one_connection(house: House) -> None:
    asked = [("POST", CANCEL, BODY), ("GET", "/healthz", None), ("POST", "/no/such/page", BODY), ("GET", "/", None)]
    connection = HTTPConnection("127.0.0.1", house.port, timeout=PATIENCE_SECONDS)
    with closing(connection):
        connection.connect()
        first = connection.sock
        for method, path, body in asked * 50:
            connection.request(method, path, body=body)
            connection.getresponse().read()
        assert connection.sock is first


@pytest.mark.parametrize("length", [70_000, 200_000_000])
def test_body_that_is_too_large_is_refused_before_it_comes(house: House, length: int) -> None:
    with closing(connect(house)) as connection:
        connection.sendall(head("/", f"Content-Length: {length}"))
        response, content = answer_on(connection)
        assert (response.status, response.getheader("connection")) == (413, "close")
        assert b"Nothing was changed." in content


def test_body_that_waits_to_be_asked_for_is_refused_unasked(house: House) -> None:
    with closing(connect(house)) as connection:
        connection.sendall(head(CANCEL, "Content-Length: 70000", "Expect: 100-continue"))
        response, content = answer_on(connection)  # 100 Continue would be passed over
        assert (response.status, json.loads(content)["code"]) == (413, "too_large")
        assert is_closed(connection)


@pytest.mark.parametrize("size", [70_000, 20_000_000])
def test_body_that_is_too_large_and_comes_all_the_same_is_answered(house: House, size: int) -> None:
    connection = HTTPConnection("127.0.0.1", house.port, timeout=PATIENCE_SECONDS)
    with closing(connection):
        for _ in range(3):
            connection.request("POST", CANCEL, body=b"a" * size, headers={"Content-Type": "application/json"})
            response = connection.getresponse()
            assert (response.status, json.loads(response.read())["code"]) == (413, "too_large")
            assert response.getheader("connection") == "close"


@pytest.mark.parametrize(("size", "status"), [(0, 201), (70_000, 413)])
def test_body_of_unknown_length_is_read_up_to_the_limit(house: House, store: str, size: int, status: int) -> None:
    with closing(connect(house)) as connection:
        for number in range(3):
            wish = {**booking_at(store, slot(index=40 + number), number=number), "more": "a" * size}
            body = json.dumps(wish).encode()
            connection.sendall(head("/api/v1/bookings", "Transfer-Encoding: chunked"))
            connection.sendall(f"{len(body):x}\r\n".encode() + body + b"\r\n0\r\n\r\n")
            assert answer_on(connection)[0].status == status
            if status == 413:
                break  # and the connection with it


@pytest.mark.parametrize("how", ["Content-Length: 5000", "Transfer-Encoding: chunked"])
def test_who_sends_no_more_is_answered_and_leaves_nothing_behind(house: House, how: str) -> None:
    before = threads(house)
    with closing(connect(house)) as connection:
        connection.sendall(head("/s/a-shop/book/details/", how) + b"1")
        response, _content = answer_on(connection)
        assert (response.status, response.getheader("connection")) == (408, "close")
    assert house.get("/").status == 200
    wait_until(lambda: threads(house) <= before, seconds=PATIENCE_SECONDS, what="as few threads as before")


def threads(house: House) -> int:
    """Return how many threads all processes of a house have."""
    said = [Path(f"/proc/{pid}/status").read_text() for pid in house.processes()]
    return sum(int(line.split()[1]) for text in said for line in text.splitlines() if line.startswith("Threads:"))
