"""No address takes more than its limit, whatever the form of the body: refused by its length, and none kept on disk."""

import json
import tempfile
from io import BytesIO
from pathlib import Path

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.test import Client, RequestFactory

from booking.web.request_bodies import Bodies
from stores.models import Organization, OrganizationMembership
from tests.factories import NOW, make_store, make_user
from tests.guards.routes import TABLE, address

pytestmark = [pytest.mark.django_db, pytest.mark.plain]
LIMIT = 64 * 1024
FILE_LIMIT = 5 * 1024 * 1024
IMPORT = "/staff/o/chain/import/"
BOUNDARY = "a-line-between"
FORMS = {
    "form": ("application/x-www-form-urlencoded", b"note=" + b"a" * LIMIT),
    "multipart": (f"multipart/form-data; boundary={BOUNDARY}", b""),
    "json": ("application/json", json.dumps({"note": "a" * LIMIT}).encode()),
    "chunked": ("application/json", json.dumps({"note": "a" * LIMIT}).encode()),
}


@pytest.fixture
def uploads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which temporary files would be made."""
    folder = tmp_path / "uploads"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def table(size: int) -> bytes:
    """Return a form with a file of so many bytes."""
    start = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="what"\r\n\r\nstores\r\n'
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="table.csv"\r\n\r\n'
    )
    return start.encode() + b"a" * size + f"\r\n--{BOUNDARY}--\r\n".encode()


class Reader(BytesIO):
    """A body as a server gives it, which counts what is read of it."""

    taken = 0

    def read(self, size: int | None = -1, /) -> bytes:
        piece = super().read(size)
        self.taken += len(piece)
        return piece


def send(path: str, content_type: str, body: bytes, *, is_chunked: bool = False) -> tuple[int, dict[str, str], bytes]:
    """Send a body past all that a server does before Django; return status, headers and content."""
    environ = RequestFactory().generic("POST", path, body, content_type=content_type).environ
    environ["wsgi.input"] = reader = Reader(body)
    if is_chunked:
        environ.pop("CONTENT_LENGTH")
        environ["HTTP_TRANSFER_ENCODING"] = "chunked"
    head: list = []
    content = b"".join(Bodies(WSGIHandler())(environ, lambda *given: head.extend(given)))
    headers = {name.lower(): value for name, value in head[1]}
    assert reader.taken == len(body) or headers["connection"] == "close"
    return int(head[0].split()[0]), headers, content


@pytest.mark.parametrize("route", sorted(TABLE))
def test_body_over_the_limit_is_413_on_every_route(route: str, uploads: Path) -> None:
    make_store()
    path = "/api/" if route.startswith("^api") else address(route)
    path = path.replace("<int:number>", "1").replace("<str:secret>", "wrong")
    for name, (content_type, body) in FORMS.items():
        status, headers, content = send(path, content_type, body or table(LIMIT), is_chunked=name == "chunked")
        assert status == 413, name
        if path.startswith("/api/"):
            assert headers["content-type"] == "application/problem+json"
            assert json.loads(content)["code"] == "too_large"
        else:
            assert headers["content-type"] == "text/html; charset=utf-8"
            assert b"Nothing was changed." in content
            assert "default-src" in headers["content-security-policy"]
    assert list(uploads.iterdir()) == []


@pytest.fixture
def manager() -> Client:
    chain = Organization.objects.create(slug="chain", name="Chain of Shops", kind="chain", created_at=NOW)
    chain.stores.add(make_store("a-shop"))
    user = make_user("flora")
    OrganizationMembership.objects.create(organization=chain, user=user, created_at=NOW)
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def upload(client: Client, size: int, path: str = IMPORT) -> int:
    return client.generic(
        "POST", path, table(size), content_type=f"multipart/form-data; boundary={BOUNDARY}"
    ).status_code


@pytest.mark.parametrize(("size", "status"), [(LIMIT, 400), (FILE_LIMIT, 400), (FILE_LIMIT + LIMIT, 413)])
def test_table_of_5_mb_is_read_without_the_disk(manager: Client, uploads: Path, size: int, status: int) -> None:
    assert upload(manager, size) == status  # 400: what was read is no table
    assert list(uploads.iterdir()) == []


def test_who_is_not_signed_in_sends_no_file(manager: Client) -> None:
    assert upload(Client(), LIMIT // 2) == 302  # to the sign-in
    assert upload(Client(), LIMIT) == 413


def test_who_is_signed_in_sends_no_file_elsewhere(manager: Client) -> None:
    assert upload(manager, LIMIT, "/staff/o/chain/pattern/") == 413
    assert upload(manager, LIMIT, "/s/a-shop/book/details/") == 413
