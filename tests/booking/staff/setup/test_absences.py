"""The pages of absences: who is away, one press for the rest of today, a form for all else, taken back by one press."""

from datetime import date, datetime, time

import pytest
import time_machine

from booking.bookings.lifecycle import cancel_booking
from booking.models import Booking, BookingEvent, EventKind
from booking.store_setup.absences import rest_of_today
from booking.who import Who
from stores.absences import Absence
from stores.models import DeskAbsence, OpeningHours, Role, SetupChange, StoreMembership
from stores.queries import rules_around
from stores.services import save_desk
from tests.booking.reading import page
from tests.booking.staff.staff_room import DAY, SHOP, Room, make_room
from tests.factories import NOW, at, make_booking, make_store, make_user

pytestmark = pytest.mark.django_db

ABSENCES = f"{SHOP}setup/absences/"
SAMIR = f"{SHOP}setup/desks/samir/"
FORM = f"{SAMIR}absences/"
ONCE = {"repeats": "once", "first_date": "2026-11-24"}


@pytest.fixture
def room() -> Room:
    return make_room(capacity=1, desks=("samir", "ada"))


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def stored() -> Absence:
    row = DeskAbsence.objects.get()
    return Absence(row.first_date, row.last_date, row.from_time, row.until_time, (), row.nth)


def test_two_weeks_are_noted_by_one_form(room: Room) -> None:
    client = room.client()
    done = client.post(FORM, {**ONCE, "last_date": "2026-12-05"})

    assert done["Location"] == f"{ABSENCES}?done=saved#desk-samir"
    assert stored() == Absence(date(2026, 11, 24), date(2026, 12, 5))
    words = page(client.get(done["Location"])).words
    assert "Tuesday 24 November – Saturday 5 December" in words
    assert "It is noted: nobody can book there meanwhile." in words


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"from_time": "14:00", "until_time": "15:30"}, "Tuesday 24 November, 14:00–15:30"),
        ({"from_time": "14:00"}, "Tuesday 24 November, from 14:00"),
        ({}, "Tuesday 24 November, all day"),
        ({"repeats": "weekly", "weekdays": ["2"], "from_time": "14:00", "until_time": "18:00"},
         "every week on Wednesday, 14:00–18:00, from Tuesday 24 November on"),
        ({"repeats": "monthly", "weekdays": ["0"], "nth": "1", "last_date": "2027-06-30"},
         "every month: first Monday, from Tuesday 24 November on, until Wednesday 30 June 2027"),
    ],
)  # fmt: skip
def test_absence_is_said_as_it_was_typed(room: Room, typed: dict[str, object], words: str) -> None:
    client = room.client()
    done = client.post(FORM, {**ONCE, **typed})
    assert done.status_code == 303
    assert words in page(client.get(ABSENCES)).words


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"first_date": ""}, "Choose a day."),
        ({"last_date": "2026-11-23"}, "It ends before it begins."),
        ({"from_time": "15:00", "until_time": "14:00"}, "It ends before it begins."),
        ({"from_time": "tea"}, "Enter a time such as 14:00."),
        ({"repeats": "weekly"}, "Tick at least one day."),
        ({"repeats": "weekly", "weekdays": ["0"], "last_date": "2026-11-26"}, "No such day comes between these two."),
        ({"first_date": "2026-11-02"}, "This day is over. Choose today or a day to come."),
        ({"last_date": "2029-11-24"}, "This is longer than two years."),
        ({"repeats": "sometimes"}, "Say how often."),
    ],
)
def test_what_cannot_be_is_refused_and_stays_typed(room: Room, typed: dict[str, object], sentence: str) -> None:
    refused = room.client().post(FORM, {**ONCE, "until_time": "", **typed})
    assert refused.status_code == 400
    assert sentence in page(refused).words
    assert not DeskAbsence.objects.exists()


def test_ill_from_now_on_takes_one_press_and_one_decision(room: Room) -> None:
    """The head of the desk, away from now, the decision, make the change: four presses."""
    client = room.client()
    visit = make_booking(room.store, starts_at=at(11, day=23))
    assert visit.desk.slug == "samir"
    assert f'href="{ABSENCES}#desk-samir"' in client.get(DAY).content.decode()

    asked = client.post(f"{SAMIR}away-now/")
    read = page(asked)
    assert asked.status_code == 409
    assert "Who is affected while Samir is away?" in read.words
    assert "Somebody else serves them at the same time" in read.words
    done = client.post(f"{SAMIR}away-now/", {"asked": "1", "then": "move"})

    assert done["Location"] == f"{DAY}?done=away"
    assert Booking.objects.get().desk.slug == "ada"
    words = page(client.get(done["Location"])).words
    assert "1 visit has somebody else now, at the same time. Nobody needed to be told." in words
    assert "Samir is away: Monday 23 November, from 09:00" in words


