"""Rows are put together by hand: nothing that anybody typed may come out as anything but words."""

import re
import uuid
from collections.abc import Iterator

import pytest
import time_machine

from booking.models import Booking, Status
from booking.staff.visit_facts import FACT_ICONS
from booking.staff.wording import BADGES
from tests.booking.reading import page
from tests.booking.staff.staff_room import DAY, TUESDAY, Room, fill_day, make_room, visit_url
from tests.factories import NOW, at, make_booking

pytestmark = pytest.mark.django_db

SMALL_BYTES = 150_000
HOSTILE = "\"><script>alert('1')</script>{{ 0 }}{0}%s&amp;"


@pytest.fixture(autouse=True)
def _on_a_monday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def room() -> Room:
    return make_room(desks=("main", "window"))


@pytest.mark.parametrize("cancelled", [False, True])
@pytest.mark.parametrize("field", ["name", "note", "phone", "email", "answers", "visit_type", "desk"])
def test_whatever_is_typed_comes_out_as_words(room: Room, field: str, cancelled: bool) -> None:
    booking = make_booking(room.store, visit_type="advice")
    typed: dict[str, object] = {"desk_was_chosen": True, "status": "cancelled" if cancelled else "confirmed"}
    match field:
        case "visit_type":
            room.store.visit_types.update(name=HOSTILE)
        case "desk":
            room.store.desks.update(name=HOSTILE)
        case "answers":
            typed["answers"] = [{"question": HOSTILE, "answer": HOSTILE}]
        case "phone":
            typed["phone"] = HOSTILE[:20]
        case _:
            typed[field] = HOSTILE
    Booking.objects.filter(pk=booking.pk).update(**typed)

    client, visit = room.client(), visit_url(booking)
    shown = [client.get(DAY, TUESDAY), client.get(visit), client.get(visit, {"part": ""})]

    words = [page(response).words for response in shown]
    assert (HOSTILE[:20] if field == "phone" else HOSTILE) in " ".join(words)
    assert not [response for response in shown if b"<script>alert" in response.content]


def test_a_name_is_not_more_than_a_name_to_a_screen_reader(room: Room) -> None:
    booking = make_booking(room.store)
    Booking.objects.filter(pk=booking.pk).update(name=HOSTILE)

    with time_machine.travel(at(10), tick=False):
        read = page(room.client().get(DAY))

    (main,) = [button for button in read.buttons if button.get("class") == "act act-main"]
    seen = f"{booking.reference} check_in confirmed {booking.updated_at.isoformat()}"
    assert main["value"] == str(uuid.uuid5(uuid.NAMESPACE_URL, seen))
    assert main["aria-label"] == f"Arrived, {HOSTILE}"
    steps = [button for button in read.buttons if "data-print" not in button]
    assert not [button for button in steps if set(button) - {"class", "formaction", "name", "value", "aria-label"}]


def test_an_address_adds_nothing_to_the_mail_that_staff_begin(room: Room) -> None:
    booking = make_booking(room.store)
    Booking.objects.filter(pk=booking.pk).update(email="ada?bcc=all&body=%41+x@example.org")

    read = page(room.client().get(visit_url(booking)))

    (href,) = read.links_to("mailto:")
    assert href == "mailto:ada%3Fbcc=all%26body=%2541+x@example.org"


def test_all_buttons_of_the_rows_belong_to_one_form(room: Room) -> None:
    bookings = [make_booking(room.store, phone=f"+3361234560{number}") for number in range(2)]

    with time_machine.travel(at(10), tick=False):
        response = room.client().get(DAY)

    sent = f'formaction="../visits/{bookings[0].reference}/check-in/"'
    content = response.content.decode()
    inside = content[content.index('name="page" value="day"') : content.index("</form>", content.index(sent))]
    assert inside.count('class="act act-main"') == len(bookings)
    assert content.count("csrfmiddlewaretoken") == 2  # the board's, and that of signing out


def test_the_signs_of_all_states_are_drawn_once(room: Room) -> None:
    make_booking(room.store)

    content = room.client().get(DAY, TUESDAY).content.decode()

    drawn = set(re.findall('<symbol id="([^"]+)"', content))
    assert drawn >= {f"sign-{icon}" for icon in ("grip", *FACT_ICONS.values())}
    assert drawn >= {f"sign-{icon}" for icon, _tone in BADGES.values()}
    assert content.count("<symbol ") == len(drawn)


def test_every_sign_of_a_row_is_one_of_those_drawn(room: Room) -> None:
    for number, status in enumerate(Status):
        booking = make_booking(
            room.store, starts_at=at(10 + number // 4, 15 * (number % 4)), phone=f"+3361234560{number}"
        )
        answers = [{"question": "Which phone?", "answer": "The old one"}]
        Booking.objects.filter(pk=booking.pk).update(
            status=status, answers=answers, is_simple=True, locale="uk", is_for_someone_else=True, late_minutes=10
        )

    content = room.client().get(DAY, TUESDAY).content.decode()

    board = content[content.index('id="board"') :]
    used = re.findall('<use href="#([^"]+)"', board)
    assert set(used) <= set(re.findall('<symbol id="([^"]+)"', content))
    assert len(used) > len(Status)


def test_a_day_of_500_is_small(room: Room) -> None:
    fill_day(room.store, 500, status=Status.CONFIRMED, note="")

    assert len(room.client().get(DAY, TUESDAY).content) < SMALL_BYTES


def test_a_page_that_says_no_leads_to_the_visits_as_well(room: Room) -> None:
    booking, other = make_booking(room.store), make_booking(room.store, phone="+33612345609")
    Booking.objects.filter(pk=booking.pk).update(status=Status.COMPLETED)

    with time_machine.travel(at(10), tick=False):
        refused = room.client().post(f"{visit_url(booking)}check-in/", {"page": "day"})

    assert refused.status_code == 409
    assert visit_url(other) in page(refused).links
    (button,) = [one for one in page(refused).buttons if one.get("class") == "act act-main"]
    assert button["formaction"] == f"{visit_url(other)}check-in/"
