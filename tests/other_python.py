"""`make test-python`: the tests without a browser, on another Python. Run as `python -m tests.other_python PYTHON`.

PYTHON is a name or a path, such as `python3.13`. What else is named is installed over the locked packages, to try a
release to come: `python -m tests.other_python python3.13 django~=6.1.0`.
"""

import sys
from pathlib import Path

from tests.everything import BASE, BIN, PYTEST, TOGETHER, WORKERS_ON_SQLITE, prepare_node, run


def main(python: str, *packages: str) -> int:
    """Make an environment for `python`, with `packages` over the locked ones, and run the tests in it."""
    home = BASE / ".venv" / "other" / Path(python).name
    other, uv = str(home / "bin" / "python"), str(BIN / "uv")
    install = [uv, "pip", "install", "--quiet", "--python", other]
    run(f"environment of {python}", [uv, "venv", "--quiet", "--clear", "--python", python, str(home)])
    run("locked packages", [*install, "--require-hashes", "-r", "requirements/dev.lock"])
    if packages:
        run(f"with {', '.join(packages)}", [*install, *packages])
    prepare_node()
    run("compile translations", [other, "manage.py", "compile_translations"])
    run("deprecations of Django", [other, "-W", "error", "manage.py", "check"])
    run(
        f"tests with {python}",
        [other, *PYTEST[1:], *TOGETHER, str(WORKERS_ON_SQLITE), "-m", "not browser and not slow"],
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
