"""`make check`: what tools say of the code, without running any of it. Run as `python -m tests.checks`.

Two checks run at a time. Each says nothing but what is wrong; all are run, so that one call tells everything.
"""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
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
}


@dataclass(frozen=True)
class Check:
    """A command that ends with another status than 0 where something is wrong."""

    name: str
    command: Sequence[str]
    environment: dict[str, str] = field(default_factory=dict)

    def run(self) -> tuple[float, subprocess.CompletedProcess[bytes]]:
        """Run the command; return the seconds that it took, and what it said."""
        begun = time.monotonic()
        done = subprocess.run(
            list(self.command),
            cwd=BASE,
            env={**os.environ, **self.environment},
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
    Check("templates", [str(BIN / "djangofmt"), "--check", "--quiet", "templates"]),
)


def main() -> int:
    """Run all checks; return the exit status of the first that found something, in the order of the list."""
    status = 0
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        for check, (seconds, done) in zip(CHECKS, pool.map(Check.run, CHECKS), strict=True):
            if done.returncode == 0:
                print(f"{check.name}: {seconds:.1f} s", flush=True)
                continue
            status = status or done.returncode
            sys.stdout.buffer.write(done.stdout)
            print(f"\n=== {check.name}: FAILED", flush=True)
    return status


if __name__ == "__main__":
    sys.exit(main())
