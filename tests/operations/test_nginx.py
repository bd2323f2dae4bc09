"""The guide's file for nginx: that it loads as it is, and what it does before a Carillon that runs."""

import http.client
import os
import ssl
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from booking.operations.proxy_look import SEEN, asking_headers, read_what_is_seen, what_proxy_does_wrong
from tests import servers
from tests.asking import Answer
from tests.nginx import MISSING, Proxy, find_nginx
from tests.servers import House, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.plain]

TRUSTED: dict[str, Any] = {
    "PUBLIC_URL": "https://booking.example.org",
    "ALLOWED_HOSTS": "booking.example.org,127.0.0.1",
    "TRUSTED_PROXIES": "127.0.0.1",
}


@pytest.fixture(autouse=True)
def nginx() -> None:
    if find_nginx() is None:
        pytest.fail(MISSING) if os.environ.get("CI") else pytest.skip(MISSING)


def ask(
    proxy: Proxy, path: str, *, method: str = "GET", body: bytes | None = None, headers: Mapping[str, str] | None = None
) -> Answer:
    """Ask over HTTPS, as a visitor of the site does."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    connection = http.client.HTTPSConnection("127.0.0.1", proxy.secure_port, timeout=180, context=context)
    with closing(connection):
        connection.request(method, path, body=body, headers={"Host": "booking.example.org", **(headers or {})})
        response = connection.getresponse()
        return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())


def is_answering(proxy: Proxy) -> bool:
    try:
        return ask(proxy, "/healthz").status == 200
    except (OSError, http.client.HTTPException):
        return False


def test_file_of_the_guide_loads_as_it_is(tmp_path: Path) -> None:
    done = Proxy(tmp_path, behind=8000).test()

    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with servers.running(**TRUSTED) as house:
        yield house


@pytest.fixture(scope="module")
def proxy(house: House, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """Give the guide's nginx before a Carillon that runs."""
    with Proxy(tmp_path_factory.mktemp("nginx"), behind=house.port).running() as made:
        wait_until(lambda: is_answering(made), seconds=180, what="answering")
        yield made


def test_site_is_served_over_https_alone_and_its_figures_to_nobody(proxy: Proxy) -> None:
    home, figures = ask(proxy, "/"), ask(proxy, "/metrics")
    large, huge = (ask(proxy, "/api/v1/bookings", method="POST", body=b"x" * size) for size in (2_000_000, 7_000_000))
    with closing(http.client.HTTPConnection("127.0.0.1", proxy.plain_port, timeout=180)) as plain:
        plain.request("GET", "/s/corner-shop/?q=1", headers={"Host": "booking.example.org"})
        moved = plain.getresponse()

    assert (home.status, figures.status) == (200, 403)
    assert (large.status, large.code, huge.status) == (413, "too_large", 413)
    assert "max-age" in home.headers["strict-transport-security"]
    assert (moved.status, moved.headers["Location"]) == (301, "https://booking.example.org/s/corner-shop/?q=1")


def test_log_keeps_no_address_of_a_page(proxy: Proxy) -> None:
    ask(proxy, "/b/AAAA1111/?token=a-secret-that-opens")

    wait_until(lambda: " GET 404 " in proxy.log, seconds=180, what="logged")
    assert "AAAA1111" not in proxy.log
    assert "a-secret-that-opens" not in proxy.log


def test_doctor_finds_nothing_wrong_with_it(house: House, proxy: Proxy, settings: Any) -> None:
    settings.SECRET_KEY = (house.data / "secret_key").read_text().strip()
    answer = ask(proxy, "/healthz", headers=asking_headers(now=datetime.now(UTC)))

    seen = read_what_is_seen(answer.headers[SEEN.lower()])
    assert seen is not None
    assert what_proxy_does_wrong(seen, is_https=True) == ""
