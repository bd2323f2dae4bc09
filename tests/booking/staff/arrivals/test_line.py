import re
from datetime import time
from typing import Any

import pytest
import time_machine
from pytest_django import DjangoAssertNumQueries, Settings

from booking.arrivals.steps import take_step
from booking.models import Booking, Status, Ticket
from booking.who import Who
from stores.models import Desk, LineShows, OpeningHours, SetupChange, Store, VisitType
from tests.booking.staff.staff_room import SESSIONS_IN_DATABASE, SHOP, Room, make_room
from tests.devices import make_tablet
from tests.factories import at, make_booking

pytestmark = pytest.mark.django_db
LINE, DISPLAY = f"{SHOP}queue/", f"{SHOP}display/"
JOIN, ACT = f"{LINE}join/", f"{LINE}act/"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(at(10, 12), tick=False) as clock:
        yield clock


@pytest.fixture
def room() -> Room:
    return make_room(capacity=1)


def here(room, name="Ada Mary Test", **fields) -> Booking:
    booking = make_booking(room.store, name=name, **{"starts_at": at(10), **fields})
    take_step(booking_id=booking.pk, step="check_in", who=Who.staff(room.staff, at(10, 5)))
    return booking


def words(answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_line_says_who_is_next_and_about_how_long(room: Room) -> None:
    booking = here(room)
    client = room.client(room.staff)
    given = client.post(JOIN, {"visit_type": "visit", "party_size": "1", "name": "Bob Test"}, follow=True)

    shown = words(given)
    assert "Ticket 1 is given." in shown
    assert shown.index(booking.reference[-4:]) < shown.index("Bob T.")
    assert "booked for 10:00" in shown
    assert "about 0 to 25 minutes" in shown


def test_called_served_and_put_back(room: Room) -> None:
    client = room.client(room.staff)
    client.post(JOIN, {"visit_type": "visit", "party_size": "1", "name": "Bob Test"})
    ticket = Ticket.objects.get()
    key = f"ticket-{ticket.pk}"

    called = client.post(ACT, {"key": key, "what": "call"})
    assert (called.status_code, called["Location"]) == (303, f"{LINE}?changed={key}#{key}")
    assert "called at 10:12" in words(client.get(LINE))
    client.post(ACT, {"key": key, "what": "serve"})
    assert Booking.objects.get().status == Status.IN_SERVICE
    client.post(ACT, {"key": key, "what": "put-back"})

    assert Booking.objects.get().status == Status.CANCELLED
    assert "Bob T." in words(client.get(LINE))


@pytest.mark.parametrize("change", [{"is_active": False}, {"max_party_size": 1}])
def test_who_stands_in_the_line_is_served_though_their_kind_of_visit_changed_since(
    room: Room, change: dict[str, Any]
) -> None:
    Desk.objects.update(capacity=2)
    VisitType.objects.update(max_party_size=2)
    client = room.client(room.staff)
    client.post(JOIN, {"visit_type": "visit", "party_size": "2", "name": "Bob Test"})
    VisitType.objects.filter(slug="visit").update(**change)
    assert [client.get(shown).status_code for shown in (LINE, DISPLAY, f"{SHOP}arrivals/")] == [200, 200, 200]

    client.post(ACT, {"key": f"ticket-{Ticket.objects.get().pk}", "what": "serve"})

    assert Booking.objects.get().status == Status.IN_SERVICE


def test_booked_visit_is_called_and_served_from_the_line(room: Room) -> None:
    booking = here(room)
    client = room.client(room.staff)

    client.post(ACT, {"key": f"visit-{booking.reference}", "what": "call"})
    client.post(ACT, {"key": f"visit-{booking.reference}", "what": "serve"})

    booking.refresh_from_db()
    assert booking.status == Status.IN_SERVICE
    assert "Being served" in words(client.get(LINE))


def test_full_means_a_sentence_and_nothing_lost(room: Room) -> None:
    here(room)
    client = room.client(room.staff)
    client.post(JOIN, {"visit_type": "visit", "party_size": "1"})

    answer = client.post(ACT, {"key": f"ticket-{Ticket.objects.get().pk}", "what": "serve"})

    assert answer.status_code == 409
    assert "No place is free yet" in words(answer)
    assert Ticket.objects.get().booking is None


@pytest.mark.parametrize(
    "key", ["", "ticket-", "ticket-x", "ticket-999", "visit-ABCD1234", "ticket-" + "9" * 40, "\0", "ticket-٣"]
)
@pytest.mark.parametrize("what", ["call", "serve", "leave", "put-back", "nonsense", ""])
def test_what_means_nobody_changes_nothing(room: Room, key, what) -> None:
    booking = here(room)

    answer = room.client(room.staff).post(ACT, {"key": key, "what": what})

    booking.refresh_from_db()
    assert answer.status_code in (400, 404, 409)
    assert (booking.status, Ticket.objects.count()) == (Status.CHECKED_IN, 0)


def test_visit_of_the_shop_next_door_is_unknown(room: Room) -> None:
    other = make_booking(Store.objects.get(slug="next-door-niort"))
    take_step(booking_id=other.pk, step="check_in", who=Who.staff(room.neighbor, at(10)))

    answers = {
        room.client(room.staff).post(ACT, {"key": f"visit-{other.reference}", "what": what}).status_code
        for what in ("call", "serve")
    }

    other.refresh_from_db()
    assert answers <= {404, 409}
    assert other.status == Status.CHECKED_IN


def test_join_without_a_visit_type_keeps_what_was_typed(room: Room) -> None:
    answer = room.client(room.staff).post(JOIN, {"party_size": "1", "name": "Bob Test"})

    assert answer.status_code == 400
    assert 'value="Bob Test"' in answer.content.decode()


def test_screen_shows_codes_and_no_name(room: Room) -> None:
    booking = here(room)
    client = room.client(room.staff)
    client.post(JOIN, {"visit_type": "visit", "party_size": "1", "name": "Bob Test"})
    client.post(ACT, {"key": f"visit-{booking.reference}", "what": "call"})

    shown = client.get(DISPLAY)

    main = words(shown).partition("Who is called")[2]
    assert booking.reference[-4:] in main
    assert "Next in line 1" in main
    assert not {"Ada", "Mary", "Bob", "Test"} & set(main.split())


def test_screen_shows_first_names_where_the_store_wishes_it(room: Room) -> None:
    Store.objects.update(line_shows=LineShows.FIRST_NAME)
    booking = here(room)
    client = room.client(room.staff)
    client.post(ACT, {"key": f"visit-{booking.reference}", "what": "call"})

    main = words(client.get(DISPLAY)).partition("Who is called")[2].split()

    assert "Ada" in main
    assert not {"Mary", "Test"} & set(main)


@pytest.mark.parametrize("address", [LINE, DISPLAY])
def test_page_is_known_again_until_the_line_moves(room: Room, address) -> None:
    booking = here(room)
    client = room.client(room.staff)
    etag = client.get(address)["ETag"]
    assert client.get(address, headers={"If-None-Match": etag}).status_code == 304

    client.post(ACT, {"key": f"visit-{booking.reference}", "what": "call"})

    assert client.get(address, headers={"If-None-Match": etag}).status_code == 200


def test_unchanged_line_costs_a_tablet_two_statements(
    room: Room, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    here(room)
    tablet = make_tablet(room.store, acting=room.staff)
    etag = tablet.get(LINE)["ETag"]

    with django_assert_num_queries(2):
        assert tablet.get(LINE, headers={"If-None-Match": etag}).status_code == 304


def test_line_costs_four_statements_beside_the_sign_in(
    room: Room, settings: Settings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    settings.SESSION_ENGINE = SESSIONS_IN_DATABASE
    here(room)
    client = room.client(room.staff)

    with django_assert_num_queries(7):
        client.get(LINE)


def test_tablet_left_alone_hides_the_line_and_not_the_screen(room: Room, clock) -> None:
    here(room)
    tablet = make_tablet(room.store, acting=room.staff)
    clock.shift(15 * 60)

    assert tablet.get(LINE)["Location"] == f"{SHOP}unlock/"
    assert tablet.get(DISPLAY).status_code == 200


def test_refused_walk_in_is_offered_a_ticket(room: Room) -> None:
    here(room)

    answer = room.client(room.staff).post(f"{SHOP}walk-ins/", {"visit_type": "visit", "party_size": "1"})

    assert answer.status_code == 409
    assert f'href="{LINE}"' in answer.content.decode()


def test_store_chooses_what_people_are_called_by(room: Room) -> None:
    client = room.client()

    saved = client.post(f"{SHOP}setup/line/", {"line_shows": "first_name"})
    wrong = client.post(f"{SHOP}setup/line/", {"line_shows": "full_name"})

    assert (saved.status_code, wrong.status_code) == (303, 400)
    assert Store.objects.get(pk=room.store.pk).line_shows == LineShows.FIRST_NAME
    line = SetupChange.objects.get()
    assert (line.what, line.before, line.after) == ("line", {"line_shows": "code"}, {"line_shows": "first_name"})


def test_who_booked_and_is_early_reads_their_time_and_no_range(room: Room) -> None:
    here(room, starts_at=at(11, 30))
    here(room, name="Due Test", starts_at=at(10))

    shown = words(room.client(room.staff).get(LINE))

    assert "at 11:30" in shown
    assert "minutes" not in shown


def test_people_at_a_desk_at_rest_are_shown_with_a_word_and_sent_nowhere(room: Room) -> None:
    Desk.objects.create(store=room.store, slug="second", name="Second", capacity=1, position=1)
    client = room.client(room.staff)
    for name in ("Bob", "Cy", "Di"):
        client.post(JOIN, {"visit_type": "visit", "party_size": "1", "name": name})
    Desk.objects.filter(slug="second").update(is_active=False)
    stranded = Ticket.objects.get(desk__slug="second")
    booking = here(room)
    Booking.objects.filter(pk=booking.pk).update(desk=stranded.desk)

    shown = words(client.get(LINE))
    client.post(ACT, {"key": f"visit-{booking.reference}", "what": "call"})

    assert {"Bob", "Cy", "Di"} <= set(shown.split())
    assert shown.count("Nobody serves here now. Call these people to another desk: nobody is sent here.") == 1
    screen = words(client.get(DISPLAY))
    assert booking.reference[-4:] in screen
    assert "Second" not in screen.split()


def test_line_goes_on_past_midnight(room: Room, clock) -> None:
    OpeningHours.objects.filter(store=room.store).delete()
    OpeningHours.objects.create(store=room.store, weekday=1, opens=time(18), closes=time(3))
    clock.move_to(at(23, 50))
    client = room.client(room.staff)
    client.post(JOIN, {"visit_type": "visit", "party_size": "1", "name": "Bob Test"})
    etag = client.get(LINE)["ETag"]

    clock.move_to(at(0, 5, day=25))

    later = client.get(LINE, headers={"If-None-Match": etag})
    assert "Bob T." in words(later)
    answer = client.post(ACT, {"key": f"ticket-{Ticket.objects.get().pk}", "what": "serve"}, follow=True)
    assert "Being served" in words(answer)
    assert client.get(LINE, headers={"If-None-Match": later["ETag"]}).status_code == 200
