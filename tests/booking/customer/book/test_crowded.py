"""Many bookings from one address: a class and a family go on, a program works ever more for less."""

import hashlib
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.core import signing
from django.test import Client, RequestFactory

from booking import limits
from booking.models import Booking, Hold
from booking.web.proof_of_work import HARDEST, NUMBERS, check, new_challenge
from stores.models import Store
from tests.booking.customer.book.way import CHECK, CONFIRM, HOLD, TYPED
from tests.booking.reading import page
from tests.factories import NOW, at, make_store, make_user

pytestmark = pytest.mark.django_db
API = "/api/v1/bookings"


@pytest.fixture(autouse=True)
def _limits_on(settings, tmp_path) -> None:
    settings.RATE_LIMITS, settings.DATA_DIR = True, tmp_path


@pytest.fixture
def store() -> Iterator[Store]:
    with time_machine.travel(NOW, tick=False):
        yield make_store(capacity=30, open_bookings_per_customer=2)


def solved(answer) -> dict[str, str]:
    """Return what a page's form sends once the device has found its number."""
    html = answer.content
    salt, digest = re.search(rb'data-salt="(\w+)"\s+data-digest="(\w+)"', html).groups()
    tried = (hashlib.sha256(salt + str(number).encode()).hexdigest() for number in range(NUMBERS * HARDEST))
    token = re.search(rb'name="proof_asked" value="([^"]+)"', html).group(1).decode()
    return {"proof_asked": token, "proof": str(next(n for n, one in enumerate(tried) if one == digest.decode()))}


def choice(number: int) -> dict[str, str]:
    starts_at = at(9) + timedelta(minutes=15 * (number % 12))
    return {"visit_type": "visit", "party_size": "1", "starts_at": starts_at.isoformat()}


def go_all_the_way(number: int, address: str = "192.0.2.1") -> tuple[str, int]:
    """Book as a browser with scripts does; return where it led, and how often a sum was asked."""
    client, sums = Client(REMOTE_ADDR=address), 0
    shown = client.post(HOLD, choice(number), follow=True)
    if shown.status_code == 428:
        sums += 1
        shown = client.post(HOLD, {**page(shown).forms[HOLD], **solved(shown)}, follow=True)
    assert shown.status_code == 200, page(shown).words
    form = {**page(shown).forms[CONFIRM], **TYPED, "phone": f"06 12 34 {number // 10:02d} {number:02d}"}
    if "proof_asked" in form:
        sums += 1
        form |= solved(shown)
    answer = client.post(CONFIRM, form)
    if "/moment/" in answer["Location"]:
        sums += 1
        asked = client.get(answer["Location"])
        answer = client.post(CONFIRM, {**page(asked).forms[CONFIRM], **solved(asked)})
    return answer["Location"], sums


def test_a_family_of_four_books_without_meeting_a_limit(store: Store) -> None:
    assert [go_all_the_way(number)[1] for number in range(4)] == [0] * 4
    assert Booking.objects.count() == 4


def test_thirty_pupils_of_a_class_book_behind_one_address_in_an_hour(store: Store) -> None:
    outcomes = []
    for number in range(30):
        with time_machine.travel(NOW + timedelta(minutes=number), tick=False):
            outcomes.append(go_all_the_way(number))

    assert [where for where, _ in outcomes if not re.fullmatch(r"/b/\w+/booked/", where)] == []
    assert Booking.objects.count() == 30
    assert [sums for _, sums in outcomes[:20]] == [0] * 20


def test_a_class_that_chooses_all_at_once_keeps_three_times_and_books_the_others_too(store: Store) -> None:
    clients = [Client(REMOTE_ADDR="192.0.2.1") for _ in range(8)]
    shown = [client.post(HOLD, choice(number), follow=True) for number, client in enumerate(clients)]
    assert Hold.objects.count() == 3

    for number, (client, seen) in enumerate(zip(clients, shown, strict=True)):
        form = {**page(seen).forms[CONFIRM], **TYPED, "phone": f"06 12 34 56 {number:02d}"}
        assert re.fullmatch(r"/b/\w+/booked/", client.post(CONFIRM, form)["Location"])

    assert Booking.objects.count() == 8


