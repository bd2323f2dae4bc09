"""The simple version after the time: one question a page, each remembered, until everything is shown once more."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from booking.models import Booking
from stores.models import QuestionKind, Store, StoreQuestion
from tests.booking.customer.book.way import (
    ANSWER,
    CHECK,
    CHOSEN,
    CONFIRM,
    DETAILS,
    ELEVEN,
    HOLD,
    choose,
    details_url,
    question_name,
)
from tests.booking.reading import Page, page

pytestmark = pytest.mark.django_db
SIMPLE = "/simple/en"
NAME, PHONE = "Ada Test", "06 12 34 56 02"
MODEL, COLOUR = question_name("Which model?"), question_name("Which colour?")


def chosen(client: Client) -> Page:
    """Choose a time in the simple version."""
    return page(client.post(f"{SIMPLE}{HOLD}", CHOSEN, follow=True))


def answered(
    client: Client, asked: Page, status: int = 200, answers: dict[str, str] | None = None, **typed: str
) -> Page:
    """Answer the question of a page, as its form is sent."""
    form = {**asked.forms[f"{SIMPLE}{ANSWER}"], **(answers or {}), **typed}
    response = client.post(f"{SIMPLE}{ANSWER}", form, follow=True)
    assert response.redirect_chain[0][1] == 303
    assert response.status_code == status
    return page(response)


def checked(client: Client) -> Page:
    return answered(client, answered(client, chosen(client), name=NAME), phone=PHONE)


def confirmed(client: Client, check: Page) -> Booking:
    client.post(f"{SIMPLE}{CONFIRM}", check.forms[f"{SIMPLE}{CONFIRM}"])
    return Booking.objects.get()


def follow(client: Client, found: Page, words: str) -> Page:
    """Press the link that says this."""
    return page(client.get(next(link for link, text in found.links.items() if text == words)))


def title(found: Page) -> str:
    return found.title.partition(" – ")[0]


def test_name_and_phone_are_asked_on_a_page_each_before_everything_is_shown(client: Client, store: Store) -> None:
    name = chosen(client)
    phone = answered(client, name, name=NAME)
    check = answered(client, phone, phone=PHONE)
    booking = confirmed(client, check)

    assert [title(one) for one in (name, phone, check)] == [
        "Who is coming?", "What is your phone number?", "Is this right?",
    ]  # fmt: skip
    assert "Tuesday 24 November, 10:00" in name.words
    assert f"Name: {NAME} Phone: {PHONE}" in check.words
    assert (booking.name, booking.phone, booking.email, booking.is_simple) == (NAME, "+33612345602", "", True)


def test_each_page_leads_back_to_the_one_before_with_its_answer(client: Client, store: Store) -> None:
    check = checked(client)

    phone = follow(client, check, "Back")
    name = follow(client, phone, "Back")

    assert phone.forms[f"{SIMPLE}{ANSWER}"]["phone"] == PHONE
    assert name.forms[f"{SIMPLE}{ANSWER}"]["name"] == NAME
    assert any("/book/?" in link and text == "Back" for link, text in name.links.items())


@pytest.mark.parametrize(
    ("typed", "words"),
    [("", "Write a phone number."), ("12", "Enter a phone number such as"), ("0899 70 00 00", "costs extra")],
)
def test_an_answer_that_cannot_be_taken_is_asked_again_and_nothing_is_lost(
    client: Client, store: Store, typed: str, words: str
) -> None:
    again = answered(client, answered(client, chosen(client), name=NAME), status=400, phone=typed)

    assert title(again) == "Error: What is your phone number?"
    assert words in again.links["#id_phone"].replace("\N{NO-BREAK SPACE}", " ")
    assert "id_phone" in again.ids
    assert again.forms[f"{SIMPLE}{ANSWER}"]["phone"] == typed
    assert f"Name: {NAME}" in answered(client, again, phone=PHONE).words


def test_a_missing_name_is_asked_for_alone(client: Client, store: Store) -> None:
    again = answered(client, chosen(client), status=400, name=" ")

    assert "#id_name" in again.links
    assert "#id_phone" not in again.links


def test_an_address_does_instead_of_a_number_that_could_not_be_taken(client: Client, store: Store) -> None:
    phone = answered(client, answered(client, chosen(client), name=NAME), status=400, phone="12")
    email = follow(client, phone, "I prefer e-mail")
    again = answered(client, email, status=400, email="")
    booking = confirmed(client, answered(client, again, email="ada@example.org"))

    assert title(again) == "Error: What is your e-mail address?"
    assert again.links["#id_email"] == "Write an e-mail address."
    assert (booking.phone, booking.email) == ("", "ada@example.org")


def test_who_has_neither_phone_nor_address_is_told_who_helps(client: Client, store: Store) -> None:
    email = follow(client, answered(client, chosen(client), name=NAME), "I prefer e-mail")

    neither = follow(client, email, "I have no phone and no e-mail")

    assert title(neither) == "The store can help you"
    assert "Or go to the store. They book for you." in neither.words
    back = "Back Write this person’s e-mail address"  # both lead to the question before
    assert title(follow(client, neither, back)) == "What is your e-mail address?"
    other = answered(client, follow(client, neither, "Write this person’s phone number"), phone=PHONE)
    assert title(other) == "Is this right?"


def test_each_question_of_the_store_has_a_page(client: Client, store: Store) -> None:
    StoreQuestion.objects.create(store=store, text="Which model?", is_required=True, position=0)
    StoreQuestion.objects.create(
        store=store, text="Which colour?", kind=QuestionKind.CHOICE, choices="Red\nBlue", position=1
    )
    model = checked(client)
    again = answered(client, model, status=400)
    colour = answered(client, again, answers={MODEL: "X-100"})
    check = answered(client, colour, answers={COLOUR: "Blue"})

    assert [title(one) for one in (model, colour)] == ["Which model?", "Which colour?"]
    assert again.links[f"#id_{MODEL}"] == "Please answer this question."
    assert title(follow(client, colour, "Back")) == "Which model?"
    assert title(follow(client, check, "Back")) == "Which colour?"
    assert confirmed(client, check).answers == [
        {"question": "Which model?", "answer": "X-100"},
        {"question": "Which colour?", "answer": "Blue"},
    ]


def test_what_is_not_right_is_chosen_and_leads_back_to_the_check(client: Client, store: Store) -> None:
    change = follow(client, checked(client), "No, change something")

    name = follow(client, change, "The name")
    again = answered(client, name, status=400, name="")
    check = answered(client, again, name="Bea Test")

    assert title(change) == "What do you want to change?"
    assert {"The day and the time", "The name", "The phone number", "The note for the store"} <= {
        *change.links.values()
    }
    assert title(follow(client, name, "Back")) == "Is this right?"
    assert "Name: Bea Test" in check.words
    assert title(check) == "Is this right?"


def test_a_note_is_written_on_wish_and_can_be_taken_back(client: Client, store: Store) -> None:
    note = follow(client, checked(client), "Write a note for the store")
    check = answered(client, note, note="Second floor")
    assert "Note: Second floor" in check.words

    again = follow(client, follow(client, check, "No, change something"), "The note for the store")
    check = answered(client, again, note="")

    assert "Note:" not in check.words
    assert confirmed(client, check).note == ""


def test_who_books_for_a_parent_gives_the_parent_s_name_and_their_own_number(client: Client, store: Store) -> None:
    phone = answered(client, chosen(client), name=NAME, is_for_someone_else="on")
    assert "Write your own number. We send you the text message." in phone.words
    assert follow(client, phone, "Back").forms[f"{SIMPLE}{ANSWER}"]["is_for_someone_else"] == "on"
    assert confirmed(client, answered(client, phone, phone=PHONE)).is_for_someone_else


def test_a_tick_that_is_taken_back_counts_no_more(client: Client, store: Store) -> None:
    phone = answered(client, chosen(client), name=NAME, is_for_someone_else="on")
    name = follow(client, phone, "Back").forms[f"{SIMPLE}{ANSWER}"]
    del name["is_for_someone_else"]

    client.post(f"{SIMPLE}{ANSWER}", name)

    assert "Write your own number." not in page(client.get(f"{SIMPLE}{details_url()}&ask=phone")).words


def test_another_time_needs_no_answer_again(client: Client, store: Store) -> None:
    change = follow(client, checked(client), "No, change something")
    days = next(link for link, text in change.links.items() if text == "The day and the time")
    times = page(client.get(f"{days}&day=2026-11-24&part=morning")).forms[f"{SIMPLE}{HOLD}"]

    check = page(client.post(f"{SIMPLE}{HOLD}", {**times, "starts_at": ELEVEN}, follow=True))

    assert title(check) == "Is this right?"
    assert "Tuesday 24 November, 11:00" in check.words
    assert f"Name: {NAME} Phone: {PHONE}" in check.words


@pytest.mark.parametrize("is_required", [True, False])
def test_an_answer_to_a_question_that_changed_meanwhile_is_shown_with_the_new_one(
    client: Client, store: Store, is_required: bool
) -> None:
    StoreQuestion.objects.create(store=store, text="Which model?", is_required=is_required, position=0)
    StoreQuestion.objects.create(store=store, text="Which colour?", is_required=True, position=1)
    colour = answered(client, checked(client), answers={MODEL: "X-100"})
    StoreQuestion.objects.filter(text="Which model?").update(text="Which size?")

    size = answered(client, colour, status=400, answers={COLOUR: "Blue"})

    assert title(size) == "Error: Which size?"
    assert "You had answered: X-100" in size.words
    check = answered(client, size, answers={question_name("Which size?"): "38"})
    assert [one["answer"] for one in confirmed(client, check).answers] == ["38", "Blue"]


def test_an_answer_to_a_question_that_is_gone_is_shown_once(client: Client, store: Store) -> None:
    StoreQuestion.objects.create(store=store, text="Which model?", is_required=True, position=0)
    model = checked(client)
    StoreQuestion.objects.all().delete()

    phone = answered(client, model, status=400, answers={MODEL: "X-100"})

    assert "You had answered: X-100" in phone.words
    assert confirmed(client, answered(client, phone)).answers == []


def test_what_was_typed_goes_back_with_the_link_and_into_another_language(client: Client, store: Store) -> None:
    phone = answered(client, chosen(client), name=NAME).forms[f"{SIMPLE}{ANSWER}"]

    name = page(client.post(f"{SIMPLE}{DETAILS}", {**phone, "phone": "06 1", "to": "name"}, follow=True))
    french = page(client.post(f"/simple/fr{DETAILS}", {**phone, "phone": "06 12"}, follow=True))
    plain = page(client.post(DETAILS, {**phone, "phone": "06 12 3"}, follow=True))

    assert title(name) == "Who is coming?"
    assert french.forms[f"/simple/fr{ANSWER}"]["phone"] == "06 12"
    assert (plain.forms[CONFIRM]["name"], plain.forms[CONFIRM]["phone"]) == (NAME, "06 12 3")


def test_coming_from_the_standard_version_the_first_open_question_is_asked(client: Client, store: Store) -> None:
    form = {**chosen(client).forms[f"{SIMPLE}{ANSWER}"], "name": NAME, "phone": "12", "email": "", "note": "Left"}
    del form["ask"]

    phone = page(client.post(f"{SIMPLE}{DETAILS}", form, follow=True))
    check = page(client.post(f"{SIMPLE}{DETAILS}", {**form, "phone": PHONE}, follow=True))

    assert phone.forms[f"{SIMPLE}{ANSWER}"]["phone"] == "12"
    assert not phone.title.startswith("Error")
    assert title(check) == "Is this right?"


def test_a_browser_that_keeps_no_cookies_is_told_so_and_what_to_do(client: Client, store: Store) -> None:
    location = client.post(f"{SIMPLE}{ANSWER}", {**CHOSEN, "ask": "name", "name": NAME})["Location"]

    response = Client().get(location)

    assert response.status_code == 400
    assert "Your answers are lost. Allow cookies in your browser." in page(response).words


@pytest.mark.parametrize("ask", ["nonsense", "\0", "question_7", "homepage", "idempotency_key", "x" * 500])
def test_a_question_that_is_not_ours_is_never_a_failure(client: Client, store: Store, ask: str) -> None:
    form = chosen(client).forms[f"{SIMPLE}{ANSWER}"]

    for path in (ANSWER, DETAILS):
        sent = {**form, "ask": ask, "then": ask, "to": ask, ask: "x"}
        response = client.post(f"{SIMPLE}{path}", sent)
        assert response.status_code == 303
        assert len(response["Location"]) < 400
        assert client.get(response["Location"], follow=True).status_code in (200, 400)
    assert client.get(f"{SIMPLE}{details_url()}", {"ask": ask}).status_code in (200, 400)


def test_the_field_has_the_focus_unless_a_problem_is_told(client: Client, store: Store) -> None:
    html = client.get(f"{SIMPLE}{details_url()}").content.decode()
    field = next(tag for tag in html.split("<") if tag.startswith('input type="text" name="name"'))
    assert " autofocus" in field

    location = client.post(f"{SIMPLE}{ANSWER}", {**chosen(client).forms[f"{SIMPLE}{ANSWER}"], "name": ""})["Location"]
    wrong = client.get(location).content.decode()
    field = next(tag for tag in wrong.split("<") if tag.startswith('input type="text" name="name"'))
    assert " autofocus" not in field


def test_each_question_costs_what_the_whole_form_costs(
    client: Client, store: Store, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    address = f"{SIMPLE}{choose(client)}"
    phone = answered(client, page(client.get(address)), name=NAME)
    for question in ("name", "phone", "email", "note", "neither", "change"):
        with django_assert_num_queries(2):  # the store with its questions, what is kept
            client.get(f"{address}&ask={question}")
    with django_assert_num_queries(1):
        client.post(f"{SIMPLE}{ANSWER}", {**phone.forms[f"{SIMPLE}{ANSWER}"], "phone": "12"})
    with django_assert_num_queries(2):
        client.post(f"{SIMPLE}{ANSWER}", {**phone.forms[f"{SIMPLE}{ANSWER}"], "phone": PHONE})
    assert client.get(f"{SIMPLE}{CHECK}").status_code == 303


@pytest.mark.parametrize("question", ["name", "phone", "email", "note"])
def test_hint_of_a_field_is_the_simple_one_and_is_read_with_the_field(
    client: Client, store: Store, question: str
) -> None:
    address = f"{SIMPLE}{choose(client)}"
    for one in (address, f"{address}&why=again"):
        shown = page(client.get(f"{one}&ask={question}"))
        assert f"id_{question}_helptext" in shown.ids
        assert "Confirmation" not in shown.words
