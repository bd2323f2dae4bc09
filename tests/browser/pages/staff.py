"""Every page and state that those who work at a store can come to, one after the other."""

import time_machine
from django.contrib.auth.models import User
from django.urls import get_resolver

from stores.models import Role, Store
from tests.browser.pages.camera import Camera
from tests.browser.pages.town import COACH, CORNER, TINY
from tests.devices import PIN, make_pin, make_tablet
from tests.factories import PASSWORD, at, make_booking, make_user
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
    _waiting(camera)
    _set_up(camera)
    _every_page(camera)
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
    camera.get("day", f"{SHOP}day/")
    camera.get("day closed", f"{SHOP}day/", {"date": "2026-11-27"})
    camera.get("day full", f"/staff/{TINY}/day/", {"date": "2026-11-24"})
    camera.get("day over", f"{SHOP}day/", {"date": "2026-11-16"})
    camera.get("close times", f"{SHOP}day/slots/", {"date": "2026-11-24"})
    camera.get("book with questions", f"/staff/{COACH}/day/book/")
    camera.post("book, errors", f"{SHOP}day/book/", {"name": ""}, status=400)
    camera.get("move", f"{SHOP}visits/{reference}/move/")


def _waiting(camera: Camera) -> None:
    camera.get("nobody waits", f"{SHOP}waiting/")
    make_waiting(Store.objects.get(slug=TINY))
    camera.get("somebody waits", f"/staff/{TINY}/waiting/")
    camera.get("wait for a caller", f"/staff/{TINY}/waiting/join/")
    camera.post("wait for a caller, errors", f"/staff/{TINY}/waiting/join/", {"name": ""}, status=400)


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
