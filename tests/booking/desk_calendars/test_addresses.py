"""Addresses of calendars: nothing leads into our own network, whatever it is written like."""

import base64
import socket
from ipaddress import ip_network

import pytest

from booking.desk_calendars.addresses import REASONS, CalendarAddress, CalendarTrouble, machine_of, read_address
from booking.staff.calendar_wording import trouble_in_words


def reason_of(text: str) -> str:
    with pytest.raises(CalendarTrouble) as caught:
        machine_of(read_address(text))
    assert caught.value.reason in REASONS
    return caught.value.reason


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        (
            "https://calendar.example.org/a/b.ics?k=1&l=2",
            ("https", "calendar.example.org", 443, "/a/b.ics?k=1&l=2", ""),
        ),
        (" webcal://Calendar.Example.org ", ("https", "calendar.example.org", 443, "/", "")),
        ("webcals://calendar.example.org:8443/x", ("https", "calendar.example.org", 8443, "/x", "")),
        ("https://bücher.example/x", ("https", "xn--bcher-kva.example", 443, "/x", "")),
        (
            "https://ada:p%40ss@calendar.example.org/x",
            ("https", "calendar.example.org", 443, "/x", "Basic " + base64.b64encode(b"ada:p@ss").decode()),
        ),
    ],
)
def test_an_address_is_read_in_its_parts(typed: str, address: tuple[str, str, int, str, str]) -> None:
    assert read_address(typed) == CalendarAddress(*address)


@pytest.mark.parametrize(
    "typed",
    [
        "", " ", "calendar.example.org/x.ics", "ftp://calendar.example.org/x", "https://", "https:///x",
        "https://a b/x",
        "https://calendar.example.org:port/x", "https://calendar.example.org:99999/x", "file:///etc/passwd",
        "https://calendar.example.org/x\r\nX-Evil: 1", "https://calendar.example.org/é", "https://[::1/x",
        f"https://calendar.example.org/{'a' * 1000}", "https://a..b/x", "javascript:alert(1)",
    ],
)  # fmt: skip
def test_what_is_no_address_is_none(typed: str) -> None:
    with pytest.raises(CalendarTrouble) as caught:
        read_address(typed)

    assert caught.value.reason == "no_address"


@pytest.mark.parametrize(
    "host",
    [
        "localhost", "127.0.0.1", "127.1", "0x7f.1", "2130706433", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1",
        "169.254.169.254", "100.64.0.1", "198.18.0.1", "192.0.2.1", "224.0.0.1", "255.255.255.255", "240.0.0.1",
        "[::1]", "[::]", "[fe80::1]", "[fd00::1]", "[ff02::1]", "[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]",
        "[64:ff9b::7f00:1]", "[64:ff9b::a9fe:a9fe]", "[2002:7f00:1::]", "[2002:a00:1::1]", "[2001:db8::1]",
        "[2001:0:a00:1::1]",
    ],
)  # fmt: skip
def test_no_spelling_leads_to_a_private_machine(host: str) -> None:
    assert reason_of(f"https://{host}/x.ics") == "private_address"


def test_a_name_with_one_private_number_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def told(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        return [(2, 1, 6, "", (number, port)) for number in ("93.184.215.14", "10.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", told)

    assert reason_of("https://rebound.example/x.ics") == "private_address"


def test_public_machines_are_called_by_number_at_the_ports_of_the_web() -> None:
    assert machine_of(read_address("https://1.1.1.1/x.ics")) == "1.1.1.1"
    assert machine_of(read_address("webcal://[2606:4700::1111]:8443/x.ics")) == "2606:4700::1111"
    assert reason_of("https://1.1.1.1:25/x.ics") == "other_port"
    assert reason_of("http://1.1.1.1/x.ics") == "not_https"
    assert reason_of("https://calendar.invalid/x.ics") == "no_such_host"


def test_networks_of_our_own_are_open_where_they_are_named(settings) -> None:
    settings.CALENDAR_NETWORKS = [ip_network("127.0.0.0/8"), ip_network("::1/128")]

    assert machine_of(read_address("http://127.0.0.1:5232/x.ics")) == "127.0.0.1"
    assert reason_of("https://10.0.0.1/x.ics") == "private_address"
    assert reason_of("http://1.1.1.1/x.ics") == "not_https"


def test_each_reason_has_words_of_its_own() -> None:
    shared = trouble_in_words("anything else")

    assert [reason for reason in REASONS - {"not_reached"} if trouble_in_words(reason) == shared] == []
