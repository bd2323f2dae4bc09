"""The scripts of the pages: their types, the unit tests of the pure ones, and that their rules are the server's."""

import json
import os
import re
import subprocess
import sys
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from booking.arrivals.step_rules import STEPS, arrival_group, is_overdue, next_step
from booking.models import Status
from booking.staff.arrivals.visit_json import screen_rules
from tests.factories import at

pytestmark = pytest.mark.plain
HERE = Path(__file__).resolve().parent
BASE = HERE.parents[1]
SCRIPTS = BASE / "booking" / "static" / "booking"
TSC = BASE / "tests" / "node_modules" / "typescript" / "bin" / "tsc"
NODE = Path(sys.executable).with_name("node")
# Our scripts stand beside no package.json: node reads them as modules all the same, and says so.
QUIET = "--disable-warning=MODULE_TYPELESS_PACKAGE_JSON"


def run_node(*arguments: object, sent: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run node; skip where it is not installed, except in continuous integration."""
    if not NODE.exists() or not TSC.exists():
        missing = "scripts are not tried here: that needs what `make test` installs"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    return subprocess.run(
        [str(NODE), QUIET, *map(str, arguments)],
        input=sent,
        cwd=BASE,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("config", ["jsconfig.json", "jsconfig.worker.json"])
def test_types_of_scripts_fit(config: str) -> None:
    done = run_node(TSC, "--project", config)

    assert done.stdout + done.stderr == ""


def test_every_script_has_its_types_checked_and_lines_of_no_more_than_120_characters() -> None:
    scripts = [path for path in SCRIPTS.rglob("*.js") if "vendor" not in path.parts]
    scripts += (BASE / "templates").rglob("*.js")

    assert [str(path) for path in scripts if not path.read_text().startswith("// @ts-check\n")] == []
    longest = {str(path): max(map(len, path.read_text().splitlines())) for path in scripts}
    assert [path for path, length in longest.items() if length > 120] == []
    excuses = re.compile("@ts-(?:ignore|expect-error|nocheck)")
    assert [str(path) for path in scripts if excuses.search(path.read_text())] == []


def test_pure_modules_do_what_they_say() -> None:
    tests = sorted(HERE.glob("*.test.js"))

    done = run_node("--test", "--test-reporter=spec", *tests, SCREEN_RULES=json.dumps(screen_rules()))

    assert done.returncode == 0, done.stdout + done.stderr
    assert tests


def test_scripts_and_server_have_the_same_rules() -> None:
    statuses, steps = Status.values, list(STEPS)
    moments = [at(10) + timedelta(minutes=minutes) for minutes in (-61, -60, 0, 9, 10, 29, 30, 31)]
    cases: list[dict[str, Any]] = [
        {"status": status, "late_minutes": late, "now": moment}
        for status, late, moment in product(statuses, (0, 5, 30), moments)
    ]
    visits = [{**case, "now": case["now"].isoformat(), "starts_at": at(10).isoformat()} for case in cases]
    sent = {"rules": screen_rules(), "statuses": statuses, "steps": steps, "visits": visits}

    done = run_node(HERE / "agreement.js", sent=json.dumps(sent))

    assert done.stderr == ""
    assert json.loads(done.stdout) == {
        "after": [[_after(status, step) for step in steps] for status in statuses],
        "next": [next_step(status) for status in statuses],
        "overdue": [is_overdue(starts_at=at(10), **case) for case in cases],
        "groups": [arrival_group(starts_at=at(10), **case) for case in cases],
    }


def _after(status: str, step: str) -> str | None:
    return STEPS[step].leads_to if status in STEPS[step].allowed_from else None
