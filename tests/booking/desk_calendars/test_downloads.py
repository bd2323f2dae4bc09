"""Downloads of calendars from a real server, which does what servers should not."""

import threading
from collections.abc import Iterator
from ipaddress import ip_network

import pytest
import trustme

from booking.desk_calendars import downloads
from booking.desk_calendars.addresses import CalendarTrouble, machine_of, read_address
from booking.desk_calendars.downloads import Download, download
from tests import calendar_server
from tests.calendar_server import CUT, DRIP, ENDLESS, HANG, CalendarServer


@pytest.fixture(autouse=True)
def _open(settings) -> None:
    settings.CALENDAR_NETWORKS = [ip_network("127.0.0.0/8"), ip_network("::1/128")]


@pytest.fixture
def server() -> Iterator[CalendarServer]:
    with calendar_server.running() as server:
        yield server


def read(server: CalendarServer, **validators: str) -> Download:
    return download(read_address(server.url.replace("localhost", "127.0.0.1")), **validators)


def reason_of(server: CalendarServer) -> str:
    with pytest.raises(CalendarTrouble) as caught:
        read(server)
    return caught.value.reason


def test_a_calendar_comes_whole_and_is_asked_for_again_by_its_etag(server: CalendarServer) -> None:
    server.headers = {"ETag": '"one"', "Last-Modified": "Mon, 23 Nov 2026 08:00:00 GMT"}

    found = read(server)
    again = read(server, etag=found.etag, modified=found.modified)

    assert found.content == server.content
    assert again == Download(None, found.etag, found.modified)
    path, headers = server.asked[-1]
    assert path == "/ada.ics"
    assert headers["If-Modified-Since"] == found.modified
    assert headers["Accept-Encoding"] == "identity"
    assert headers["Host"] == server.url.split("/")[2].replace("localhost", "127.0.0.1")


@pytest.mark.parametrize(
    ("status", "headers", "reason"),
    [
        (301, {"Location": "http://127.0.0.1:1/"}, "redirect"),
        (302, {"Location": "file:///etc/passwd"}, "redirect"),
        (304, {}, "redirect"),
        (401, {}, "refused"),
        (403, {}, "refused"),
        (404, {}, "not_found"),
        (410, {}, "not_found"),
        (204, {}, "server_error"),
        (500, {}, "server_error"),
    ],
)
def test_what_a_server_says_is_kept_as_a_reason(server, status, headers, reason) -> None:
    server.status, server.headers = status, headers

    assert reason_of(server) == reason
    assert len(server.asked) == 1


def test_a_server_that_never_ends_is_left(server: CalendarServer, monkeypatch: pytest.MonkeyPatch) -> None:
    server.fault = ENDLESS
    assert reason_of(server) == "too_large"

    monkeypatch.setattr(downloads, "ALL_SECONDS", 0.5)
    for fault in (DRIP, HANG):
        server.fault = fault
        assert reason_of(server) == "too_slow"


def test_a_name_that_is_found_too_late_leads_to_no_call(
    server: CalendarServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody would cut it: a server that sends a byte now and then kept its thread for ever."""
    is_found = threading.Event()
    monkeypatch.setattr(downloads, "machine_of", lambda address: is_found.wait() and machine_of(address))
    monkeypatch.setattr(downloads, "ALL_SECONDS", 0.1)
    server.fault = DRIP

    assert reason_of(server) == "too_slow"
    calls = [thread for thread in threading.enumerate() if thread.name == "call"]
    is_found.set()
    for call in calls:
        call.join(60)

    assert not any(call.is_alive() for call in calls)
    assert server.asked == []


def test_a_server_that_cuts_or_is_away_was_not_reached(server: CalendarServer) -> None:
    server.fault = CUT
    assert reason_of(server) == "not_reached"

    server.shutdown()
    server.server_close()
    assert reason_of(server) == "not_reached"


def test_validators_that_no_header_takes_are_not_kept(server: CalendarServer) -> None:
    server.headers = {"ETag": f'"{"x" * 300}"', "Last-Modified": "é" * 3}

    found = read(server)

    assert (found.etag, found.modified) == ("", "")


@pytest.mark.parametrize(("name", "is_right"), [("localhost", True), ("elsewhere.example.org", False)])
def test_https_wants_the_certificate_of_the_name(name, is_right, monkeypatch, tmp_path) -> None:
    authority = trustme.CA()
    trusted = tmp_path / "trusted.pem"
    authority.cert_pem.write_to_path(str(trusted))
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    with calendar_server.running(authority.issue_cert(name)) as server:
        if is_right:
            assert download(read_address(server.url)).content == server.content
        else:
            with pytest.raises(CalendarTrouble, match="not_reached"):
                download(read_address(server.url))


def test_an_address_with_a_name_and_a_password_sends_them(server: CalendarServer) -> None:
    download(read_address(server.url.replace("localhost", "ada:secret@127.0.0.1")))

    assert server.asked[0][1]["Authorization"] == "Basic YWRhOnNlY3JldA=="
