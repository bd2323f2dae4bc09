"""The waiting list in the simple version: one question a page, each remembered, until everything is shown once more."""

import pytest
from django.test import Client

from booking.models import Booking, WaitingListEntry
from tests.booking.reading import Page, page

JOIN = "/simple/en/s/corner-shop-niort/wait/"
ASKED = {"visit_type": "visit", "party_size": "1", "from": "2026-11-24", "to": "2026-11-25"}
NAME, PHONE = "Bea Test", "06 12 34 56 02"


def begun(client: Client) -> Page:
    return page(client.get(JOIN, ASKED))


def answered(client: Client, asked: Page, status: int = 200, /, **typed: str) -> Page:
    """Answer the question of a page, as its form is sent."""
    response = client.post(JOIN, {**asked.forms[JOIN], **typed}, follow=True)
    assert response.redirect_chain[0][1] == 303
    assert response.status_code == status
    return page(response)


def named(client: Client) -> Page:
    """Answer up to the question for the phone number."""
    return answered(client, answered(client, answered(client, begun(client))), name=NAME)


def follow(client: Client, found: Page, words: str) -> Page:
    """Press the link that says this."""
    return page(client.get(next(link for link, text in found.links.items() if text == words)))


def title(found: Page) -> str:
    return found.title.partition(" – ")[0]


def test_each_page_asks_one_thing_before_everything_is_shown(client: Client, full: Booking) -> None:
    first = begun(client)
    last = answered(client, first)
    name = answered(client, last)
    phone = answered(client, name, name=NAME)
    check = answered(client, phone, phone=PHONE)
    joined = client.post(JOIN, check.forms[JOIN])

    assert [title(one) for one in (first, last, name, phone, check)] == [
        "From which day can you come?",
        "Until which day can you come?",
        "Who is coming?",
        "What is your phone number?",
        "Is this right?",
    ]
    assert (first.forms[JOIN]["from"], last.forms[JOIN]["to"]) == ("2026-11-24", "2026-11-25")
    assert f"You can come: Tuesday 24 November to Wednesday 25 November Name: {NAME} Phone: {PHONE}" in check.words
    entry = WaitingListEntry.objects.get()
    assert joined["Location"] == f"/simple/en/w/{entry.reference}/"
    assert (entry.name, entry.phone, entry.email, entry.is_simple) == (NAME, "+33612345602", "", True)
    assert (str(entry.from_date), str(entry.to_date)) == ("2026-11-24", "2026-11-25")


def test_check_sent_twice_joins_once(client: Client, full: Booking) -> None:
    check = answered(client, named(client), phone=PHONE).forms[JOIN]

    for _ in range(2):
        client.post(JOIN, check)

    assert WaitingListEntry.objects.count() == 1


def test_first_page_says_how_it_goes_and_what_is_free(client: Client, full: Booking) -> None:
    words = begun(client).words

    assert "Is there a place? Then we write to you." in words
    assert "There is a place now: Wednesday 25 November, 10:00." in words


def test_last_day_is_never_proposed_before_the_first(client: Client, full: Booking) -> None:
    last = answered(client, begun(client), **{"from": "2026-11-27"})

    assert last.forms[JOIN]["to"] == "2026-11-27"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Write a phone number."),
        ("12", "Enter a phone number such as"),
        ("05 49 24 00 39", "We cannot write to this phone. Write a mobile phone number."),
    ],
)
def test_an_answer_that_cannot_be_taken_is_asked_again_and_nothing_is_lost(
    client: Client, full: Booking, typed: str, words: str
) -> None:
    again = answered(client, named(client), 400, phone=typed)

    assert title(again) == "Error: What is your phone number?"
    assert words in again.links["#id_phone"].replace("\N{NO-BREAK SPACE}", " ")
    assert again.forms[JOIN]["phone"] == typed
    assert f"Name: {NAME} Phone: {PHONE}" in answered(client, again, phone=PHONE).words


def test_day_that_cannot_be_read_is_asked_again(client: Client, full: Booking) -> None:
    again = answered(client, begun(client), 400, **{"from": "soon"})

    assert (title(again), again.links["#id_from"]) == ("Error: From which day can you come?", "Choose a day.")


