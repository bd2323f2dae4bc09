"""A backup opens nothing; a house restored from it lets nobody in who was put out, nor brings back who was erased."""

import http.client
import re
import signal
from collections.abc import Iterator
from http.cookies import SimpleCookie
from stat import S_IMODE
from urllib.parse import urlencode

import pytest

from booking.operations.backups import LEFT_OUT
from tests import servers
from tests.asking import booking_at, slot
from tests.factories import PASSWORD
from tests.operations.test_backup import path_with_postgres, references
from tests.servers import House

pytestmark = pytest.mark.slow
MAKE_APP = """
from django.contrib.auth.models import User
from django_otp.oath import TOTP
from booking.models import APP_CODES
from booking.accounts.second_factor import add_app, new_app_key
from booking.tokens import unseal
from booking.accounts.devices import offer_pairing
from django.utils.timezone import now
user = User.objects.get(username="bea")
key = new_app_key()
import time
totp = TOTP(unseal(APP_CODES, key)); totp.time = time.time()
add_app(user=user, key=key, code=f"{totp.token():06d}")
print("secret", unseal(APP_CODES, key).hex())
print("code", offer_pairing(store=user.memberships.get().store, device_name="Entrance", user=user, now=now()))
"""


def signed_in(house: House, username: str) -> str:
    """Return the cookie of somebody who signed in as a browser does."""
    first = house.get("/staff/sign-in/")
    csrf = SimpleCookie(first.headers["set-cookie"])["csrftoken"].value
    token = re.findall(rb'name="csrfmiddlewaretoken" value="([^"]+)"', first.body)[0].decode()
    form = urlencode({"username": username, "password": PASSWORD, "csrfmiddlewaretoken": token})
    answer = _post_form(house, "/staff/sign-in/", form, csrf)
    return SimpleCookie(answer)["sessionid"].value


def _post_form(house: House, path: str, form: str, csrf: str) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", house.port, timeout=180)
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": f"csrftoken={csrf}"}
    connection.request("POST", path, body=form, headers=headers)
    response = connection.getresponse()
    found = [value for name, value in response.getheaders() if name.lower() == "set-cookie" and "sessionid" in value]
    connection.close()
    return found[0]


def is_in(house: House, cookie: str) -> bool:
    return house.get("/staff/", Cookie=f"sessionid={cookie}").status == 200


class Kept:
    """A house with people signed in, a program, a pairing code and an app; its backup; then somebody was erased."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.file = house.folder / "backup"
        self.store = house.make_store(capacity=50)
        for name in ("ada", "bea"):
            house.manage("add_staff", self.store, name, "--role", "manager", text=PASSWORD)
        self.cookie = signed_in(house, "ada")
        self.token = house.post("/api/v1/staff/token", {"username": "ada", "password": PASSWORD}).json["token"]
        said = house.manage("shell", "-v", "0", "-c", MAKE_APP)
        self.secret = re.findall(r"secret (\w+)", said)[0]
        self.code = re.findall(r"code (\w+)", said)[0]
        booked = [
            house.post("/api/v1/bookings", booking_at(self.store, slot(index=40 + number), number=number)).json
            for number in range(2)
        ]
        self.erased, self.stays = (one["reference"] for one in booked)
        self.said = house.run("backup", str(self.file))
        bearer = f"Bearer {booked[0]['manage_token']}"
        assert house.post(f"/api/v1/bookings/{self.erased}/erase", {}, Authorization=bearer).status == 200


@pytest.fixture(scope="module")
def kept() -> Iterator[Kept]:
    with servers.running(PATH=path_with_postgres()) as house:
        yield Kept(house)
        house.stop(signal.SIGTERM)


@pytest.fixture(scope="module")
def restored(kept: Kept) -> Iterator[tuple[House, str]]:
    with servers.house(PATH=path_with_postgres()) as house:
        for name in ("secret_key", "erased"):
            (house.data / name).write_bytes((kept.house.data / name).read_bytes())
        said = house.manage("restore", str(kept.file))
        yield house, said


def test_database_holds_no_key_that_opens_anything(kept: Kept) -> None:
    rows = kept.house.tables()
    text = str(rows)

    assert is_in(kept.house, kept.cookie)
    assert len(rows["django_session"]) >= 1
    for secret in (kept.cookie, kept.token, kept.secret, kept.code):
        assert secret not in text
    for (key,) in kept.house.rows("SELECT session_key FROM django_session"):
        assert not is_in(kept.house, key)


def test_backup_has_no_row_of_what_opens_or_tells(kept: Kept) -> None:
    assert kept.said.returncode == 0, kept.said.stderr
    with servers.house(PATH=path_with_postgres()) as house:
        (house.data / "secret_key").write_bytes((kept.house.data / "secret_key").read_bytes())
        house.manage("restore", str(kept.file))
        rows = house.tables()
    left = {name: rows[name] for name in LEFT_OUT if name in rows}

    assert {"django_session", "knox_authtoken", "booking_pairingcode"} <= left.keys()
    assert {name: found for name, found in left.items() if found} == {}
    if kept.house.is_sqlite:
        content = kept.file.read_bytes()
        before = [key for (key,) in kept.house.rows("SELECT session_key FROM django_session")]
        assert [key for key in before if key.encode() in content] == []


def test_who_was_erased_stays_erased_and_their_place_is_free(kept: Kept, restored: tuple[House, str]) -> None:
    house, said = restored

    rows = dict(house.rows("SELECT reference, name FROM booking_booking"))
    assert rows[kept.erased] == ""
    assert rows[kept.stays] != ""
    assert references(house) == {kept.erased, kept.stays}
    assert house.rows(f"SELECT status FROM booking_booking WHERE reference = '{kept.erased}'") == [("cancelled",)]
    assert "1 customers erased" in said
    assert said.index("erased") < said.index("restored;")
    assert house.check_books() == "The books are right."


def test_restore_says_what_is_as_it_was(restored: tuple[House, str]) -> None:
    _house, said = restored

    assert "sign-ins, tokens of programs and pairing codes have ended" in said
    assert re.search(r"tablets, members and passwords are as they were (on \d{4}-\d\d-\d\d at|when the backup)", said)


def test_nobody_is_let_in_by_what_opened_before(kept: Kept, restored: tuple[House, str]) -> None:
    house, _said = restored
    house.start()

    assert not is_in(house, kept.cookie)
    assert house.get("/api/v1/staff/stores", Authorization=f"Token {kept.token}").status == 401
    assert is_in(house, signed_in(house, "ada"))


def test_erasures_are_kept_for_their_owner_alone_and_name_nobody(kept: Kept) -> None:
    file = kept.house.data / "erased"

    assert S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_text() == f"{kept.erased}\n"
