"""Every change of a store's set-up leaves a line in its trail: who, and what it was. A new page fails until it does."""

import html
from collections.abc import Iterator
from datetime import date

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from booking.models import PIN_ERRORS
from booking.reversals.reasons import never_words
from stores.models import DeskAbsence, LinkInvitation, Role, SetupChange, Store, StoreClosing
from tests.devices import make_pin, make_tablet
from tests.factories import NOW, at, make_store, make_user
from tests.guards.routes import MANAGER, address, of
from tests.passkeys import Authenticator

pytestmark = pytest.mark.django_db

WEEK = {f"day_{day}": "09:00-12:00" for day in range(6)}
NUMBERS = {
    "slot_minutes": "30",
    "minimum_notice_minutes": "0",
    "booking_horizon_days": "14",
    "change_until_minutes": "60",
    "open_bookings_per_customer": "3",
    "keep_days": "30",
    "capacity_counts": "people",
}
# What each page is sent with for something to change.
FORMS: dict[str, dict[str, str | list[str]]] = {
    "hours/": {"then": "keep"},
    "special-hours/": {"date": "2026-12-25", "what": "closed"},
    "special-hours/holidays/": {"days_closed": ["2026-12-25"]},
    "special-hours/<str:date>/delete/": {},
    "desks/new/": {"name": "Window", "capacity": "2", "kept_back": "0", "is_active": "on"},
    "desks/<slug:desk>/": {"name": "Front", "capacity": "3", "kept_back": "1", "is_active": "on"},
    "desks/<slug:desk>/calendar/": {"address": "https://calendar.example.org/ada.ics"},
    "desks/<slug:desk>/absences/": {"repeats": "once", "first_date": "2026-11-24"},
    "desks/<slug:desk>/away-now/": {},
    "absences/<int:absence>/remove/": {},
    "closings/": {"repeats": "weekly", "weekdays": ["2"], "first_date": "2026-11-24"},
    "closings/<int:closing>/remove/": {},
    "desk-choice/": {"is_offered": "on"},
    "keys/": {"name": "Till", "scopes": ["read:day"], "days": "90"},
    "webhooks/": {"address": "https://till.example.org/hook"},
    "visit-types/new/": {
        "name": "Repair",
        "slot_count": "1",
        "max_party_size": "2",
        "mode": "store",
        "is_active": "on",
    },
    "visit-types/<slug:visit_type>/": {
        "name": "Visit at the counter",
        "slot_count": "1",
        "max_party_size": "2",
        "mode": "store",
        "is_active": "on",
    },
    "questions/": {"text_0": "Which phone?", "kind_0": "text", "kind_1": "text", "kind_2": "text"},
    "rules/": {**NUMBERS},
    "notice/": {"notice": "Closed for works"},
    "feed/": {},
    "address/": {"name": "Corner Shop of Niort", "latitude": "46.32", "longitude": "-0.46"},
    "contact/": {"phone": "05 49 24 00 39", "email": "", "website": "", "wheelchair": "yes"},
    "sharing/": {"embed_origins": "https://shop.example.org"},
    "protection/": {},
    "waiting-room/": {"has_waiting_room": "on", "bookings_open_at": "2026-12-07T09:00"},
    "line/": {"line_shows": "first_name"},
    "texting/": {"sms_word": "CORNER", "saved_replies": "See you soon."},
    "messages/": {"reminder_days": ["2"], "messages_from": "9", "messages_until": "18"},
    "messages/texts/<slug:name>/<slug:language>/": {"sms": "{standard} See you soon.", "email": ""},
    "feedback/": {"feedback_when": "hours"},
    "calls/": {"keypad_phone": "09 70 00 00 01"},
    "day-sheet/": {"email": "till@example.org"},
    "devices/": {"name": "Left counter"},
    "devices/revoke/": {"device": "7"},
    "devices/unlock/": {"username": "cleo"},
    "members/": {"username": "dora", "role": "staff", "password": "a bell rings at the door"},
    "members/invite/": {"name": "Dora Test", "email": "", "role": "staff"},
    "members/invitations/<int:invitation>/": {"what": "withdraw"},
    "members/remove/": {"username": "cleo", "is_sure": "1"},
    "members/second-factor/": {"required": "yes"},
}
# They show, or lead through pages that are in the list above; pairing is told when the tablet is paired.
NOTHING_CHANGES = {
    "",
    "absences/",
    "messages/texts/",
    "messages/sent/",
    "messages/sent/<int:message>/",
    "start/",
    "changes/",
    "changes.csv",
    "changes/<int:change>/put-back/",  # tried below, after each change
    "devices/",
}
SETUP = "staff/<slug:store>/setup/"


