"""How many messages a worker sends a second, what one costs it, and what bookings notice of it.

    .venv/bin/python -m bench.messages [--due 3000] [--stores 30] [--provider-ms 120] [--sqlite] [--email]
        [--workers 1]

Reminders of as many visits are due at one moment. The provider is the tests' own, over HTTP, and takes as long as it is
told; e-mails go to the tests' own mail server. Bookings are made by the API meanwhile, four a second, and before that.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from bench.running import cpu_seconds, postgres
from tests import fake_twilio
from tests.notifications import fake_smtp
from tests.servers import BASE, UNTIL_WE_DIE, House, new_database, wait_until

BOOKINGS_BEFORE = 60
BOOKING_EVERY_SECONDS = 0.25
LONGEST_SECONDS = 3600


def seed(due: int, stores: int, *, has_email: bool) -> None:
    """Write stores, visits in three days and a reminder of each that is due now."""
    from bench import seed as bench_seed  # noqa: PLC0415 -- reads the settings of the process that fills the database
    from booking.models import Booking, Source  # noqa: PLC0415 -- likewise
    from notifications.models import Channel, OutboxMessage  # noqa: PLC0415 -- likewise
    from stores.models import Desk, VisitType  # noqa: PLC0415 -- likewise

    made, now = bench_seed.make_stores(stores), bench_seed.NOW
    desks = {desk.store_id: desk for desk in Desk.objects.all()}
    types = {kind.store_id: kind for kind in VisitType.objects.all()}
    starts_at = (now + timedelta(days=3)).replace(minute=0, second=0, microsecond=0)
    contact = {"email": "ada@example.org"} if has_email else {}
    bookings = [
        Booking(
            reference=bench_seed.new_reference(), store=store, desk=desks[store.pk], visit_type=types[store.pk],
            starts_at=starts_at, ends_at=starts_at + timedelta(minutes=15), visit_date=starts_at.date(), party_size=1,
            places=1, takes_web_places=True, source=Source.WEB, locale="fr", name="Ada Lovelace", created_at=now,
            updated_at=now, phone=f"+336{number:08d}", **contact,
        )
        for number, store in ((number, made[number % stores]) for number in range(due))
    ]  # fmt: skip
    Booking.objects.bulk_create(bookings, batch_size=1000)
    OutboxMessage.objects.bulk_create(
        (
            OutboxMessage(
                account=booking.store.slug, subject=booking.reference, kind="reminder", sequence=0, offset="3d",
                channel=Channel.EMAIL if has_email else Channel.SMS, due_at=now, try_at=now, not_after=starts_at,
                is_planned=True, is_limited=False, created_at=now, updated_at=now,
            )
            for booking in bookings
        ),
        batch_size=1000,
    )  # fmt: skip


@contextmanager
def house_with(settings: dict[str, str], *, is_sqlite: bool) -> Iterator[House]:
    """Yield a house that has not been started, on a database of the kind that is asked for."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="carillon-bench-")))
        server = "" if is_sqlite else stack.enter_context(postgres())[0]
        url = stack.enter_context(new_database(folder, server=server))
        house = House(folder, url, {"WEB_WORKERS": "2", "SMS_DAILY_BUDGET": "1000000", **settings})
        house.data.mkdir(exist_ok=True)
        house.settings["PUBLIC_URL"] = house.url
        stack.callback(house.end)
        yield house


def book(house: House, store: str, starts: Iterator[str]) -> float:
    """Book by the API; return the milliseconds it took."""
    customer = {"name": "Ada Test", "phone": "+33612345678"}
    wanted = {"store": store, "visit_type": "visit", "starts_at": next(starts), "party_size": 1, "customer": customer}
    begun = time.monotonic()
    answer = house.post("/api/v1/bookings", wanted)
    assert answer.status in (201, 409), answer.text
    return (time.monotonic() - begun) * 1000


