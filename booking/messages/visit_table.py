"""Visits as a table, for files that staff take along: one line a visit."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, time
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy

from booking.bookings.day_rows import ListedBooking
from booking.bookings.status_wording import status_words
from booking.customer_input import phone_in_words
from booking.formats.spreadsheets import Cell
from booking.formatting import visit_type_name
from booking.models import Source
from stores.slots import StoreRules

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


def head() -> tuple[Cell, ...]:
    """Return the names of the columns."""
    return tuple(str(name) for name, _value in COLUMNS)


def rows(bookings: Iterable[ListedBooking], rules: StoreRules) -> Iterator[tuple[Cell, ...]]:
    """Yield a line for each booking of a store, cancelled ones included; times are the store's own."""
    for one in bookings:
        yield tuple(value(one, rules) for _name, value in COLUMNS)


def answers(booking: ListedBooking) -> str:
    """Return a customer's answers to the store's questions, on one line."""
    return "; ".join(f"{told['question']} {told['answer']}" for told in booking.answers)


def _phone(one: ListedBooking, rules: StoreRules) -> str:
    """Return a number as people of the store's country dial it: no plus sign, which no spreadsheet takes for text."""
    return phone_in_words(one.phone, country=rules.country) if one.phone else ""


def _minutes_late(one: ListedBooking) -> Cell:
    return "" if one.late_minutes is None else one.late_minutes


def _time(moment: datetime, rules: StoreRules) -> time:
    return moment.astimezone(rules.zone).time().replace(second=0, microsecond=0)


# The columns of the file: the name of each, and its value for a booking of a store.
COLUMNS: tuple[tuple["StrPromise", Callable[[ListedBooking, StoreRules], Cell]], ...] = (
    (gettext_lazy("Day"), lambda booking, rules: booking.visit_date),
    (gettext_lazy("From"), lambda booking, rules: _time(booking.starts_at, rules)),
    (gettext_lazy("To"), lambda booking, rules: _time(booking.ends_at, rules)),
    (gettext_lazy("Desk"), lambda booking, rules: visit_type_name(booking.desk.name)),
    (gettext_lazy("Kind of visit"), lambda booking, rules: visit_type_name(booking.visit_type.name)),
    (gettext_lazy("Name"), lambda booking, rules: booking.name),
    (gettext_lazy("People"), lambda booking, rules: booking.party_size),
    (gettext_lazy("State"), lambda booking, rules: status_words()[booking.status]),
    (gettext_lazy("Phone"), _phone),
    (gettext_lazy("E-mail"), lambda booking, rules: booking.email),
    (gettext_lazy("Note"), lambda booking, rules: booking.note),
    (gettext_lazy("Questions"), lambda booking, rules: answers(booking)),
    (gettext_lazy("Booked by way of"), lambda booking, rules: str(Source(booking.source).label)),
    (gettext_lazy("Minutes late"), lambda booking, rules: _minutes_late(booking)),
    (gettext_lazy("Reference"), lambda booking, rules: booking.reference),
)
