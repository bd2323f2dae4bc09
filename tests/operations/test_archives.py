"""Visits of old years leave the database for files: all of them, once, and whatever happens on the way."""

import csv
import gzip
import os
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.core.management import call_command

from booking.bookings.audit import differences
from booking.bookings.lifecycle import cancel_booking
from booking.models import Booking, BookingEvent
from booking.operations import archives
from booking.operations.archives import Archived, NotArchived, archive_visits
from booking.privacy import forget_old
from booking.who import Who
from notifications.models import OutboxMessage
from stores.models import Slot, Store
from tests.factories import NOW, at, make_booking, make_store

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=800)


@pytest.fixture
def store() -> Store:
    """Return a store with three visits of 2026, one of them cancelled, and one of 2027; all are erased."""
    store = make_store(capacity=5)
    for hour in (9, 10, 11):
        make_booking(store, starts_at=at(hour), phone=f"+3361200000{hour % 10}")
    cancel_booking(booking_id=Booking.objects.latest("pk").pk, who=Who.system(NOW))
    january = at(10, day=12, month=1, year=2027)
    make_booking(store, starts_at=january, now=january - timedelta(days=5), phone="+33612000077")
    forget_old(now=LATER)
    return store


def read(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", newline="") as file:
        return list(csv.DictReader(file))


def archive(store: Store, folder: Path) -> Archived:
    return archive_visits(store=store, before_year=2027, folder=folder)


def test_visits_of_the_year_are_in_its_file_and_no_longer_here(store: Store, tmp_path: Path) -> None:
    references = set(Booking.objects.filter(visit_date__year=2026).values_list("reference", flat=True))
    events = BookingEvent.objects.filter(booking__reference__in=references).count()

    archived = archive(store, tmp_path)

    assert archived.visits == 3
    visits = read(tmp_path / f"{store.slug}-2026-visits.csv.gz")
    assert {row["reference"] for row in visits} == references
    assert sorted(row["status"] for row in visits) == ["cancelled", "confirmed", "confirmed"]
    assert len(read(tmp_path / f"{store.slug}-2026-history.csv.gz")) == events
    assert {row["subject"] for row in read(tmp_path / f"{store.slug}-2026-messages.csv.gz")} <= references
    assert [one.visit_date.year for one in Booking.objects.all()] == [2027]
    assert not OutboxMessage.objects.filter(subject__in=references).exists()
    assert {slot.starts_at.year for slot in Slot.objects.all()} == {2027}
    assert list(differences(now=LATER)) == []


def test_a_second_run_changes_nothing(store: Store, tmp_path: Path) -> None:
    archived = archive(store, tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    assert archive(store, tmp_path) == Archived(0, ())
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    assert {path.name for path in archived.files} == set(before)


def test_what_a_run_that_was_cut_off_left_of_a_file_is_in_nobodys_way(store: Store, tmp_path: Path) -> None:
    for part in ("visits", "history", "messages"):  # in a container, the next run may have the same number of process
        (tmp_path / f".{store.slug}-2026-{part}.csv.gz.{os.getpid()}").write_bytes(b"half of")

    assert archive(store, tmp_path).visits == 3
    assert len(read(tmp_path / f"{store.slug}-2026-visits.csv.gz")) == 3
    assert not list(tmp_path.glob(".*"))


def test_a_run_that_is_cut_off_before_it_deletes_is_ended_by_the_next(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as cut_off:
        cut_off.setattr(archives, "_delete", lambda *a, **k: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            archive(store, tmp_path)
    assert Booking.objects.count() == 4
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    assert archive(store, tmp_path).visits == 3
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_visits_that_still_tell_of_people_stay(store: Store, tmp_path: Path) -> None:
    Booking.objects.filter(visit_date__year=2026).update(erased_at=None)

    with pytest.raises(NotArchived, match="3 visits still tell of people"):
        archive(store, tmp_path)

    assert Booking.objects.count() == 4
    assert list(tmp_path.iterdir()) == []


def test_a_visit_over_new_year_stays_with_all_that_shares_its_slots(store: Store, tmp_path: Path) -> None:
    night = at(23, 45, day=31, month=12)
    over = Booking.objects.filter(visit_date__year=2026, status="confirmed").latest("pk")
    Slot.objects.filter(starts_at__lt=over.ends_at, ends_at__gt=over.starts_at).update(
        starts_at=night, ends_at=night + timedelta(minutes=30)
    )
    Booking.objects.filter(pk=over.pk).update(
        starts_at=night, ends_at=night + timedelta(minutes=30), visit_date=night.date()
    )

    assert archive(store, tmp_path).visits == 2
    assert list(differences(now=LATER)) == []


@pytest.mark.parametrize(("day", "hour", "minute"), [(31, 23, 30), (1, 0, 0)])
def test_visit_whose_desk_is_kept_over_new_year_stays_with_its_slots(
    store: Store, tmp_path: Path, day: int, hour: int, minute: int
) -> None:
    starts_at = at(hour, minute, day=day, month=12) if day == 31 else at(hour, minute, day=1, month=1, year=2027)
    _first, over = Booking.objects.filter(visit_date__year=2026, status="confirmed").order_by("pk")
    slot = Slot.objects.get(starts_at=over.starts_at)
    is_before = day == 1
    times = (
        [starts_at - timedelta(minutes=30), starts_at] if is_before else [starts_at, starts_at + timedelta(minutes=30)]
    )
    slot.delete()
    for begins in times:
        slot.pk, slot.starts_at, slot.ends_at = None, begins, begins + timedelta(minutes=30)
        slot.save(force_insert=True)
    Booking.objects.filter(pk=over.pk).update(
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=30),
        visit_date=starts_at.date(),
        minutes_before=20 if is_before else 0,
        minutes_after=0 if is_before else 40,
    )
    assert list(differences(now=LATER)) == []

    assert archive(store, tmp_path).visits == 2
    assert list(differences(now=LATER)) == []


def test_nothing_of_a_person_is_in_any_file(store: Store, tmp_path: Path) -> None:
    archive(store, tmp_path)

    text = "".join(gzip.decompress(path.read_bytes()).decode() for path in tmp_path.iterdir())
    assert "Ada" not in text
    assert "+336" not in text
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}


def test_command_says_what_went_where_and_keeps_two_years_at_least(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with time_machine.travel(at(12, day=1, month=2, year=2030), tick=False):
        call_command("archive_visits", str(tmp_path), keep_years=3, store=[store.slug])
        assert capsys.readouterr().out == f"{store.slug}: 3 visits in 3 files\ntotal: 3\n"
        call_command("archive_visits", str(tmp_path), keep_years=3)
        assert capsys.readouterr().out == "total: 0\n"
        with pytest.raises(SystemExit, match="--keep-years: 2 at least"):
            call_command("archive_visits", str(tmp_path), keep_years=1)
    assert Booking.objects.count() == 1


def test_visits_whose_steps_were_taken_back_leave_as_well(store: Store, tmp_path: Path) -> None:
    booking = Booking.objects.filter(visit_date__year=2026).earliest("pk")
    step = BookingEvent.objects.filter(booking=booking).earliest("pk")
    BookingEvent.objects.create(
        booking=booking, kind=step.kind, at=NOW, happened_at=NOW, actor=step.actor, to_status="confirmed", undoes=step
    )

    assert archive(store, tmp_path).visits == 3
    assert not BookingEvent.objects.filter(undoes__isnull=False).exists()
