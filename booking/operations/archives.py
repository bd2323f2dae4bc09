"""Archives: visits of years long over leave the database for files, without people, store by store.

Whatever is cut off at any point, a second run ends what the first began: a file is complete and on the disk before
its rows are deleted, all in one transaction, and rows that are in a file already are written there once.
"""

import csv
import gzip
import io
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet

from booking.models import Booking, BookingEvent, Ticket
from booking.places.claims import raise_days
from notifications.models import OutboxMessage
from stores.hours import day_start
from stores.models import Slot, Store
from stores.slots import BUFFER_MOST

VISITS, HISTORY, MESSAGES = "visits", "history", "messages"
COLUMNS = {
    VISITS: (
        *("reference", "store__slug", "desk__slug", "visit_type__slug", "visit_date", "starts_at", "ends_at"),
        *("party_size", "places", "status", "source", "sequence", "attendance_confirmed"),
        *("checked_in_at", "started_at", "completed_at", "created_at"),
    ),
    HISTORY: (
        *("booking__reference", "at", "happened_at", "kind", "actor", "from_status", "to_status"),
        *("from_starts_at", "to_starts_at"),
    ),
    MESSAGES: (
        "subject",
        "kind",
        "offset",
        "sequence",
        "channel",
        "due_at",
        "attempted_at",
        "state",
        "reason",
        "segments",
    ),
}
Row = tuple[str, ...]


class NotArchived(Exception):
    """Nothing was changed; the message is one line for the person at the terminal."""


@dataclass(frozen=True, slots=True)
class Archived:
    """What left the database; `files` are those that hold it."""

    visits: int
    files: tuple[Path, ...]


def archive_visits(*, store: Store, before_year: int, folder: Path) -> Archived:
    """Move a store's visits that ended before a year to files, one a year and part. Raises NotArchived, OSError."""
    until = _cut(store, day_start(date(before_year, 1, 1), ZoneInfo(store.time_zone)))
    visits = Booking.objects.filter(store=store, ends_at__lte=until)
    if (kept := visits.filter(erased_at=None).count()) > 0:
        raise NotArchived(f"{store.slug}: {kept} visits still tell of people; run manage.py forget first.")
    by_year = _by_year(visits)
    files = tuple(
        _merge(folder / f"{store.slug}-{year}-{part}.csv.gz", COLUMNS[part], rows)
        for (year, part), rows in sorted(by_year.items())
    )
    count = sum(len(rows) for (_, part), rows in by_year.items() if part == VISITS)
    if count:
        _sync(folder)
        _delete(store, until, expected=count)
    return Archived(count, files)


def _cut(store: Store, until: datetime) -> datetime:
    """Return the last instant before which no visit and no slot goes on: those that go on past it stay together."""
    while True:
        spans = [
            rows.filter(store=store, starts_at__lt=until, ends_at__gt=until).order_by("starts_at")
            for rows in (Booking.objects.all(), Slot.objects.all())
        ]
        spans.append(_kept_past(store, until))
        begins = [row.starts_at for row in (found.only("starts_at").first() for found in spans) if row is not None]
        if not begins:
            return until
        until = min(begins)


def _kept_past(store: Store, until: datetime) -> "QuerySet[Booking]":
    """Return the visits whose desk is kept after them past an instant, by time."""
    near = Booking.objects.filter(store=store, minutes_after__gt=0, ends_at__lte=until)
    near = near.filter(ends_at__gt=until - timedelta(minutes=BUFFER_MOST))
    kept = [visit.pk for visit in near if visit.taken_until > until]
    return Booking.objects.filter(pk__in=kept).order_by("starts_at")


def _by_year(visits: QuerySet[Booking]) -> dict[tuple[int, str], list[Row]]:
    """Return the rows of each file, by the year of the visit."""
    years = dict(visits.values_list("reference", "visit_date__year"))
    parts: tuple[tuple[str, QuerySet[Booking] | QuerySet[BookingEvent] | QuerySet[OutboxMessage]], ...] = (
        (VISITS, visits.order_by("starts_at", "pk")),
        (HISTORY, BookingEvent.objects.filter(booking__in=visits).order_by("booking_id", "pk")),
        (MESSAGES, _messages(visits).order_by("subject", "pk")),
    )
    found: dict[tuple[int, str], list[Row]] = defaultdict(list)
    for part, rows in parts:
        for row in rows.values_list(*COLUMNS[part]):
            found[years[row[0]], part].append(tuple(map(_text, row)))
    return found


def _messages(visits: QuerySet[Booking]) -> QuerySet[OutboxMessage]:
    return OutboxMessage.objects.filter(subject__in=visits.values("reference"))


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    return "" if value is None else str(value)


def _merge(path: Path, columns: Iterable[str], rows: list[Row]) -> Path:
    """Write rows to a file behind those that it has already; it is whole and on the disk, or as it was."""
    header = tuple(name.replace("__slug", "").replace("booking__", "") for name in columns)
    merged = list(dict.fromkeys([*_rows(path), *rows]))
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    text = io.StringIO()
    csv.writer(text).writerows([header, *merged])
    unfinished.unlink(missing_ok=True)  # of a run that was cut off: in a container both may have the same number
    with unfinished.open("xb") as file:
        unfinished.chmod(0o600)
        file.write(gzip.compress(text.getvalue().encode(), mtime=0))
        file.flush()
        os.fsync(file.fileno())
    if list(_rows(unfinished)) != merged:
        unfinished.unlink()
        raise NotArchived(f"{path}: what was written does not read as it should.")
    unfinished.replace(path)
    return path


def _rows(path: Path) -> Iterator[Row]:
    """Yield the rows of a file below its header; none of a file that is not there."""
    if path.exists():
        with gzip.open(path, "rt", newline="") as file:
            yield from list(map(tuple, csv.reader(file)))[1:]


def _sync(folder: Path) -> None:
    """See to it that the names of new files are on the disk too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@transaction.atomic
def _delete(store: Store, until: datetime, *, expected: int) -> None:
    """Delete a store's visits up to an instant, what belongs to them, and the slots that they took."""
    visits = Booking.objects.filter(store=store, ends_at__lte=until)
    days = set(visits.values_list("visit_date", flat=True))
    events = BookingEvent.objects.filter(booking__in=visits)
    events.update(undoes=None)
    events.delete()
    _messages(visits).delete()
    Ticket.objects.filter(booking__in=visits).delete()
    deleted = visits.delete()[1].get(Booking._meta.label, 0)
    if deleted != expected:
        raise NotArchived(f"{store.slug}: visits changed meanwhile; run it again.")
    Slot.objects.filter(store=store, ends_at__lte=until).delete()
    raise_days(store.pk, days)
