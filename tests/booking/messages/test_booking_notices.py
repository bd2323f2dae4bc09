"""Members are told of new bookings if they want: each once, none of their own, at once or twice a day."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client

from booking import limits
from booking.bookings.lifecycle import cancel_booking
from booking.links import booking_notice_link
from booking.message_kinds import Kind
from booking.messages.booking_notices import SETTLED_AFTER, choose_notice, enqueue_notices
from booking.messages.compose import compose
from booking.models import Actor, Booking, BookingEvent, BookingNotice, EventKind, NoticePace
from booking.who import Who
from notifications.content import Email, Skip
from notifications.email import build
from notifications.models import OutboxMessage
from stores.models import StoreMembership
from tests.booking.reading import page
from tests.booking.staff.staff_room import Room, make_room
from tests.factories import NOW, at, make_booking

pytestmark = pytest.mark.django_db
SOON = NOW + SETTLED_AFTER
NOTICES = "/staff/account/notices/"


@pytest.fixture
def room() -> Room:
    room = make_room()
    room.manager.email = "ada@example.org"
    room.manager.save()
    return room


def wish(room: Room, pace: NoticePace | None = NoticePace.AT_ONCE, *, now: datetime = NOW) -> None:
    choose_notice(store=room.store, user=room.manager, pace=pace, language="en", now=now)


def book(room: Room, **fields: Any) -> Booking:
    """Book a visit of somebody else than those before."""
    return make_booking(room.store, **{"now": NOW, "phone": f"+336123457{Booking.objects.count():02d}", **fields})


def sent(now: datetime = SOON) -> list[Any]:
    messages = OutboxMessage.objects.filter(kind=Kind.NEW_BOOKINGS).order_by("pk")
    return [compose(one, now=now) for one in messages]


def test_each_new_booking_is_told_once_and_none_from_before(room: Room) -> None:
    book(room, name="Before")
    wish(room)
    book(room, name="Bea Test", starts_at=at(9))
    assert [enqueue_notices(now=SOON) for _twice in range(2)] == [1, 0]
    book(room, name="Cleo Test", starts_at=at(10))
    assert enqueue_notices(now=SOON + timedelta(minutes=1)) == 1

    first, second = sent()

    assert isinstance(first, Email)
    assert (first.to, first.subject) == ("ada@example.org", "Corner Shop: 1 new visit")
    assert "Bea Test, Visit, Main" in first.text
    assert "Before" not in first.text + second.text
    assert "Cleo Test" in second.text
    assert "+33" not in first.text  # no phone number leaves


def test_booking_that_may_not_have_appeared_yet_waits(room: Room) -> None:
    wish(room)
    book(room)

    assert enqueue_notices(now=SOON - timedelta(milliseconds=1)) == 0
    assert enqueue_notices(now=SOON) == 1


def test_own_cancelled_and_erased_bookings_are_not_told(room: Room) -> None:
    wish(room)
    own, cancelled, erased = (book(room, starts_at=at(9 + number), name=f"N{number}") for number in range(3))
    BookingEvent.objects.create(
        booking=own, kind=EventKind.BOOKED, at=NOW, happened_at=NOW, actor=Actor.STAFF, user=room.manager,
        to_status=own.status,
    )  # fmt: skip
    enqueue_notices(now=SOON)
    cancel_booking(booking_id=cancelled.pk, who=Who(Actor.CUSTOMER, None, NOW))
    Booking.objects.filter(pk=erased.pk).update(erased_at=NOW)

    assert sent() == [Skip("no_visits")]


@pytest.mark.parametrize("why", ["no member", "no address", "ended", "may not sign in"])
def test_who_should_not_get_it_gets_nothing(room: Room, why: str) -> None:
    wish(room)
    book(room)
    enqueue_notices(now=SOON)
    if why == "no member":
        StoreMembership.objects.filter(user=room.manager).delete()
    elif why == "no address":
        User.objects.update(email="")
    elif why == "ended":
        wish(room, None)
    else:
        User.objects.filter(pk=room.manager.pk).update(is_active=False)

    (found,) = sent()

    assert isinstance(found, Skip)


def test_list_comes_at_noon_and_at_six_by_the_stores_clock(room: Room) -> None:
    """NOW is 9:00 in Niort."""
    wish(room, NoticePace.TWICE)
    book(room, starts_at=at(9), name="Morning Test")
    noon, six = NOW + timedelta(hours=3), NOW + timedelta(hours=9)

    told = [enqueue_notices(now=moment) for moment in (noon - timedelta(seconds=1), noon, noon + timedelta(minutes=1))]
    book(room, starts_at=at(10), now=noon + timedelta(hours=1), name="Noon Test")
    told += [enqueue_notices(now=moment) for moment in (six - timedelta(seconds=1), six, six + timedelta(hours=5))]

    assert told == [0, 1, 0, 0, 1, 0]
    first, second = sent()
    assert ("Morning Test" in first.text, "Noon Test" in first.text) == (True, False)
    assert ("Morning Test" in second.text, "Noon Test" in second.text) == (False, True)


@pytest.mark.parametrize("count", [1, 3])
def test_statements_are_as_many_whatever_there_is(room: Room, django_assert_num_queries: Any, count: int) -> None:
    for user in [room.manager, room.staff, room.neighbor][:count]:
        choose_notice(store=room.store, user=user, pace=NoticePace.AT_ONCE, language="en", now=NOW)
    for number in range(count):
        book(room, starts_at=at(9 + number))

    with django_assert_num_queries(6):  # a savepoint and its end; the notices; the last bookings; both writes
        assert enqueue_notices(now=SOON) == count


def test_member_chooses_on_a_page_and_ends_by_the_link_with_one_press(room: Room) -> None:
    with time_machine.travel(NOW, tick=False):
        client = room.client()
        assert client.post(NOTICES, {"pace-corner-shop-niort": "at_once"}).status_code == 303
        assert BookingNotice.objects.get().pace == NoticePace.AT_ONCE
        book(room)
        enqueue_notices(now=SOON)
        (mail,) = sent()
        link = urlsplit(next(word for word in mail.text.split() if "/staff/notices/" in word)).path
        opened = Client().get(link)
        assert "No more e-mails about new visits at Corner Shop?" in page(opened).words
        assert BookingNotice.objects.exists()  # a mail server that follows links changes nothing

        assert "These e-mails have ended" in page(Client().post(link)).words
        assert not BookingNotice.objects.exists()
        assert Client().get(link).status_code == 404


def test_mail_program_ends_the_notices_by_one_press_without_page_or_cookie(room: Room, settings: Any) -> None:
    settings.PUBLIC_URL = "https://shop.example.org"
    wish(room, NoticePace.AT_ONCE)
    book(room)
    enqueue_notices(now=SOON)
    (mail,) = sent()
    message = build(mail, key="1").message()
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = message["List-Unsubscribe"].removeprefix("<https://shop.example.org").removesuffix(">")

    with time_machine.travel(SOON, tick=False):
        answer = Client(enforce_csrf_checks=True).post(address, {"List-Unsubscribe": "One-Click"})

    assert answer.status_code == 200
    assert not BookingNotice.objects.exists()


def test_mail_programs_that_press_again_for_many_members_keep_nobody_from_ending_theirs(
    room: Room, settings: Any, tmp_path: Path
) -> None:
    settings.RATE_LIMITS, settings.REDIS_URL, settings.DATA_DIR = True, "", tmp_path
    limits._limiter.cache_clear()
    wish(room, NoticePace.AT_ONCE)
    book(room)
    enqueue_notices(now=SOON)
    (mail,) = sent()
    notice = BookingNotice.objects.get()
    ended = booking_notice_link(notice.pk + 1, notice.user_id, "en")
    link = next(word for word in mail.text.split() if "/staff/notices/" in word)

    with time_machine.travel(SOON, tick=False):
        again = [Client().post(urlsplit(ended).path) for _ in range(limits.WRONG_TOKENS[0].amount + 1)]
        last = Client().post(urlsplit(link).path)
    limits._limiter.cache_clear()

    assert {one.status_code for one in again} == {404}
    assert last.status_code == 200


def test_without_https_there_is_a_page_and_no_one_press(room: Room, settings: Any) -> None:
    settings.PUBLIC_URL = "http://shop.example.org"
    wish(room, NoticePace.AT_ONCE)
    book(room)
    enqueue_notices(now=SOON)

    message = build(sent()[0], key="1").message()

    assert message["List-Unsubscribe"].startswith("<http://shop.example.org/")
    assert message["List-Unsubscribe-Post"] is None


def test_without_an_address_the_page_asks_for_one_first(room: Room) -> None:
    shown = page(room.client(room.staff).get(NOTICES))

    assert shown.links["/staff/account/details/"] == "Give an e-mail address"
    room.client(room.staff).post(NOTICES, {"pace-corner-shop-niort": "at_once"})
    assert not BookingNotice.objects.exists()


def test_nobody_follows_a_store_where_they_do_not_work(room: Room) -> None:
    room.client().post(NOTICES, {"pace-next-door-niort": "at_once", "pace-corner-shop-niort": "nonsense"})

    assert not BookingNotice.objects.exists()
