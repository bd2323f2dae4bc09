"""What became of a store's messages: by state, one's whole life, and a person's decision where one is wanted."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine

from notifications.models import OutboxMessage, State
from tests.booking.reading import page
from tests.booking.staff.staff_room import SHOP, Room, make_room
from tests.factories import NOW, make_booking, make_store

pytestmark = pytest.mark.django_db

SENT = f"{SHOP}setup/messages/sent/"


@pytest.fixture(autouse=True)
def _on_a_monday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def room() -> Room:
    return make_room()


def message_of(room: Room, state: State = State.SENT, **changes: object) -> OutboxMessage:
    make_booking(room.store)
    OutboxMessage.objects.exclude(kind="confirmation").delete()
    message = OutboxMessage.objects.get()
    OutboxMessage.objects.update(state=state, not_after=NOW + timedelta(days=3), **changes)
    return message


def test_each_state_is_shown_in_words_with_its_life_and_its_visit(room: Room) -> None:
    message = message_of(room, attempts=2, segments=1, attempted_at=NOW)
    seen = page(room.client().get(SENT))

    assert "Confirmation by text message" in seen.words
    assert message.subject in seen.words
    assert "Tries 2" in seen.words


@pytest.mark.parametrize(
    ("state", "shown", "hidden"),
    [
        (State.DEAD, "trouble", "went"),
        (State.DELIVERED, "went", "waits"),
        (State.DUE, "waits", "not"),
        (State.SKIPPED, "not", "trouble"),
    ],
)
def test_filter_shows_one_kind_of_state(room: Room, state: State, shown: str, hidden: str) -> None:
    message_of(room, state)
    client = room.client()

    assert "Confirmation" in page(client.get(f"{SENT}?show={shown}")).words
    assert "There is none." in page(client.get(f"{SENT}?show={hidden}")).words


def test_dead_one_is_tried_again_by_one_press(room: Room) -> None:
    message = message_of(room, State.DEAD, attempts=6)
    answer = room.client().post(f"{SENT}{message.pk}/", {"what": "retry"})

    message.refresh_from_db()
    assert (answer.status_code, message.state, message.attempts) == (303, State.DUE, 0)


def test_unknown_one_is_given_up_by_one_press(room: Room) -> None:
    message = message_of(room, State.UNKNOWN)
    room.client().post(f"{SENT}{message.pk}/", {"what": "drop"})

    message.refresh_from_db()
    assert (message.state, message.reason) == (State.SKIPPED, "dropped")


def test_what_is_settled_or_too_late_is_left_alone_and_said(room: Room) -> None:
    message = message_of(room, State.DEAD)
    OutboxMessage.objects.update(not_after=NOW)
    client = room.client()
    assert "Try it again" not in page(client.get(SENT)).words

    answer = client.post(f"{SENT}{message.pk}/", {"what": "retry"})

    message.refresh_from_db()
    assert message.state == State.DEAD
    assert "Nothing was changed" in page(client.get(answer["Location"])).words


def test_nobody_decides_about_the_messages_of_another_store(room: Room) -> None:
    message = message_of(room, State.DEAD)
    OutboxMessage.objects.update(account=make_store("other-shop").slug)
    room.client().post(f"{SENT}{message.pk}/", {"what": "drop"})

    message.refresh_from_db()
    assert message.state == State.DEAD
    assert "There is none." in page(room.client().get(SENT)).words


def test_older_ones_are_on_the_next_page_each_once(room: Room) -> None:
    first = message_of(room)
    rows = [
        OutboxMessage(
            account=room.store.slug, subject=f"AAAA{number:04}", kind="confirmation", sequence=0, channel="sms",
            due_at=NOW, not_after=NOW, try_at=NOW, state=State.SENT, created_at=NOW, updated_at=NOW,
        )
        for number in range(60)
    ]  # fmt: skip
    OutboxMessage.objects.bulk_create(rows)
    client = room.client()
    seen = page(client.get(SENT))
    older = next(link for link in seen.links if "before=" in link)
    rest = page(client.get(f"{SENT}{older}"))

    subjects = {first.subject, *(row.subject for row in rows)}
    shown = [one for one in (*seen.words.split(), *rest.words.split()) if one in subjects]
    assert sorted(shown) == sorted(subjects)


@pytest.mark.parametrize("query", ["?show=x", "?before=x&id=1", "?before=2026-11-23T08:00:00Z&id=x", "?before=&id=%00"])
def test_address_that_nobody_gave_shows_the_first_page(room: Room, query: str) -> None:
    message_of(room)

    assert "Confirmation" in page(room.client().get(f"{SENT}{query}")).words


def test_statements_are_few(room: Room, django_assert_max_num_queries) -> None:
    message_of(room)
    client = room.client()
    client.get(SENT)
    with django_assert_max_num_queries(6):
        client.get(SENT)