def test_decision_for_each_visit(room: Room) -> None:
    client = room.client()
    visits = [make_booking(room.store, starts_at=at(hour), phone=f"+336123456{hour:02d}") for hour in (10, 11)]
    asked = page(client.post(FORM, ONCE))
    assert "as chosen for all" in asked.words
    assert "Ada, at the same time" in asked.words

    own = {f"then-{visits[0].reference}": "cancel"}
    again = client.post(FORM, {**ONCE, "asked": "1", **own})
    assert again.status_code == 409
    assert "Say what is to happen with these visits." in page(again).words
    client.post(FORM, {**ONCE, "asked": "1", "then": "keep", **own})

    assert [Booking.objects.get(pk=visit.pk).status for visit in visits] == ["cancelled", "confirmed"]


def test_whoever_must_be_phoned_stays_on_the_list_until_that_is_done(room: Room) -> None:
    client = room.client()
    visits = [
        make_booking(room.store, starts_at=at(hour), phone=f"+3354924003{hour - 8}", email="") for hour in (9, 10)
    ]
    done = client.post(FORM, {**ONCE, "then": "notify", "asked": "1"})

    words = page(client.get(done["Location"])).words
    assert "No customer could be written to." in words
    assert "Please phone:" in words
    for visit in visits:
        words = page(client.get(f"{DAY}?date=2026-11-24")).words
        assert "Please phone:" in words
        assert "No customer could be written to." not in words
        client.post(f"{SHOP}visits/{visit.reference}/phoned/")
    assert "Please phone:" not in page(client.get(f"{DAY}?date=2026-11-24")).words


def test_absence_is_taken_back_by_one_press_and_put_back_by_one_more(room: Room, clock) -> None:
    client = room.client()
    typed = {**ONCE, "repeats": "monthly", "weekdays": ["0", "2"], "nth": "5", "from_time": "14:00"}
    client.post(FORM, typed)
    known = DeskAbsence.objects.get()

    clock.shift(60)

    done = client.post(f"{ABSENCES}{known.pk}/remove/")
    assert not DeskAbsence.objects.exists()
    read = page(client.get(done["Location"]))
    assert "It is removed: people can book there again. Put back" in read.words
    line = SetupChange.objects.order_by("-pk")[0]
    client.post(f"{SHOP}setup/changes/{line.pk}/put-back/", {"all": "1"})

    again = DeskAbsence.objects.get()
    fields = ("first_date", "last_date", "from_time", "until_time", "weekdays", "nth")
    assert [getattr(again, name) for name in fields] == [getattr(known, name) for name in fields]


def test_only_desks_and_absences_of_the_store_are_found(room: Room) -> None:
    other = make_store("far-shop")
    row = DeskAbsence.objects.create(
        desk=other.desks.get(), first_date=date(2026, 11, 24), last_date=date(2026, 11, 24)
    )
    client = room.client()
    assert client.post(f"{ABSENCES}{row.pk}/remove/")["Location"] == ABSENCES
    assert client.get(f"{SHOP}setup/desks/nobody/absences/").status_code == 404
    assert client.post(f"{SHOP}setup/desks/nobody/away-now/").status_code == 404
    assert DeskAbsence.objects.count() == 1


def test_day_says_that_everybody_is_away(room: Room) -> None:
    client = room.client()
    for slug in ("samir", "ada"):
        client.post(f"{SHOP}setup/desks/{slug}/absences/", ONCE)
    words = page(client.get(f"{DAY}?date=2026-11-24")).words
    assert "Everybody who serves is away on this day." in words


