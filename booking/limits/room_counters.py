"""Counters of the waiting room: entries given out in order, and numbers drawn before an opening.

They are where the limits' counters are, shared by all processes and hosts, and each function is one atomic operation.
Every function returns None while the counters are away, so that no visitor suffers.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from sqlite3 import Connection
from typing import Any, TypeVar

from limits.storage import RedisStorage, Storage

from booking.limits.counters import CounterFile, _storage

Found = TypeVar("Found")

CLOSED = 0  # what is drawn once the draw is over
_WEEK = 7 * 86_400
_FAR = 4e9  # an end of time, in seconds since 1970: rows of the file that only `least` and `latest` judge

# The last entry given, unless a clock that was ahead gave it.
_LAST = "MAX(CASE WHEN amount > :latest THEN 0 ELSE amount END, :after)"
_TAKE = f"""
INSERT INTO counter (key, amount, expires_at) VALUES (:key, :after + 1, :far)
    ON CONFLICT (key) DO UPDATE SET amount = {_LAST} + 1 WHERE {_LAST} + 1 <= :until RETURNING amount"""  # noqa: S608
_DRAW = """
INSERT INTO counter (key, amount, expires_at)
SELECT :key, 1, :expires_at WHERE NOT EXISTS (SELECT 1 FROM counter WHERE key = :closed)
    ON CONFLICT (key) DO UPDATE SET amount = amount + 1 RETURNING amount"""
_PUT = """
INSERT INTO counter (key, amount, expires_at) VALUES (?, ?, ?)
    ON CONFLICT (key) DO UPDATE SET amount = excluded.amount, expires_at = excluded.expires_at"""

_LUA_LAST = """
local last = tonumber(redis.call('GET', KEYS[1]) or '0')
if last > tonumber(ARGV[2]) then last = 0 end
last = math.max(last, tonumber(ARGV[1]))
"""
_LUA_TAKE = f"""{_LUA_LAST}
if last + 1 <= tonumber(ARGV[3]) then redis.call('SET', KEYS[1], string.format('%.0f', last + 1), 'EX', {_WEEK}) end
return last + 1
"""
_LUA_DRAW = f"""
if redis.call('EXISTS', KEYS[2]) == 1 then return {CLOSED} end
local number = redis.call('INCR', KEYS[1])
redis.call('EXPIRE', KEYS[1], ARGV[1])
return number
"""
_LUA_CLOSE = f"""{_LUA_LAST}
local closed = redis.call('GET', KEYS[3])
local drawn = tonumber(redis.call('GET', KEYS[2]) or '0')
if closed then return {{tonumber(closed), tonumber(redis.call('GET', KEYS[4]) or '0')}} end
local opens_at = math.ceil(last * 60000 / tonumber(ARGV[4]))
redis.call('SET', KEYS[3], string.format('%.0f', opens_at), 'EX', ARGV[3])
redis.call('SET', KEYS[4], drawn, 'EX', ARGV[3])
redis.call('SET', KEYS[1], string.format('%.0f', last + drawn), 'EX', {_WEEK})
return {{opens_at, drawn}}
"""


@dataclass(frozen=True, slots=True)
class ClosedDraw:
    """A draw that is over: `drawn` numbers were drawn, and their entries follow each other from `begins_ms` on.

    `begins_ms` is in milliseconds since 1970, so that it stays right if the pace is set anew.
    """

    begins_ms: int
    drawn: int

    @property
    def begins_at(self) -> datetime:
        """The moment after which the entries open, one by one."""
        return datetime.fromtimestamp(self.begins_ms / 1000, UTC)


def take_entry(line: str, *, after: int, until: int, latest: int) -> int | None:
    """Take the next entry of a line, no earlier than the one after `after`; return its number.

    If its number lies beyond `until`, nothing is taken. A last entry beyond `latest` does not count: a clock was wrong.
    """

    def take(storage: Storage) -> int:
        if isinstance(storage, RedisStorage):
            return int(_run(storage, _LUA_TAKE, [_line(line)], [after, latest, until]))
        connection = _file(storage)
        asked = {"key": _line(line), "after": after, "until": until, "latest": latest, "far": _FAR}
        row = connection.execute(_TAKE, asked).fetchone()
        return int(row[0]) if row else _last(connection, line, after=after, latest=latest) + 1

    return _answer(take)


def last_entry(line: str) -> int | None:
    """Return the number of the last entry that was taken of a line, 0 if none was. One read."""

    def read(storage: Storage) -> int:
        return int(storage.get(_line(line))) if isinstance(storage, RedisStorage) else _taken(_file(storage), line)

    return _answer(read)


def draw_number(draw: str, *, seconds: int) -> int | None:
    """Return the next number of a draw, from 1 on, or CLOSED if it is over. It is kept for so many seconds."""

    def take(storage: Storage) -> int:
        if isinstance(storage, RedisStorage):
            return int(_run(storage, _LUA_DRAW, [_drawn(draw), _begin(draw)], [seconds]))
        asked = {"key": _drawn(draw), "closed": _begin(draw), "expires_at": time.time() + seconds}
        row = _file(storage).execute(_DRAW, asked).fetchone()
        return int(row[0]) if row else CLOSED

    return _answer(take)


def count_drawn(draw: str) -> int | None:
    """Return how many numbers of a draw have been drawn."""
    return _answer(lambda storage: int(storage.get(_drawn(draw))))


def close_draw(draw: str, line: str, *, per_minute: int, after: int, latest: int, seconds: int) -> ClosedDraw | None:
    """End a draw, and take as many entries of the line as numbers were drawn. Later calls return the same.

    The result is kept for so many seconds.
    """

    def close(storage: Storage) -> ClosedDraw:
        if isinstance(storage, RedisStorage):
            keys = [_line(line), _drawn(draw), _begin(draw), _total(draw)]
            return ClosedDraw(*map(int, _run(storage, _LUA_CLOSE, keys, [after, latest, seconds, per_minute])))
        with _writing(_file(storage)) as connection:
            begins_ms = _number(connection, _begin(draw))
            if begins_ms is not None:
                return ClosedDraw(begins_ms, _number(connection, _total(draw)) or 0)
            drawn = _number(connection, _drawn(draw)) or 0
            last = _last(connection, line, after=after, latest=latest)
            expires_at = time.time() + seconds
            begins_ms = -(-last * 60_000 // per_minute)
            connection.execute(_PUT, [_begin(draw), begins_ms, expires_at])
            connection.execute(_PUT, [_total(draw), drawn, expires_at])
            connection.execute(_PUT, [_line(line), last + drawn, _FAR])
            return ClosedDraw(begins_ms, drawn)

    return _answer(close)


def _answer(ask: Callable[[Storage], Found]) -> Found | None:
    """Return what the counters answer; None if they are away."""
    found: list[Found] = []
    with _storage() as storage:
        found.append(ask(storage))
    return found[0] if found else None


def _line(line: str) -> str:
    return f"room/entries/{line}"


def _drawn(draw: str) -> str:
    return f"room/drawn/{draw}"


def _begin(draw: str) -> str:
    return f"room/begin/{draw}"


def _total(draw: str) -> str:
    return f"room/total/{draw}"


def _run(storage: RedisStorage, script: str, keys: list[str], arguments: list[int]) -> Any:
    run = storage.get_connection().register_script(script.encode())
    return run(keys=[storage.prefixed_key(key) for key in keys], args=arguments)


def _file(storage: Any) -> Connection:
    assert isinstance(storage, CounterFile)  # noqa: S101 -- the other kind of storage that there is
    return storage.connection()


def _number(connection: Connection, key: str) -> int | None:
    row = connection.execute("SELECT amount FROM counter WHERE key = ?", [key]).fetchone()
    return int(row[0]) if row else None


def _last(connection: Connection, line: str, *, after: int, latest: int) -> int:
    last = _taken(connection, line)
    return max(0 if last > latest else last, after)


def _taken(connection: Connection, line: str) -> int:
    return _number(connection, _line(line)) or 0


@contextmanager
def _writing(connection: Connection) -> Iterator[Connection]:
    """Run a block as one transaction of the file."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
