"""What a replica said is used for nobody whom the database itself answers."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path

import pytest
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.test import RequestFactory

from booking.api.public.kept_answers import kept_answer
from booking.places.claims import raise_days
from booking.web.replica import ALIAS
from stores.models import Store
from tests.factories import NOW, make_booking, make_store

QUESTION = "visit_type=visit&from=2026-11-24&to=2026-11-24"
SAME_DAY = "visit_type=visit&from=2026-11-24&to=2026-11-25"


@contextmanager
def answered_by_a_copy(copy: Path) -> Iterator[None]:
    """Let a copy of the database answer this thread, as a replica does."""
    primary = connections[DEFAULT_DB_ALIAS]
    replica = type(primary)({**primary.settings_dict, "NAME": str(copy)}, ALIAS)
    connections[DEFAULT_DB_ALIAS] = replica
    try:
        yield
    finally:
        connections[DEFAULT_DB_ALIAS] = primary
        replica.close()


def copy_database(source: str | Path, target: Path) -> None:
    """Copy all that is committed; the file alone would lack what still stands in the write-ahead log."""
    with closing(sqlite3.connect(source)) as original, closing(sqlite3.connect(target)) as copy:
        original.backup(copy)


def ask(store: Store, question: str) -> bytes:
    answer = kept_answer(RequestFactory().get("/", QUERY_STRING=question), store.slug, now=NOW)
    assert answer is not None
    return answer.content


@pytest.mark.skipif(connection.vendor != "sqlite", reason="copies a file")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("question", [QUESTION, SAME_DAY])
def test_a_replica_that_went_another_way_changes_no_answer_of_the_database(tmp_path: Path, question: str) -> None:
    """After a failover it may have a commit that the database lost, under a version that the database uses again."""
    store = make_store()
    copy = tmp_path / "copy.sqlite3"
    copy_database(connection.settings_dict["NAME"], copy)
    with answered_by_a_copy(copy):
        raise_days(store.pk, {date(2026, 11, 24)})
        elsewhere = ask(store, QUESTION)
    make_booking(store)

    assert b'"starts_at":"2026-11-24T10:00:00+01:00","ends_at":"2026-11-24T10:15:00+01:00","places_left":2' in elsewhere
    assert b'"starts_at":"2026-11-24T10:00:00+01:00","ends_at":"2026-11-24T10:15:00+01:00","places_left":1' in ask(
        store, question
    )
