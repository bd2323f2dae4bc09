"""The trail of the set-up: every change with who and before → after, in words, page by page and as a file."""

import csv
import re
from collections.abc import Iterator
from io import StringIO

import pytest
import time_machine
from django.conf import settings
from pytest_django import DjangoAssertNumQueries, Settings

from booking.store_setup.change_labels import WHAT
from stores.models import SetupChange
from tests.booking.reading import page
from tests.booking.staff.staff_room import SESSIONS_IN_DATABASE, SHOP, Room, make_room
from tests.factories import NOW

pytestmark = pytest.mark.django_db

CHANGES = f"{SHOP}setup/changes/"


@pytest.fixture(autouse=True)
def _on_a_monday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def room() -> Room:
    return make_room()


def add_lines(room: Room, count: int, **fields: object) -> None:
    SetupChange.objects.bulk_create(
        SetupChange(
            store=room.store,
            at=NOW,
            **{"what": "notice", "before": {"notice": ""}, "after": {"notice": f"Line {number}"}, **fields},
        )
        for number in range(count)
    )


def test_changes_say_who_changed_what_and_what_it_was(room: Room) -> None:
    client = room.client()
    client.post(f"{SHOP}setup/notice/", {"notice": "Closed for works on Friday"})
    client.post(f"{SHOP}setup/special-hours/", {"date": "2026-12-25", "what": "closed"})

    words = page(client.get(CHANGES)).words

    assert "Notice" in words
    assert "before: none → after: Closed for works on Friday" in words
    assert "Special hours: Friday 25 December 2026" in words
    assert "Hours after: closed" in words
    assert f"Monday 23 November 2026, 09:00 · {room.manager.username}" in words


def test_who_takes_the_name_of_a_colleague_is_told_from_them(room: Room) -> None:
    room.client().post(f"{SHOP}setup/notice/", {"notice": "Closed for works on Friday"})

    room.client(room.staff).post("/staff/account/details/", {"name": "manager"})
    room.client().post("/staff/account/details/", {"name": "Ada"})

    words = page(room.client().get(CHANGES)).words
    assert "09:00 · manager (staff)" in words
    assert "09:00 · Ada (manager)" in words


def test_change_that_a_command_made_is_carillons(room: Room) -> None:
    add_lines(room, 1)

    assert "Carillon itself" in page(room.client().get(CHANGES)).words


def test_changes_go_on_page_by_page(room: Room) -> None:
    add_lines(room, 60)

    first = page(room.client().get(CHANGES))
    assert ("Line 59" in first.words, "Line 10" in first.words, "Line 9 " in first.words) == (True, True, False)
    older = next(address for address, words in first.links.items() if words == "Older changes")
    second = page(room.client().get(f"{CHANGES}{older.partition('/changes/')[2]}"))
    assert ("Line 9" in second.words, "Older changes" in second.words) == (True, False)


def test_changes_of_one_part_alone(room: Room) -> None:
    add_lines(room, 1)
    add_lines(room, 1, what="contact", after={"phone": "+33549240039"}, before={"phone": ""})

    words = page(room.client().get(CHANGES, {"what": "contact"})).words

    assert ("+33549240039" in words, "Line 0" in words) == (True, False)


@pytest.mark.parametrize("query", [{"what": "nonsense"}, {"before": "x"}, {"before": "9" * 40}, {"before": "٣"}])
def test_what_cannot_be_read_shows_all(room: Room, query: dict[str, str]) -> None:
    add_lines(room, 1)

    response = room.client().get(CHANGES, query)

    assert response.status_code == 200
    assert "Line 0" in page(response).words


def test_no_change_yet_says_so(room: Room) -> None:
    assert "Nothing was changed yet." in page(room.client().get(CHANGES)).words


def test_changes_cost_the_same_however_many(
    room: Room, settings: Settings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    settings.SESSION_ENGINE = SESSIONS_IN_DATABASE
    client = room.client()
    for count in (1, 2):
        add_lines(room, count)
        with django_assert_num_queries(4):  # session, user, membership, changes
            client.get(CHANGES)


def test_changes_as_a_file_a_line_for_each_field(room: Room) -> None:
    add_lines(
        room, 1, after={"phone": "+33549240039", "email": "=1+1"}, before={"phone": "", "email": ""}, what="contact"
    )

    response = room.client().get(f"{SHOP}setup/changes.csv")

    lines = list(csv.reader(StringIO(response.content.decode("utf-8-sig"))))
    assert lines[0] == ["When", "Who", "Part", "Which", "Field", "Before", "After"]
    assert sorted(line[4:] for line in lines[1:]) == [["E-mail", "none", "'=1+1"], ["Phone", "none", "'+33549240039"]]


def test_changes_are_the_managers_alone(room: Room) -> None:
    assert room.client(room.staff).get(CHANGES).status_code == 403


def test_what_is_new_is_told_by_what_it_holds(room: Room) -> None:
    add_lines(room, 1, what="visit_type", before={}, after={"name": "Repair", "what_to_bring": "", "is_active": False})

    words = page(room.client().get(CHANGES)).words

    assert "Name after: Repair In use after: no" in words
    assert "What to bring" not in words


@pytest.mark.parametrize(
    ("what", "subject", "title"),
    [
        ("desk", "Main desk", "Guichet : Accueil"),
        ("slots", "2026-11-30 17:00-17:15 main", "Créneaux d’une journée : lundi 30 novembre 2026, 17:00–17:15 main"),
        ("special_hours", "2026-12-25", "Horaires exceptionnels : vendredi 25 décembre 2026"),
        ("notice", "", "Message"),
    ],
)
def test_what_was_changed_is_told_in_the_words_of_the_screens(room: Room, what: str, subject: str, title: str) -> None:
    add_lines(room, 1, what=what, subject=subject)

    words = page(room.client().get(CHANGES, headers={"accept-language": "fr"})).words

    assert title in words.replace("\xa0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("bookings_open_at", "2026-11-30 09:00", "lundi 30 novembre 2026, 09:00"),
        ("valid_until", "2027-11-30", "mardi 30 novembre 2027"),
        ("day_sheet_language", "de", "Deutsch"),
        ("hours", ["mon 09:00-12:00", "10:00-11:00"], "lun 09:00–12:00, 10:00–11:00"),
    ],
)
def test_values_are_told_in_the_readers_language(room: Room, field: str, value: object, words: str) -> None:
    add_lines(room, 1, what="waiting_room", before={field: None}, after={field: value})

    shown = page(room.client().get(CHANGES, headers={"accept-language": "fr"})).words

    assert words in shown.replace("\xa0", " ").replace("\u202f", " ")


def test_every_part_that_is_recorded_has_words_of_its_own() -> None:
    named = re.compile(r'what="(\w+)"')
    texts = [path.read_text() for app in ("stores", "booking") for path in (settings.BASE_DIR / app).rglob("*.py")]
    recording = [text for text in texts if "record_change(" in text or "change_line(" in text]
    recorded = {what for text in recording for what in named.findall(text)}

    assert recorded - set(WHAT) == set()
    assert len(recorded) > 10
