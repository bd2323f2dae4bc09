"""The right person of 300: four letters at most, two taps, by keyboard as well, and nobody kept out."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.arrivals.conftest import Tablet
from tests.browser.arrivals.counter import CHIEF, FIRST, Counter
from tests.browser.barriers import barriers

pytestmark = pytest.mark.browser
GIVEN = ("Ada", "Béa", "Chloé", "Dora", "Éloïse", "Fanny", "Gaëlle", "Hana", "Iris", "Jade", "Karim", "Léo", "Max",
         "Nour", "Omar", "Paul", "Rémi", "Sami", "Théo", "Yann")  # fmt: skip
STARTS = ("Ba", "Ce", "Du", "Fo", "Gi", "La", "Me", "Pi", "Ro", "Su", "Ti", "Va", "Le", "Mo", "Na")
ENDS = ("rtin", "lmont", "pré", "ssier", "ngeval", "quet", "chard", "don", "vière", "zac", "blanc", "gnon", "sault",
        "tel", "mier", "roux", "card", "nard", "fort", "bois")  # fmt: skip


def names() -> list[str]:
    """Return 300 names: each family name once, each given name fifteen times."""
    families = [start + end for start in STARTS for end in ENDS]
    return [f"{GIVEN[number % len(GIVEN)]} {family}" for number, family in enumerate(families)]


@pytest.fixture
def crowd(counter: Counter) -> dict[str, str]:
    return {name: counter.book(name, slots=1 + number // 40) for number, name in enumerate(names())}


def shown(page: Page) -> list[str]:
    return [row.get_attribute("id").removeprefix("visit-") for row in page.locator(".group-found .arrival").all()]


def test_four_letters_and_two_taps_find_one_of_three_hundred(
    tablet: Tablet, counter: Counter, crowd: dict[str, str]
) -> None:
    page = tablet(FIRST)
    page.context.set_offline(True)  # nobody helps
    search = page.get_by_role("searchbox")
    places = []
    for name, reference in list(crowd.items())[::10]:
        search.fill(name.split()[1][:4].lower())
        places.append(shown(page).index(reference))
    # Of the family name, whose letters the tablet does not hold: the person is among the first rows, in sight.
    assert max(places) <= 3
    assert sorted(places)[len(places) * 9 // 10] <= 1

    name, reference = next(iter(crowd.items()))
    search.click()  # the first tap
    search.fill(name.split()[1][:4].upper())
    page.locator(f"#visit-{reference}").get_by_role("button", name=re.compile("^Arrived")).click()  # the second
    expect(page.locator(f"#visit-{reference}")).to_contain_text("Here")
    page.context.set_offline(False)
    counter.wait_for(reference, "checked_in")


def test_reference_digits_and_first_names_find_as_well(tablet: Tablet, counter: Counter) -> None:
    ada = counter.book("Ada Test", phone="06 12 34 77 01")
    eloise = counter.book("Éloïse Test")
    page = tablet(FIRST)
    search = page.get_by_role("searchbox")
    for typed, wanted in (("7701", ada), ("06 12 34 77 01", ada), ("eloi", eloise), (eloise[2:6].lower(), eloise)):
        search.fill(typed)
        assert shown(page) == [wanted], typed
    search.fill("zzzz")
    expect(page.locator("#nobody")).to_contain_text("Nobody of today fits.")
    assert barriers(page) == []


def test_names_are_found_in_one_word_or_two_and_behind_a_title(tablet: Tablet, counter: Counter) -> None:
    awa, yann = counter.book("Awa N'Diaye"), counter.book("Yann Le Goff")
    lena, omar = counter.book("Léna Legoff"), counter.book("Omar Martin")
    page = tablet(FIRST)
    search = page.get_by_role("searchbox")
    for typed, wanted in (
        ("ndiaye", {awa}),
        ("n'diaye", {awa}),
        ("legoff", {yann, lena}),
        ("le goff", {yann, lena}),
        ("Mme Martin", {omar}),
        ("awa ndiaye", {awa}),
    ):
        search.fill(typed)
        assert set(shown(page)) == wanted, typed


def test_all_of_it_is_done_by_keyboard(tablet: Tablet, counter: Counter) -> None:
    ada = counter.book("Ada Test")
    page = tablet(FIRST)
    row = page.locator(f"#visit-{ada}")
    page.get_by_role("searchbox").focus()
    page.keyboard.type("ada")
    page.keyboard.press("Enter")
    for state in ("Here", "Being served", "Done"):
        page.keyboard.press("Enter")
        expect(row.get_by_role("status")).to_contain_text(state)
        expect(row.locator(":focus")).to_have_count(1)
    counter.wait_for(ada, "completed")
    expect(row.locator(":focus")).to_have_attribute("data-act", "undo")
    page.keyboard.press("Enter")
    expect(row.get_by_role("status")).to_contain_text("Being served")
    counter.wait_for(ada, "in_service")


@pytest.mark.parametrize("width", [390, 820, 1280])
def test_nobody_is_kept_out(tablet: Tablet, counter: Counter, width: int) -> None:
    late, here, waits = (
        counter.book(f"{name} Test", slots=0 if name == "Late" else 1) for name in ("Late", "Here", "Waits")
    )
    # Late is who has not come ten minutes after the start.
    counter.carillon.execute(
        f"UPDATE booking_booking SET starts_at = datetime(starts_at, '-20 minutes') WHERE reference = '{late}'"
    )
    assert counter.act(here, "check-in") == 200
    page = tablet(CHIEF)
    page.set_viewport_size({"width": width, "height": 900})
    page.context.set_offline(True)
    page.locator(f"#visit-{waits} [data-is-main]").click()
    assert counter.act(waits, "cancel") == 200
    page.locator(f"#visit-{here} summary").click()
    assert barriers(page) == []
    page.context.set_offline(False)
    expect(page.locator(".conflict")).to_have_count(1)
    expect(page.get_by_role("region", name="Late")).to_contain_text("Late T.")
    assert page.locator(f"#visit-{late}").is_visible()
    assert barriers(page) == []
    heights = page.locator("#app button:visible").evaluate_all(
        "all => all.map((one) => one.getBoundingClientRect().height)"
    )
    assert min(heights) >= (56 if width >= 820 else 44)