def test_an_address_does_instead_of_a_number_that_could_not_be_taken(client: Client, full: Booking) -> None:
    email = follow(client, answered(client, named(client), 400, phone="12"), "I prefer e-mail")
    again = answered(client, email, 400, email="")
    client.post(JOIN, answered(client, again, email="bea@example.org").forms[JOIN])

    assert again.links["#id_email"] == "Write an e-mail address."
    entry = WaitingListEntry.objects.get()
    assert (entry.phone, entry.email) == ("", "bea@example.org")


def test_who_has_neither_phone_nor_address_is_told_who_helps(client: Client, full: Booking) -> None:
    neither = follow(client, follow(client, named(client), "I prefer e-mail"), "I have no phone and no e-mail")

    assert title(neither) == "The store can help you"
    assert "Or go to the store. They put you on the list." in neither.words
    check = answered(client, follow(client, neither, "Write this person’s phone number"), phone=PHONE)
    assert title(check) == "Is this right?"


def test_each_page_leads_back_to_the_one_before_with_its_answer(client: Client, full: Booking) -> None:
    check = answered(client, named(client), phone=PHONE)

    phone = follow(client, check, "Back")
    name = follow(client, phone, "Back")
    last = follow(client, name, "Back")

    assert (phone.forms[JOIN]["phone"], name.forms[JOIN]["name"]) == (PHONE, NAME)
    assert title(follow(client, last, "Back")) == "From which day can you come?"
    assert any("/book/?" in link and text.startswith("Back") for link, text in begun(client).links.items())


def test_what_is_not_right_is_chosen_and_leads_back_to_the_check(client: Client, full: Booking) -> None:
    change = follow(client, answered(client, named(client), phone=PHONE), "No, change something")

    last = answered(client, follow(client, change, "The first day"), 400, **{"from": "2026-11-26"})
    check = answered(client, last, to="2026-11-27")

    assert {"The first day", "The last day", "The name", "The phone number"} <= {*change.links.values()}
    assert last.links["#id_to"] == "The last day must not be before the first."
    assert title(check) == "Is this right?"
    assert "Thursday 26 November to Friday 27 November" in check.words


def test_refused_days_are_asked_for_again_and_the_rest_is_kept(client: Client, full: Booking) -> None:
    first = answered(client, begun(client), **{"from": "2026-11-29", "to": "2026-11-29"})
    check = answered(client, answered(client, answered(client, first, to="2026-11-29"), name=NAME), phone=PHONE)

    refused = answered(client, check, 409)
    check = answered(client, answered(client, refused, 400, **{"from": "2026-11-30"}), to="2026-11-30")

    assert title(refused) == "Error: From which day can you come?"
    assert "The store takes no visits on these days." in refused.words
    assert f"Name: {NAME} Phone: {PHONE}" in check.words


def test_the_standard_version_shows_what_was_answered(client: Client, full: Booking) -> None:
    named(client)
    address = client.post(JOIN, {**begun(client).forms[JOIN]})["Location"].replace("/simple/en", "")

    form = page(client.get(address)).forms["/s/corner-shop-niort/wait/"]

    assert (form["from"], form["to"]) == ("2026-11-24", "2026-11-25")


def test_a_browser_that_keeps_no_cookies_is_told_so_and_what_to_do(client: Client, full: Booking) -> None:
    location = client.post(JOIN, {**ASKED, "ask": "name", "name": NAME})["Location"]

    response = Client().get(location)

    assert response.status_code == 400
    assert "Your answers are lost. Allow cookies in your browser." in page(response).words


@pytest.mark.parametrize("ask", ["nonsense", "\0", "note", "homepage", "question_7", "x" * 500])
def test_a_question_that_is_not_ours_is_never_a_failure(client: Client, full: Booking, ask: str) -> None:
    response = client.post(JOIN, {**begun(client).forms[JOIN], "ask": ask, "then": ask, ask: "x"})

    assert response.status_code == 303
    assert len(response["Location"]) < 400
    assert client.get(response["Location"], follow=True).status_code in (200, 400)
    assert client.get(JOIN, {**ASKED, "ask": ask}).status_code in (200, 400)
