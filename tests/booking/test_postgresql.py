"""Kept connections to PostgreSQL: one that ended is noticed before a request, and one that did not costs nothing."""

from collections.abc import Iterator
from contextlib import closing
from copy import copy
from datetime import timedelta

import environ
import psycopg
import pytest
from django.db import DataError, OperationalError, connection

from booking.models import Actor, BookingEvent, EventKind
from booking.places.slot_rows import lay_slots_anew
from booking.postgresql.base import MOST_VALUES, DatabaseWrapper
from stores.bounded_cache import BoundedCache
from stores.models import Slot
from stores.queries import rules_around
from tests.factories import NOW, make_booking, make_store
from tests.postgres import NoPostgres, free_port, running_server
from tests.servers import POSTGRES

pytestmark = [pytest.mark.django_db, pytest.mark.skipif(not POSTGRES, reason="asks PostgreSQL")]


def wrapper(address: str, **options: object) -> DatabaseWrapper:
    """Return a connection of its own, as a thread of a web process has it."""
    settings = {**connection.settings_dict, **environ.Env.db_url_config(address), "CONN_MAX_AGE": None}
    settings |= {"CONN_HEALTH_CHECKS": True, "OPTIONS": {**connection.settings_dict["OPTIONS"], **options}}
    return DatabaseWrapper(settings, "kept")


@pytest.fixture
def kept() -> Iterator[DatabaseWrapper]:
    with closing(wrapper(POSTGRES)) as database:
        yield database


@pytest.fixture
def other() -> Iterator[psycopg.Connection]:
    with psycopg.connect(POSTGRES, autocommit=True) as session:
        yield session


def ask(database: DatabaseWrapper) -> int:
    """Do what a request does: look after the connection, then use it."""
    database.close_if_unusable_or_obsolete()
    with database.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid: int = cursor.fetchone()[0]
    return pid


def last_statement(other: psycopg.Connection, pid: int) -> str:
    row = other.execute("SELECT query FROM pg_stat_activity WHERE pid = %s", [pid]).fetchone()
    assert row is not None
    return str(row[0])


def test_living_connection_is_used_without_a_question(kept: DatabaseWrapper, other: psycopg.Connection) -> None:
    pid = ask(kept)

    assert kept.is_usable()
    assert last_statement(other, pid) == "SELECT pg_backend_pid()"
    assert ask(kept) == pid


def test_connection_that_the_server_ended_is_replaced(kept: DatabaseWrapper, other: psycopg.Connection) -> None:
    pid = ask(kept)
    other.execute("SELECT pg_terminate_backend(%s, 60000)", [pid])

    assert not kept.is_usable()
    assert ask(kept) != pid


def test_connection_on_which_something_arrived_is_asked_and_kept(
    kept: DatabaseWrapper, other: psycopg.Connection
) -> None:
    pid = ask(kept)
    with kept.cursor() as cursor:
        cursor.execute("LISTEN doorbell")
    other.execute("NOTIFY doorbell")
    with psycopg.connect(POSTGRES, autocommit=True) as session:
        session.execute("LISTEN doorbell")
        session.execute("NOTIFY doorbell")  # the server tells its listeners in turn: this one after the first

    assert kept.is_usable()
    assert ask(kept) == pid


def test_connection_closed_on_our_side_is_not_usable(kept: DatabaseWrapper) -> None:
    assert not kept.is_usable()
    ask(kept)
    kept.connection.close()
    assert not kept.is_usable()


def test_server_that_stopped_is_noticed_and_another_one_answers() -> None:
    try:
        with running_server() as address:
            database = wrapper(address)
            ask(database)
    except NoPostgres:
        pytest.skip("there are no programs of PostgreSQL")
    assert not database.is_usable()
    with pytest.raises(OperationalError):
        ask(database)
    database.settings_dict |= environ.Env.db_url_config(POSTGRES)
    ask(database)
    database.close()


