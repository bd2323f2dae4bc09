"""What axe finds on a page that would keep somebody out."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

_AXE = Axe()
_COLORS_ALONE = {"runOnly": ["color-contrast"], "resultTypes": ["violations"]}
_IN_THE_WAY = ("serious", "critical")


def barriers(page: Page) -> list[str]:
    """Return the serious and critical violations on a page as it is, in light and in dark, with where they are."""
    page.emulate_media(color_scheme="light")
    found = _AXE.run(page).response["violations"]
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    found += _AXE.run(page, options=_COLORS_ALONE).response["violations"]
    page.emulate_media(color_scheme="light")
    return [_in_words(violation) for violation in found if violation["impact"] in _IN_THE_WAY]


def _in_words(violation: dict[str, Any]) -> str:
    nodes = "; ".join(f"{' '.join(map(str, node['target']))}: {node['failureSummary']}" for node in violation["nodes"])
    return f"{violation['id']} ({violation['impact']}): {nodes}"
