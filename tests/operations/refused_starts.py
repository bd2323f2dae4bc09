"""A start that is refused."""

from tests.servers import House


def refused(house: House, *arguments: str, **settings: str) -> str:
    """Return the one line with which `up` refuses to start."""
    done = house.run("up", "--no-demo", *arguments, **settings)
    assert (done.returncode, done.stdout) == (1, "")
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    return lines[0]
