"""What a walk-in asks for on the screens of staff: a language, and answers to the store's own questions."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
import time_machine
from django.test import Client

from booking.models import Booking, Ticket
from stores.models import Desk, StoreQuestion
from tests.booking.customer.book.way import question_name
from tests.booking.reading import page
from tests.booking.staff.staff_room import ARRIVALS, SHOP, Room, make_room
from tests.devices import make_tablet
from tests.factories import at

pytestmark = pytest.mark.django_db
WALK_IN, LINE = f"{SHOP}walk-ins/", f"{SHOP}queue/"
JOIN = f"{LINE}join/"
SENT_BY, BIKE = question_name("Who sent you?"), question_name("Which bike?", "advice")


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel(at(10, 7), tick=False):
        yield


@pytest.fixture
def room() -> Room:
    return make_room()


@pytest.fixture
def staff(room: Room) -> Client:
    return room.client(room.staff)


def speak(room: Room, languages: str = "fr,ar") -> None:
    Desk.objects.filter(store=room.store).update(languages=languages)


def ask(room: Room) -> None:
    advice = room.store.visit_types.get(slug="advice")
    StoreQuestion.objects.create(store=room.store, text="Who sent you?", is_required=True, position=0)
    StoreQuestion.objects.create(store=room.store, text="Which bike?", visit_type=advice, position=0)


def test_the_language_is_asked_only_where_desks_speak_some(room: Room, staff: Client) -> None:
    for address in (ARRIVALS, LINE):
        assert "walk_in_language" not in page(staff.get(address)).ids
    speak(room)
    for address in (ARRIVALS, LINE):
        assert "walk_in_language" in page(staff.get(address)).ids


def test_walk_in_with_a_language_is_let_in_with_it(room: Room, staff: Client) -> None:
    speak(room)
    form = page(staff.get(ARRIVALS)).forms[WALK_IN]

    shown = staff.post(WALK_IN, {**form, "visit_type": "visit", "language": "ar"}, follow=True)

    assert Booking.objects.get().language == "ar"
    assert "Asked for somebody who speaks العربية" in page(shown).words


def test_turn_says_what_they_ask_to_speak_to_staff_and_never_on_the_screen_for_the_shop(
    room: Room, staff: Client
) -> None:
    speak(room)

    shown = staff.post(
        JOIN, {"visit_type": "visit", "party_size": "1", "name": "Bob Test", "language": "ar"}, follow=True
    )

    assert Ticket.objects.get().language == "ar"
    assert "asks to speak العربية" in page(shown).words
    assert "العربية" not in page(staff.get(f"{SHOP}display/")).words


@pytest.mark.parametrize(("address", "at_form"), [(WALK_IN, "walk_in_language"), (JOIN, "walk_in_language")])
def test_a_language_that_nobody_speaks_for_the_kind_is_named_and_the_rest_kept(
    room: Room, staff: Client, address: str, at_form: str
) -> None:
    speak(room, "fr")
    other = Desk.objects.create(store=room.store, slug="b", name="B", capacity=1, position=5, languages="uk")
    other.visit_types.add(room.store.visit_types.get(slug="advice"))
    sent = {"visit_type": "visit", "party_size": "1", "name": "Bob Test", "language": "uk", "key": str(uuid4())}

    answer = staff.post(address, sent)

    shown = page(answer)
    assert answer.status_code == 400
    assert "Nobody speaks this language there." in shown.links[f"#{at_form}"]
    assert shown.forms[address]["name"] == "Bob Test"
    assert not Booking.objects.exists()
    assert not Ticket.objects.exists()


def test_a_place_in_another_language_is_not_offered_and_other_times_are_in_theirs(room: Room, staff: Client) -> None:
    speak(room)
    other = Desk.objects.create(store=room.store, slug="b", name="B", capacity=5, position=5, languages="fr")
    sent = {"visit_type": "visit", "party_size": "1", "language": "ar"}
    for _ in range(room.store.desks.exclude(pk=other.pk).get().capacity):
        assert staff.post(WALK_IN, {**sent, "key": str(uuid4())}).status_code == 303

    full = staff.post(WALK_IN, {**sent, "key": str(uuid4())})

    assert full.status_code == 409
    times = [link for link in page(full).links if "day/book/" in link]
    assert times
    assert all("language=ar" in link for link in times)
    assert '<option value="ar" selected>' in staff.get(times[0]).content.decode()


def test_answers_go_with_the_kind_that_was_pressed_and_may_stay_open(room: Room, staff: Client) -> None:
    ask(room)
    Desk.objects.filter(store=room.store).update(capacity=5)
    form = page(staff.get(ARRIVALS)).forms[WALK_IN]
    typed = {SENT_BY: "Ada", BIKE: "A red one"}

    staff.post(WALK_IN, {**form, **typed, "visit_type": "visit"})
    staff.post(WALK_IN, {**form, **typed, "visit_type": "advice", "key": str(uuid4())})
    staff.post(WALK_IN, {**form, "visit_type": "visit", "key": str(uuid4())})

    sent_by = {"question": "Who sent you?", "answer": "Ada"}
    assert [one.answers for one in Booking.objects.order_by("pk")] == [
        [sent_by],
        [sent_by, {"question": "Which bike?", "answer": "A red one"}],
        [],
    ]


def test_an_answer_to_a_question_that_changed_meanwhile_lets_nobody_in_unseen(room: Room, staff: Client) -> None:
    ask(room)
    form = page(staff.get(ARRIVALS)).forms[WALK_IN]
    StoreQuestion.objects.filter(text="Who sent you?").update(text="How did you come?")

    answer = staff.post(WALK_IN, {**form, SENT_BY: "Ada", "visit_type": "visit", "name": "Bob Test"})

    shown = page(answer)
    assert answer.status_code == 400
    assert "You had answered: Ada" in shown.words
    assert shown.forms[WALK_IN]["name"] == "Bob Test"
    assert not Booking.objects.exists()


def test_a_paired_tablet_leaves_the_questions_out_and_takes_the_language(room: Room) -> None:
    ask(room)
    speak(room)
    tablet = make_tablet(room.store, acting=room.staff)

    ids = page(tablet.get(ARRIVALS)).ids

    assert f"walk_in_{SENT_BY}" not in ids
    assert "walk_in_language" in ids


def send(staff: Client, **more: object) -> dict[str, str]:
    tap = {"action_id": str(uuid4()), "step": "walk_in", "happened_at": at(10, 5).isoformat(), "visit_type": "visit"}
    answer = staff.post(f"{ARRIVALS}actions/", {"actions": [tap | more]}, content_type="application/json")
    found: dict[str, str] = answer.json()["results"][0]
    return found


def test_taps_bring_the_language_and_the_answers_as_they_were_asked(room: Room, staff: Client) -> None:
    speak(room)
    asked = [{"question": "Who sent you?", "answer": " Ada\n"}, {"question": "Why?", "answer": ""}]

    assert send(staff, language="ar", answers=asked)["result"] == "done"

    booking = Booking.objects.get()
    assert booking.language == "ar"
    assert booking.answers == [{"question": "Who sent you?", "answer": "Ada"}]


@pytest.mark.parametrize(
    "more",
    [
        {"language": "xx"},
        {"answers": "Ada"},
        {"answers": ["Ada"]},
        {"answers": [{"question": "", "answer": "Ada"}]},
        {"answers": [{"question": "x" * 121, "answer": "Ada"}]},
        {"answers": [{"question": "Why?", "answer": "x" * 201}]},
        {"answers": [{"question": "Why?", "answer": "So"}] * 7},
    ],
)
def test_tap_that_says_nonsense_is_named_unreadable(room: Room, staff: Client, more: dict[str, object]) -> None:
    speak(room)

    assert (send(staff, **more)["result"], send(staff, **more)["reason"]) == ("conflict", "invalid")
    assert not Booking.objects.exists()
