import json
import re
from html.parser import HTMLParser
from itertools import product

import pytest
from django.conf import settings
from django.utils import translation

from booking.links import calendar_url, manage_url
from booking.messages.email_texts import EmailText, email_text
from booking.models import Booking, Status
from stores.models import VisitType
from tests.factories import make_store
from tests.visits import stored_booking

pytestmark = pytest.mark.django_db

TEXTS = ("confirmation", "reminder", "change", "other_desk", "new_hours", "cancellation")
LANGUAGES = tuple(code for code, _ in settings.LANGUAGES)
LINK = manage_url("K7Q29X4M")
MAP = "https://www.openstreetmap.org/?mlat=46.32&mlon=-0.46#map=18/46.32/-0.46"


class Page(HTMLParser):
    """What an e-mail's HTML is made of."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open_tags: list[str] = []
        self.addresses: set[str | None] = set()
        self.root: dict[str, str | None] = {}
        self.data = ""
        self.styles = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses |= {value for name, value in attrs if name in ("href", "src", "background", "srcset")}
        self.styles += "".join(value or "" for name, value in attrs if name == "style")
        if tag == "html":
            self.root = dict(attrs)
        if tag not in ("meta", "br"):
            self.open_tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open_tags.pop() == tag

    def handle_data(self, data: str) -> None:
        if "script" in self.open_tags:
            self.data += data
        if "style" in self.open_tags:
            self.styles += data


def written(template: str = "confirmation", language: str = "en", **fields: object) -> EmailText:
    if template == "cancellation":
        fields = {"status": Status.CANCELLED, **fields}
    with translation.override(language):
        return email_text(template, stored_booking(**fields))  # type: ignore[arg-type]


@pytest.mark.parametrize("is_simple", [False, True])
@pytest.mark.parametrize(("template", "language"), list(product(TEXTS, LANGUAGES)))
def test_email_is_one_page_in_its_language_that_loads_nothing(template: str, language: str, is_simple: bool) -> None:
    words = written(template, language, is_simple=is_simple)

    page = Page(words.html)
    assert page.open_tags == []
    assert page.root == {"lang": language, "dir": "rtl" if language == "ar" else "ltr"}
    assert page.tags.count("h1") == page.tags.count("main") == page.tags.count("title") == 1
    calendar = set() if template == "cancellation" else {calendar_url("K7Q29X4M")}
    assert page.addresses == {LINK, "tel:+33549240039", MAP} | calendar
    assert not {"img", "link", "iframe", "form", "input", "video", "object"} & set(page.tags)
    assert not re.search(r"url\(|@import|@font-face", page.styles)
    assert "prefers-color-scheme: dark" in page.styles
    assert words.text.count(LINK) == 1
    assert "\n" not in words.subject
    assert "{" not in words.text + words.subject


@pytest.mark.parametrize("is_simple", [False, True])
@pytest.mark.parametrize(("template", "language"), list(product(TEXTS, ["fr", "en"])))
def test_email_holds_what_is_needed_and_nothing_that_was_typed(template: str, language: str, is_simple: bool) -> None:
    words = written(
        template,
        language,
        store=make_store(name="Chez <b>Ada</b> & Bo\r\nBcc: x@example.org", email="port@example.org"),
        name="Mallory <script>alert",
        note="<img src=x>",
        answers=[{"question": "Which bike?", "answer": "The red one"}],
        is_simple=is_simple,
    )

    for typed in ("Mallory", "alert", "<img", "<b>", "Advice", "Conseil", "ada@example.org", "+336", "bike", "red one"):
        assert typed not in words.html
        assert typed == "<b>" or typed not in words.text  # a store's name stands in plain text as it is
    for text in (words.text, words.html):
        assert ("24\xa0novembre à\xa010\xa0h\xa015" in text) == (language == "fr")
        assert ("24\xa0November, 10:15" in text) == (language == "en")
    assert ("24 novembre à 10 h 15" if language == "fr" else "24 November, 10:15") in words.subject


def test_email_shows_its_link_as_a_button_and_as_text() -> None:
    html = written().html

    assert html.count(f'href="{LINK}"') == 2
    assert f">{LINK}</a>" in html


def test_email_begins_with_what_a_list_of_messages_shows() -> None:
    html = written().html

    shown = html.partition("<body")[2].partition("</div>")[0]
    assert "Tuesday 24\xa0November, 10:15, Pharmacie du Port" in shown
    assert "display: none" in shown


@pytest.mark.parametrize(
    ("template", "status", "event"),
    [
        ("confirmation", "ReservationConfirmed", "EventScheduled"),
        ("cancellation", "ReservationCancelled", "EventCancelled"),
    ],
)
def test_email_tells_programs_of_the_reservation_not_who_comes_or_why(template: str, status: str, event: str) -> None:
    words = written(template, store=make_store(name="Chez </script> & Bo"))

    markup = Page(words.html).data
    assert "<" not in markup
    said = json.loads(markup)
    assert said["@type"] == "EventReservation"
    assert said["reservationNumber"] == "K7Q29X4M"
    assert said["reservationStatus"] == f"https://schema.org/{status}"
    assert said["reservationFor"]["eventStatus"] == f"https://schema.org/{event}"
    assert said["reservationFor"]["startDate"] == "2026-11-24T10:15:00+01:00"
    assert said["reservationFor"]["endDate"] == "2026-11-24T10:45:00+01:00"
    assert said["reservationFor"]["location"]["address"]["addressLocality"] == "Niort"
    assert said["url"] == LINK
    assert "underName" not in said


@pytest.mark.parametrize(
    ("mode", "fields", "where"),
    [
        ("store", {}, "Pharmacie du Port, 1 Rue de la Gare, 79000 Niort"),
        ("phone", {}, "Pharmacie du Port, By phone: the store will call you at the number you gave."),
        ("phone", {"phone": ""}, "Pharmacie du Port, By phone: please call the store."),
        (
            "video",
            {},
            "Pharmacie du Port, By video: the link appears on your visit's page 10 minutes before.",
        ),
    ],
)
def test_email_says_by_what_the_visit_takes_place(mode: str, fields: dict[str, str], where: str) -> None:
    store = make_store(name="Pharmacie du Port", email="port@example.org")
    VisitType.objects.filter(store=store, slug="advice").update(mode=mode, video_url="https://video.example/secret")

    words = written(store=store, **fields)

    assert f"Where: {where}\n" in words.text
    assert "video.example" not in words.text + words.html
    location = json.loads(Page(words.html).data)["reservationFor"]["location"]
    assert location["@type"] == ("Store" if mode == "store" else "VirtualLocation")


@pytest.mark.parametrize("template", TEXTS)
def test_email_about_somebody_elses_visit_does_not_call_it_yours(template: str) -> None:
    words = written(template, is_for_someone_else=True)

    heading = words.text.partition("\n\n")[0]
    assert "you booked for somebody else" in heading
    assert "our visit" not in heading


def test_simple_email_is_short_and_large() -> None:
    Booking.objects.all().delete()
    words = written(is_simple=True)

    assert words.text == (
        "Your visit is booked.\n"
        "\n"
        "Day and time:\n"
        "Tuesday 24\xa0November, 10:15\n"
        "\n"
        "The store:\n"
        "Pharmacie du Port\n"
        "1 Rue de la Gare, 79000 Niort\n"
        f"{MAP}\n"
        "\n"
        "Number of people: 2\n"
        "\n"
        "You have a question? Phone the store:\n"
        "05 49 24 00 39\n"
        "\n"
        "Your number:\n"
        "K7Q2-9X4M\n"
        "\n"
        "Put it in my calendar:\n"
        f"{calendar_url('K7Q29X4M')}\n"
        "\n"
        "You cannot come? Open this page:\n"
        f"{LINK}\n"
        "\n"
        "--\n"
        "You did not book this visit? Please tell the store.\n"
    )
    assert "font-size: 22px" in words.html
