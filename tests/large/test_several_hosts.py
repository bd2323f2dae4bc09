"""Two hosts on one database and one Redis: to those outside they are one Carillon."""

import http.cookiejar
import re
import signal
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Iterator
from functools import partial
from itertools import count

import pytest

from booking.operations.schedules import MINUTELY, NIGHTLY
from tests.asking import Answer, booking_at, slot
from tests.postgres import free_port, running_server
from tests.redis_server import running_redis
from tests.servers import House, house_at, kill, new_database, wait_until
from tests.threads import at_once

pytestmark = [pytest.mark.slow, pytest.mark.large]

CROWD = 100
PLACES = 5
PASSWORD = "correct horse battery staple"
_clients = count(1)
_numbers = count(1)


class Hosts:
    """Two hosts; whoever calls comes from a network of their own, with a number of their own."""

    def __init__(self, first: House, second: House) -> None:
        self.both = (first, second)
        self.store = first.make_store(capacity=PLACES)
        first.run("add_staff", self.store, "ada", "--role", "manager", text=f"{PASSWORD}\n")

    def of(self, number: int) -> House:
        return self.both[number % 2]

    def post(self, number: int, path: str, payload: object, *, client: str = "", **headers: str) -> Answer:
        """Send to one of the hosts, as a proxy before both does."""
        return self.of(number).post(path, payload, X_Forwarded_For=client or new_client(), **headers)

    def book(self, number: int, *, index: int, **headers: str) -> Answer:
        return self.post(number, "/api/v1/bookings", new_booking(self.store, index), **headers)

    def sent(self, kind: str) -> Counter[str]:
        """Return what the messages of a kind that went out from either host are about, each as often as it went."""
        written = Counter(path.stem[-36:] for house in self.both for path in (house.data / "outbox").glob(f"*{kind}*"))
        rows = self.of(0).rows("SELECT CAST(uuid AS text), subject FROM notifications_outboxmessage")
        return Counter({subject: written[uuid] for uuid, subject in rows if written[uuid]})


def new_client() -> str:
    number = next(_clients)
    return f"198.{number // 65536}.{number // 256 % 256}.{number % 256}"


def new_booking(store: str, index: int) -> dict[str, object]:
    """Return a request of somebody whose number has a prefix that few share."""
    number = next(_numbers)
    return booking_at(store, slot(index=index), number=number % 80 * 10_000 + number)


@pytest.fixture(scope="module")
def hosts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hosts]:
    port = free_port()
    settings = {
        "REDIS_URL": f"redis://127.0.0.1:{port}/0",
        "SECRET_KEY": "the same key on all hosts, which is long enough 0123456789",
        "PUBLIC_URL": "http://127.0.0.1:8000",
        "TRUSTED_PROXIES": "127.0.0.1",
        "RATE_LIMITS": "on",
        "WEB_WORKERS": "1",
        "SMS_DAILY_BUDGET": "100000",
        "SMS_HOURLY_BUDGET": "100000",
    }
    folder = tmp_path_factory.mktemp("hosts")
    with (
        running_server() as server,
        new_database(folder, is_migrated=True, server=server) as database,
        running_redis(port),
        house_at(database, **settings) as first,
        house_at(database, **settings) as second,
    ):
        for house in (first, second):
            house.start()
        yield Hosts(first, second)


def test_two_starts_make_one_timetable(hosts: Hosts) -> None:
    names = [name for (name,) in hosts.of(0).rows("SELECT name FROM django_q_schedule")]

    assert sorted(names) == sorted(name for name, *_ in (*MINUTELY, *NIGHTLY))


def test_a_crowd_at_both_hosts_gets_the_places_of_one_store(hosts: Hosts) -> None:
    answers = at_once([partial(hosts.book, number, index=10) for number in range(CROWD)])
    assert Counter((one.status, one.code) for one in answers) == {
        (201, ""): PLACES,
        (409, "slot_full"): CROWD - PLACES,
    }


def test_a_request_sent_to_both_hosts_is_done_once(hosts: Hosts) -> None:
    body, client = new_booking(hosts.store, 20), new_client()
    send = partial(hosts.post, path="/api/v1/bookings", payload=body, client=client, Idempotency_Key="one-key")
    answers = at_once([partial(send, number) for number in range(10)])

    booked = {one.body for one in answers if one.status == 201}
    assert {(one.status, one.code) for one in answers} <= {(201, ""), (409, "in_progress")}
    assert len(booked) == 1
    again = [send(0), send(1)]
    assert {one.body for one in again} == booked
    assert {one.headers.get("idempotent-replayed") for one in again} == {"true"}


def test_a_client_is_counted_by_both_hosts_together(hosts: Hosts) -> None:
    client = new_client()
    statuses = [hosts.post(number, "/api/v1/holds", {}, client=client).status for number in range(62)]

    assert statuses == [400] * 60 + [429] * 2


def test_who_signs_in_at_one_host_is_signed_in_at_the_other_and_out_of_both(hosts: Hosts) -> None:
    jar = http.cookiejar.CookieJar()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))

    def open_page(number: int, path: str, **form: str) -> tuple[str, str]:
        data = urllib.parse.urlencode(form).encode() if form else None
        with opener.open(f"{hosts.of(number).url}{path}", data=data, timeout=180) as answer:
            return str(answer.url), answer.read().decode()

    token = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
    _, page = open_page(0, "/staff/sign-in/")
    found = token.search(page)
    assert found
    open_page(0, "/staff/sign-in/", csrfmiddlewaretoken=found[1], username="ada", password=PASSWORD)
    there, _ = open_page(1, f"/staff/{hosts.store}/day/")
    assert "sign-in" not in there
    _, page = open_page(1, "/staff/account/")
    found = token.search(page)
    assert found
    open_page(1, "/staff/sign-out/", csrfmiddlewaretoken=found[1])
    assert "sign-in" in open_page(0, f"/staff/{hosts.store}/day/")[0]


def test_a_page_of_one_host_finds_its_files_at_the_other(hosts: Hosts) -> None:
    page = hosts.of(0).get("/", X_Forwarded_For=new_client()).body.decode()
    files = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page))

    assert files
    assert {hosts.of(1).get(path, X_Forwarded_For=new_client()).status for path in files} == {200}


def test_each_message_goes_out_once_whichever_worker_is_first(hosts: Hosts) -> None:
    answers = [hosts.book(number, index=30 + number // PLACES) for number in range(6 * PLACES)]
    references = [one.json["reference"] for one in answers]
    wait_until(lambda: set(references) <= hosts.sent("confirmation").keys(), seconds=400, what="confirmed")
    names = ", ".join(f"'{one}'" for one in references)
    hosts.of(0).execute(
        "UPDATE notifications_outboxmessage SET due_at = now(), try_at = now() - interval '1 second'"
        f" WHERE kind = 'reminder' AND state = 'due' AND subject IN ({names})"
    )
    wait_until(lambda: set(references) <= hosts.sent("reminder").keys(), seconds=400, what="reminded")

    for kind in ("confirmation", "reminder"):
        assert {hosts.sent(kind)[one] for one in references} == {1}
    assert hosts.of(0).check_books() == "The books are right."


def test_the_bell_of_a_host_whose_worker_stands_still_is_heard_by_the_other(hosts: Hosts) -> None:
    asleep = hosts.of(0).worker()
    kill(asleep, signal.SIGSTOP)
    try:
        reference = hosts.book(0, index=60).json["reference"]
        wait_until(lambda: reference in hosts.sent("confirmation"), seconds=400, what="sent")
    finally:
        kill(asleep, signal.SIGCONT)
