"""Questions that a store asks the customers of one kind of visit alone, wherever they book."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client

from booking.models import Booking
from booking.privacy import customer_data, erase_customer
from booking.who import Who
from stores.models import QuestionKind, Store, StoreQuestion
from stores.queries import Question
from stores.services import KindRules, kind_rules_of, save_visit_type
from tests.booking.api.calls import Api, fields_of, request_to_book
from tests.booking.customer.book.way import CONFIRM, TEN, TYPED, question_name
from tests.booking.reading import page
from tests.booking.staff.staff_room import SHOP, Room, make_room
from tests.factories import NOW, make_store

pytestmark = pytest.mark.django_db

BIKE = Question("Quel vélo ?", (), is_required=True, text_en="Which bike?")
SIZE = Question("Quelle taille ?", (), is_required=False)
HEARD = question_name("How did you hear of us?")
BIKE_FIELD, SIZE_FIELD = question_name(BIKE.text, "advice"), question_name(SIZE.text, "advice")
BOOK = f"{SHOP}day/book/"
ADVICE = f"{SHOP}setup/visit-types/advice/"
ADVICE_FORM = {"name": "Advice", "slot_count": "2", "max_party_size": "2", "mode": "store", "is_active": "on"}


@pytest.fixture(autouse=True)
def _on_a_monday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def ask(store: Store, *questions: Question, slug: str = "advice") -> None:
    save_visit_type(
        store=store,
        visit_type=store.visit_types.get(slug=slug),
        name=slug.title(),
        slot_count=2 if slug == "advice" else 1,
        max_party_size=2,
        own=KindRules(questions=questions),
        user=None,
        now=NOW,
    )


def details(client: Client, kind: str) -> Any:
    chosen = {"visit_type": kind, "party_size": "1", "starts_at": TEN}
    return page(client.post("/s/corner-shop-niort/book/hold/", chosen, follow=True))


def test_only_the_customers_of_the_kind_are_asked_and_in_their_language(client: Client) -> None:
    store = make_store()
    StoreQuestion.objects.create(store=store, text="How did you hear of us?", position=0)
    ask(store, BIKE, SIZE)

    advice, visit = details(client, "advice"), details(client, "visit")
    assert {f"id_{HEARD}", f"id_{BIKE_FIELD}", f"id_{SIZE_FIELD}"} <= set(advice.ids)
    assert f"id_{HEARD}" in visit.ids
    assert f"id_{BIKE_FIELD}" not in visit.ids
    assert "Which bike?" in advice.words
    assert "Quelle taille ?" in advice.words
    assert "Quel vélo ?" in details(Client(headers={"accept-language": "fr"}), "advice").words


def test_a_required_one_is_asked_for_and_the_answer_is_the_stores_to_read_until_it_is_erased(client: Client) -> None:
    store = make_store()
    ask(store, BIKE, SIZE)
    form = {**details(client, "advice").forms[CONFIRM], **TYPED}

    refused = page(client.post(CONFIRM, form, follow=True))
    assert "Please answer this question." in refused.links[f"#id_{BIKE_FIELD}"]
    client.post(CONFIRM, {**form, BIKE_FIELD: "A red one"})

    booking = Booking.objects.get()
    answers = [{"question": "Quel vélo ?", "answer": "A red one"}]
    assert booking.answers == answers
    assert customer_data(booking)["answers"] == answers
    erase_customer(booking_id=booking.pk, who=Who.customer(NOW))
    assert Booking.objects.get().answers == []


def test_the_simple_version_asks_each_of_them_on_a_page(client: Client) -> None:
    store = make_store()
    StoreQuestion.objects.create(store=store, text="How did you hear of us?", position=0)
    ask(store, BIKE, SIZE)
    hold, answer, confirm = (f"/simple/en/s/corner-shop-niort/book/{step}/" for step in ("hold", "answer", "confirm"))
    shown = page(client.post(hold, {"visit_type": "advice", "party_size": "1", "starts_at": TEN}, follow=True))

    told = {"name": "Ada Test", "phone": "06 12 34 56 02", HEARD: "", BIKE_FIELD: "A red one"}
    for name, typed in (told | {SIZE_FIELD: "M"}).items():
        assert name in shown.forms[answer], shown.title
        shown = page(client.post(answer, {**shown.forms[answer], name: typed}, follow=True))
    assert "Which bike? A red one Quelle taille ? M" in shown.words
    change = page(client.get(next(link for link in shown.links if "ask=change" in link)))
    assert "Which bike?" in change.links.values()
    client.post(confirm, shown.forms[confirm])

    assert [one["answer"] for one in Booking.objects.get().answers] == ["A red one", "M"]


def test_staff_see_the_questions_of_the_chosen_kind_and_may_leave_them_open() -> None:
    room = make_room(capacity=2)
    ask(room.store, BIKE)
    client = room.client()
    typed = {
        "visit_type": "advice",
        "party_size": "1",
        "date": "2026-11-24",
        "starts_at": TEN,
        "name": "Ada Test",
        "phone": "",
        "email": "",
        "source": "phone",
    }

    shown = page(client.post(BOOK, typed | {"show": "1", BIKE_FIELD: "A red one"}))
    assert shown.forms[BOOK][BIKE_FIELD] == "A red one"
    assert f"id_{BIKE_FIELD}" not in page(client.post(BOOK, typed | {"show": "1", "visit_type": "visit"})).ids
    assert client.post(BOOK, typed | {BIKE_FIELD: "A red one"}).status_code == 303
    assert client.post(BOOK, typed | {"name": "Eve Test"}).status_code == 303

    told = {one.name: one.answers for one in Booking.objects.all()}
    assert told == {"Ada Test": [{"question": "Quel vélo ?", "answer": "A red one"}], "Eve Test": []}


def test_an_answer_that_staff_typed_to_a_question_that_changed_meanwhile_is_shown_again() -> None:
    room = make_room(capacity=2)
    ask(room.store, BIKE)
    client = room.client()
    typed = {"visit_type": "advice", "party_size": "1", "date": "2026-11-24", "starts_at": TEN, "source": "phone"}
    typed |= {"name": "Ada Test", BIKE_FIELD: "A red one"}
    ask(room.store, SIZE)

    refused = client.post(BOOK, typed)

    assert refused.status_code == 400
    assert "You had answered: A red one" in page(refused).words
    assert not Booking.objects.exists()
    again = page(refused).forms[BOOK]
    assert again["name"] == "Ada Test"
    assert client.post(BOOK, {**again, "starts_at": TEN, SIZE_FIELD: "M"}).status_code == 303
    assert Booking.objects.get().answers == [{"question": "Quelle taille ?", "answer": "M"}]


def test_programs_read_the_questions_and_send_answers() -> None:
    store, api = make_store(), Api()
    before = api.get(f"/stores/{store.slug}").json()["visit_types"]
    ask(store, BIKE)

    visit, advice = api.get(f"/stores/{store.slug}").json()["visit_types"]
    assert visit == before[0]
    assert advice["questions"] == [
        {"question": "Quel vélo ?", "text": "Which bike?", "choices": [], "is_required": True}
    ]
    answers = [{"question": "Quel vélo ?", "answer": " A red\none "}]
    made = api.post("/bookings", request_to_book(visit_type="advice", answers=answers))
    assert made.status_code == 201
    assert Booking.objects.get().answers == [{"question": "Quel vélo ?", "answer": "A red one"}]


def test_answers_to_nothing_that_is_asked_are_refused_by_their_place() -> None:
    store, api = make_store(), Api()
    ask(store, BIKE)
    choices = {"kind": QuestionKind.CHOICE, "choices": "Red\nBlue", "position": 0}
    StoreQuestion.objects.create(store=store, text="Which colour?", **choices)
    right = {"question": "Which colour?", "answer": "Red"}

    def refused(*answers: dict[str, str], kind: str = "advice") -> list[tuple[str, str]]:
        return fields_of(api.post("/bookings", request_to_book(visit_type=kind, answers=list(answers))))

    assert refused(right, {"question": "Why?", "answer": "So"}) == [("answers.1.question", "unknown")]
    assert refused({"question": "Quel vélo ?", "answer": "So"}, kind="visit") == [("answers.0.question", "unknown")]
    assert refused({"question": "Which colour?", "answer": "So"}) == [("answers.0.answer", "invalid_choice")]
    assert refused({"question": "Quel vélo ?", "answer": "x" * 201}) == [("answers.0.answer", "too_long")]
    assert not Booking.objects.exists()


@pytest.fixture
def room() -> Room:
    return make_room(capacity=4)


def own_questions(room: Room) -> tuple[Question, ...]:
    return kind_rules_of(room.store.visit_types.get(slug="advice")).questions


def test_a_manager_writes_them_with_the_kind(room: Room) -> None:
    client = room.client()
    typed = {"ask_0": " Quel vélo ? ", "ask_en_0": "Which bike?", "must_answer_0": "on", "ask_2": "Quelle taille ?"}

    assert client.post(ADVICE, ADVICE_FORM | typed).status_code == 303

    assert own_questions(room) == (BIKE, SIZE)
    form = page(client.get(ADVICE)).forms[""]
    assert (form["ask_0"], form["ask_en_0"], form["ask_1"]) == ("Quel vélo ?", "Which bike?", "Quelle taille ?")
    client.post(ADVICE, ADVICE_FORM)
    assert own_questions(room) == ()


def test_a_word_about_health_is_asked_about_once(room: Room) -> None:
    client, typed = room.client(), ADVICE_FORM | {"ask_0": "Quel vaccin ?"}

    warned = page(client.post(ADVICE, typed))
    assert "“vaccin”: do not ask about health." in warned.words
    assert own_questions(room) == ()
    form = warned.forms[""]
    assert form["ask_0"] == "Quel vaccin ?"
    assert client.post(ADVICE, typed | {"health_words": form["health_words"]}).status_code == 303
    assert [one.text for one in own_questions(room)] == ["Quel vaccin ?"]
    assert "do not ask about health" in page(client.post(ADVICE, typed | {"ask_1": "Which illness?"})).words


def test_what_cannot_be_asked_is_named_and_nothing_is_lost(room: Room) -> None:
    answer = room.client().post(ADVICE, ADVICE_FORM | {"ask_en_0": "Which bike?", "ask_1": "x" * 121})

    shown = page(answer)
    assert answer.status_code == 400
    assert "Write the question itself as well." in shown.links["#id_ask_0"]
    assert "This is too long." in shown.links["#id_ask_1"]
    assert shown.forms[""]["ask_en_0"] == "Which bike?"


def test_a_question_of_all_visits_stays_apart(room: Room) -> None:
    ask(room.store, BIKE)

    room.client().post(
        f"{SHOP}setup/questions/", {"text_0": "Who sent you?", "kind_0": "text", "kind_1": "text", "kind_2": "text"}
    )

    assert own_questions(room) == (BIKE,)
    assert StoreQuestion.objects.filter(store=room.store, visit_type=None).exists()
