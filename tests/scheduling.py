"""Which tests go to which of several workers, and which need to run on one database alone."""

import pytest
from xdist.scheduler import LoadScopeScheduling

PAGES = "tests/browser/pages/"
BROWSER = "tests/browser/"
SERVERS = ("tests/operations/", "tests/concurrency/")
DATABASES = {"db", "transactional_db", "django_db_setup"}


def is_plain(item: pytest.Item) -> bool:
    """Tell whether a test asks for no database and starts no server."""
    asked = set(getattr(item, "fixturenames", ()))
    marks = ("django_db", "browser", "slow")
    return not (
        asked & DATABASES or any(map(item.get_closest_marker, marks)) or item.nodeid.startswith((BROWSER, *SERVERS))
    )


class ServersShared(LoadScopeScheduling):
    """Keeps together what shares a server or is made once.

    The journeys in a browser, the pages looked at in one, and the tests of a module that starts a server of its own.

    `--dist loadgroup` would do it, but this xdist (3.8) cannot mark the tests of this pytest (9.2).
    """

    def _split_scope(self, nodeid: str) -> str:
        for shared in (PAGES, BROWSER):
            if nodeid.startswith(shared):
                return shared
        return nodeid.partition("::")[0] if nodeid.startswith(SERVERS) else nodeid
