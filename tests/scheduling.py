"""Which tests go to which of several workers, and which say the same on every database."""

import ast
import re
from functools import cache

import pytest
from xdist.scheduler import LoadScopeScheduling

BROWSER = "tests/browser/"
# What shares a server and a browser, or pages made once. The tablets have a server of their own, and the journeys two,
# as all of them one after the other would take longer than all other tests together.
JOURNEYS = tuple(f"{BROWSER}test_{letter}" for letter in "abcd")
SHARED: tuple[str | tuple[str, ...], ...] = ("tests/browser/pages/", "tests/browser/arrivals/", JOURNEYS, BROWSER)
CONCURRENCY, OPERATIONS = "tests/concurrency/", "tests/operations/"
SERVERS = (CONCURRENCY, OPERATIONS)
# A worker is given two at first: behind what takes longest waits what is short, then come those that start servers.
LONGEST_FIRST: tuple[str | tuple[str, ...], ...] = (*SHARED, CONCURRENCY, OPERATIONS)
DATABASES = {"db", "transactional_db", "django_db_setup"}
EVERY_TEST = "*"
# docs/decisions/0034-pages-are-tried-on-sqlite.md
PAGES = ("tests/booking/customer/", "tests/booking/staff/")
# A zero byte, a number beyond 31 bits, a transaction, the kind of database: what databases take differently.
TAKEN_DIFFERENTLY = re.compile(r"(?i)x00|\\0|2147483648|9{8,}|2 ?\*\* ?[3-9]|10 ?\*\* ?\d|vendor|transaction")


def is_plain(item: pytest.Item) -> bool:
    """Tell whether a test says the same on every database: it asks for none, or tries a page, which knows none."""
    marks = ("browser", "slow")
    if any(map(item.get_closest_marker, marks)) or item.nodeid.startswith((BROWSER, *SERVERS)):
        return False
    asked = set(getattr(item, "fixturenames", ()))
    return not (asked & DATABASES or item.get_closest_marker("django_db")) or _tries_pages_alone(item)


def start_with_longest(items: list[pytest.Item]) -> None:
    """Put what takes longest first, so that no worker is left with it when all others have ended."""
    items.sort(key=lambda item: _rank(item.nodeid))


def _tries_pages_alone(item: pytest.Item) -> bool:
    if not item.nodeid.startswith(PAGES):
        return False
    name = getattr(item, "originalname", None) or item.name
    return not find_what_differs(item.path.read_text()) & {name, EVERY_TEST}


@cache
def find_what_differs(source: str) -> frozenset[str]:
    """Return the names of a module's tests that name what databases take differently, by its source.

    `EVERY_TEST` is among them where what stands outside of its tests names it: any of them may use that.
    """
    lines = source.splitlines()
    found = set()
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test"):
            first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
            own = slice(first - 1, node.end_lineno)
            if TAKEN_DIFFERENTLY.search("\n".join(lines[own])):
                found.add(node.name)
            lines[own] = [""] * len(lines[own])
    return frozenset(found | ({EVERY_TEST} if TAKEN_DIFFERENTLY.search("\n".join(lines)) else set()))


def _rank(nodeid: str) -> int:
    return next((rank for rank, start in enumerate(LONGEST_FIRST) if nodeid.startswith(start)), len(LONGEST_FIRST))


class ServersShared(LoadScopeScheduling):
    """Keeps together what shares a server or is made once.

    The journeys in a browser, the pages looked at in one, and the tests of a module that starts a server of its own.

    `--dist loadgroup` would do it, but this xdist (3.8) cannot mark the tests of this pytest (9.2).
    """

    def _split_scope(self, nodeid: str) -> str:
        for shared in SHARED:
            if nodeid.startswith(shared):
                return str(shared)
        return nodeid.partition("::")[0] if nodeid.startswith(SERVERS) else nodeid
