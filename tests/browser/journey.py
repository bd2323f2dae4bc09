"""What a customer does on the way to a booking, and what they are told, in both languages."""

import re
from itertools import count

from playwright.sync_api import Locator, Page, expect

from tests.processes import Carillon, wait_for

MESSAGE_SECONDS = 20
SHORT_LINK = re.compile(r"http://\S+/m/(\S+)/\S+")
NAME, NOTE = "Zoé d’Été-Test", "Side entrance, s'il vous plaît"

FRENCH = {
    "Which store would you like to visit?": "Dans quel magasin souhaitez-vous venir ?",
    "Name, town or postal code": "Nom, ville ou code postal",
    "Search": "Rechercher",
    "What would you like to come for?": "Pour quoi souhaitez-vous venir ?",
    "Book": "Réserver",
    "When would you like to come?": "Quand souhaitez-vous venir ?",
    "How can the store reach you?": "Comment le magasin peut-il vous joindre ?",
    "Your name": "Votre nom",
    "Phone number": "Numéro de téléphone",
    "E-mail address": "Adresse e-mail",
    "A note for the store": "Un mot pour le magasin",
    "Continue": "Continuer",
    "Please look at this again": "Merci de vérifier ceci",
    "Is everything right?": "Tout est-il correct ?",
    "Book this visit": "Réserver cette visite",
    "Your visit is booked": "Votre visite est réservée",
    "Add to my calendar": "Ajouter à mon agenda",
    "See, change or cancel": "Voir, changer ou annuler",
    "Booked": "Réservée",
    "Change the time": "Changer d’horaire",
    "When would you like to come instead?": "Quand souhaitez-vous plutôt venir ?",
    "Move your visit to this time?": "Déplacer votre visite à cet horaire ?",
    "Move my visit": "Déplacer ma visite",
    "Your visit has been moved.": "Votre visite a été déplacée.",
    "Cancel the visit": "Annuler la visite",
    "Cancel your visit?": "Annuler votre visite ?",
    "Cancel my visit": "Annuler ma visite",
    "Your visit is cancelled.": "Votre visite est annulée.",
    "Cancelled": "Annulée",
    "visit booked for": "visite prévue",
    "Open your booking with its link": "Ouvrez votre réservation avec son lien",
}
_numbers = count(1)


class Words:
    """What pages say, named by the English sentence."""

    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(self, english: str) -> str:
        return FRENCH[english] if self.language == "fr" else english


def new_phone() -> str:
    """Return a mobile number that nobody else here has."""
    number = next(_numbers)
    return f"06 12 35 {number // 100:02d} {number % 100:02d}"


def expect_heading(page: Page, text: str) -> None:
    """Expect a page by its question."""
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text(re.compile(re.escape(text).replace("\\ ", r"\s")))


def follow(page: Page, wanted: Locator) -> None:
    """Click, and wait for the page that comes, where nothing else would wait for it."""
    with page.expect_navigation():
        wanted.click()


def find_store(page: Page, say: Words) -> None:
    """Come from the first page to the times of a store."""
    page.goto("/")
    expect_heading(page, say("Which store would you like to visit?"))
    page.get_by_label(say("Name, town or postal code")).fill("breche")
    page.get_by_role("button", name=say("Search"), exact=True).click()
    page.get_by_role("link", name="Pharmacie de la Brèche", exact=True).click()
    expect_heading(page, say("What would you like to come for?"))
    page.get_by_role("main").get_by_role("link", name=say("Book")).first.click()
    expect_heading(page, say("When would you like to come?"))


def free_times(page: Page) -> Locator:
    """Return the times shown of the day that is open."""
    return page.locator(".days details[open] .slot")


def choose_time(page: Page, say: Words) -> str:
    """Choose the first time of the day that is open; return it as shown."""
    time = free_times(page).first
    words = time.inner_text().splitlines()[-2].strip()
    time.click()
    expect_heading(page, say("How can the store reach you?"))
    return words


def fill_details(page: Page, say: Words, *, phone: str, email: str = "", name: str = NAME, note: str = NOTE) -> None:
    page.get_by_label(say("Your name")).fill(name)
    page.get_by_label(say("Phone number")).fill(phone)
    page.get_by_label(say("E-mail address")).fill(email)
    page.get_by_label(say("A note for the store")).fill(note)


def book(page: Page, say: Words, *, phone: str = "", email: str = "") -> str:
    """Book the first free time at the store; return the reference."""
    find_store(page, say)
    choose_time(page, say)
    fill_details(page, say, phone=phone or new_phone(), email=email)
    page.get_by_role("button", name=say("Continue")).click()
    expect_heading(page, say("Is everything right?"))
    page.get_by_role("button", name=say("Book this visit")).click()
    expect_heading(page, say("Your visit is booked"))
    return reference_of(page)


def reference_of(page: Page) -> str:
    """Return the reference that the address of a booking's page holds."""
    return page.url.split("/b/")[1].split("/")[0]


def text_message(carillon: Carillon, reference: str, *, containing: str = "") -> str:
    """Wait for the text message about a booking that the worker writes; return all of it."""
    found: list[str] = []

    def has_come() -> bool:
        for file in (carillon.folder / "outbox").glob("[!.]*"):
            text = file.read_text(errors="replace")
            link = SHORT_LINK.search(text)
            if link and link[1] == reference and containing in text:
                found.append(text)
        return bool(found)

    wait_for(has_come, MESSAGE_SECONDS)
    return found[0]


def link_in(message: str) -> str:
    """Return the link of a text message."""
    link = SHORT_LINK.search(message)
    assert link is not None, message
    return link[0]
