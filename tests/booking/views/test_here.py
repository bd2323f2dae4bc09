import pytest
import time_machine
from django.test import Client

from booking.models import Status
from tests.booking.views.staff_room import SHOP, make_room
from tests.factories import at, make_booking

pytestmark = pytest.mark.django_db
HERE = "/s/corner-shop-niort/here/"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(at(9, 45), tick=False) as clock:
        yield clock


@pytest.fixture
def visit():
    return make_booking(make_room().store, name="Ada Mary Test")


@pytest.mark.parametrize("reader", ["", "/fr", "/simple/fr", "/simple/ar"])
def test_who_is_here_is_checked_in_and_told_so_without_a_cookie(visit, reader):
    client = Client()
    assert client.get(reader + HERE).status_code == 200

    answer = client.post(reader + HERE, {"who": visit.reference})

    visit.refresh_from_db()
    assert (answer.status_code, answer["Location"]) == (303, f"{reader}{HERE}?done=1")
    assert visit.status == Status.CHECKED_IN
    done = client.get(answer["Location"])
    assert done.status_code == 200
    assert not client.cookies
    assert "Ada" not in done.content.decode()


def test_strangers_learn_nothing_and_lose_nothing_typed(visit):
    pages = [Client().post(HERE, {"who": typed}) for typed in ("ABCD1234", "999999")]

    assert [page.status_code for page in pages] == [404, 404]
    assert 'value="ABCD1234"' in pages[0].content.decode()
    assert "We find no visit of yours right now" in pages[0].content.decode()
    texts = [page.content.decode().replace("ABCD1234", "").replace("999999", "") for page in pages]
    assert texts[0] == texts[1]


def test_nothing_typed_is_said_at_the_field(visit):
    answer = Client().post(HERE, {"who": " "})

    assert answer.status_code == 400
    assert "Enter your reference, or 6 digits." in answer.content.decode()


def test_who_guesses_is_stopped(visit, settings):
    settings.RATE_LIMITS = True
    client = Client(REMOTE_ADDR="192.0.2.78")

    answers = [client.post(HERE, {"who": f"{number:06}"}).status_code for number in range(12)]

    assert answers[:10] == [404] * 10
    assert answers[-1] == 429


def test_unknown_store_is_not_found(visit):
    assert Client().get("/s/nowhere/here/").status_code == 404


def test_sheet_for_the_door_shows_the_code_in_two_languages(visit, settings):
    page = make_client(visit).get(f"{SHOP}door/").content.decode()

    assert f"{settings.PUBLIC_URL.partition('://')[2]}{HERE}" in page
    assert "You have booked?" in page
    assert "Vous avez" in page
    assert "<svg" in page


def make_client(visit) -> Client:
    client = Client()
    client.force_login(visit.store.memberships.get(role="staff").user)
    return client
