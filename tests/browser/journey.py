"""What a customer does on the way to a booking, and what they are told, in every language and in simple words.

Pages are found by what they are made of, their words by the site's own catalogs: one journey serves all readers.
"""

import re
from dataclasses import dataclass
from itertools import count

from django.utils import translation
from playwright.sync_api import Locator, Page, expect

from tests.browser.driver import open_page
from tests.servers import House, wait_until

DEMO_STORE = "pharmacie-de-la-breche"
MESSAGE_SECONDS = 300
SHORT_LINK = re.compile(r"http://\S+/m/\S+")
VISITS_LINK = re.compile(r"http://\S+/v/\S+")
OFFER_LINK = re.compile(r"http://\S+/p/\S+")
NAME, NOTE = "Zoé d’Été-Test", "Side entrance, s'il vous plaît"
OWN_TEXT = "element => [...element.childNodes].filter(n => n.nodeType === 3).map(n => n.data).join('').trim()"
_numbers = count(1)


@dataclass(frozen=True)
class Reader:
    """In which language somebody reads, and whether in simple words."""

    language: str
    is_simple: bool = False

    @property
    def home(self) -> str:
        return "/simple/" if self.is_simple else "/"

    def __call__(self, english: str) -> str:
        """Return a text of the site as this reader has it."""
        with translation.override(self.language):
            return translation.gettext(english)


def new_phone() -> str:
    """Return a mobile number that nobody else here has."""
    number = next(_numbers)
    return f"06 12 35 {number // 100:02d} {number % 100:02d}"


def email_of(phone: str) -> str:
    """Return an e-mail address that nobody else here has."""
    return f"zoe{phone.replace(' ', '')}@example.org"


def expect_heading(page: Page, text: str) -> None:
    """Expect a page by its question."""
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text(re.compile(re.escape(text).replace("\\ ", r"\s")))


def expect_reader(page: Page, say: Reader) -> None:
    """Expect a page in the language and the words that somebody reads."""
    html = page.locator("html")
    expect(html).to_have_attribute("lang", say.language)
    expect(html).to_have_attribute("dir", "rtl" if say.language == "ar" else "ltr")
    assert ("/simple/" in page.url) == say.is_simple, page.url


def follow(page: Page, wanted: Locator) -> None:
    """Click, and wait for the page that comes, where nothing else would wait for it."""
    with page.expect_navigation():
        wanted.click()


def main_button(page: Page) -> Locator:
    """Return the one button with which the page goes on."""
    return page.locator("main form .actions button.button:visible").first


def press(page: Page) -> None:
    """Go on."""
    follow(page, main_button(page))


def press_to_book(page: Page, say: Reader) -> None:
    """Book from the details; in simple words, everything is shown once more in between."""
    press(page)
    if say.is_simple:
        press(page)


def find_store(page: Page, say: Reader) -> None:
    """Come from the first page to the times of the demo's store."""
    open_page(page, say.home)
    expect_reader(page, say)
    page.locator("[name=q]").fill("breche")
    follow(page, page.locator("form[role=search] button:visible").first)
    follow(page, page.get_by_role("main").get_by_role("link", name="Pharmacie de la Brèche", exact=True))
    follow(page, page.locator("main a[href*='/book/?visit_type=visit']").first)
    assert f"/s/{DEMO_STORE}/book/" in page.url


def free_times(page: Page) -> Locator:
    """Return the times shown of the day that is open."""
    return page.locator("main .slot")


def come_to_times(page: Page) -> None:
    """Answer what only the simple version asks before it shows times: the first day, and the first part of a day."""
    for answers in ("[href*='day=']:not([href*='part='])", "[href*='part=']"):
        links = page.locator(f".simple-choices a{answers}")
        if links.count():
            follow(page, links.first)


def time_words(time: Locator) -> str:
    """Return the hour that a time shows, as sentences say it: « 9 h », where the grid has « 9 h 00 »."""
    return in_plain_spaces(time.evaluate(OWN_TEXT)).removesuffix(" 00")


def chosen(page: Page) -> str:
    """Return the day and the time that the page says were chosen."""
    found = page.locator("main .chosen strong, main .chosen-line strong, main .step-line strong").first
    return in_plain_spaces(found.text_content() or "")


def in_plain_spaces(text: str) -> str:
    """Return a text as Playwright compares it: without the spaces that keep words together."""
    return " ".join(text.split())


def choose_last_part(page: Page) -> None:
    """Answer what only the simple version asks of a day with times in several parts: the last of them."""
    part = page.locator(".simple-choices a[href*='part=']").last
    if part.is_visible():
        follow(page, part)


def choose_time(page: Page) -> str:
    """Choose the last time of the second free day, late enough to be changed still; return how it is said then."""
    follow(page, page.locator(".days a, .simple-choices a").nth(1))
    choose_last_part(page)
    time = free_times(page).last
    words = time_words(time)
    follow(page, time)
    expect(page.locator("[name=name]")).to_be_visible()
    assert words in chosen(page)
    return chosen(page)


def fill_details(page: Page, *, phone: str, email: str = "", name: str = NAME, note: str = "") -> None:
    """Fill in the details; in simple words, answer one question a page, up to the one for the phone number."""
    if page.locator("[name=name]").count():
        page.locator("[name=name]").fill(name)
    if page.locator("[name=ask][value=name]").count():
        press(page)
    page.locator("[name=phone]").fill(phone)
    if page.locator("[name=ask]").count():
        return
    page.locator("[name=email]").fill(email)
    if note:
        if not page.locator("[name=note]").is_visible():
            page.locator("details.more summary").click()
        page.locator("[name=note]").fill(note)


def expect_kept(page: Page, **typed: str) -> None:
    """Expect that a form still holds what was typed."""
    for name, value in typed.items():
        expect(page.locator(f"[name={name}]")).to_have_value(value)


def expect_booked(page: Page) -> str:
    """Expect the confirmation, with no secret in its address; return the reference."""
    expect(page.locator(".reference")).to_be_visible()
    found = re.fullmatch(r"https?://[^/]+/(?:\w+/)*b/(\w+)/booked/", page.url)
    assert found is not None, page.url
    return found[1]


def book(page: Page, say: Reader, *, phone: str = "", email: str = "") -> str:
    """Book the last free time of the first free day at the demo's store; return the reference."""
    find_store(page, say)
    choose_time(page)
    fill_details(page, phone=phone or new_phone(), email=email)
    press_to_book(page, say)
    return expect_booked(page)


def texts_of(carillon: House, kind: str, link: re.Pattern[str] = SHORT_LINK) -> dict[str, str]:
    """Return the text messages of a kind that the worker has written so far, by the link in them."""
    texts = [file.read_text(errors="replace") for file in (carillon.data / "outbox").glob(f"[!.]*-{kind}-sms-*")]
    return {found[0]: text for text in texts if (found := link.search(text))}


def link_to(carillon: House, reference: str, kind: str, link: re.Pattern[str] = SHORT_LINK) -> str:
    """Wait for the text message of a kind to the customer of a visit or an entry; return the link in it."""
    tables = ("booking_booking", "booking_waitinglistentry")
    asked = " UNION ".join(f"SELECT phone FROM {table} WHERE reference = '{reference}'" for table in tables)
    ((phone,),) = carillon.rows(asked)
    found: list[str] = []

    def has_come() -> bool:
        texts = texts_of(carillon, kind, link)
        found.extend(one for one, text in texts.items() if text.startswith(f"To: {phone}\n"))
        return bool(found)

    wait_until(has_come, seconds=MESSAGE_SECONDS, what=f"told: {kind}")
    return found[0]
