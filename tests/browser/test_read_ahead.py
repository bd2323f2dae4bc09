"""A store's page is asked for as soon as its link is pressed, and is there when it is let go."""

import pytest

from tests.browser.conftest import Visitor
from tests.browser.driver import open_page
from tests.browser.shop import SLUG, Shop

pytestmark = pytest.mark.browser

HOW_IT_CAME = "performance.getEntriesByType('navigation')[0].deliveryType"


def test_a_pressed_link_of_the_list_is_there_before_it_is_let_go(visitor: Visitor, shop: Shop) -> None:
    page = visitor(width=1280, language="fr")
    open_page(page, "/?q=corner")
    link = page.locator(f"h3 a[href$='/s/{SLUG}/']")
    link.hover()
    page.mouse.down()
    page.wait_for_timeout(1000)
    page.mouse.up()
    page.wait_for_url(f"**/s/{SLUG}/")
    assert page.evaluate(HOW_IT_CAME) == "navigational-prefetch"
