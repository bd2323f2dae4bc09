"""Which tests go to which of several workers."""

from xdist.scheduler import LoadScopeScheduling

BROWSER = "tests/browser/"
SERVERS = ("tests/operations/", "tests/concurrency/")


class ServersShared(LoadScopeScheduling):
    """Keeps together what shares a server: all tests in a browser, and the tests of a module that starts its own.

    `--dist loadgroup` would do it, but this xdist (3.8) cannot mark the tests of this pytest (9.2).
    """

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith(BROWSER):
            return BROWSER
        return nodeid.partition("::")[0] if nodeid.startswith(SERVERS) else nodeid
