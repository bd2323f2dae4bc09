"""A code held in front of the camera, read by the reader that is shipped with us."""

import hashlib
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
import segno
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from booking.formats.qr_codes import VISIT_PREFIX
from tests.browser.arrivals.conftest import ready
from tests.browser.arrivals.counter import FIRST, Counter
from tests.browser.arrivals.hearing import LISTEN, NO, YES
from tests.browser.driver import new_context
from tests.browser.shop import sign_in
from tests.chromium import ARGUMENTS, PATIENCE_MS, find_chromium

pytestmark = pytest.mark.browser
STATIC = Path(__file__).parents[3] / "booking" / "static" / "booking"
SIZE = (640, 480)

# What a browser with a reader of its own offers; desktop Chromium has none to try.
OWN_READER = """(code) => {
  window.asked = 0;
  window.BarcodeDetector = class {
    static getSupportedFormats() { return Promise.resolve(["qr_code"]); }
    detect(video) {
      window.asked += video.videoWidth ? 1 : 0;
      return Promise.resolve([{ rawValue: code }]);
    }
  };
}"""


def film(path: Path, text: str) -> Path:
    """Write a film of a code held still, as a camera gives it."""
    drawn = BytesIO()
    segno.make(text, error="m", micro=False).save(drawn, kind="png", scale=10, border=4)
    code = Image.open(drawn).convert("L")
    picture = Image.new("L", SIZE, 200)
    picture.paste(code, ((SIZE[0] - code.width) // 2, (SIZE[1] - code.height) // 2))
    gray = bytes([128]) * (SIZE[0] * SIZE[1] // 2)
    path.write_bytes(b"YUV4MPEG2 W640 H480 F10:1 Ip C420\n" + (b"FRAME\n" + picture.tobytes() + gray) * 5)
    return path


@pytest.fixture
def door(chromium: Browser, counter: Counter, tmp_path: Path) -> Iterator[tuple[Page, str]]:
    """A tablet whose camera sees the code of somebody who is expected."""
    reference = counter.book("Ada Test")
    camera = [
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film(tmp_path / 'code.y4m', VISIT_PREFIX + reference)}",
    ]
    browser = chromium.browser_type.launch(
        executable_path=find_chromium(), args=[*ARGUMENTS, *camera], timeout=2 * PATIENCE_MS
    )
    context = new_context(browser, base_url=counter.carillon.url, viewport={"width": 820, "height": 1180})
    page = context.new_page()
    sign_in(page, FIRST, counter.arrivals)
    yield ready(page), reference
    browser.close()


def test_code_checks_somebody_in_and_a_second_time_says_so(door: tuple[Page, str], counter: Counter) -> None:
    page, reference = door
    page.context.set_offline(True)  # the reader is on the tablet too
    result = page.locator("#scan-result")
    page.get_by_role("button", name="Scan").click()

    expect(result).to_have_class(re.compile("is-good"))
    expect(result).to_have_text(re.compile(r"^Ada T., \d\d:\d\d: here$"))
    page.get_by_role("button", name="Close").click()
    expect(page.locator("#scanner")).to_be_hidden()

    page.get_by_role("button", name="Scan").click()
    expect(result).to_have_class(re.compile("is-bad"))
    expect(result).to_contain_text("Here, nothing changed")
    page.keyboard.press("Escape")

    page.context.set_offline(False)
    counter.wait_for(reference, "checked_in")
    assert counter.happened(reference) == ["checked_in"]


def test_result_is_heard_as_well(door: tuple[Page, str]) -> None:
    page, _ = door
    page.evaluate(LISTEN)
    result = page.locator("#scan-result")

    page.get_by_role("button", name="Scan").click()
    expect(result).to_have_class(re.compile("is-good"))
    assert page.evaluate("heard") == YES
    page.keyboard.press("Escape")

    page.get_by_role("button", name="Scan").click()
    expect(result).to_have_class(re.compile("is-bad"))
    assert page.evaluate("heard") == [*YES, *NO]


def test_reader_of_the_browser_is_used_where_there_is_one(door: tuple[Page, str]) -> None:
    page, reference = door
    page.evaluate(OWN_READER, VISIT_PREFIX + reference)

    page.get_by_role("button", name="Scan").click()

    expect(page.locator("#scan-result")).to_have_class(re.compile("is-good"))
    assert page.evaluate("asked") > 0
    assert page.evaluate("typeof jsQR") == "undefined"  # ours was not even fetched


def test_code_of_something_else_checks_nobody_in(door: tuple[Page, str], counter: Counter) -> None:
    page, reference = door
    page.evaluate(OWN_READER, "https://shop.example/menu")

    page.get_by_role("button", name="Scan").click()

    expect(page.locator("#scan-result")).to_have_class(re.compile("is-bad"))
    assert counter.statuses() == {reference: "confirmed"}


def test_reader_shipped_with_us_is_the_one_that_was_decided_on() -> None:
    decided = (STATIC.parents[2] / "docs/decisions/0011-arrivals-on-the-tablet.md").read_text()
    name, digest = re.findall(r"`vendor/(\S+)`.*`([0-9a-f]{64})`", decided)[0]

    assert hashlib.sha256((STATIC / "vendor" / name).read_bytes()).hexdigest() == digest
    assert "Apache License" in (STATIC / "vendor" / name.replace(".js", ".LICENSE")).read_text()
