"""The day sheet: the morning's e-mail with a day's visits."""

from datetime import date, datetime

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from booking.bookings.day_rows import ListedBooking
from booking.bookings.day_schedule import DaySchedule, night_schedule
from booking.customer_input import phone_in_words
from booking.formats.spreadsheets import csv_bytes
from booking.formatting import csv_delimiter, day_in_words, visit_type_name
from booking.links import day_url
from booking.messages.day_sheet_address import read_wish, write_question
from booking.messages.email_texts import one_line
from booking.messages.visit_table import answers, head, rows
from booking.models import Status
from booking.subjects import Subject
from notifications.content import Attachment, Email, Skip
from notifications.models import OutboxMessage
from stores.models import SetupChange, Store

_TEMPLATE = "email/day_sheet"


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
    schedule = night_schedule(store=store.slug, date=day, now=now)
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
                csv_bytes([head(), *rows(schedule.bookings, schedule.rules)], delimiter=csv_delimiter()),
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


def _clock(moment: datetime, schedule: DaySchedule) -> str:
    return moment.astimezone(schedule.rules.zone).strftime("%H:%M")
