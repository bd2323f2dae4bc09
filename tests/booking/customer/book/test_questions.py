"""What a store asks beside name and contact, and who books for whom."""

import pytest
from django.test import Client

from booking.customer.question_fields import NamedQuestions
from booking.models import Booking
from stores.models import QuestionKind, Store, StoreQuestion
from stores.queries import Question
from tests.booking.customer.book.way import CHECK, CONFIRM, checked, filled, question_name
from tests.booking.reading import page

pytestmark = pytest.mark.django_db
MODEL, COLOUR = question_name("Which model?"), question_name("Which colour?")


@pytest.fixture
def _asks(store: Store) -> None:
    StoreQuestion.objects.create(store=store, text="Which model?", is_required=True, position=0)
    StoreQuestion.objects.create(
        store=store, text="Which colour?", kind=QuestionKind.CHOICE, choices="Red\nBlue", position=1
    )


@pytest.mark.usefixtures("_asks")
def test_answers_are_shown_and_kept_as_they_were_worded(client: Client) -> None:
    shown = checked(client, **{MODEL: "X-100", COLOUR: "Blue"})
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
        ({}, MODEL, "Please answer this question."),
        ({MODEL: " \0"}, MODEL, "Please answer this question."),
        ({MODEL: "x" * 201}, MODEL, "This is too long. Please shorten it."),
        ({MODEL: "X", COLOUR: "Green"}, COLOUR, "Please choose one of the answers."),
    ],
)
def test_a_bad_answer_is_named_and_nothing_is_lost(
    client: Client, typed: dict[str, str], field: str, words: str
) -> None:
    response = client.post(CHECK, filled(client, **typed), follow=True)

    assert response.status_code == 400
    shown = page(response)
    assert words in shown.links[f"#id_{field}"]
    assert f"id_{field}" in shown.ids
    assert shown.forms[CONFIRM]["name"] == "Ada Test"


@pytest.mark.usefixtures("_asks")
def test_a_question_that_need_not_be_answered_leaves_no_answer(client: Client) -> None:
    client.post(CONFIRM, filled(client, **{MODEL: "X"}))

    assert Booking.objects.get().answers == [{"question": "Which model?", "answer": "X"}]


@pytest.mark.usefixtures("_asks")
@pytest.mark.parametrize("is_renamed", [True, False])
def test_an_answer_to_a_question_that_changed_meanwhile_is_shown_and_never_kept_under_another(
    client: Client, is_renamed: bool
) -> None:
    form = filled(client, **{MODEL: "X-100", COLOUR: "Blue"})
    model = StoreQuestion.objects.get(text="Which model?")
    if is_renamed:
        StoreQuestion.objects.filter(pk=model.pk).update(text="Which size?")
    else:
        model.delete()

    answer = client.post(CONFIRM, form, follow=True)

    assert not Booking.objects.exists()
    assert answer.status_code == 400
    shown = page(answer)
    assert "The store has just changed its questions." in shown.words
    assert "You had answered: X-100" in shown.words
    again = shown.forms[CONFIRM]
    assert (again["name"], again[COLOUR]) == ("Ada Test", "Blue")
    size = {question_name("Which size?"): "38"} if is_renamed else {}
    client.post(CONFIRM, {**again, **size})
    told = [{"question": "Which size?", "answer": "38"}] if is_renamed else []
    assert Booking.objects.get().answers == [*told, {"question": "Which colour?", "answer": "Blue"}]


@pytest.mark.usefixtures("_asks")
def test_questions_in_another_order_keep_their_answers(client: Client) -> None:
    form = filled(client, **{MODEL: "X-100", COLOUR: "Blue"})
    StoreQuestion.objects.filter(text="Which model?").update(position=7)

    client.post(CONFIRM, form)

    told = {one["question"]: one["answer"] for one in Booking.objects.get().answers}
    assert told == {"Which model?": "X-100", "Which colour?": "Blue"}


def test_of_answers_to_no_question_only_as_many_and_as_much_as_a_store_asks_is_remembered() -> None:
    made_up = {f"question_{number:x}": "y" * 5000 for number in range(400)}
    longest_name = {"question_" + "0" * 11: "never ours"}

    found = NamedQuestions("advice").unasked(longest_name | made_up)

    assert found == {f"question_{number:x}": "y" * 200 for number in range(6)}


def test_the_same_words_twice_are_two_questions() -> None:
    named = NamedQuestions("advice")
    for about in (None, None, 1, 1):
        named.add(Question("Why?", (), is_required=False, visit_type_id=about))
    assert len(named) == 4


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
