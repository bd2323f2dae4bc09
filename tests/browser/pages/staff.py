"""Every page and state that those who work at a store can come to, one after the other."""

from dataclasses import replace
from urllib.parse import urlsplit

import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.urls import get_resolver

from booking.accounts.password_links import password_link
from booking.bookings.crowds import CROWD
from booking.desk_calendars.followed_calendars import follow_calendar, note_read, note_trouble
from booking.links import day_sheet_link, invitation_link
from booking.messages.inbound import keep_unanswered
from booking.models import Booking, CustomerText, Source
from booking.places.busy_times import BusyTimes
from notifications.models import OutboxMessage, State
from stores.models import LinkInvitation, Role, SetupChange, Store
from tests.browser.pages import managers
from tests.browser.pages.camera import Camera, Shot
from tests.browser.pages.town import COACH, CORNER, TINY
from tests.devices import PIN, make_pin, make_tablet
from tests.factories import NOW, PASSWORD, at, make_booking, make_user
from tests.waiters import make_waiting

SHOP = f"/staff/{CORNER}/"


def walk(camera: Camera, clock: time_machine.Traveller) -> None:
    """See everything once."""
    corner = Store.objects.get(slug=CORNER)
    make_user("staff", store=corner, role=Role.STAFF)
    manager = make_user("manager", store=corner)
    for slug in (COACH, TINY):
        manager.memberships.create(store=Store.objects.get(slug=slug), role=Role.MANAGER)
    visits = [
        make_booking(corner, starts_at=at(10, 15 * number, day=23), phone=f"+3361234568{number}", party_size=number + 1)
        for number in range(3)
    ]
    clock.move_to(at(10, 5, day=23))
    _sign_in(camera, "staff")
    _at_the_counter(camera, visits[1].reference, visits[2].reference)
    camera.get("not for staff", f"{SHOP}setup/", status=403)
    camera.post("signed out", "/staff/sign-out/", {})
    _sign_in(camera, "manager")
    _day(camera, visits[2].reference)
    _many_from_one_connection(camera)
    _waiting(camera)
    _set_up(camera)
    _affected(camera)
    _to_phone(camera)
    _sheet_address(camera)
    _every_page(camera)
    _programs(camera)
    _texts(camera)
    managers.word_texts(camera)
    managers.remove_people(camera)
    _people(camera, manager)
    managers.look_after_organization(camera, manager)
    managers.sign_in_again(camera, manager)
    _tablet(camera, manager)
    camera.get("account", "/staff/account/")
    camera.get("own PIN", "/staff/account/pin/")
    camera.post("own PIN, errors", "/staff/account/pin/", {"pin": "1234"}, status=400)
    camera.post("account, errors", "/staff/account/", {"current": "wrong"}, status=400)
    camera.reader = ""  # what programs call has no reader
    camera.get("description of the API", "/api/v1/docs")


def _every_page(camera: Camera) -> None:
    """Open all that a store's manager can open, whatever there is by now."""
    for pattern in get_resolver().url_patterns:
        path = str(pattern.pattern)
        if path.startswith("staff/<slug:store>/") and path.count("<") == 1:
            response = camera.client.get(f"{camera.reader}/{path.replace('<slug:store>', CORNER)}", follow=True)
            if response.content and response.headers["Content-Type"].startswith("text/html"):
                assert response.status_code in (200, 405), path
                camera.keep(path, response, response.status_code)


def _sign_in(camera: Camera, username: str) -> None:
    form = camera.get("sign in", "/staff/sign-in/")
    camera.send("sign in, errors", form, "sign-in/", username=username, password="wrong", status=400)
    camera.send("home", form, "sign-in/", username=username, password=PASSWORD)


def _at_the_counter(camera: Camera, reference: str, later: str) -> None:
    camera.get("arrivals", f"{SHOP}arrivals/")
    camera.get("found", f"{SHOP}arrivals/", {"q": "ada"})
    camera.get("nobody found", f"{SHOP}arrivals/", {"q": "nobody"})
    camera.post("checked in", f"{SHOP}visits/{reference}/check-in/", {"screen": "arrivals"})
    for path, name in (
        ("day/", "day"),
        ("day/book/", "book for a caller"),
        (f"visits/{later}/move/", "move"),
        (f"visits/{later}/cancel/", "cancel"),
    ):
        camera.get(name, SHOP + path)
    camera.get("unknown day", f"{SHOP}day/", {"date": "nonsense"}, status=400)


def _day(camera: Camera, reference: str) -> None:
    _in_hand(camera, camera.get("day", f"{SHOP}day/"))
    camera.get("day closed", f"{SHOP}day/", {"date": "2026-11-27"})
    camera.get("day full", f"/staff/{TINY}/day/", {"date": "2026-11-24"})
    camera.get("day over", f"{SHOP}day/", {"date": "2026-11-16"})
    camera.get("week", f"{SHOP}week/", {"from": "2026-11-24"})
    camera.get("four weeks", f"{SHOP}weeks/", {"from": "2026-11-24"})
    camera.get("close times", f"{SHOP}day/slots/", {"date": "2026-11-24"})
    camera.get("book with questions", f"/staff/{COACH}/day/book/")
    camera.post("book, errors", f"{SHOP}day/book/", {"name": ""}, status=400)
    camera.get("move", f"{SHOP}visits/{reference}/move/")


