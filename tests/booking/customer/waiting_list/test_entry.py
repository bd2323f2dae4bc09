import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from booking.models import Booking, Hold, WaitingListEntry
from booking.tokens import manage_token, waiting_token
from booking.waiting_list.offers import offer_places
from stores.models import Store
from tests.booking.reading import page
from tests.factories import NOW, at, make_booking
from tests.waiters import make_waiting


def url(entry: WaitingListEntry, action: str = "") -> str:
    return f"/w/{entry.reference}/{action}"


def test_token_leaves_the_address_bar_and_opens_for_half_an_hour(
    entry: WaitingListEntry, clock: time_machine.Traveller
) -> None:
    client = Client()
    response = client.get(url(entry), {"token": waiting_token(entry.reference)})

    assert (response.status_code, response["Location"]) == (303, url(entry))
    cookie = response.cookies[f"waiting-{entry.reference}"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/", True, "Lax")
    shown = client.get(url(entry))
    assert shown.status_code == 200
    assert (shown["Cache-Control"], shown["Referrer-Policy"]) == ("no-store, private", "no-referrer")
    clock.shift(timedelta(minutes=31))
    assert client.get(url(entry)).status_code == 404


@pytest.mark.parametrize("token", ["", "wrong", "\xe9"])
def test_wrong_token_opens_nothing(entry: WaitingListEntry, token: str) -> None:
    client = Client()

    assert client.get(url(entry), {"token": token}).status_code == 404
    assert client.get(url(entry), {"token": manage_token(entry.reference)}).status_code == 404
    assert client.get(url(entry)).status_code == 404
    assert client.get("/w/not-a-reference/").status_code == 404
    left = client.post(url(entry, "leave/"), follow=True)
    assert (left.redirect_chain, left.status_code) == ([(url(entry, "leave/"), 303)], 404)
    entry.refresh_from_db()
    assert entry.status == "waiting"


def test_key_of_one_entry_opens_no_other(visitor: Client, entry: WaitingListEntry) -> None:
    other = make_waiting(entry.store)

    assert visitor.get(url(other)).status_code == 404


def test_page_tells_the_place_in_line_and_names_nobody(visitor: Client, entry: WaitingListEntry) -> None:
    WaitingListEntry.objects.update(created_at=NOW + timedelta(minutes=1))
    make_waiting(entry.store, name="Cleo Test")

    words = page(visitor.get(url(entry))).words

    assert "1 request came before yours." in words
    assert "Cleo" not in words
    assert "we send a text message to 06 12 34 56 07" in words.replace("\N{NO-BREAK SPACE}", " ")
    assert "and an e-mail to bea@example.org" in words


def test_an_open_page_hears_when_something_is_new_and_is_no_key_for_longer(
    visitor: Client, entry: WaitingListEntry
) -> None:
    first = visitor.get(url(entry)).content.decode()
    (ask,) = re.findall('data-hx-get="([^"]+)"', first)
    asking = {"HX-Request": "true"}

    same = visitor.get(ask, headers=asking)
    WaitingListEntry.objects.update(created_at=NOW + timedelta(minutes=1))
    make_waiting(entry.store, name="Cleo Test")
    other = visitor.get(ask, headers=asking)

    assert (same.status_code, same.content) == (204, b"")
    assert other.status_code == 200
    assert f"waiting-{entry.reference}" not in {*same.cookies, *other.cookies}
    assert "1 request came before yours." in page(other).words
    assert "data-hx-get" not in visitor.post(url(entry, "leave/"), follow=True).content.decode()


def test_who_has_joined_is_told_once(visitor: Client, entry: WaitingListEntry) -> None:
    assert page(visitor.get(url(entry))).words.count("You are on the waiting list") == 1


def test_link_kept_from_the_page_opens_it_again(visitor: Client, entry: WaitingListEntry) -> None:
    shown = page(visitor.get(url(entry)))
    kept = next(shown.links_to("?token="))

    assert Client().get(kept.partition("8000")[2] or kept, follow=True).status_code == 200


def test_offered_place_is_taken_with_one_tap(visitor: Client, offered: WaitingListEntry) -> None:
    shown = page(visitor.get(url(offered)))
    assert "Tuesday 24 November, 10:00" in shown.words.replace("\N{NO-BREAK SPACE}", " ")
    assert "Kept for you until 09:30, for 30 more minutes." in shown.words

    response = visitor.post(url(offered, "take/"), shown.forms[url(offered, "take/")])

    booking = Booking.objects.get(status="confirmed")
    assert (booking.starts_at, booking.name, booking.phone) == (at(10), "Bea Test", "+33612345607")
    assert (response.status_code, response["Location"]) == (303, f"/b/{booking.reference}/booked/")
    assert visitor.get(response["Location"]).status_code == 200
    again = visitor.post(url(offered, "take/"))
    assert again["Location"] == response["Location"]
    assert Booking.objects.filter(status="confirmed").count() == 1
    assert "You have booked this place" in page(visitor.get(url(offered))).words


@pytest.mark.parametrize("action", ["", "take/", "pass/", "leave/"])
def test_looking_changes_nothing(visitor: Client, offered: WaitingListEntry, action: str) -> None:
    for look in (visitor.get, visitor.head):
        assert look(url(offered, action)).status_code in (200, 303)

    offered.refresh_from_db()
    assert offered.status == "offered"
    assert Hold.objects.count() == 1


@pytest.mark.parametrize("action", ["take/", "pass/", "leave/"])
def test_only_our_own_forms_change_something(offered: WaitingListEntry, action: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.get(url(offered), {"token": waiting_token(offered.reference)})

    assert client.post(url(offered, action)).status_code == 403
    offered.refresh_from_db()
    assert offered.status == "offered"


def test_offer_that_ran_out_is_told_plainly(
    visitor: Client, offered: WaitingListEntry, clock: time_machine.Traveller
) -> None:
    clock.shift(timedelta(minutes=29, seconds=59))
    visitor.get(url(offered))
    clock.shift(timedelta(seconds=2))

    sent = visitor.post(url(offered, "take/"))

    assert sent.status_code == 303
    for _reload in range(2):
        response = visitor.get(sent["Location"])
        assert response.status_code == 409
        words = page(response).words
        assert "This time is no longer kept for you." in words
        assert "You are on the waiting list" in words


def test_another_place_offered_since_is_not_said_to_be_gone(
    visitor: Client, offered: WaitingListEntry, clock: time_machine.Traveller
) -> None:
    clock.shift(timedelta(minutes=31))
    visitor.get(url(offered), {"token": waiting_token(offered.reference)})
    gone = visitor.post(url(offered, "take/"))["Location"]
    Hold.objects.filter(offered_to=offered).update(expires_at=NOW + timedelta(hours=1))

    response = visitor.get(gone)

    assert response.status_code == 200
    assert "A place is free for you" in page(response).words
    assert "no longer kept" not in page(response).words


def test_place_taken_after_a_refusal_is_not_said_to_be_gone(visitor: Client, offered: WaitingListEntry) -> None:
    visitor.post(url(offered, "take/"))

    response = visitor.get(url(offered), {"why": "hold_expired"})

    assert response.status_code == 200
    assert "You have booked this place" in page(response).words


def test_place_let_pass_goes_to_the_next(visitor: Client, offered: WaitingListEntry) -> None:
    second = make_waiting(offered.store)

    response = visitor.post(url(offered, "pass/"), follow=True)

    assert "You stay on the waiting list." in page(response).words
    assert offer_places(store_id=offered.store_id, now=NOW) == 1
    second.refresh_from_db()
    assert second.status == "offered"


def test_leaving_takes_one_tap_and_erases(visitor: Client, entry: WaitingListEntry) -> None:
    response = visitor.post(url(entry, "leave/"), follow=True)

    assert "You have left the waiting list" in page(response).words
    entry.refresh_from_db()
    assert (entry.status, entry.name, entry.phone, entry.email) == ("left", "", "", "")


def test_too_many_visits_are_told_before_another(visitor: Client, offered: WaitingListEntry) -> None:
    for day in (25, 26):
        make_booking(offered.store, starts_at=at(10, day=day), phone="+33612345607")
    Store.objects.update(open_bookings_per_customer=1)  # an offer may be one more than that

    response = visitor.post(url(offered, "take/"), follow=True)

    assert response.redirect_chain == [(f"{url(offered)}?why=too_many_open_bookings", 303)]
    assert response.status_code == 409
    assert "You already have visits booked here." in page(response).words


def test_waiting_that_is_over_says_so(visitor: Client, entry: WaitingListEntry, clock: time_machine.Traveller) -> None:
    clock.move_to(at(0, 1, day=25))
    client = Client()
    shown = page(client.get(url(entry), {"token": waiting_token(entry.reference)}, follow=True))

    assert "Your request has ended" in shown.words


def test_short_address_leads_to_the_page_as_its_reader_reads(entry: WaitingListEntry) -> None:
    WaitingListEntry.objects.update(locale="fr", is_simple=True)
    token = waiting_token(entry.reference)

    response = Client().get(f"/o/{entry.reference}/{token}")

    assert response["Location"] == f"/simple/fr/w/{entry.reference}/?token={token}"
    assert Client().get(f"/o/{entry.reference}/{token}", follow=True).status_code == 200
    assert Client().get(f"/o/{entry.reference}/wrong")["Location"] == f"/w/{entry.reference}/?token=wrong"


@pytest.mark.parametrize("prefix", ["", "/fr", "/simple", "/simple/fr", "/ar"])
def test_page_in_every_way_of_reading(offered: WaitingListEntry, prefix: str) -> None:
    address = f"{prefix}/w/{offered.reference}/"

    response = Client().get(address, {"token": waiting_token(offered.reference)}, follow=True)

    assert response.redirect_chain == [(address, 303)]
    assert f"{address}take/" in page(response).forms
