"""One faulty run: everything goes wrong for a while, then it is calm, then five days pass, and the judge looks."""

import random
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from tests import fake_twilio
from tests.clock import following, moved
from tests.faults import providers
from tests.faults.customers import CANCELLATION, Customers, Visit
from tests.faults.judge import SEEN_BY_STAFF, ZONE, Verdict, judge, judge_ids, judge_reminders
from tests.faults.machines import Machines, machines
from tests.faults.providers import Providers
from tests.memory import memory_folder
from tests.servers import wait_until

BEGINS_AT = 14  # o'clock: tomorrow, by the moved clock
NIGHTS = 5
NIGHT_HOUR, MORNING_HOUR = 3, 8
NIGHT_SECONDS = 10
FIRST_DAY, DAYS = 5, 8  # on which visits are
SLOTS_A_DAY = 96
SETTLE_SECONDS = 120
LONGEST_SETTLE_SECONDS = 180
QUEUE_FULL_SECONDS = 20 * 60
UNTRIED_SECONDS = 60
UNANSWERED_SECONDS = 60
PASSWORD = "correct horse battery staple"
_TEXTS_ON_THEIR_WAY = "SELECT COUNT(*) FROM notifications_outboxmessage WHERE state IN ('due', 'sending') AND due_at <="


@dataclass
class Plan:
    """What a run is: the seed draws all else."""

    seed: int
    database: str
    seconds: float
    manner: str = "faulty"  # of the providers
    has_machine_faults: bool = True
    has_night: bool = True
    only: Sequence[str] = ()  # kinds of machine faults; all where empty
    keep: Path | None = None  # where the logs go


@dataclass
class Report:
    """What came of a run."""

    plan: Plan
    verdict: Verdict
    operations: int = 0
    accepted: int = 0
    provider_faults: int = 0
    happened: dict[str, int] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)
    server_errors: dict[str, int] = field(default_factory=dict)
    unanswered: int = 0
    settled_seconds: float = 0
    not_settled: int = 0
    waited_for_queue: int = 0
    exits: list[int] = field(default_factory=list)
    left_over: int = 0
    books: str = ""

    @property
    def is_right(self) -> bool:
        return (
            self.verdict.is_right
            and not self.server_errors
            and not self.left_over
            and not any(self.exits)
            and self.books == "The books are right."
            and self.settled_seconds <= SETTLE_SECONDS
        )

    def figures(self) -> dict[str, Any]:
        """Return all of it for a line of JSON."""
        own = {name: value for name, value in vars(self).items() if name not in ("plan", "verdict")}
        return {
            "seed": self.plan.seed, "database": self.plan.database, "right": self.is_right,
            **own, **self.verdict.figures(),
        }  # fmt: skip