def test_times_of_a_desk_that_is_away_are_grey_and_say_so(room: Room) -> None:
    client = room.client()
    client.post(FORM, {**ONCE, "until_time": "10:00"})
    content = client.get(f"{DAY}?date=2026-11-24").content.decode()
    assert (
        '<div class="cell is-closed"><span class="cell-desk">Samir</span><div class="fill">Away</div></div>' in content
    )


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (at(9, 7, day=27), Absence(date(2026, 11, 27), date(2026, 11, 27), time(9, 7))),
        (at(0, 30, day=28), Absence(date(2026, 11, 28), date(2026, 11, 28), time(0, 30), time(2))),
    ],
)
def test_rest_of_a_night_ends_where_the_bar_closes(now: datetime, expected: Absence) -> None:
    store = make_store(days=())
    OpeningHours.objects.create(store=store, weekday=4, opens=time(20), closes=time(2))
    assert rest_of_today(rules_around(store.slug, now), now=now) == expected


def put_back(room: Room, line: SetupChange) -> int:
    return room.client().post(f"{SHOP}setup/changes/{line.pk}/put-back/").status_code


def newest() -> SetupChange:
    return SetupChange.objects.filter(what="absence").order_by("-pk")[0]


def rename(room: Room, slug: str, name: str) -> None:
    save_desk(store=room.store, desk=room.store.desks.get(slug=slug), name=name, capacity=1, user=room.manager, now=NOW)


def test_absence_goes_back_to_its_desk_whatever_that_is_called_now(room: Room) -> None:
    client = room.client()
    client.post(FORM, ONCE)
    client.post(f"{ABSENCES}{DeskAbsence.objects.get().pk}/remove/")
    removed = newest()
    rename(room, "samir", "Nora")
    rename(room, "ada", "Samir")

    assert put_back(room, removed) == 303
    assert DeskAbsence.objects.get().desk.slug == "samir"

    assert put_back(room, newest()) == 303
    assert not DeskAbsence.objects.exists()


def test_absence_of_a_renamed_desk_is_taken_away_and_not_the_same_one_of_its_namesake(room: Room) -> None:
    client = room.client()
    client.post(FORM, ONCE)
    added = newest()
    rename(room, "samir", "Nora")
    rename(room, "ada", "Samir")
    client.post(f"{SHOP}setup/desks/ada/absences/", ONCE)

    assert put_back(room, added) == 303

    assert DeskAbsence.objects.get().desk.slug == "ada"


def test_the_same_absence_pressed_twice_is_one_and_goes_by_one_press(room: Room) -> None:
    client = room.client()
    for _press in range(2):
        assert client.post(f"{SAMIR}away-now/").status_code == 303
        assert client.post(FORM, {**ONCE, "repeats": "weekly", "weekdays": ["1"]}).status_code == 303
    assert DeskAbsence.objects.count() == 2
    assert SetupChange.objects.filter(what="absence").count() == 2


def test_absence_that_is_over_does_not_come_back_into_the_figures_of_days_gone_by(room: Room, clock) -> None:
    client = room.client()
    client.post(FORM, ONCE)
    client.post(f"{ABSENCES}{DeskAbsence.objects.get().pk}/remove/")
    clock.move_to(at(9, day=26))

    shown = room.client().post(f"{SHOP}setup/changes/{newest().pk}/put-back/")

    assert shown.status_code == 409
    assert "That day, or that time, is over." in page(shown).words
    assert not DeskAbsence.objects.exists()


def test_rest_of_today_pressed_again_a_minute_later_is_the_same_absence(room: Room, clock) -> None:
    room.client().post(f"{SAMIR}away-now/")
    clock.shift(70)

    assert room.client().post(f"{SAMIR}away-now/")["Location"] == f"{DAY}?done=away"

    assert DeskAbsence.objects.count() == 1


def test_rest_of_today_is_noted_beside_an_absence_that_ends_sooner(room: Room) -> None:
    room.client().post(FORM, {**ONCE, "first_date": "2026-11-23", "until_time": "12:00"})

    room.client().post(f"{SAMIR}away-now/")

    assert DeskAbsence.objects.count() == 2


def test_the_next_change_adds_to_the_list_of_those_to_phone(room: Room, clock) -> None:
    client = room.client()
    first, second = (
        make_booking(room.store, starts_at=at(9, day=day), phone=f"+3354924003{day - 20}", name=f"Bea {day}")
        for day in (24, 25)
    )
    for day in (24, 25):
        client.post(FORM, {**ONCE, "first_date": f"2026-11-{day}", "then": "notify", "asked": "1"})
        clock.shift(60)

    words = page(client.get(DAY)).words

    assert "Please phone: Bea 24" in words
    assert "Bea 25" in words.partition("Please phone:")[2]
    client.post(f"{SHOP}visits/{first.reference}/phoned/")
    words = page(client.get(DAY)).words
    assert "Please phone: Bea 25" in words
    client.post(f"{SHOP}visits/{second.reference}/phoned/")
    assert "Please phone:" not in page(client.get(DAY)).words


