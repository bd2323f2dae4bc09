"""The house whose messages are measured: its database filled, its providers, and what it does to bookings meanwhile."""

import json
import os
import secrets
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from bench.message_client import EVERY_SECONDS
from bench.running import postgres
from tests import fake_twilio
from tests.fake_twilio import FakeTwilio
from tests.notifications import fake_smtp
from tests.notifications.fake_smtp import FakeSmtp
from tests.servers import BASE, UNTIL_WE_DIE, House, new_database, wait_until

LOOK_EVERY_SECONDS = 0.25
LONGEST_SECONDS = 3600
REMINDERS = "kind = 'reminder' AND sequence = 0 AND \"offset\" = '3d'"


@dataclass
class Works:
    """A house, not started yet, and the providers that it calls."""

    house: House
    twilio: FakeTwilio
    mail: FakeSmtp
    starts: Iterator[str] = field(default_factory=lambda: later_starts())
    customers: Iterator[int] = field(default_factory=count)  # nobody may have many visits to come

    def accepted_at(self) -> list[float]:
        """Return when each message was accepted, in order."""
        texts = [datetime.fromisoformat(text["date_created_iso"]).timestamp() for text in self.twilio.accepted]
        return sorted([*texts, *self.mail.accepted_at])

    def doubled(self) -> int:
        """Return how many texts were accepted more than once: their receipts name the message."""
        named = Counter(
            parse_qs(urlsplit(text["status_callback"]).query)["message"][0] for text in self.twilio.accepted
        )
        return sum(times - 1 for times in named.values())

    def accepted_once(self) -> int:
        """Return how many different texts were accepted."""
        return len(self.twilio.accepted) - self.doubled()

    def release(self, most: int = 0) -> None:
        """Let messages be due now that were held back, all of them or so many."""
        some = f"ORDER BY id LIMIT {most}" if most else ""
        held = f"SELECT id FROM notifications_outboxmessage WHERE state = 'dead' AND {REMINDERS} {some}"
        self.house.execute(f"UPDATE notifications_outboxmessage SET state = 'due' WHERE id IN ({held})")

    def hold_back(self) -> None:
        """Hold back the messages that nobody has begun to send."""
        self.house.execute(f"UPDATE notifications_outboxmessage SET state = 'dead' WHERE state = 'due' AND {REMINDERS}")

    def wait_for_the_last(self) -> None:
        """Wait until no message that was let go is on its way."""
        on_its_way = (
            f"SELECT 1 FROM notifications_outboxmessage WHERE state IN ('due', 'sending') AND {REMINDERS} LIMIT 1"
        )
        with closing(self.house._connect()) as connection:  # one for all looks: each new one costs a process
            while connection.execute(on_its_way).fetchall():
                connection.rollback()
                time.sleep(LOOK_EVERY_SECONDS)

    def book(self) -> float:
        """Book by the API; return the milliseconds it took."""
        begun = time.monotonic()
        answer = self.house.post("/api/v1/bookings", self._wish())
        assert answer.status == 201, answer.text
        return (time.monotonic() - begun) * 1000

    def book_evenly(self, seconds: float) -> list[float]:
        """Book four times a second for so long, whatever each takes; return the milliseconds.

        The client is a process of its own, as the providers keep this one busy.
        """
        wishes = [self._wish() for _ in range(int(seconds / EVERY_SECONDS))]
        command = [sys.executable, "-m", "bench.message_client", str(self.house.port)]
        done = subprocess.run(
            command, cwd=BASE, input=json.dumps(wishes), stdout=subprocess.PIPE, text=True, check=True
        )
        times: list[float] = json.loads(done.stdout)
        return times

    def _wish(self) -> dict[str, object]:
        return {
            "store": "s0",
            "visit_type": "visit",
            "starts_at": next(self.starts),
            "party_size": 1,
            "customer": {"name": "Ada Test", "phone": f"+3367{next(self.customers):07d}"},
        }


@contextmanager
def works(
    due: int, *, is_sqlite: bool, provider_ms: int = 120, stores: int = 30, has_email: bool = False, **settings: str
) -> Iterator[Works]:
    """Yield a running house in which so many reminders are held back."""
    with ExitStack() as stack:
        twilio, mail = stack.enter_context(fake_twilio.running()), stack.enter_context(fake_smtp.running())
        twilio.work_seconds = provider_ms / 2000
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="carillon-bench-")))
        server = "" if is_sqlite else stack.enter_context(postgres())[0]
        url = stack.enter_context(new_database(folder, server=server))
        own = {
            "WEB_WORKERS": "2", "SMS_DAILY_BUDGET": "1000000", "SMS_HOURLY_BUDGET": "1000000", "SMS_GATEWAY": "twilio",
            "TWILIO_API_URL": twilio.url, "TWILIO_ACCOUNT_SID": fake_twilio.ACCOUNT_SID,
            "TWILIO_AUTH_TOKEN": fake_twilio.AUTH_TOKEN, "TWILIO_FROM": fake_twilio.FROM,
            "EMAIL_URL": f"smtp://127.0.0.1:{mail.port}", "SECRET_KEY": secrets.token_hex(32),
        }  # fmt: skip
        house = House(folder, url, {**own, **settings})
        house.data.mkdir(exist_ok=True)
        house.settings["PUBLIC_URL"] = house.url
        stack.callback(house.end)
        house.manage("migrate", "-v", "0")
        run_inside(house, "bench.message_house", due=due, stores=stores, has_email=has_email)
        house.start()
        yield Works(house, twilio, mail)


