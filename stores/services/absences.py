"""Absences of desks: added and removed, never changed. See `stores.absences`."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from stores.absences import EACH_WEEK, LAST_OF_MONTH, Absence, weekdays_mask, weekdays_of
from stores.models import Desk, DeskAbsence, Recurrence, Store, StoreClosing
from stores.services.changes import DAY_NAMES, record_change
from stores.services.values import BadValue, lock, raise_version

ABSENCES_MAX = 100  # of one desk that are not over: each question about free times reads them
ABSENCE_DAYS_MAX = 732  # from the first day to the last one; a repeating one may go on for good
KEEP_ABSENCES_DAYS = 730  # reports of days gone by count the places that there were


@transaction.atomic
def add_absence(*, store: Store, desk: Desk, absence: Absence, user: User | None, now: datetime) -> DeskAbsence:
    """Note that whoever serves at a desk is away; the same twice is one. Locks the store's row. Raises BadValue.

    Its code is "order" where it ends before it begins, "never" where no such day comes, "too_long", or
    "too_many_absences" of this desk.
    """
    check_absence(absence)
    lock(store)
    fields = columns_of(absence)
    known = desk.absences.filter(**fields).first()
    if known is not None:  # pressed twice
        return known
    today = now.date() - timedelta(days=1)  # in any zone
    if desk.absences.exclude(last_date__lt=today).count() >= ABSENCES_MAX:
        raise BadValue("first_date", "too_many_absences")
    row = DeskAbsence.objects.create(desk=desk, **fields)
    raise_version(store)
    after = absence_for_trail(absence)
    record_change(store=store, user=user, what="absence", subject=desk.name, before={}, after=after, now=now)
    return row


@transaction.atomic
def remove_absence(*, store: Store, absence_id: int, user: User | None, now: datetime) -> Absence | None:
    """Remove an absence of one of a store's desks; return it, None where there is none. Locks the store's row."""
    lock(store)
    row = DeskAbsence.objects.filter(desk__store=store, pk=absence_id).select_related("desk").first()
    if row is None:
        return None
    absence = absence_of(row)
    row.delete()
    raise_version(store)
    before = absence_for_trail(absence)
    record_change(store=store, user=user, what="absence", subject=row.desk.name, before=before, after={}, now=now)
    return absence


@transaction.atomic
def forget_absences(*, now: datetime) -> int:
    """Delete the absences and closings that ended long ago; return how many."""
    ended = now.date() - timedelta(days=KEEP_ABSENCES_DAYS)
    absences, _ = DeskAbsence.objects.filter(last_date__lt=ended).delete()
    closings, _ = StoreClosing.objects.filter(last_date__lt=ended).delete()
    return absences + closings


def check_absence(absence: Absence) -> None:
    """Raise BadValue for an absence that ends before it begins, never comes, or lasts too long."""
    first, last = absence.first_date, absence.last_date
    if not EACH_WEEK <= absence.nth <= LAST_OF_MONTH or not all(0 <= day <= 6 for day in absence.weekdays):
        raise BadValue("weekdays", "invalid")
    if last is None and not absence.weekdays:
        raise BadValue("last_date", "required")
    if last is not None and last < first:
        raise BadValue("last_date", "order")
    if last is not None and (last - first).days >= ABSENCE_DAYS_MAX and not absence.weekdays:
        raise BadValue("last_date", "too_long")
    begins, ends = absence.from_time, absence.until_time
    is_one_day = first == last and not absence.weekdays
    if is_one_day and begins is not None and ends is not None and ends <= begins:
        raise BadValue("until_time", "order")
    if absence.weekdays and last is not None and not _ever_comes(absence, last):
        raise BadValue("last_date", "never")


def _ever_comes(absence: Absence, last: date) -> bool:
    days = min((last - absence.first_date).days, 62) + 1  # within two months each of them comes
    return any(absence.comes_on(absence.first_date + timedelta(days=number)) for number in range(days))


def columns_of(absence: Absence) -> dict[str, Any]:
    """Return the values of the columns in which an absence or a closing is stored."""
    return {
        "first_date": absence.first_date,
        "last_date": absence.last_date,
        "from_time": absence.from_time,
        "until_time": absence.until_time,
        "weekdays": weekdays_mask(absence.weekdays),
        "nth": absence.nth,
    }


def absence_of(row: Recurrence) -> Absence:
    """Return an absence or a closing as plain values."""
    return Absence(
        row.first_date,
        row.last_date,
        row.from_time,
        row.until_time,
        weekdays_of(row.weekdays),
        row.nth,
        row.pk,
    )


def absence_for_trail(absence: Absence) -> dict[str, Any]:
    """Return an absence or a closing as the trail stores it; what it does not have is left out."""

    def short(at: time | None) -> str | None:
        return None if at is None else f"{at:%H:%M}"

    fields = {
        "away_from": absence.first_date.isoformat(),
        "away_until": absence.last_date and absence.last_date.isoformat(),
        "from_time": short(absence.from_time),
        "until_time": short(absence.until_time),
        "weekdays": [DAY_NAMES[day] for day in absence.weekdays] or None,
        "nth_of_month": absence.nth or None,
    }
    return {name: value for name, value in fields.items() if value is not None}


def absence_from_trail(fields: Mapping[str, Any]) -> Absence:
    """Return an absence from what the trail stores of it."""
    last, begins, ends = (fields.get(name) for name in ("away_until", "from_time", "until_time"))
    return Absence(
        date.fromisoformat(fields["away_from"]),
        last and date.fromisoformat(last),
        begins and time.fromisoformat(begins),
        ends and time.fromisoformat(ends),
        tuple(DAY_NAMES.index(day) for day in fields.get("weekdays", ())),
        fields.get("nth_of_month", EACH_WEEK),
    )
