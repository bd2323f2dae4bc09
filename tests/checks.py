"""`make check`: what tools say of the code, without running any of it. Run as `python -m tests.checks`.

Two checks run at a time. Each says nothing but what is wrong; all are run, so that one call tells everything.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import repeat
from pathlib import Path

BASE = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
TYPED = ("booking", "stores", "notifications", "tests")
AT_A_TIME = 2
PRODUCTION = {
    "SECRET_KEY": "0123456789-a key of the length that a real one has-abcdefghijklmnopqrstuvwxyz",
    "PUBLIC_URL": "https://booking.example.org",
    "ALLOWED_HOSTS": "booking.example.org",
    "DEBUG": "off",
    # Not the developer's own data, where the demo's people may sign in, nor their database.
    "DATABASE_URL": "",
}


@dataclass(frozen=True)
class Check:
    """A command that ends with another status than 0 where something is wrong."""

    name: str
    command: Sequence[str]
    environment: dict[str, str] = field(default_factory=dict)

    def run(self, folder: str) -> tuple[float, subprocess.CompletedProcess[bytes]]:
        """Run the command, with an empty folder for its data; return its seconds, and what it said."""
        begun = time.monotonic()
        done = subprocess.run(
            list(self.command),
            cwd=BASE,
            env={**os.environ, "DATA_DIR": folder, **self.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        return time.monotonic() - begun, done


CHECKS = (  # the longest first
    Check("types", [str(BIN / "mypy"), "--no-error-summary", *TYPED]),
    Check("migrations", [sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"]),
    Check("deployment", [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"], PRODUCTION),
    Check("imports", [str(BIN / "lint-imports"), "--no-cache"]),
    Check("format", [str(BIN / "ruff"), "format", "--check", "--quiet", "."]),
    Check("lint", [str(BIN / "ruff"), "check", "--quiet", "."]),
    Check("templates", [str(BIN / "djangofmt"), "--check", "templates"]),
)


def main() -> int:
    """Run all checks; return the exit status of the first that found something, in the order of the list."""
    status = 0
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(AT_A_TIME) as pool:
        for check, (seconds, done) in zip(CHECKS, pool.map(Check.run, CHECKS, repeat(folder)), strict=True):
            if done.returncode == 0:
                print(f"{check.name}: {seconds:.1f} s", flush=True)
                continue
            status = status or done.returncode
            sys.stdout.buffer.write(done.stdout)
            print(f"\n=== {check.name}: FAILED (`make format` mends format and templates)", flush=True)
    return status


if __name__ == "__main__":
    sys.exit(main())
