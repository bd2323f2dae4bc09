"""`make test-large`: Carillon as large chains run it: several database servers and hosts, on this machine.

Run as `python -m tests.large.everything`. What cannot be had here is skipped with a loud line, except where CI is set.
"""

import sys

from tests.everything import install, missing, run
from tests.large.pgbouncer import find_pgbouncer
from tests.postgres import NoPostgres, programs

PYTEST = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadfile", "tests/large"]


def main() -> int:
    """Run all tests of this folder."""
    run("compile translations", [sys.executable, "manage.py", "compile_translations"])
    if not find_pgbouncer():
        install("pgbouncer")
    if not find_pgbouncer():
        missing("PgBouncer", "apt-get install pgbouncer")
    try:
        programs()
    except NoPostgres as reason:
        missing("PostgreSQL", str(reason))
    run("large", PYTEST)
    return 0


if __name__ == "__main__":
    sys.exit(main())
