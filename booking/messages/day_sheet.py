"""The day sheet: a day's visits as a table, for a file that staff take along and for the morning's e-mail."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from typing import TYPE_CHECKING

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from booking.bookings.day_rows import ListedBooking
from booking.bookings.day_schedule import DaySchedule, day_schedule
from booking.bookings.status_wording import status_words
from booking.customer_input import phone_in_words
from booking.formats.spreadsheets import Cell, csv_bytes
from booking.formatting import csv_delimiter, day_in_words, visit_type_name
from booking.links import day_url
from booking.messages.day_sheet_address import read_wish, write_question
from booking.messages.email_texts import one_line
from booking.models import Source, Status
from booking.subjects import Subject
from notifications.content import Attachment, Email, Skip
from notifications.models import OutboxMessage
from stores.models import SetupChange, Store

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

_TEMPLATE = "email/day_sheet"


def head() -> tuple[Cell, ...]:
    """Return the names of the columns."""
    return tuple(str(name) for name, _value in COLUMNS)


def rows(schedule: DaySchedule) -> Iterator[tuple[Cell, ...]]:
    """Yield a line for each booking, cancelled ones included, by time; times are the store's own."""
    for one in schedule.bookings:
        yield tuple(value(one, schedule) for _name, value in COLUMNS)


def answers(booking: ListedBooking) -> str:
    """Return a customer's answers to the store's questions, on one line."""
    return "; ".join(f"{told['question']} {told['answer']}" for told in booking.answers)


def read_day_sheet(subject: Subject) -> tuple[Store, date] | SetupChange | None:
    """Return the store and the day of a sheet, or the wish for another address of a question."""
    store_and_day = subject.store_and_day()
    if store_and_day is None:
        return read_wish(subject)
    store = Store.objects.filter(pk=store_and_day[0]).first()
    return (store, store_and_day[1]) if store else None


def write_day_sheet(
    found: tuple[Store, date] | SetupChange, _message: OutboxMessage, /, *, now: datetime
) -> Email | Skip:
    """Return the present sheet of a store's day, or the question, or why it is no longer wanted."""
    if isinstance(found, SetupChange):
        return write_question(found, now=now)
    store, day = found
    if not store.day_sheet_email:
        return Skip("not_wanted")
    schedule = day_schedule(store=store.slug, date=day, now=now)
    with translation.override(store.day_sheet_language):
        return _email(store, day, schedule)


def _email(store: Store, day: date, schedule: DaySchedule) -> Email:
    coming = [_visit(one, store, schedule) for one in schedule.bookings if one.status != Status.CANCELLED]
    name, day_words = one_line(store.name), day_in_words(day)
    context = {
        "store_name": name,
        "heading": _("Who is coming today, {day}?").format(day=day_words),
        "visits": coming,
        "people": sum(one.party_size for one in schedule.bookings if one.status != Status.CANCELLED),
        "day_url": day_url(store.slug),
        "several_desks": len({visit["desk"] for visit in coming}) > 1,
    }
    return Email(
        to=store.day_sheet_email,
        subject=_("{store}: who is coming on {day}").format(store=name, day=day_words),
        text=render_to_string(f"{_TEMPLATE}.txt", context).strip() + "\n",
        html=render_to_string(f"{_TEMPLATE}.html", context).strip() + "\n",
        sender_name=name,
        attachments=(
            Attachment(
                f"{store.slug}-{day.isoformat()}.csv",
                csv_bytes([head(), *rows(schedule)], delimiter=csv_delimiter()),
                "text/csv",
            ),
        ),
    )


def _visit(one: ListedBooking, store: Store, schedule: DaySchedule) -> dict[str, object]:
    return {
        "time": _clock(one.starts_at, schedule),
        "desk": visit_type_name(one.desk.name),
        "visit_type": visit_type_name(one.visit_type.name),
        "name": one.name,
        "people": one.party_size,
        "phone": phone_in_words(one.phone, country=store.country) if one.phone else "",
        "notes": [note for note in (one.note, answers(one)) if note],
        "reference": one.reference,
    }


def _phone(one: ListedBooking, schedule: DaySchedule) -> str:
    """Return a number as people of the store's country dial it: no plus sign, which no spreadsheet takes for text."""
    return phone_in_words(one.phone, country=schedule.rules.country) if one.phone else ""


def _minutes_late(one: ListedBooking) -> Cell:
    return "" if one.late_minutes is None else one.late_minutes


def _time(moment: datetime, schedule: DaySchedule) -> time:
    return moment.astimezone(schedule.rules.zone).time().replace(second=0, microsecond=0)


def _clock(moment: datetime, schedule: DaySchedule) -> str:
    return moment.astimezone(schedule.rules.zone).strftime("%H:%M")


# The columns of the file: the name of each, and its value for a booking of a day.
COLUMNS: tuple[tuple["StrPromise", Callable[[ListedBooking, DaySchedule], Cell]], ...] = (
    (gettext_lazy("Day"), lambda booking, schedule: booking.visit_date),
    (gettext_lazy("From"), lambda booking, schedule: _time(booking.starts_at, schedule)),
    (gettext_lazy("To"), lambda booking, schedule: _time(booking.ends_at, schedule)),
    (gettext_lazy("Desk"), lambda booking, schedule: visit_type_name(booking.desk.name)),
    (gettext_lazy("Kind of visit"), lambda booking, schedule: visit_type_name(booking.visit_type.name)),
    (gettext_lazy("Name"), lambda booking, schedule: booking.name),
    (gettext_lazy("People"), lambda booking, schedule: booking.party_size),
    (gettext_lazy("State"), lambda booking, schedule: status_words()[booking.status]),
    (gettext_lazy("Phone"), _phone),
    (gettext_lazy("E-mail"), lambda booking, schedule: booking.email),
    (gettext_lazy("Note"), lambda booking, schedule: booking.note),
    (gettext_lazy("Questions"), lambda booking, schedule: answers(booking)),
    (gettext_lazy("Booked by way of"), lambda booking, schedule: str(Source(booking.source).label)),
    (gettext_lazy("Minutes late"), lambda booking, schedule: _minutes_late(booking)),
    (gettext_lazy("Reference"), lambda booking, schedule: booking.reference),
)
