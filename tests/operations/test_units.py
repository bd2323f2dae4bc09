"""The guide's units for systemd: each line is known to it, and a service that is broken into can do little."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.servers import COMMAND_SECONDS

ANALYZE = shutil.which("systemd-analyze")
DEPLOY = Path(__file__).resolve().parent.parent.parent / "docs" / "deploy"
UNITS = ("carillon.service", "carillon-backup.service")
LARGEST_EXPOSURE = 3.0  # of 10, by systemd's own measure
# Without these a unit would say that it is safe and then fail: SQLite and the worker's niceness need them.
NEEDED = ("SystemCallErrorNumber=EPERM", "UMask=0077", "NoNewPrivileges=yes")

pytestmark = [
    pytest.mark.plain,
    pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is part of systemd, which a container goes without"),
]


def analyze(*arguments: str) -> str:
    assert ANALYZE is not None
    done = subprocess.run([ANALYZE, *arguments], capture_output=True, text=True, timeout=COMMAND_SECONDS, check=False)
    return done.stdout + done.stderr


@pytest.mark.parametrize("unit", UNITS)
def test_service_is_little_exposed(unit: str) -> None:
    said = analyze("security", "--offline=yes", "--no-pager", str(DEPLOY / unit))

    found = re.search(r"Overall exposure level for \S+: ([0-9.]+)", said)
    assert found, said
    assert float(found[1]) <= LARGEST_EXPOSURE


@pytest.mark.parametrize("unit", UNITS)
def test_every_line_is_known_to_systemd(unit: str, tmp_path: Path) -> None:
    """What it says of a program that is not installed here is no fault of the unit."""
    for file in (*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")):
        shutil.copy(file, tmp_path)

    said = analyze("verify", str(tmp_path / unit))

    assert [line for line in said.splitlines() if unit in line and "not executable" not in line] == []


@pytest.mark.parametrize("unit", UNITS)
def test_refused_calls_fail_and_kill_nothing(unit: str) -> None:
    lines = (DEPLOY / unit).read_text().splitlines()

    assert set(NEEDED) <= set(lines)
    assert "SystemCallFilter=~@resources" not in " ".join(lines)