def test_new_connection_forgets_what_was_kept(kept: DatabaseWrapper) -> None:
    cache: BoundedCache[str, int] = BoundedCache(1)
    cache.keep("a", 1)
    ask(kept)

    assert cache.get("a") is None


def test_server_that_cannot_be_reached_takes_nothing_away(kept: DatabaseWrapper) -> None:
    """A replica that is away is tried again every second, and what the database said stays true."""
    cache: BoundedCache[str, int] = BoundedCache(1)
    cache.keep("a", 1)
    kept.settings_dict |= {"HOST": "127.0.0.1", "PORT": free_port()}

    with pytest.raises(OperationalError):
        ask(kept)
    assert cache.get("a") == 1


def test_more_rows_are_deleted_at_once_than_a_statement_takes_values() -> None:
    """What leads to them is looked for by their ids: two years of a busy store, when its visits are archived."""
    booking = make_booking(make_store())
    line = BookingEvent(booking=booking, kind=EventKind.NOTIFIED, at=NOW, happened_at=NOW, actor=Actor.SYSTEM)
    BookingEvent.objects.bulk_create([copy(line) for _ in range(MOST_VALUES + 1)])

    BookingEvent.objects.filter(booking=booking).delete()
    assert not BookingEvent.objects.exists()


def test_more_slots_are_laid_anew_than_a_statement_takes_values() -> None:
    """Ten advisers' slots that a manager closed for half a year, before the hours change."""
    store = make_store(hours=())
    desk, lasting = store.desks.get(), timedelta(minutes=5)
    starts = [NOW + lasting * number for number in range(MOST_VALUES + 1)]
    Slot.objects.bulk_create(
        Slot(store=store, desk=desk, starts_at=at, ends_at=at + lasting, capacity=2, closed=True) for at in starts
    )

    lay_slots_anew(rules_around(store.slug, NOW), now=NOW)
    assert Slot.objects.filter(closed=True).count() == len(starts)


@pytest.mark.parametrize(("threshold", "prepared"), [(0, 1), (None, 0)])
def test_statements_are_prepared_unless_they_may_not_be(threshold: int | None, prepared: int) -> None:
    with closing(wrapper(POSTGRES, prepare_threshold=threshold)) as database, database.cursor() as cursor:
        cursor.execute("SELECT %s::int", [7])
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement = 'SELECT $1::int'")
        assert cursor.fetchone() == (prepared,)


@pytest.fixture
def eager() -> Iterator[DatabaseWrapper]:
    """A connection that prepares each statement, in a transaction."""
    with closing(wrapper(POSTGRES, prepare_threshold=0)) as database:
        database.set_autocommit(False)
        yield database


def asked(database: DatabaseWrapper, number: int) -> int:
    """Run a statement that is prepared; return how many of its kind the server then has."""
    with database.cursor() as cursor:
        cursor.execute("SELECT 7 / %s::int", [number])
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement = 'SELECT 7 / $1::int'")
        return int(cursor.fetchone()[0])


def test_prepared_statements_outlive_a_refusal(eager: DatabaseWrapper) -> None:
    assert asked(eager, 1) == 1
    prepared = list(eager.connection._prepared._names)
    eager.rollback()
    tried = eager.savepoint()
    assert asked(eager, 1) == 1
    eager.savepoint_rollback(str(tried))

    assert set(prepared) <= set(eager.connection._prepared._names)
    assert asked(eager, 1) == 1


def test_prepared_statements_are_made_anew_after_a_failed_one(eager: DatabaseWrapper) -> None:
    """It may have failed as its table is another one since: then it would fail until the connection ends."""
    asked(eager, 1)
    with pytest.raises(DataError):
        asked(eager, 0)
    eager.rollback()
    assert not eager.connection._prepared._names

    asked(eager, 1)
    tried = eager.savepoint()
    with pytest.raises(DataError):
        asked(eager, 0)
    eager.savepoint_rollback(str(tried))
    assert not eager.connection._prepared._names
    assert asked(eager, 1) == 1
