"""A store's times in a page of another site: only where the store named it, as tall as needed, with a way on."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.driver import new_context, open_page
from tests.browser.shop import MANAGER, SLUG, Shop, sign_in
from tests.chromium import PATIENCE_MS

pytestmark = pytest.mark.browser
PAGE = """<!doctype html><html lang="{language}"><title>A shop of its own</title><h1>Welcome</h1>
<script src="{home}/embed.js" data-store="{store}" data-title="Book a visit" async></script>
<noscript><a href="{home}/s/{store}/">Book a visit</a></noscript><p id="after">Goodbye</p></html>"""


@contextmanager
def site(html: str) -> Iterator[str]:
    """Serve one page as another site does, on a port of its own; yield its origin."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def guest(chromium: Browser) -> Iterator[Page]:
    """Somebody on the shop's own site, in a browser that keeps nothing of Carillon's."""
    context = new_context(chromium, viewport={"width": 390, "height": 844}, locale="en-GB", has_touch=True)
    yield context.new_page()
    context.close()


def let_embed(chromium: Browser, shop: Shop, origin: str) -> None:
    """Name a site in the store's set-up, as its manager does."""
    context = new_context(chromium, base_url=shop.carillon.url, locale="en-GB")
    page = sign_in(context.new_page(), MANAGER, shop.path("setup", "sharing"))
    page.locator("[name=embed_origins]").fill(origin)
    page.locator("main form .button").first.click()
    page.wait_for_url("**/setup/**")
    context.close()


def page_with_times(shop: Shop, language: str = "") -> str:
    return PAGE.format(home=shop.carillon.url, store=SLUG, language=language)


def test_a_named_site_shows_the_times_and_a_tap_leads_to_carillon_itself(
    chromium: Browser, guest: Page, shop: Shop
) -> None:
    with site(page_with_times(shop, "fr")) as origin:
        let_embed(chromium, shop, origin)
        open_page(guest, origin)

        frame = guest.frame_locator("iframe[title='Book a visit']")
        expect(frame.locator("html")).to_have_attribute("lang", "fr")
        frame.locator("#times .slot, .slots .slot").last.click()

        guest.wait_for_url(f"{shop.carillon.url}/fr/s/{SLUG}/book/details/**")
        expect(guest.locator("[name=name]")).to_be_visible()
        names = [cookie["name"].partition("-")[0] for cookie in guest.context.cookies()]
        assert names == ["way"]  # of Carillon's own page; the frame has none


def test_the_frame_is_as_tall_as_what_it_shows(chromium: Browser, guest: Page, shop: Shop) -> None:
    with site(page_with_times(shop)) as origin:
        let_embed(chromium, shop, origin)
        open_page(guest, origin)
        frame = guest.frame_locator("iframe")
        frame.locator(".slot").first.wait_for()

        def expect_fitting() -> float:
            guest.wait_for_function(
                "() => { const frame = document.querySelector('iframe'); return frame.style.height.endsWith('px') }"
            )
            for _ in range(PATIENCE_MS // 100):
                inside = frame.locator("body").evaluate("body => body.getBoundingClientRect().height")
                outside = guest.locator("iframe").evaluate("frame => frame.getBoundingClientRect().height")
                if abs(inside - outside) <= 1:
                    return float(outside)
                guest.wait_for_timeout(100)
            raise AssertionError((inside, outside))

        full = expect_fitting()
        frame.locator(".slots").first.evaluate("slots => slots.remove()")
        guest.wait_for_timeout(200)

        assert expect_fitting() < full


def test_another_site_is_refused_and_offers_a_link_instead(guest: Page, chromium: Browser, shop: Shop) -> None:
    let_embed(chromium, shop, "https://shop.example.org")
    with site(page_with_times(shop, "fr")) as origin:
        open_page(guest, origin)

        link = guest.get_by_role("link", name="Book a visit")

        expect(link).to_have_attribute("href", f"{shop.carillon.url}/fr/s/{SLUG}/")
        expect(guest.locator("iframe")).to_have_count(0)
        link.click()
        guest.wait_for_url(f"{shop.carillon.url}/fr/s/{SLUG}/")


def test_without_javascript_there_is_a_link(chromium: Browser, shop: Shop) -> None:
    context = new_context(chromium, java_script_enabled=False)
    page = context.new_page()
    with site(page_with_times(shop)) as origin:
        open_page(page, origin)

        expect(page.get_by_role("link", name="Book a visit")).to_have_attribute(
            "href", f"{shop.carillon.url}/s/{SLUG}/"
        )
    context.close()


@pytest.mark.parametrize(("scheme", "is_dark"), [("light", False), ("light dark", True)])
def test_the_frame_is_as_light_as_the_page_around_it(chromium: Browser, shop: Shop, scheme: str, is_dark: bool) -> None:
    context = new_context(chromium, color_scheme="dark")
    page = context.new_page()
    html = page_with_times(shop).replace("<h1>", f"<style>:root {{ color-scheme: {scheme} }}</style><h1>")
    with site(html) as origin:
        let_embed(chromium, shop, origin)
        open_page(page, origin)
        body = page.frame_locator("iframe").locator("body")
        body.wait_for()

        paper = body.evaluate("body => getComputedStyle(body).backgroundColor")

    assert (paper == "rgb(22, 27, 34)") is is_dark
    context.close()
