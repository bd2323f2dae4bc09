"""What a tablet of a store is sent: by no address, refused or let in, what its screen may not show."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client

from booking.arrivals.line import join_line
from booking.models import Booking, Status
from stores.models import Role, VisitMode
from tests.devices import make_tablet
from tests.factories import at, make_booking, make_store, make_user
from tests.guards.routes import METHODS, address
from tests.guards.test_roles import TABLETS

pytestmark = pytest.mark.django_db
CLOCK = at(10, 2)
NAME, FAMILY, PHONE, EMAIL, NOTE = "Ada Zuckerbaum", "Zuckerbaum", "+33612345601", "ada@example.org", "Allergic to dust"
NEVER = (FAMILY, "12345601", "12 34 56 01", EMAIL, "tel:", "mailto:")
# What a form of the store's screens may be sent with, well or badly made.
FORMS: tuple[dict[str, str], ...] = (
    {},
    {"page": "day"},
    {"page": "arrivals", "q": "x", "changed": "\0", "was": "nothing"},
    {"page": "elsewhere", "action_id": "9" * 40},
    {"key": "visit-00000000", "what": "call"},
    {"key": "ticket-" + "9" * 30, "what": "serve"},
    {"visit_type": "visit", "party_size": "99", "name": "x"},
    {"visit_type": "visit", "party_size": "2", "name": "x", "key": "x", "phone": "+33700000000"},
    {"visit_type": "visit", "party_size": "1", "name": "x", "squeeze_in": "on", "key": str(uuid4())},
)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(CLOCK, tick=False):
        yield


@pytest.fixture
def visits():
    """Return visits in every state, of today and of a later day, at a store without a place left, somebody in line."""
    store = make_store(capacity=1)
    kind = store.visit_types.get(slug="advice")
    kind.mode = VisitMode.PHONE
    kind.save()
    made = []
    for number, status in enumerate((*Status, Status.CONFIRMED)):
        day = 24 if number < len(Status) else 26
        starts_at = at(10, day=day) + timedelta(minutes=15 * number)
        visit = make_booking(store, starts_at=starts_at, name=NAME, phone="", email=f"x{number}@example.org", note=NOTE)
        Booking.objects.filter(pk=visit.pk).update(
            status=status, phone=PHONE, email=EMAIL, visit_type=kind if number == 0 else visit.visit_type
        )
        made.append(visit)
    who: dict[str, Any] = {"visit_type": "visit", "party_size": 1, "name": NAME, "phone": PHONE, "locale": "en"}
    join_line(store=store, **who, now=CLOCK)
    return store, made


def tablet_of(store, *, hidden: bool) -> Client:
    acting = make_user("cleo", store=store, role=Role.MANAGER)
    used = CLOCK - timedelta(hours=3) if hidden else CLOCK
    return make_tablet(store, acting=acting, acted_at=used, last_seen_at=CLOCK)


def answers(client: Client, route: str, visits: list[Booking]):
    for visit in visits if "<str:reference>" in route else visits[:1]:
        path = address(route, visit.reference)
        for method in METHODS:
            yield getattr(client, method)(path)
        for query in ({"q": FAMILY}, {"q": "12345601"}, {"changed": visit.reference, "was": "confirmed"}):
            yield client.get(path, query)
        for form in FORMS:
            yield client.post(path, {**form, "visit": visit.reference})
        for what in ("call", "serve", "call-back", "put-back", "leave", "stay", "x"):
            yield client.post(path, {"key": f"visit-{visit.reference}", "what": what})
        taps = [
            {"action_id": str(uuid4()), "step": step, "happened_at": CLOCK.isoformat(), "reference": one.reference}
            for one in visits
            for step in ("check_in", "start", "no_show", "undo", "nonsense")
        ]
        yield client.post(path, {"actions": taps[:50]}, "application/json")
        yield client.post(path, "{", "application/json")


@pytest.mark.parametrize("hidden", [False, True], ids=["names shown", "names hidden"])
@pytest.mark.parametrize("route", TABLETS.split())
def test_tablet_is_never_sent_what_its_screen_may_not_show(visits, route, hidden) -> None:
    store, of_store = visits
    tablet = tablet_of(store, hidden=hidden)

    for answer in answers(tablet, route, of_store):
        text = b"".join(answer).decode()
        assert answer.status_code < 500
        assert [part for part in NEVER if part in text and part not in answer.request["QUERY_STRING"]] == []
        is_refusal = answer.request["REQUEST_METHOD"] != "GET"
        if hidden or is_refusal:
            assert NOTE not in text
        if hidden and "display" not in route:  # the screen for the shop shows what the shop may read
            assert "Ada" not in text


def test_refused_tap_leads_a_tablet_to_its_arrivals_whatever_page_it_names(visits) -> None:
    store, of_store = visits
    tablet = tablet_of(store, hidden=False)
    later = of_store[-1]

    answer = tablet.post(f"/staff/{store.slug}/visits/{later.reference}/complete/", {"page": "day"})

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Who is here?" in page
    assert "It is now: " in page
    assert f'href="/staff/{store.slug}/arrivals/"' in page


def test_tablet_that_hides_names_takes_no_step_but_asks_for_a_pin(visits) -> None:
    store, of_store = visits
    tablet = tablet_of(store, hidden=True)

    answer = tablet.post(f"/staff/{store.slug}/visits/{of_store[0].reference}/check-in/", {"page": "arrivals"})

    assert answer["Location"] == f"/staff/{store.slug}/unlock/"
    of_store[0].refresh_from_db()
    assert of_store[0].status == Status.CONFIRMED


def test_signed_in_person_still_reads_the_whole_day(visits) -> None:
    store, of_store = visits
    client = Client()
    client.force_login(make_user("dora", store=store, role=Role.STAFF))

    page = client.post(f"/staff/{store.slug}/visits/{of_store[-1].reference}/complete/").content.decode()

    assert NAME in page


def test_tablet_is_not_told_304_for_the_page_of_somebody_who_signed_in(visits) -> None:
    store, _of_store = visits
    cleo_tablet = tablet_of(store, hidden=False)
    cleo_tablet.get(f"/staff/{store.slug}/arrivals/")
    signed_in = Client()
    signed_in.cookies["csrftoken"] = cleo_tablet.cookies["csrftoken"].value
    store.memberships.update(role=Role.STAFF)
    signed_in.force_login(store.memberships.get().user)

    etag = signed_in.get(f"/staff/{store.slug}/arrivals/")["ETag"]

    cleo_tablet.cookies["csrftoken"] = signed_in.cookies["csrftoken"].value
    assert cleo_tablet.get(f"/staff/{store.slug}/arrivals/", headers={"If-None-Match": etag}).status_code == 200
