"""What a store asks beside name and contact, and who books for whom."""

import pytest
from django.test import Client

from booking.models import Booking
from stores.models import QuestionKind, Store, StoreQuestion
from tests.booking.customer.book.way import CHECK, CONFIRM, checked, filled
from tests.booking.reading import page

pytestmark = pytest.mark.django_db


@pytest.fixture
def _asks(store: Store) -> None:
    StoreQuestion.objects.create(store=store, text="Which model?", is_required=True, position=0)
    StoreQuestion.objects.create(
        store=store, text="Which colour?", kind=QuestionKind.CHOICE, choices="Red\nBlue", position=1
    )


@pytest.mark.usefixtures("_asks")
def test_answers_are_shown_and_kept_as_they_were_worded(client: Client) -> None:
    shown = checked(client, question_0="X-100", question_1="Blue")
    client.post(CONFIRM, shown.forms[CONFIRM])
    StoreQuestion.objects.update(text="Something else?")

    assert "Which model? X-100 Which colour? Blue" in shown.words
    assert Booking.objects.get().answers == [
        {"question": "Which model?", "answer": "X-100"},
        {"question": "Which colour?", "answer": "Blue"},
    ]


@pytest.mark.usefixtures("_asks")
@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({}, "id_question_0", "Please answer this question."),
        ({"question_0": " \0"}, "id_question_0", "Please answer this question."),
        ({"question_0": "x" * 201}, "id_question_0", "This is too long. Please shorten it."),
        ({"question_0": "X", "question_1": "Green"}, "id_question_1", "Please choose one of the answers."),
    ],
)
def test_a_bad_answer_is_named_and_nothing_is_lost(
    client: Client, typed: dict[str, str], field: str, words: str
) -> None:
    response = client.post(CHECK, filled(client, **typed), follow=True)

    assert response.status_code == 400
    shown = page(response)
    assert words in shown.links[f"#{field}"]
    assert field in shown.ids
    assert shown.forms[CONFIRM]["name"] == "Ada Test"


@pytest.mark.usefixtures("_asks")
def test_a_question_that_need_not_be_answered_leaves_no_answer(client: Client) -> None:
    client.post(CONFIRM, filled(client, question_0="X"))

    assert Booking.objects.get().answers == [{"question": "Which model?", "answer": "X"}]


@pytest.mark.usefixtures("store")
def test_booking_for_someone_else_says_whose_name_and_whose_phone(client: Client) -> None:
    shown = checked(client, is_for_someone_else="on")
    client.post(CONFIRM, shown.forms[CONFIRM])

    assert "Visitor's name Ada Test" in shown.words
    assert "Your phone number 06 12 34 56 02" in shown.words
    assert Booking.objects.get().is_for_someone_else


@pytest.mark.usefixtures("store")
def test_simple_words_and_language_of_the_page_go_with_the_booking(client: Client) -> None:
    form = filled(client)

    response = client.post(f"/simple/fr{CONFIRM}", form)

    booking = Booking.objects.get()
    assert (booking.locale, booking.is_simple) == ("fr", True)
    assert response["Location"] == f"/simple/fr/b/{booking.reference}/booked/"
