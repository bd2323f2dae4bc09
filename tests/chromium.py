"""The Chromium that tests drive: where it is, and what it is started with."""

import os
import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome")
PATIENCE_MS = 60_000  # for whatever comes, on a machine that is busy
MISSING = "No Chromium here. To have it: apt-get install chromium, or name one in CHROMIUM"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]


def find_chromium() -> str | None:
    """Return the program, the one that CHROMIUM names first; None where there is none."""
    names = (os.environ.get("CHROMIUM", ""), *NAMES)
    return next((path for name in names if name and (path := shutil.which(name))), None)
