"""More than a password, in a browser: an app's code, and a passkey of the device itself."""

import base64
import os
import re
import time
from collections.abc import Iterator

import pytest
from django_otp.oath import TOTP
from playwright.sync_api import Browser, Page, expect

from tests.browser.barriers import barriers
from tests.browser.driver import new_context
from tests.browser.shop import MANAGER, PASSWORD, sign_in
from tests.servers import House, house

pytestmark = pytest.mark.browser
OWN = "/staff/account/second-factor/"


@pytest.fixture
def named_house() -> Iterator[House]:
    """A server that has a name: browsers make no passkeys for a number."""
    with house() as made:
        made.settings["PUBLIC_URL"] = f"http://localhost:{made.port}"
        made.start()
        slug = made.make_store(capacity=2)
        made.manage("add_staff", slug, MANAGER, "--role", "manager", text=f"{PASSWORD}\n")
        yield made


@pytest.fixture
def page(chromium: Browser, named_house: House) -> Iterator[Page]:
    """A browser on a device that asks for a finger before it signs."""
    context = new_context(
        chromium,
        base_url=f"http://localhost:{named_house.port}",
        viewport={"width": 390, "height": 844},
        locale="en-GB",
    )
    page = context.new_page()
    device = context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    yield page
    context.close()


def code_of(secret: str) -> str:
    """Return what an app shows now for a secret that it was given as text."""
    return f"{TOTP(base64.b32decode(secret.replace(' ', ''))).token():06d}"


def next_code_of(secret: str) -> str:
    """Return a code that was not used yet: one step ahead, as a phone whose clock runs fast shows it."""
    totp = TOTP(base64.b32decode(secret.replace(" ", "")))
    totp.time = time.time() + 30
    return f"{totp.token():06d}"


def picture(page: Page, name: str) -> None:
    if folder := os.environ.get("SIGN_IN_PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_app_then_passkey_then_neither_password_nor_app(page: Page) -> None:
    sign_in(page, MANAGER, "/staff/account/")
    page.get_by_role("link", name="Add a second step").click()
    page.get_by_text("It cannot be scanned?").click()
    secret = page.locator("details code").inner_text()
    assert barriers(page) == []
    picture(page, "off")
    page.get_by_label("Code", exact=True).fill(code_of(secret))
    page.get_by_role("button", name="Turn it on").click()
    expect(page.locator(".recovery-codes li")).to_have_count(8)
    assert barriers(page) == []
    picture(page, "codes")

    page.get_by_role("button", name="Make a passkey on this device").click()
    expect(page.get_by_role("status")).to_contain_text("Your change is saved.")
    expect(page.get_by_role("button", name=re.compile("^Remove , "))).to_be_visible()
    picture(page, "on")
    page.get_by_role("button", name="Sign out").click()

    page.get_by_label("User name").fill(MANAGER)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What else do you have?")
    expect(page.get_by_label("Code")).to_be_focused()
    assert barriers(page) == []
    picture(page, "second")
    page.get_by_label("Code").fill(next_code_of(secret))
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/day/")
    page.get_by_role("button", name="Sign out").click()

    assert barriers(page) == []
    picture(page, "sign-in")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/day/")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
