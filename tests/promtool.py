"""Prometheus's own checker of rules: where it is, and how it comes from Debian's package without its server."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

MISSING = "No promtool here. To have it: apt-get install prometheus"
OWN = Path(sys.prefix, "promtool")


def find_promtool() -> str | None:
    """Return the program; None where there is none."""
    own = OWN / "usr" / "bin" / "promtool"
    return shutil.which("promtool") or (str(own) if own.exists() else None)


def unpack_promtool() -> None:
    """Take the program out of Debian's package: to install it would start a server on this machine."""
    if not shutil.which("apt-get") or not shutil.which("dpkg"):
        return
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["apt-get", "download", "-qq", "prometheus"], cwd=folder, capture_output=True, check=False)
        for package in Path(folder).glob("*.deb"):
            subprocess.run(["dpkg", "-x", str(package), str(OWN)], capture_output=True, check=False)