class FaultyRun:
    """A run while it goes on."""

    def __init__(self, plan: Plan, folder: Path) -> None:
        self.plan, self.folder = plan, folder
        self.begins = datetime.now(ZONE).replace(hour=BEGINS_AT, minute=0, second=0, microsecond=0) + timedelta(days=1)
        self.begun_at = time.monotonic()
        self.provider_clock = folder / "provider_clock"
        self.night_begins_at = float("inf")

    def go(self) -> Report:
        """Let it happen; return what came of it."""
        with self.standing() as (provider, hosts):
            return self._try(provider, hosts)

    @contextmanager
    def standing(self) -> Iterator[tuple[Providers, Machines]]:
        """Give the providers and the hosts, on which nothing runs yet."""
        self.provider_clock.write_text("0")
        environment = moved(self.begins.astimezone(UTC)) | following(self.provider_clock, word="tests.faults.providers")
        with (
            providers.running(
                seed=self.plan.seed, manner=self.plan.manner, folder=self.folder, environment=environment
            ) as provider,
            machines(self.plan.database, self.folder, **self._settings(provider)) as hosts,
        ):
            public = hosts.hosts[0].url
            for host in hosts.hosts:
                host.settings |= {"PUBLIC_URL": public}
            yield provider, hosts

    def open_store(self, hosts: Machines) -> Customers:
        """Start the hosts with a store in them; return its customers."""
        first = hosts.hosts[0]
        store = first.make_store(capacity=4, zone=str(ZONE))
        first.run("add_staff", store, "ada", "--role", "manager", text=f"{PASSWORD}\n")
        hosts.start()
        token = first.post("/api/v1/staff/token", {"username": "ada", "password": PASSWORD}).json["token"]
        return Customers(hosts.hosts, store, token, self._starts(), self.plan.seed)

    def _settings(self, provider: Providers) -> dict[str, str]:
        return {
            **moved(self.begins.astimezone(UTC)),
            "SMS_GATEWAY": "twilio",
            "TWILIO_ACCOUNT_SID": fake_twilio.ACCOUNT_SID,
            "TWILIO_AUTH_TOKEN": fake_twilio.AUTH_TOKEN,
            "TWILIO_FROM": fake_twilio.FROM,
            "TWILIO_API_URL": provider.url,
            "EMAIL_URL": f"smtp://127.0.0.1:{provider.smtp_port}",
            "EMAIL_FROM": "shop@booking.example",
            "SECRET_KEY": "one key for all hosts of this run, which is long enough 0123456789",
            "SMS_DAILY_BUDGET": "100000",
            "SMS_HOURLY_BUDGET": "100000",
        }

    def _try(self, provider: Providers, hosts: Machines) -> Report:
        customers = self.open_store(hosts)
        with customers.at_work():
            if self.plan.has_machine_faults:
                hosts.suffer(seed=self.plan.seed, seconds=self.plan.seconds, only=self.plan.only)
            else:
                time.sleep(self.plan.seconds)
        self._wait(hosts, "AND attempts = 0", seconds=UNTRIED_SECONDS)  # on a busy machine workers are far behind
        provider.calm()
        calm_at = time.monotonic()
        customers.wait(seconds=UNANSWERED_SECONDS)
        report = Report(self.plan, Verdict(), operations=sum(len(visit.steps) for visit in customers.visits))
        self._settle(hosts, report, calm_at)
        if self.plan.has_night:
            self._sleep_through(provider, hosts, customers.visits, report)
        self._judge(provider, hosts, customers, report)
        return report

    def _starts(self) -> list[datetime]:
        midnight = self.begins.replace(hour=0) + timedelta(days=FIRST_DAY)
        starts = [
            (midnight + timedelta(days=day, minutes=15 * slot)) for day in range(DAYS) for slot in range(SLOTS_A_DAY)
        ]
        random.Random(f"starts {self.plan.seed}").shuffle(starts)
        return starts

    def _settle(self, hosts: Machines, report: Report, calm_at: float) -> None:
        """Wait until nothing is on its way; let the time come for what a full queue of the provider's holds up."""
        but_queue = "AND reason NOT LIKE '%queue_full%'"
        self._wait(hosts, but_queue)
        report.settled_seconds = round(time.monotonic() - calm_at, 1)
        report.not_settled = self._open(hosts, but_queue)
        report.waited_for_queue = self._open(hosts) - report.not_settled
        if report.waited_for_queue:
            hosts.set_clock(QUEUE_FULL_SECONDS)
            self._wait(hosts)
            hosts.set_clock(0)

    def _wait(self, hosts: Machines, condition: str = "", *, seconds: float = LONGEST_SETTLE_SECONDS) -> None:
        """Wait until no message of such a condition is on its way, for no longer than so many seconds."""
        until = time.monotonic() + seconds
        while self._open(hosts, condition) and time.monotonic() < until:
            time.sleep(0.5)

    def _open(self, hosts: Machines, condition: str = "") -> int:
        now = self.begins.astimezone(UTC) + timedelta(seconds=time.monotonic() - self.begun_at)
        (found,) = hosts.hosts[0].rows(f"{_TEXTS_ON_THEIR_WAY} '{now:%Y-%m-%d %H:%M:%S}+00:00' {condition}")
        return int(found[0])

    def _sleep_through(self, provider: Providers, hosts: Machines, visits: list[Visit], report: Report) -> None:
        """Stop all, start again five days later in the night, and let the morning come."""
        report.exits = hosts.stop()
        self.night_begins_at = time.monotonic()
        night = self.begins.replace(hour=NIGHT_HOUR) + timedelta(days=NIGHTS)
        for host in hosts.hosts:
            host.settings |= moved(night.astimezone(UTC))
        ahead = (night - self.begins).total_seconds() - (time.monotonic() - self.begun_at)
        self.provider_clock.write_text(str(round(ahead)))
        hosts.start()
        time.sleep(NIGHT_SECONDS)
        morning = (MORNING_HOUR - NIGHT_HOUR) * 3600 + 1
        self.provider_clock.write_text(str(round(ahead) + morning))
        hosts.set_clock(morning)
        must = {visit.phone for visit in self._to_be_reminded(visits)}
        until = time.monotonic() + SETTLE_SECONDS
        while time.monotonic() < until and not must <= {one.to for one in self._of_night(provider)}:
            time.sleep(0.5)
        under_way = "SELECT COUNT(*) FROM notifications_outboxmessage WHERE state = 'sending'"
        wait_until(lambda: hosts.hosts[0].rows(under_way) == [(0,)], seconds=SETTLE_SECONDS, what="settled by day")

    def _to_be_reminded(self, visits: list[Visit]) -> list[Visit]:
        """Return the visits of which a reminder went past while all slept, and none comes soon."""
        days = {(self.begins + timedelta(days=day)).date() for day in (NIGHTS, NIGHTS + 2)}
        early = self.begins.replace(hour=MORNING_HOUR + 2) + timedelta(days=NIGHTS)
        return [
            visit
            for visit in visits
            if visit.phone and visit.stopped_at is None and not visit.is_unsure
            and visit.steps[-1].kind != CANCELLATION and visit.starts_at.date() in days and visit.starts_at >= early
        ]  # fmt: skip

    def _of_night(self, provider: Providers) -> list[providers.Accepted]:
        return [one for one in provider.accepted() if one.at > self.night_begins_at]

    def _judge(self, provider: Providers, hosts: Machines, customers: Customers, report: Report) -> None:
        first, accepted = hosts.hosts[0], provider.accepted()
        columns = "subject, kind, channel, state, provider_sid, returned_sid, CAST(uuid AS text)"
        rows = first.rows(f"SELECT {columns} FROM notifications_outboxmessage")
        states: dict[tuple[str, str, str], set[str]] = {}
        for subject, kind, channel, state, *_ in rows:
            states.setdefault((subject, kind, channel), set()).add(state)
        report.verdict = judge(customers.visits, accepted, states)
        ids = Counter(sid for row in rows for sid in row[4:6] if sid)
        ended = {UUID(row[6]).hex for row in rows if row[3] in ("skipped", *SEEN_BY_STAFF)}
        judge_ids(accepted, ids, ended, report.verdict)
        if self.plan.has_night:
            must = self._to_be_reminded(customers.visits)
            judge_reminders(customers.visits, self._of_night(provider), must, report.verdict)
        report.books = first.check_books()
        report.exits += hosts.stop()
        report.left_over, report.happened = hosts.left_over, dict(hosts.happened)
        report.accepted, report.provider_faults = len(accepted), provider.faults()
        report.statuses, report.unanswered = dict(customers.answers.statuses), customers.answers.unanswered
        report.server_errors = customers.answers.server_errors
        if self.plan.keep is not None:
            self._keep_logs(hosts, rows)

    def _keep_logs(self, hosts: Machines, rows: list[Any]) -> None:
        assert self.plan.keep is not None
        name = f"{self.plan.database}-{self.plan.seed}"
        self.plan.keep.mkdir(parents=True, exist_ok=True)
        shutil.copy(self.folder / "providers.jsonl", self.plan.keep / f"{name}.providers.jsonl")
        (self.plan.keep / f"{name}.rows").write_text("\n".join(map(repr, rows)))
        for number, host in enumerate(hosts.hosts):
            (self.plan.keep / f"{name}.host{number}.log").write_text(host.logs + host.errors)


def run(plan: Plan) -> Report:
    """Let a run happen in a folder of its own; return what came of it."""
    with tempfile.TemporaryDirectory(prefix="carillon-faults-", dir=memory_folder()) as name:
        return FaultyRun(plan, Path(name)).go()
