"""What axe finds on a page that would keep somebody out: WCAG 2.2 at A and AA, targets of 24 px among it."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

ALL = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}
COLORS_ALONE = {"runOnly": ["color-contrast"], "resultTypes": ["violations"]}
_AXE = Axe()


def barriers(page: Page) -> list[str]:
    """Return the violations on a page as it is, in light and in dark, with where they are."""
    page.emulate_media(color_scheme="light")
    found = _AXE.run(page, options=ALL).response["violations"]
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    found += _AXE.run(page, options=COLORS_ALONE).response["violations"]
    page.emulate_media(color_scheme="light")
    return [_in_words(violation) for violation in found]


def _in_words(violation: dict[str, Any]) -> str:
    nodes = "; ".join(f"{' '.join(map(str, node['target']))}: {node['failureSummary']}" for node in violation["nodes"])
    return f"{violation['id']} ({violation['impact']}): {nodes}"
