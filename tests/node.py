"""Scripts that run in Node, with what the tests have from npm."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest


def run_in_node(script: str, given: object, *, package: str) -> Any:
    """Return what a script beside this file answers, as JSON both ways; skip the test where its package is missing."""
    tests = Path(__file__).parent
    node = Path(sys.executable).with_name("node")
    if not node.exists() or not (tests / "node_modules" / package).is_dir():
        missing = f"{package} does not run here: it needs what `make test` installs"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    command = [node, tests / script]
    done = subprocess.run(command, input=json.dumps(given), capture_output=True, text=True, check=True)
    return json.loads(done.stdout)