def run_inside(house: House, module: str, **options: object) -> str:
    """Run a module with the settings of a house; return what it prints. Its options are one JSON text."""
    command = [sys.executable, "-m", module, json.dumps(options)]
    environment = {**os.environ, **house.environment, "DJANGO_SETTINGS_MODULE": "booking.settings"}
    return subprocess.run(command, cwd=BASE, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout


def later_starts() -> Iterator[str]:
    """Yield starts of slots, each five times, which is how many places it has."""
    first = (datetime.now(UTC) + timedelta(days=8)).replace(hour=9, minute=0, second=0, microsecond=0)
    for number in count():
        day, slot = divmod(number // 5, 28)
        yield (first + timedelta(days=day, minutes=15 * slot)).isoformat()


def start_another_worker(house: House) -> None:
    """Start another worker, as another host has one, and wait until it works; it ends with the house."""
    others = len(house.worker())
    command = [*UNTIL_WE_DIE, sys.executable, "-m", "booking.operations.launcher.worker"]
    environment = {**house.environment, "DATA_DIR": str(house.folder / "another")}
    subprocess.Popen(command, cwd=BASE, env=environment, stdout=subprocess.DEVNULL)
    wait_until(lambda: len(house.worker()) > others, seconds=LONGEST_SECONDS, what="another worker")
    time.sleep(5)  # until it has looked at the outbox


@contextmanager
def beside(call: Callable[[Callable[[], bool]], object]) -> Iterator[None]:
    """Call something in a thread of its own, which is told when the block has ended."""
    over = threading.Event()
    thread = threading.Thread(target=call, args=(over.is_set,))
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


def fill(options: Mapping[str, int]) -> None:
    """Write stores, visits in three days and a reminder of each, held back.

    It is noon at all stores but the first, whose customers book: reminders that are late at night wait for the morning.
    """
    from bench import seed as bench_seed  # noqa: PLC0415 -- reads the settings of the process that fills the database
    from booking.models import Booking, Source  # noqa: PLC0415 -- likewise
    from notifications.models import Channel, OutboxMessage, State  # noqa: PLC0415 -- likewise
    from stores.models import Desk, Store, VisitType  # noqa: PLC0415 -- likewise

    made, now = bench_seed.make_stores(options["stores"] + 1)[1:], bench_seed.NOW
    Store.objects.filter(pk__in=[store.pk for store in made]).update(time_zone=f"Etc/GMT{now.hour - 12:+d}")
    desks = {desk.store_id: desk for desk in Desk.objects.all()}
    types = {kind.store_id: kind for kind in VisitType.objects.all()}
    starts_at = (now + timedelta(days=3)).replace(minute=0, second=0, microsecond=0)
    contact = {"email": "ada@example.org"} if options["has_email"] else {}
    bookings = [
        Booking(
            reference=bench_seed.new_reference(), store=store, desk=desks[store.pk], visit_type=types[store.pk],
            starts_at=starts_at, ends_at=starts_at + timedelta(minutes=15), visit_date=starts_at.date(), party_size=1,
            places=1, takes_web_places=True, source=Source.WEB, locale="fr", name="Ada Lovelace", created_at=now,
            updated_at=now, phone=f"+336{number:08d}", **contact,
        )
        for number, store in ((number, made[number % len(made)]) for number in range(options["due"]))
    ]  # fmt: skip
    Booking.objects.bulk_create(bookings, batch_size=1000)
    OutboxMessage.objects.bulk_create(
        (
            OutboxMessage(
                account=booking.store.slug, subject=booking.reference, kind="reminder", sequence=0, offset="3d",
                channel=Channel.EMAIL if options["has_email"] else Channel.SMS, due_at=now, try_at=now,
                not_after=starts_at, is_planned=True, is_limited=False, state=State.DEAD, created_at=now,
                updated_at=now,
            )
            for booking in bookings
        ),
        batch_size=1000,
    )  # fmt: skip


if __name__ == "__main__":
    fill(json.loads(sys.argv[1]))
