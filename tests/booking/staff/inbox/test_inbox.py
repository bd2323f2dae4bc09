"""The inbox: texts that a person must read, thread by thread; replies by the outbox; nothing of it stays too long."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from booking import privacy, tasks
from booking.messages import inbox
from booking.messages.compose import answer
from booking.messages.inbox import talks_of
from booking.models import Booking, CustomerText, TextQuestion
from booking.who import Who
from notifications.models import OutboxMessage
from notifications.tasks import deliver_due
from tests.booking.reading import page
from tests.booking.staff.staff_room import Room, make_room
from tests.factories import NOW, at, make_booking

pytestmark = pytest.mark.django_db

PHONE = "+33612345678"
INBOX = "/staff/corner-shop-niort/inbox/"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def room(settings: Settings, tmp_path: Path) -> Room:
    settings.MESSAGES_DIR = tmp_path / "outbox"
    return make_room()


@pytest.fixture
def booking(room: Room) -> Booking:
    booking = make_booking(room.store, phone=PHONE, name="Ada Test")
    deliver_due()
    return booking


def text(body: str, phone: str = PHONE) -> CustomerText:
    answer(phone=phone, body=body, now=NOW)
    return CustomerText.objects.latest("pk")


def test_a_text_stands_in_the_inbox_and_on_the_day_until_it_is_answered(room: Room, booking: Booking) -> None:
    kept = text("C'est où <b>?")
    client = room.client(room.staff)

    assert "1 text waits" in page(client.get("/staff/corner-shop-niort/day/")).words
    shown = page(client.get(INBOX)).words
    assert "Ada Test" in shown
    assert "C'est où <b>?" in shown
    assert "Waits for an answer" in shown

    response = client.post(f"{INBOX}{kept.pk}/", {"body": "1 rue de\r\nla Gare"})
    deliver_due()

    assert response.status_code == 303
    talk = page(client.get(response["Location"])).words
    assert "1 rue de la Gare" in talk
    assert "Reply to a text, SMS: sent" in talk
    assert "Waits for an answer" not in page(client.get(INBOX)).words
    files = [file.read_text() for file in Path(room_messages()).iterdir() if "reply" in file.name]
    assert files == ["To: +33612345678\n\nCorner Shop: 1 rue de la Gare\n"]


def room_messages() -> str:
    from django.conf import settings  # noqa: PLC0415 -- set by the fixture

    return str(settings.MESSAGES_DIR)


def test_a_saved_reply_is_sent_by_its_button(room: Room, booking: Booking) -> None:
    kept = text("C'est où ?")
    room.client(room.manager).post(
        "/staff/corner-shop-niort/setup/texting/", {"sms_word": "", "saved_replies": "See you soon.\n1 rue de la Gare."}
    )
    client = room.client(room.staff)
    assert "1 rue de la Gare." in page(client.get(f"{INBOX}{kept.pk}/")).words

    client.post(f"{INBOX}{kept.pk}/", {"saved": "1"})

    assert CustomerText.objects.get(is_reply=True).body == "1 rue de la Gare."


@pytest.mark.parametrize(
    "form", [{}, {"body": ""}, {"body": "x" * 301}, {"saved": "9"}, {"saved": "²"}, {"saved": "-1"}]
)
def test_no_reply_is_sent_without_words(room: Room, booking: Booking, form: dict[str, str]) -> None:
    kept = text("C'est où ?")

    assert room.client().post(f"{INBOX}{kept.pk}/", form).status_code == 400
    assert not CustomerText.objects.filter(is_reply=True).exists()


def test_at_night_the_page_says_when_the_reply_goes(
    room: Room, booking: Booking, clock: time_machine.Traveller
) -> None:
    kept = text("C'est où ?")
    clock.move_to(at(22, day=23))
    client = room.client()
    assert "It is night: your reply goes at 08:00." in page(client.get(f"{INBOX}{kept.pk}/")).words

    client.post(f"{INBOX}{kept.pk}/", {"body": "Hello"})

    assert OutboxMessage.objects.get(kind="reply").due_at == at(8)


def test_nothing_to_do_takes_it_off_the_waiting(room: Room, booking: Booking) -> None:
    kept = text("Merci quand même ?")

    assert room.client().post(f"{INBOX}{kept.pk}/settle/").status_code == 303
    assert [talk.waiting for talk in talks_of(room.store)] == [0]


def test_another_stores_talk_is_not_found(room: Room, booking: Booking) -> None:
    kept = text("C'est où ?")
    client = room.client(room.neighbor)

    assert client.get(INBOX).status_code == 404
    assert client.post(f"{INBOX}{kept.pk}/", {"body": "x"}).status_code == 404
    assert Client().get(INBOX).status_code == 302


def test_a_sender_that_is_a_name_says_so(room: Room, settings: Settings) -> None:
    settings.SMS_GATEWAY, settings.TWILIO_FROM = "twilio", "CornerShop"
    settings.TWILIO_MESSAGING_SERVICE_SID = ""

    assert "The sender of your texts takes no answers" in page(room.client().get(INBOX)).words


def test_the_list_takes_the_same_statements_for_any_number_of_talks(
    room: Room, booking: Booking, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(4):
        CustomerText.objects.create(store=room.store, phone=f"+3361234567{number}", body="?", at=NOW)

    with django_assert_num_queries(2):
        assert len(talks_of(room.store)) == 4


def test_texts_are_shown_to_whoever_they_are_of_and_erased_with_them(room: Room, booking: Booking) -> None:
    kept = text("C'est où ?")
    text("annuler")
    room.client().post(f"{INBOX}{kept.pk}/", {"body": "Ici"})
    data = privacy.customer_data(booking)
    assert [(one["text"], one["by"]) for one in data["texts"]] == [  # type: ignore[attr-defined]
        ("C'est où ?", "customer"),
        ("Ici", "store"),
    ]
    json.dumps(data)

    privacy.erase_customer(booking_id=booking.pk, who=Who.customer(NOW))

    assert not CustomerText.objects.exists()
    assert not TextQuestion.objects.exists()
    assert not OutboxMessage.objects.filter(subject__startswith="text/", recipient_digest__gt="").exists()


def test_texts_are_gone_after_thirty_days(room: Room, booking: Booking, clock: time_machine.Traveller) -> None:
    text("C'est où ?")
    clock.move_to(NOW + timedelta(days=29))
    tasks.forget_old()
    assert CustomerText.objects.exists()

    clock.move_to(NOW + timedelta(days=31))
    tasks.forget_old()

    assert not CustomerText.objects.exists()


def test_nothing_personal_is_logged(room: Room, booking: Booking, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"):
        for body in ("C'est où ?", "oui", "annuler", "STOP merci", "CORNER Bea"):
            answer(phone=PHONE, body=body, now=NOW)

    ours = [record.getMessage() + str(record.__dict__) for record in caplog.records if "django.db" not in record.name]
    assert not any(word in line for line in ours for word in ("612345678", "C'est où", "Bea"))


@pytest.mark.parametrize("way", ["settle/", ""])
def test_text_that_came_after_the_page_was_shown_still_waits(room: Room, booking: Booking, way: str) -> None:
    seen = text("C'est où ?")
    text("Y a-t-il un parking ?")

    room.client().post(f"{INBOX}{seen.pk}/{way}", {"body": "1 rue de la Gare"})

    assert [one.body for one in CustomerText.objects.filter(done_at=None)] == ["Y a-t-il un parking ?"]


def test_reply_that_is_sent_twice_from_one_page_goes_once(room: Room, booking: Booking) -> None:
    kept = text("C'est où ?")
    client = room.client()
    first, second = (client.post(f"{INBOX}{kept.pk}/", {"body": "Hello"})["Location"] for _ in range(2))

    assert first == second
    assert OutboxMessage.objects.filter(kind="reply").count() == 1
    client.post(first, {"body": "Hello"})
    assert OutboxMessage.objects.filter(kind="reply").count() == 2


def test_talk_that_waits_is_listed_however_many_are_newer(
    room: Room, booking: Booking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "MOST_TALKS", 2)
    text("C'est où ?")
    for number in range(2):
        inbox.keep_text(store=room.store, phone=f"+3361234570{number}", body="Et moi ?", booking=None, now=NOW)
    CustomerText.objects.exclude(phone=PHONE).update(done_at=NOW)

    assert [talk.phone for talk in talks_of(room.store)][:1] == [PHONE]
    assert len(talks_of(room.store)) == 2


def test_whoever_books_with_the_number_of_somebody_else_reads_nothing_of_theirs(room: Room, booking: Booking) -> None:
    kept = text("C'est où ?")
    other = make_booking(room.store, phone=PHONE, name="Eve", starts_at=at(11))

    assert privacy.customer_data(other)["texts"] == []
    assert "C'est où ?" in str(privacy.customer_data(booking)["texts"])
    privacy.erase_customer(booking_id=other.pk, who=Who.customer(NOW))
    assert CustomerText.objects.filter(pk=kept.pk).exists()
    privacy.erase_customer(booking_id=booking.pk, who=Who.customer(NOW))
    assert not CustomerText.objects.exists()


def visit_text(booking: Booking) -> str:
    return f"/staff/corner-shop-niort/visits/{booking.reference}/text/"


def test_a_text_is_written_from_the_visit_with_its_number(room: Room, booking: Booking) -> None:
    client = room.client(room.staff)
    visit = page(client.get(visit_text(booking).removesuffix("text/")))
    assert visit.links[visit_text(booking)] == "Write a text"
    form = page(client.get(visit_text(booking)))
    assert "06 12 34 56 78" in form.words.replace("\N{NO-BREAK SPACE}", " ")

    sent = client.post(visit_text(booking), {"body": "Your shoes are here."})
    deliver_due()

    line = CustomerText.objects.get()
    assert (line.phone, line.name, line.reference, line.user) == (PHONE, "Ada Test", booking.reference, room.staff)
    assert sent["Location"] == f"{INBOX}{line.pk}/"
    assert "Your shoes are here." in page(client.get(sent["Location"])).words
    files = [file.read_text() for file in Path(room_messages()).iterdir() if "reply" in file.name]
    assert files == ["To: +33612345678\n\nCorner Shop: Your shoes are here.\n"]


def test_a_text_pressed_twice_goes_once_and_the_talk_goes_on(room: Room, booking: Booking) -> None:
    client = room.client(room.staff)
    for _ in range(2):
        client.post(visit_text(booking), {"body": "Your shoes are here."})

    line = CustomerText.objects.get()
    assert client.get(visit_text(booking))["Location"] == f"{INBOX}{line.pk}/"
    client.post(f"{INBOX}{line.pk}/", {"body": "Until six."})
    assert CustomerText.objects.latest("pk").reference == booking.reference
    assert OutboxMessage.objects.filter(kind="reply").count() == 2


def test_a_text_without_words_keeps_the_form(room: Room, booking: Booking) -> None:
    answer = room.client(room.staff).post(visit_text(booking), {"body": " "})

    assert answer.status_code == 400
    assert "Enter something here." in page(answer).words


@pytest.mark.parametrize("change", [{"phone": ""}, {"phone": "+33549240039"}, {"wants_no_texts": True}])
def test_no_text_is_written_where_none_can_go(room: Room, booking: Booking, change: dict[str, object]) -> None:
    Booking.objects.filter(pk=booking.pk).update(**change)
    client, own = room.client(room.staff), visit_text(booking).removesuffix("text/")

    assert visit_text(booking) not in page(client.get(own)).links
    assert client.post(visit_text(booking), {"body": "Hello"})["Location"] == own
    assert not CustomerText.objects.exists()
