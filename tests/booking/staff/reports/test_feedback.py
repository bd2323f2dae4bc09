"""What customers answered after their visits, as managers read it: shares without names, and what they wrote."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from pytest_django import DjangoAssertNumQueries

from booking.bookings.feedback import answer_feedback, write_words
from booking.models import Booking, FeedbackAnswer, Status
from booking.reports.feedback_words import words_of_store
from stores.models import Organization, OrganizationMembership
from tests.booking.reading import page
from tests.booking.staff.staff_room import SHOP, Room, make_room
from tests.factories import at
from tests.visits import stored_booking

pytestmark = pytest.mark.django_db

NUMBERS, WORDS = f"{SHOP}numbers/", f"{SHOP}numbers/words/"


@pytest.fixture(autouse=True)
def _in_the_evening() -> Iterator[None]:
    with time_machine.travel(at(18), tick=False):
        yield


@pytest.fixture
def room() -> Room:
    return make_room(feedback_when="hours")


def answered(room: Room, number: int, answer: str = "yes", *, kind: str = "advice", words: str = "") -> Booking:
    booking = stored_booking(
        room.store,
        reference=f"{number:08d}",
        visit_type=room.store.visit_types.get(slug=kind),
        starts_at=at(9) + timedelta(minutes=number),
        status=Status.COMPLETED,
        completed_at=at(10),
    )
    answer_feedback(booking_id=booking.pk, answer=FeedbackAnswer(answer), now=at(12))
    if words:
        write_words(booking_id=booking.pk, words=words, now=at(12))
    return booking


def test_shares_are_shown_from_five_answers_on(room: Room) -> None:
    client = room.client()
    assert "Did the visit give" not in page(client.get(NUMBERS)).words
    assert client.get(f"{NUMBERS}feedback.csv").status_code == 404

    for number in range(4):
        answered(room, number)
    words = page(client.get(NUMBERS)).words
    assert "4 of 4 people who were asked have answered." in words
    assert "% said yes" not in words

    answered(room, 4, "no")
    assert "80 % said yes, 0 % partly, 20 % no." in page(client.get(NUMBERS)).words
    assert b"4,0,1,5" in client.get(f"{NUMBERS}feedback.csv").content


def test_kinds_with_few_answers_stand_together(room: Room) -> None:
    for number in range(6):
        answered(room, number, kind="advice" if number else "visit")

    assert b"6,0,0,6" in room.client().get(f"{NUMBERS}feedback.csv").content


def test_an_organization_counts_them_together(room: Room) -> None:
    organization = Organization.objects.create(slug="town", name="Town", kind="town", created_at=at(8))
    organization.stores.add(room.store)
    OrganizationMembership.objects.create(organization=organization, user=room.manager, created_at=at(8))
    for number in range(5):
        answered(room, number)

    assert "100 % said yes" in page(room.client().get("/staff/o/town/numbers/")).words


def test_what_customers_wrote_is_read_by_managers_without_names(room: Room) -> None:
    booking = answered(room, 1, "partly", words="The door was <closed>.")
    shown = room.client().get(WORDS)

    assert "The door was <closed>." in page(shown).words
    assert "Partly" in page(shown).words
    assert booking.name not in page(shown).words
    assert booking.reference not in shown.content.decode()
    assert room.client(room.staff).get(WORDS).status_code in (403, 404)
    assert room.client(room.neighbor).get(WORDS).status_code == 404
    assert WORDS in page(room.client().get(NUMBERS)).links


def test_nobody_wrote_is_said(room: Room) -> None:
    answered(room, 1)

    assert "Nobody has written anything yet." in page(room.client().get(WORDS)).words
    assert room.client().get(f"{WORDS}?before=x{'9' * 40}").status_code == 200


def test_pages_of_fifty(room: Room) -> None:
    for number in range(52):
        answered(room, number, words=f"Words {number}")
    first = page(room.client().get(WORDS))

    assert "Words 51" in first.words
    assert "Words 1 " not in f"{first.words} "
    (older,) = [link for link in first.links if "before=" in link]
    assert "Words 1" in page(room.client().get(f"{WORDS}{older.rpartition('/')[2]}")).words


@pytest.mark.parametrize("count", [1, 3])
def test_one_statement_reads_them(room: Room, count: int, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for number in range(count):
        answered(room, number, words="Hello")

    with django_assert_num_queries(1):
        assert len(words_of_store(room.store.pk, before=None).lines) == count