def setup_routes() -> list[str]:
    return [route.removeprefix(SETUP) for route in of(MANAGER) if route.startswith(SETUP)]


@pytest.fixture(autouse=True)
def _on_a_monday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def store() -> Store:
    store = make_store()
    make_tablet(store, pk=7)
    make_pin(make_user("cleo", store=store, role=Role.STAFF), errors=PIN_ERRORS)
    return store


@pytest.fixture
def manager(store) -> Client:
    user = make_user("ada", store=store)
    user.passkeys.create(
        credential_id=Authenticator("", "").credential_id.hex(), public_key=b"", name="Phone", created_at=at(9)
    )
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def test_every_page_of_the_set_up_is_tried_here() -> None:
    assert set(setup_routes()) <= set(FORMS) | NOTHING_CHANGES
    assert set(FORMS) <= set(setup_routes())


def change(store: Store, manager: Client, route: str) -> SetupChange:
    """Send what a page of the set-up is sent with; return the newest line of the trail, which it has added."""
    if route.endswith("<int:invitation>/"):
        inviting = store.memberships.get(user__username="ada").user
        LinkInvitation.objects.create(
            pk=1, store=store, user=inviting, name="Dora Test", role=Role.STAFF, language="en", created_at=NOW
        )
    if route.startswith("absences/"):
        day = date(2026, 11, 24)
        DeskAbsence.objects.create(pk=1, desk=store.desks.get(), first_date=day, last_date=day)
    if route.startswith("closings/<"):
        StoreClosing.objects.create(pk=1, store=store, first_date=date(2026, 11, 24), weekdays=4)
    if route.startswith("special-hours/<"):
        manager.post(address(f"{SETUP}special-hours/"), {"date": "2026-11-30", "what": "closed"})
    form = dict(FORMS[route])
    if route == "hours/":
        shown = manager.get(address(f"{SETUP}hours/")).context["form"]
        form |= {field.html_name: "09:00-12:00" for field in shown}
    before = SetupChange.objects.count()

    answer = manager.post(address(f"{SETUP}{route}"), form)

    assert answer.status_code < 400
    assert SetupChange.objects.count() > before
    return SetupChange.objects.order_by("-pk")[0]


@pytest.mark.parametrize("route", sorted(set(FORMS) - NOTHING_CHANGES))
def test_change_leaves_a_line_with_who_and_what_it_was(store: Store, manager: Client, route) -> None:
    line = change(store, manager, route)

    assert (line.store_id, line.username) == (store.pk, "ada")
    assert line.before != line.after


@pytest.mark.parametrize("route", sorted(set(FORMS) - NOTHING_CHANGES))
def test_change_is_put_back_and_again_or_says_why_not(store: Store, manager: Client, route) -> None:
    line = change(store, manager, route)

    answer = manager.post(reverse("staff-setup-put-back", args=[store.slug, line.pk]), {"then": "keep"})

    if never_words(line):
        assert answer.status_code == 409
        assert str(never_words(line)) in html.unescape(answer.content.decode())
        return
    assert answer.status_code in (302, 303), answer.content.decode()
    back = SetupChange.objects.order_by("-pk")[0]
    assert back.puts_back_at == line.at
    if line.before:
        assert (back.before, back.after) == (line.after, line.before)
    answer = manager.post(reverse("staff-setup-put-back", args=[store.slug, back.pk]), {"then": "keep"})
    assert answer.status_code in (302, 303), answer.content.decode()
    again = SetupChange.objects.order_by("-pk")[0]
    if line.before:
        assert (again.before, again.after) == (line.before, line.after)