def _in_hand(camera: Camera, shown: Shot) -> None:
    """See what the day's script shows while a visit is pulled over a time to which it cannot go."""
    words = "This desk has no place left at this time."
    ghost = f'<div class="drag-ghost" data-time="11:00" data-why="{words}" aria-hidden="true">Ada Test</div>'
    html = shown.html.decode().replace('<body class="', '<body class="is-dragging is-over-impossible ', 1)
    html = html.replace(' data-starts="', ' class="is-impossible" data-starts="').replace("</body>", f"{ghost}</body>")
    assert html.count("is-impossible") > 10
    camera.shots.append(replace(shown, name="a visit in hand", html=html.encode()))


def _many_from_one_connection(camera: Camera) -> None:
    corner = Store.objects.get(slug=CORNER)
    for number in range(CROWD):
        starts_at = at(9 + number // 4, 15 * (number % 4), day=25 + number % 2)
        make_booking(corner, starts_at=starts_at, email=f"ada-{number}@example.org", phone="")
    crowd = Booking.objects.filter(email__startswith="ada-")
    crowd.update(client_digest="0" * 64)
    camera.get("day with many visits from one connection", f"{SHOP}day/")
    shown = camera.get("many visits from one connection", f"{SHOP}crowds/")
    camera.send("many visits cancelled", shown, "crowds/", tell="no")
    camera.post("many visits, cancelled before", f"{SHOP}crowds/", {"of": "0" * 64, "tell": "no"}, status=409)


def _affected(camera: Camera) -> None:
    """Close a day on which people come who can be written to, phoned, and neither."""
    corner = Store.objects.get(slug=CORNER)
    for hour, name, phone in (
        (9, "Bea Test", "+33612345690"),
        (10, "Cleo Test", "+33549240031"),
        (11, "Dora Test", ""),
    ):
        make_booking(corner, starts_at=at(hour, day=26), name=name, phone=phone, source=Source.DESK)
    closed = {"date": "2026-11-26", "what": "closed"}
    camera.post("who is affected, and how", f"{SHOP}setup/special-hours/", closed, status=409)
    camera.post("nothing chosen", f"{SHOP}setup/special-hours/", {**closed, "asked": "1"}, status=409)
    camera.post("whom to phone", f"{SHOP}setup/special-hours/", {**closed, "asked": "1", "then": "cancel"})


def _to_phone(camera: Camera) -> None:
    """See whom no message reached, on the day and by day, before and after the call."""
    camera.get("nobody to phone", f"{SHOP}to-phone/")
    booking = make_booking(
        Store.objects.get(slug=CORNER), starts_at=at(11, day=1, month=12), name="Emil Test", phone="+33612345695"
    )
    OutboxMessage.objects.filter(subject=booking.reference).update(state=State.FAILED)
    camera.get("day with others to phone", f"{SHOP}day/")
    camera.get("whom to phone, by day", f"{SHOP}to-phone/")
    camera.post("phoned from the list", f"{SHOP}visits/{booking.reference}/phoned/", {"page": "to-phone"})


def _programs(camera: Camera) -> None:
    """See keys and webhooks: new ones, wrong ones, and one that has been told something."""
    keys = {"name": "The till", "scopes": "read:day", "days": "90"}
    camera.post("keys, errors", f"{SHOP}setup/keys/", {"what": "add"}, status=400)
    camera.post("a new key", f"{SHOP}setup/keys/", {"what": "add", **keys})
    camera.post("webhooks, errors", f"{SHOP}setup/webhooks/", {"what": "add", "address": "nonsense"}, status=400)
    camera.post("a new webhook", f"{SHOP}setup/webhooks/", {"what": "add", "address": "https://till.example.org/x"})
    camera.get("webhooks", f"{SHOP}setup/webhooks/")


def _texts(camera: Camera) -> None:
    """See the inbox with a text that only a person understands, and its talk."""
    keep_unanswered(phone="+33612345680", body="Could my son come instead?", now=at(10, 5, day=23))
    camera.get("inbox", f"{SHOP}inbox/")
    text = CustomerText.objects.latest("pk")
    camera.get("a talk", f"{SHOP}inbox/{text.pk}/")
    camera.post("a talk, errors", f"{SHOP}inbox/{text.pk}/", {"words": ""}, status=400)


def _people(camera: Camera, manager: User) -> None:
    """See an invitation from both sides, the details of one's own, and the way to a new password."""
    camera.post("invite, errors", f"{SHOP}setup/members/invite/", {"name": ""}, status=400)
    invited = {"name": "Eve Test", "email": "eve@example.org", "role": "staff"}
    camera.post("invitation", f"{SHOP}setup/members/invite/", invited)
    camera.get("members with an invitation", f"{SHOP}setup/members/")
    link = urlsplit(invitation_link(LinkInvitation.objects.get())).path.removeprefix("/en").removeprefix("/fr")
    camera.get("join as oneself", link)
    camera.get("own details", "/staff/account/details/")
    camera.get("notices without an address", "/staff/account/notices/")
    camera.post("own details, errors", "/staff/account/details/", {"email": "nonsense"}, status=400)
    User.objects.filter(pk=manager.pk).update(email="ada@example.org")
    manager.refresh_from_db()
    camera.get("notices", "/staff/account/notices/")
    stranger = replace(camera, client=Client())
    stranger.get("join", link)
    stranger.post("join, errors", link, {"username": ""}, status=400)
    stranger.get("join, over", "/staff/join/1-x/", status=404)
    stranger.get("forgotten", "/staff/password/")
    stranger.post("forgotten, sent", "/staff/password/", {"who": "staff"})
    path = urlsplit(password_link(manager, language="en")).path.removeprefix("/en")
    stranger.get("new password", path)
    stranger.post("new password, errors", path, {"new": "short"}, status=400)
    stranger.get("new password, over", "/staff/password/1-x/", status=404)


def _sheet_address(camera: Camera) -> None:
    """Ask for another address of the day sheet; see what its owner sees, who has no account here."""
    camera.post("address of the sheet asked", f"{SHOP}setup/day-sheet/", {"email": "day@example.org"})
    wish = SetupChange.objects.filter(store__slug=CORNER).latest("pk")
    path = day_sheet_link(wish).partition("/staff/")[2]
    owner = Camera(camera.reader, camera.shots)
    owner.get("shall the sheet come here", f"/staff/{path}")
    owner.post("the sheet comes here", f"/staff/{path}", {})
    owner.get("shall the sheet come here, too late", f"/staff/{path[:-2]}x/", status=404)


def _waiting(camera: Camera) -> None:
    camera.get("nobody waits", f"{SHOP}waiting/")
    make_waiting(Store.objects.get(slug=TINY))
    camera.get("somebody waits", f"/staff/{TINY}/waiting/")
    camera.get("wait for a caller", f"/staff/{TINY}/waiting/join/")
    camera.post("wait for a caller, errors", f"/staff/{TINY}/waiting/join/", {"name": ""}, status=400)


def _follow_a_calendar(store: Store) -> None:
    """Let the desk of a store be busy all day, by a calendar that refuses to be read since."""
    desk = store.desks.get(slug="main")
    follow_calendar(desk_id=desk.pk, address="https://calendar.example.org/ada.ics", user=None, now=NOW)
    note_read(desk.calendar, BusyTimes([(at(0), at(0, day=25))]), covers_until=at(8, day=30).date(), now=NOW)
    note_trouble(desk.calendar, "refused", now=NOW)


def _set_up(camera: Camera) -> None:
    for part in ("desks/main", "visit-types/advice"):
        camera.get(f"set-up {part}", f"{SHOP}setup/{part}/")
    camera.get("set-up of the coach", f"/staff/{COACH}/setup/")
    camera.get("questions", f"/staff/{COACH}/setup/questions/")
    camera.post("visit type, errors", f"{SHOP}setup/visit-types/new/", {"name": ""}, status=400)
    camera.post("hours, errors", f"{SHOP}setup/hours/", {"day_0": "when I like"}, status=400)
    camera.post("hours, a long night", f"{SHOP}setup/hours/", {"day_6": "9-5"}, status=400)
    special = {"date": "2026-11-24", "what": "closed"}
    make_booking(Store.objects.get(slug=CORNER), phone="+33612345689")
    camera.post("who is affected", f"{SHOP}setup/special-hours/", special, status=409)
    camera.post("feed made", f"{SHOP}setup/feed/", {})
    camera.get("calendar of a desk", f"{SHOP}setup/desks/main/calendar/")
    camera.post("calendar of a desk, errors", f"{SHOP}setup/desks/main/calendar/", {"address": "mine"}, status=400)
    _follow_a_calendar(Store.objects.get(slug=CORNER))
    camera.get("calendar of a desk, a visit at a busy time", f"{SHOP}setup/desks/main/calendar/")
    camera.post("code for a tablet", f"{SHOP}setup/devices/", {"name": "Entrance"})
    camera.post("code for a tablet, errors", f"{SHOP}setup/devices/", {"name": ""}, status=400)


def _tablet(camera: Camera, manager: User) -> None:
    """See what a tablet of the store shows, from the code to the list."""
    make_pin(manager)
    tablet = Camera(camera.reader, camera.shots, make_tablet(manager.memberships.get(store__slug=CORNER).store))
    tablet.get("pair", "/staff/pair/")
    tablet.post("pair, errors", "/staff/pair/", {"code": "00000000"}, status=400)
    tablet.get("unlock", f"{SHOP}unlock/")
    tablet.post("unlock, errors", f"{SHOP}unlock/", {"username": "manager", "pin": "1357"}, status=400)
    tablet.post("arrivals of a tablet", f"{SHOP}unlock/", {"username": "manager", "pin": PIN})
    tablet.get("unlock, taken over", f"{SHOP}unlock/")
