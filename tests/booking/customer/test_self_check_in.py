import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from booking.models import Status
from booking.tokens import door_secret
from tests.booking.reading import page
from tests.booking.staff.staff_room import SHOP, make_room
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
def test_who_is_here_is_checked_in_and_told_so_without_a_cookie(visit, reader) -> None:
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


@pytest.mark.parametrize("door", ["", "wrong", "é\0", "old"])
@pytest.mark.parametrize("typed", ["345601", "06 12 34 56 01", "+33612345601", "999999", "06 99 99 99 99"])
def test_from_elsewhere_a_phone_number_says_nothing_and_every_one_is_answered_alike(visit, typed, door) -> None:
    secret = door_secret(visit.store.slug, 0) if door == "old" else door

    client = Client()
    sent = client.post(HERE, {"who": typed, "d": secret})

    visit.refresh_from_db()
    assert (sent.status_code, visit.status) == (303, Status.CONFIRMED)
    assert not any(digits in sent["Location"] for digits in ("345601", "56+01", "56%2001", "99"))
    for _reload in range(2):
        answer = client.get(sent["Location"])
        page = answer.content.decode()
        assert answer.status_code == 400
        assert "Here only the reference works" in page
        assert f'value="{typed}"' in page


@pytest.mark.parametrize("typed", ["345601", "06 12 34 56 01", "999999", "06 99 99 99 99", "ABCD1234"])
def test_at_the_door_all_are_answered_alike_whoever_is_expected(visit, typed) -> None:
    answer = Client().post(HERE, {"who": typed, "d": at_door(visit)})

    visit.refresh_from_db()
    assert (answer.status_code, answer["Location"]) == (303, f"{HERE}?done=1&d={at_door(visit)}")
    assert "If you are expected now" in Client().get(answer["Location"]).content.decode()
    assert (visit.status == Status.CHECKED_IN) is (typed in ("345601", "06 12 34 56 01"))


def test_new_code_ends_the_old_one_for_phone_numbers(visit) -> None:
    old = at_door(visit)
    sheet = f"{SHOP}door/"
    manager, staff = Client(), make_client(visit)
    manager.force_login(visit.store.memberships.get(role="manager").user)
    assert staff.post(f"{sheet}renew/").status_code == 403

    renewed = manager.post(f"{sheet}renew/")

    assert (renewed.status_code, renewed["Location"]) == (303, f"{sheet}?done=new")
    visit.store.refresh_from_db()
    assert Client().post(HERE, {"who": "345601", "d": old}, follow=True).status_code == 400
    assert Client().post(HERE, {"who": "345601", "d": at_door(visit)}).status_code == 303


def test_link_back_keeps_what_the_door_said(visit) -> None:
    page = Client().get(f"{HERE}?done=1&d={at_door(visit)}").content.decode()

    assert f'href="{HERE}?d={at_door(visit)}"' in page


def test_nothing_typed_is_said_at_the_field(visit) -> None:
    answers = [Client().post(HERE, {"who": " ", "d": door}, follow=True) for door in ("", at_door(visit))]

    assert [answer.status_code for answer in answers] == [400, 400]
    assert "Enter the reference of your visit." in answers[0].content.decode()
    assert "Enter your reference, or 6 digits." in answers[1].content.decode()


def test_what_is_no_sign_is_said_at_the_field_and_not_counted_as_a_guess(visit) -> None:
    client, door = Client(), at_door(visit)
    answer = client.post(HERE, {"who": "Ada Test", "d": door}, follow=True)

    assert answer.redirect_chain == [(f"{HERE}?why=again&d={door}", 303)]
    assert answer.status_code == 400
    assert "This is neither a reference" in answer.content.decode()
    assert 'value="Ada Test"' in answer.content.decode()
    assert client.post(HERE, {"who": visit.reference, "d": door}).status_code == 303
    assert "Ada Test" not in client.get(f"{HERE}?why=again&d={door}").content.decode()


def test_what_is_no_sign_is_said_to_a_browser_without_cookies(visit) -> None:
    again = Client().post(HERE, {"who": "Ada Test", "d": at_door(visit)})["Location"]

    answer = Client().get(again)

    assert answer.status_code == 400
    assert "Enter your reference, or 6 digits." in answer.content.decode()


@pytest.mark.parametrize("reader", ["", "/simple"])
def test_the_page_sends_on_what_the_code_on_the_door_said(visit, reader) -> None:
    client, address = Client(), f"{reader}{HERE}"
    shown = page(client.get(address, {"d": at_door(visit)}))
    assert "last 6 digits" in shown.words
    assert "digits of your phone" not in page(client.get(address)).words

    client.post(address, {**shown.forms[address], "who": "345601"})

    visit.refresh_from_db()
    assert visit.status == Status.CHECKED_IN


def test_who_guesses_is_stopped(visit, settings: Settings) -> None:
    settings.RATE_LIMITS = True
    client = Client(REMOTE_ADDR="192.0.2.78")

    door = at_door(visit)
    answers = [client.post(HERE, {"who": f"{number:06}", "d": door}, follow=True) for number in range(12)]

    assert [answer.status_code for answer in answers] == [200] * 10 + [429] * 2
    assert [len(answer.redirect_chain) for answer in answers] == [1] * 12


def test_unknown_store_is_not_found(visit) -> None:
    assert Client().get("/s/nowhere/here/").status_code == 404


def test_sheet_for_the_door_shows_the_code_in_two_languages(visit, settings: Settings) -> None:
    page = make_client(visit).get(f"{SHOP}door/").content.decode()

    assert f"{settings.PUBLIC_URL.partition('://')[2]}{HERE}" in page
    assert "You have booked?" in page
    assert "Vous avez" in page
    assert "<svg" in page
    assert at_door(visit) not in page  # it is in the code alone: an address is read aloud, and typed from afar


def at_door(visit) -> str:
    return door_secret(visit.store.slug, visit.store.door_number)


def make_client(visit) -> Client:
    client = Client()
    client.force_login(visit.store.memberships.get(role="staff").user)
    return client
