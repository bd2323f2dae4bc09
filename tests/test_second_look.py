"""A test that fails beside others has a second look alone; one that fails again has failed."""

import subprocess
import sys
from pathlib import Path

from tests.second_look import MOST, alone, failed_tests, has_second_look, remembering

PYTEST = [sys.executable, "-m", "pytest", "-q", "-p", "no:django", "-p", "no:playwright"]
FAILS_ONCE = """
from pathlib import Path
def test_busy():
    seen = Path(__file__).with_name("seen")
    was_there = seen.exists()
    seen.touch()
    assert was_there
def test_fine():
    with Path(__file__).with_name("runs").open("a") as runs:
        runs.write("x")
"""
FAILS = "def test_broken():\n    assert False\n"


def run(command: list[str], folder: Path) -> int:
    return subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode


def looked_at(folder: Path, text: str) -> tuple[int, Path, list[str]]:
    """Run the tests of a text in a folder; return pytest's exit status, where it remembers, and its command."""
    (folder / "pytest.ini").write_text("[pytest]\n")
    (folder / "test_given.py").write_text(text)
    cache = folder / "cache"
    return run(remembering(PYTEST, cache), folder), cache, alone(PYTEST, cache)


def test_what_fails_once_passes_by_the_second_look_and_the_others_are_left(tmp_path: Path) -> None:
    status, cache, second = looked_at(tmp_path, FAILS_ONCE)

    assert failed_tests(cache) == ["test_given.py::test_busy"]
    assert has_second_look(status, cache)
    assert run(second, tmp_path) == 0
    assert (tmp_path / "runs").read_text() == "x"


def test_what_fails_again_has_failed(tmp_path: Path) -> None:
    status, cache, second = looked_at(tmp_path, FAILS)

    assert has_second_look(status, cache)
    assert run(second, tmp_path) == 1


def test_many_failures_are_no_accident(tmp_path: Path) -> None:
    many = "\n".join(f"def test_{number}():\n    assert False" for number in range(MOST + 1))
    status, cache, _ = looked_at(tmp_path, many)

    assert len(failed_tests(cache)) == MOST + 1
    assert not has_second_look(status, cache)


def test_a_file_that_cannot_be_read_has_no_second_look(tmp_path: Path) -> None:
    status, cache, _ = looked_at(tmp_path, "import nowhere")

    assert not has_second_look(status, cache)


def test_what_passes_needs_none(tmp_path: Path) -> None:
    status, cache, _ = looked_at(tmp_path, "def test_fine():\n    pass\n")

    assert (status, failed_tests(cache)) == (0, [])
    assert not has_second_look(status, cache)
