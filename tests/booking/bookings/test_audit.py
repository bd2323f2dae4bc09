"""Holding the books against each other, whatever their size."""

import sqlite3
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection

from booking.bookings import audit
from booking.bookings.audit import differences
from notifications.models import OutboxMessage, State
from tests.factories import NOW, make_booking, make_store

pytestmark = pytest.mark.django_db

FEW = 12


@pytest.fixture
def few_values() -> Iterator[None]:
    """A database that takes few values in one question: as SQLite does, at 250,000."""
    if connection.vendor != "sqlite":
        yield
        return
    connection.ensure_connection()
    usual = connection.connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, FEW)
    yield
    connection.connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, usual)


def test_more_open_messages_than_a_database_takes_values_are_held_against_their_bookings(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    store = make_store(capacity=4 * FEW)
    bookings = [make_booking(store, phone=f"+336123456{number:02}") for number in range(2 * FEW)]
    moved, gone = bookings[0], bookings[-1]
    OutboxMessage.objects.filter(subject=moved.reference, kind="confirmation").update(sequence=3)
    OutboxMessage.objects.filter(subject=gone.reference, kind="confirmation").update(subject="GONE0000")
    strange = list(OutboxMessage.objects.filter(sequence=3) | OutboxMessage.objects.filter(subject="GONE0000"))
    request.getfixturevalue("few_values")
    monkeypatch.setattr(audit, "AT_ONCE", FEW // 3)

    found = list(audit._messages(now=NOW - timedelta(days=1)))

    assert found[:2] == [
        f"message {strange[0].pk}: of sequence 3, {moved.reference} is at 0",
        f"message {strange[1].pk}: its booking GONE0000 does not exist",
    ]
    assert len(found) == 4  # and of both nothing tells any more
    OutboxMessage.objects.update(state=State.SENT)
    assert len(list(differences(now=NOW))) == 2


def test_open_messages_that_follow_no_booking_are_held_against_none() -> None:
    booking = make_booking(make_store())
    reminder = OutboxMessage.objects.filter(subject=booking.reference, kind="reminder").first()
    assert reminder is not None
    for number, kind in enumerate(["visits_list", "day_sheet", "nearly_turn", "of_a_version_to_come"]):
        OutboxMessage.objects.filter(pk=reminder.pk).update(kind=kind, sequence=50 + number, subject=f"ticket/{number}")

        assert list(differences(now=NOW)) == []