def busy(store: Store, tries: int) -> None:
    for _ in range(tries):
        limits.hit(limits.BOOKINGS_AT_STORE, [limits.Counted(f"{store.slug}/192.0.2.1")])


@pytest.mark.parametrize("path", [HOLD, CHECK, CONFIRM])
def test_every_step_that_keeps_or_books_asks_a_busy_client_for_the_sum(store: Store, path: str) -> None:
    client = Client(REMOTE_ADDR="192.0.2.1")
    form = choice(0) if path == HOLD else {**choice(0), **TYPED}
    busy(store, 20)

    asked = client.post(path, form, follow=True)

    assert asked.status_code == 428
    assert (Hold.objects.count(), Booking.objects.count()) == (0, 0)
    client.post(path, {**page(asked).forms[path], **solved(asked)}, follow=True)
    assert (Hold.objects.count(), Booking.objects.count()) == ((0, 1) if path == CONFIRM else (1, 0))


def test_a_busy_client_s_sum_is_asked_of_nobody_else(store: Store) -> None:
    busy(store, 40)

    assert go_all_the_way(1, address="198.51.100.7")[1] == 0


@pytest.mark.parametrize(("tries", "numbers"), [(0, 1), (20, 1), (29, 1), (30, 4), (40, 16), (59, 16), (500, 16)])
def test_the_sum_grows_with_a_client_s_tries(store: Store, tries: int, numbers: int) -> None:
    challenge = new_challenge(store.slug, now=NOW, tries=tries)

    assert limits.BUSY_CLIENT.amount == 20
    assert _numbers_in(challenge.token) == NUMBERS * numbers


def test_a_sum_of_a_cheaper_hour_is_worth_nothing(store: Store) -> None:
    cheap = new_challenge(store.slug, now=NOW, tries=20)
    tried = (hashlib.sha256(f"{cheap.salt}{number}".encode()).hexdigest() for number in range(NUMBERS))
    answer = {"proof_asked": cheap.token, "proof": str(next(n for n, one in enumerate(tried) if one == cheap.digest))}

    assert check(answer, store.slug, now=NOW, tries=45) == "missing"
    assert check(answer, store.slug, now=NOW, tries=35) == "fine"


def _numbers_in(token: str) -> int:
    return signing.loads(token, salt="booking.proof_of_work")[4]


def test_a_home_s_networks_and_invented_addresses_book_so_many_a_day_by_program(store: Store) -> None:
    answers = []
    for number in range(200):
        body = {
            "store": store.slug,
            "visit_type": "visit",
            "starts_at": (at(9) + timedelta(days=number % 3, minutes=15 * (number % 12))).isoformat(),
            "customer": {"name": "x", "email": f"x{number}@example.org"},
        }
        network = f"2001:db8:5:6{number % 256:02x}::1"
        answers.append(Client().post(API, body, content_type="application/json", REMOTE_ADDR=network).status_code)

    assert answers.count(201) == 120  # twice what one address may, of the whole /56
    assert set(answers[120:]) == {429}


def test_a_call_center_books_for_as_many_as_phone(store: Store) -> None:
    client = Client(REMOTE_ADDR="192.0.2.1")
    client.force_login(make_user("ada", store=store), backend="django.contrib.auth.backends.ModelBackend")
    client.cookies["csrftoken"] = "a" * 32
    path = f"/api/v1/staff/stores/{store.slug}/bookings"

    statuses = []
    for number in range(100):
        starts_at = at(9) + timedelta(minutes=15 * (number % 12))
        body = {
            "store": store.slug,
            "visit_type": "visit",
            "starts_at": starts_at.isoformat(),
            "customer": {"name": "Ada"},
            "source": "phone",
        }
        answer = client.post(path, body, content_type="application/json", headers={"X-CSRFToken": "a" * 32})
        statuses.append(answer.status_code)

    assert statuses == [201] * 100
    assert limits.tries_to_book(RequestFactory().get("/", REMOTE_ADDR="192.0.2.1"), store.slug) == 0