def later_starts() -> Iterator[str]:
    """Yield starts of slots, each five times, which is how many places it has."""
    first = (datetime.now(UTC) + timedelta(days=8)).replace(hour=9, minute=0, second=0, microsecond=0)
    for number in count():
        day, slot = divmod(number // 5, 28)
        yield (first + timedelta(days=day, minutes=15 * slot)).isoformat()


def more_work(house: House) -> None:
    """Start another worker, as another host has one; it ends with the house."""
    command = [*UNTIL_WE_DIE, sys.executable, "-m", "booking.operations.launcher.worker"]
    environment = {**house.environment, "DATA_DIR": str(house.folder / "another")}
    environment["SECRET_KEY"] = (house.data / "secret_key").read_text()
    subprocess.Popen(command, cwd=BASE, env=environment, stdout=subprocess.DEVNULL)


def told(name: str, times: list[float]) -> None:
    p95 = statistics.quantiles(times, n=20)[-1]
    print(f"{name:32} median {statistics.median(times):6.1f} ms   p95 {p95:6.1f} ms   ({len(times)})")


def measure(house: House, accepted: Callable[[], int], due: int) -> None:
    starts, during = later_starts(), []
    before = [book(house, "s0", starts) for _ in range(BOOKINGS_BEFORE)]
    worker = house.worker()[0]
    house.execute("UPDATE notifications_outboxmessage SET state = 'due' WHERE state = 'dead'")
    begun, cpu, base = time.monotonic(), cpu_seconds(worker), accepted()
    over = threading.Event()

    def keep_booking() -> None:
        while not over.wait(BOOKING_EVERY_SECONDS):
            during.append(book(house, "s0", starts))

    booker = threading.Thread(target=keep_booking)
    booker.start()
    waiting = "state IN ('due', 'sending') AND kind = 'reminder' AND sequence = 0 AND \"offset\" = '3d'"
    left = f"SELECT count(*) FROM notifications_outboxmessage WHERE {waiting} AND try_at < '{datetime.now(UTC)}'"
    try:
        wait_until(lambda: house.rows(left)[0][0] == 0, seconds=LONGEST_SECONDS, what="sent")
    finally:
        over.set()
        booker.join()
    seconds, sent, cpu_ms = time.monotonic() - begun, accepted() - base, (cpu_seconds(worker) - cpu) * 1000
    print(f"{sent} in {seconds:.1f} s: {due / seconds:.1f}/s, {cpu_ms / due:.2f} ms of processor time each")
    print(f"memory of the worker: {int(Path(f'/proc/{worker}/statm').read_text().split()[1]) >> 8} MB")
    told("bookings before", before)
    told("bookings meanwhile", during)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--due", type=int, default=3000)
    parser.add_argument("--stores", type=int, default=30)
    parser.add_argument("--provider-ms", type=int, default=120)
    parser.add_argument("--workers", type=int, default=1, help="the processor time is that of the first")
    parser.add_argument("--sqlite", action="store_true")
    parser.add_argument("--email", action="store_true")
    parser.add_argument("--seed", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.seed:
        seed(asked.due, asked.stores, has_email=asked.email)
        return
    with fake_twilio.running() as twilio, fake_smtp.running() as mail:
        twilio.work_seconds = asked.provider_ms / 2000
        settings = {
            "SMS_GATEWAY": "twilio", "TWILIO_API_URL": twilio.url, "TWILIO_ACCOUNT_SID": fake_twilio.ACCOUNT_SID,
            "TWILIO_AUTH_TOKEN": fake_twilio.AUTH_TOKEN, "TWILIO_FROM": fake_twilio.FROM,
            "EMAIL_URL": f"smtp://127.0.0.1:{mail.port}",
        }  # fmt: skip
        with house_with(settings, is_sqlite=asked.sqlite) as house:
            house.manage("migrate", "-v", "0")
            seeding = [sys.executable, "-m", "bench.messages", "--seed", "--due", str(asked.due), "--stores"]
            more = ["--email"] if asked.email else []
            environment = {**os.environ, **house.environment}
            subprocess.run([*seeding, str(asked.stores), *more], cwd=BASE, env=environment, check=True)
            house.execute("UPDATE notifications_outboxmessage SET state = 'dead'")  # until all is warm
            house.start()
            for _ in range(asked.workers - 1):
                more_work(house)
            measure(house, lambda: len(mail.accepted) if asked.email else len(twilio.accepted), asked.due)


if __name__ == "__main__":
    main()
