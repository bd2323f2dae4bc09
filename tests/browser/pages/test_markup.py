"""The W3C's own checker finds no error in the markup of any page in any state. It starts once for all of them."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.browser.pages.conftest import Album

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

CHECKER = Path(__file__).parents[2] / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
MISSING = "The checker of HTML does not run here: it needs java, and what `make test` installs"


def test_markup_of_every_page_is_as_the_standard_has_it(album: Album, tmp_path: Path) -> None:
    java = shutil.which("java") or ""
    if not java or not CHECKER.exists():
        pytest.fail(MISSING) if os.environ.get("CI") else pytest.skip(MISSING)
    shots = [shot for reader in ("/fr", "/simple/ar") for shot in album.of_customers(reader)] + album.of_staff("/en")
    for number, shot in enumerate(shots):
        name = re.sub(r"\W+", "-", f"{shot.reader}-{shot.name}-{number}").strip("-")
        (tmp_path / f"{name}.html").write_bytes(shot.html)

    command = [
        java,
        "-Xss4m",
        "-jar",
        str(CHECKER),
        "--exit-zero-always",
        "--errors-only",
        "--format",
        "json",
        str(tmp_path),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True)

    said = json.loads(done.stderr)["messages"]
    assert sorted({f"{Path(one['url']).stem}: {one['message']} {one.get('extract', '')}" for one in said}) == []