def test_the_list_of_one_store_is_not_lost_by_a_change_at_another_one(room: Room) -> None:
    client = room.client()
    other = make_store("far-shop")
    StoreMembership.objects.create(store=other, user=room.manager, role=Role.MANAGER)
    for store in (room.store, other):
        make_booking(store, starts_at=at(9), phone="+33549240031", name="Bea")

    client.post(FORM, {**ONCE, "then": "notify", "asked": "1"})
    desk = other.desks.get()
    client.post(f"/staff/far-shop/setup/desks/{desk.slug}/absences/", {**ONCE, "then": "notify", "asked": "1"})

    assert "Please phone: Bea" in page(client.get("/staff/far-shop/day/")).words
    assert "Please phone: Bea" in page(client.get(DAY)).words


@pytest.mark.parametrize("weekdays", [(3, 4), (4,)])
def test_day_that_ends_in_the_night_is_the_night_that_began_on_it(room: Room, weekdays: tuple[int, ...]) -> None:
    """Whether the bar was open on the evening before or not."""
    for weekday in weekdays:
        OpeningHours.objects.create(store=room.store, weekday=weekday, opens=time(20), closes=time(2))
    visit = make_booking(room.store, starts_at=at(0, 30, day=28))
    client = room.client()
    friday = {**ONCE, "first_date": "2026-11-27", "until_time": "02:00"}

    assert visit.name in page(client.post(FORM, friday)).words
    assert client.post(FORM, {**friday, "asked": "1", "then": "move"}).status_code == 303

    assert stored() == Absence(date(2026, 11, 27), date(2026, 11, 27), None, time(2))
    assert Booking.objects.get().desk.slug == "ada"


def test_second_of_two_managers_sees_what_became_of_the_visits(room: Room) -> None:
    """Both have the question before them, and both choose somebody else."""
    visits = [make_booking(room.store, starts_at=at(hour), phone=f"+336123456{hour:02d}") for hour in (9, 10)]
    first, second = room.client(), room.client(make_user("tess", store=room.store))
    answers = []
    for client in (first, second):
        shown = page(client.post(FORM, ONCE)).forms[FORM]["shown"]
        answers.append({**ONCE, "shown": shown, "asked": "1", "then": "move"})

    first.post(FORM, answers[0])
    done = second.post(FORM, answers[1])

    words = page(second.get(done["Location"])).words
    assert "Somebody else has dealt with these visits meanwhile:" in words
    assert "Ada Test, Tuesday 24 November, 09:00: Ada" in words
    assert "Ada Test, Tuesday 24 November, 10:00: Ada" in words
    assert "meanwhile:" not in page(second.get(ABSENCES)).words
    assert DeskAbsence.objects.count() == 1
    assert BookingEvent.objects.filter(kind=EventKind.RESCHEDULED).count() == len(visits)


def test_visit_that_its_customer_cancelled_meanwhile_is_told(room: Room) -> None:
    client = room.client()
    visits = [make_booking(room.store, starts_at=at(hour), phone=f"+336123456{hour:02d}") for hour in (9, 10)]
    shown = page(client.post(FORM, ONCE)).forms[FORM]["shown"]
    cancel_booking(booking_id=visits[0].pk, who=Who.customer(NOW))

    done = client.post(FORM, {**ONCE, "shown": shown, "asked": "1", "then": "move"})

    words = page(client.get(done["Location"])).words
    assert "1 visit has somebody else now" in words
    assert "Ada Test, Tuesday 24 November, 09:00: cancelled" in words


@pytest.mark.parametrize("shown", ["%00", "\x00\x00", "ABCDEFGH", "../ ÄÖ " + "x" * 5000])
def test_references_that_name_no_visit_of_the_store_are_passed_over(room: Room, shown: str) -> None:
    client = room.client()
    done = client.post(FORM, {**ONCE, "shown": shown, "asked": "1", "then": "move"})
    assert done.status_code == 303
    assert "meanwhile:" not in page(client.get(done["Location"])).words
