"""Every page and state that a customer can come to, one after the other."""

from datetime import timedelta
from typing import Any

import time_machine
from django.core.exceptions import BadRequest
from django.db import OperationalError
from django.test import RequestFactory, override_settings
from django.utils import translation

from booking import limits
from booking.bookings.lifecycle import cancel_booking
from booking.links import visits_url, waiting_url
from booking.models import Booking, Hold, WaitingListEntry
from booking.waiting_list.offers import offer_places
from booking.web import middleware
from booking.web.proof_of_work import STORE_NORMAL, check
from booking.web.reader_prefix import read_prefix
from booking.who import Who
from stores.models import Store
from tests.booking.customer.book.way import question_name
from tests.browser.pages import visits
from tests.browser.pages.camera import Camera, Shot
from tests.browser.pages.town import BUSY, CLOSED, COACH, CORNER, SILENT, TINY, fill
from tests.factories import NOW, at
from tests.waiters import make_waiting

TYPED: dict[str, Any] = {
    "name": "Ada Test",
    "phone": "06 12 34 56 02",
    "email": "ada@example.org",
    "note": "Second floor",
}
SIZE = question_name("Which size do you wear?")
ANSWERS = {SIZE: "38", question_name("How do you come?"): "By car"}
DETAILS, ANSWER, CHECK, CONFIRM = "book/details/", "book/answer/", "book/check/", "book/confirm/"
EXTEND, HOLD = "book/extend/", "book/hold/"


def walk(camera: Camera, clock: time_machine.Traveller) -> None:
    """See everything once."""
    _find(camera)
    _stores(camera)
    _choose(camera)
    _book(camera)
    _gone(camera)
    _run_out(camera, clock)
    _advised(camera)
    visits.manage(camera, clock)
    visits.answer_afterwards(camera, clock)
    visits.keep_on_device(camera)
    _wait(camera, clock)
    _lose_the_link(camera)
    _fail(camera)


def _find(camera: Camera) -> None:
    camera.get("find", "/")
    camera.get("found", "/", {"q": "niort"})
    camera.get("nothing found", "/", {"q": "zzzzzz"})
    camera.get("near", "/", {"near": "46.32,-0.46"})
    camera.get("position not read", "/", {"near": "nowhere"}, status=400)
    camera.get("page not there", "/", {"cursor": "nonsense"}, status=400)
    camera.get("organizations", "/o/")
    camera.get("town", "/o/town-of-niort/")
    camera.get("town, next page", "/o/town-of-niort/", {"page": "2"})
    camera.get("town, nothing found", "/o/town-of-niort/", {"q": "zzzzzz"})
    camera.get("chain", "/o/corner/")


def _stores(camera: Camera) -> None:
    camera.get("store", f"/s/{CORNER}/")
    camera.get("here", f"/s/{CORNER}/here/")
    camera.post("here, no reference", f"/s/{CORNER}/here/", {"who": "999999"}, status=400)
    camera.get("here, known", f"/s/{CORNER}/here/", {"done": "1"})
    camera.get("store with advisers", f"/s/{COACH}/")
    camera.get("store full", f"/s/{TINY}/")
    camera.get("store without hours", f"/s/{CLOSED}/")
    camera.get("store without visits", f"/s/{SILENT}/")
    camera.get("share", f"/s/{CORNER}/share/")
    camera.get("poster", f"/s/{CORNER}/poster/")
    camera.get("embedded", f"/embed/{CORNER}/")
    camera.get("embedded, full", f"/embed/{TINY}/")
    camera.get("embedded, no visits", f"/embed/{SILENT}/")


def _choose(camera: Camera) -> None:
    camera.get("choose", f"/s/{CORNER}/book/")
    camera.get("choose a visit", f"/s/{CORNER}/book/", {"visit_type": "visit", "day": "2026-11-25"})
    camera.get("choose, how many", f"/s/{CORNER}/book/", {"visit_type": "visit", "ask": "people"})
    camera.get("choose, by whom", f"/s/{COACH}/book/", {"visit_type": "video", "ask": "desk"})
    day = camera.get("choose, part of the day", f"/s/{CORNER}/book/", {"visit_type": "visit", "day": "2026-11-26"})
    for address in [one for one in day.page.links if "part=" in one][:1]:
        camera.get("choose, time of a part", address.removeprefix(camera.reader))
    camera.get("choose, closed day", f"/s/{CORNER}/book/", {"visit_type": "visit", "day": "2026-11-27"})
    camera.get("choose, later", f"/s/{CORNER}/book/", {"visit_type": "visit", "from": "2026-12-07"})
    camera.get("too many people", f"/s/{CORNER}/book/", {"visit_type": "visit", "party_size": "99"}, status=409)
    camera.get("unknown visit", f"/s/{CORNER}/book/", {"visit_type": "nonsense"}, status=404)
    camera.get("choose an adviser", f"/s/{COACH}/book/", {"visit_type": "video"})
    camera.get("all full", f"/s/{TINY}/book/", {"visit_type": "visit"})
    camera.get("full day", f"/s/{TINY}/book/", {"visit_type": "visit", "day": "2026-11-24"})
    camera.get("never open", f"/s/{CLOSED}/book/")
    camera.get("no visits", f"/s/{SILENT}/book/")


def _hold(camera: Camera, name: str, *, store: str = CORNER, status: int = 200, **wish: str) -> Shot:
    asked = {"visit_type": "visit", "party_size": "1", "starts_at": at(10).isoformat(), **wish}
    return camera.post(name, f"/s/{store}/book/hold/", asked, status=status)


def _form(camera: Camera) -> str:
    """Return where the details are sent: to be booked, or in simple words one answer alone."""
    return ANSWER if "simple" in camera.reader else CONFIRM


def _checked(camera: Camera, title: str, details: Shot, /, **typed: Any) -> Shot:
    if "simple" not in camera.reader:
        return camera.send(title, details, CONFIRM, by=CHECK, **typed)
    return _answered(camera, title, details, "", **typed)


def _answered(camera: Camera, title: str, shot: Shot, until: str, /, **typed: Any) -> Shot:
    """Answer one question after the other up to this one, or up to the check page."""
    while (asked := _asked(shot)) != until:
        shot = camera.send(f"{title}, {asked}", shot, ANSWER, **typed)
    return shot


def _asked(shot: Shot) -> str:
    return next((form["ask"] for action, form in shot.page.forms.items() if action.endswith(ANSWER)), "")


def _ask(camera: Camera, details: Shot) -> None:
    """See each question of the simple version, and an address that seems mistyped."""
    camera.send("asked, after the name", details, ANSWER, name=TYPED["name"])
    opened = details.response.request
    address = f"{opened['PATH_INFO']}?{opened['QUERY_STRING']}".removeprefix(camera.reader)
    for question in ("neither", "change", "note", "phone", "email"):
        shot = camera.get(f"asked, {question}", f"{address}&ask={question}")
    camera.send("asked, errors", shot, ANSWER, status=400, email="zoe")
    camera.send("check, another domain is meant", shot, ANSWER, email="ada@gmial.com")
    camera.send("check, note", camera.get("a note", f"{address}&ask=note&then=check"), ANSWER, note=TYPED["note"])


def _book(camera: Camera) -> None:
    details, form = _hold(camera, "details, time kept"), _form(camera)
    camera.send("details with errors", details, form, status=400, name="", phone="12", email="zoe")
    camera.send("time kept longer", details, form, by=EXTEND, **TYPED)
    camera.send("another language", details, form, by=DETAILS, **TYPED)
    if form == CONFIRM:
        camera.send("check, another domain is meant", details, form, **{**TYPED, "email": "ada@gmial.com"})
    else:
        _ask(camera, details)
    check = _checked(camera, "check", details, **TYPED)
    camera.send("another time, all typed", details, form, by="book/", **TYPED)
    confirmed = camera.send("confirmed", check, CONFIRM)
    _open(camera, confirmed)
    address = details.response.request["PATH_INFO"] + "?" + details.response.request["QUERY_STRING"]
    camera.get("back after booking", address.removeprefix(camera.reader))
    _same_again(camera)
    third = {**TYPED, "phone": "05 49 24 00 39", "email": "", "note": "", "is_for_someone_else": "on"}
    landline = _checked(camera, "check, no text messages", _hold(camera, "details again"), **third)
    camera.send("confirmed, no messages", landline, CONFIRM)
    for hour in (15, 16):
        more = _checked(camera, "check again", _hold(camera, "more", starts_at=at(hour).isoformat()), **TYPED)
        camera.send("another", more, CONFIRM, status=200 if hour == 15 else 409)
    _hold(camera, "told of one's share", starts_at=at(17).isoformat())


def _same_again(camera: Camera) -> None:
    """Ask for the visit that is booked: for oneself, for somebody else, and by a form that was used."""
    for name, typed in (("same visit", TYPED), ("same visit for another", {**TYPED, "is_for_someone_else": "on"})):
        check = _checked(camera, "check", _hold(camera, "details"), **typed)
        camera.send(name, check, CONFIRM)
    camera.get("form used", f"/s/{CORNER}/book/already/")


def _open(camera: Camera, confirmed: Shot) -> None:
    path = confirmed.response.request["PATH_INFO"].removeprefix(camera.reader)
    camera.get("manage", path.removesuffix("booked/"))


def _gone(camera: Camera) -> None:
    fill(CORNER, 25, 10)
    wanted = at(10, day=25).isoformat()
    _hold(camera, "just taken", starts_at=wanted, status=409)
    details = _hold(camera, "details")
    camera.send("details, language", details, _form(camera), by=DETAILS, **TYPED)
    camera.send("just taken, all typed", details, _form(camera), by=HOLD, status=409, starts_at=wanted)


def _run_out(camera: Camera, clock: time_machine.Traveller) -> None:
    details = _hold(camera, "details", starts_at=at(11, day=25).isoformat())
    extended = camera.send("kept longer", details, _form(camera), by=EXTEND, **TYPED)
    clock.move_to(NOW + timedelta(minutes=9, seconds=30))
    address = details.response.request["PATH_INFO"] + "?" + details.response.request["QUERY_STRING"]
    camera.get("nearly run out", address.removeprefix(camera.reader))
    clock.move_to(NOW + timedelta(minutes=11))
    camera.get("run out", address.removeprefix(camera.reader))
    camera.send("run out, errors", details, _form(camera), status=400, name="")
    fill(CORNER, 25, 11)
    camera.send("run out and taken", details, _form(camera), by=CHECK, status=409, **TYPED)
    camera.send("run out and taken at the end", extended, _form(camera), by=CONFIRM, status=409, **TYPED)
    clock.move_to(NOW)


def _advised(camera: Camera) -> None:
    for mode in ("video", "call"):
        details = _hold(camera, f"details, {mode}", store=COACH, visit_type=mode, desk="bea")
        if _form(camera) == ANSWER:
            wrong = _answered(camera, f"details, {mode}", details, SIZE, **TYPED)
            camera.send(f"details, {mode}, errors", wrong, ANSWER, status=400)
        else:
            camera.send(f"details, {mode}, errors", details, CONFIRM, status=400, **TYPED)
        typed = {**TYPED, **ANSWERS, "phone": f"06 12 34 56 {10 + len(mode)}"}
        check = _checked(camera, f"check, {mode}", details, **typed)
        _open(camera, camera.send(f"confirmed, {mode}", check, CONFIRM))


def _wait(camera: Camera, clock: time_machine.Traveller) -> None:
    days = {"visit_type": "visit", "party_size": "1", "from": "2026-11-24", "to": "2026-11-25"}
    join = camera.get("wait", f"/s/{TINY}/wait/", days)
    camera.get("wait, something is free", f"/s/{CORNER}/wait/", days)
    camera.send(
        "wait, errors", join, "wait/", status=400, **{"name": "", "phone": "12", "from": "", "to": "2026-11-01"}
    )
    who: dict[str, Any] = {"name": "Bea Test", "phone": "06 12 34 56 77", "email": ""}
    _join(camera, "waiting", join, **who)
    _join(camera, "waits already", camera.get("wait again", f"/s/{TINY}/wait/", days), **who)
    entry = WaitingListEntry.objects.filter(is_repeat=False).latest("pk")
    taken = Booking.objects.get(store__slug=TINY, starts_at=at(10))
    cancel_booking(booking_id=taken.pk, who=Who.customer(NOW))
    offer_places(store_id=taken.store_id, now=NOW)
    own = waiting_url(entry.reference).split("/", 3)[3]
    offered = camera.get("offered", f"/{own}")
    Hold.objects.filter(offered_to=entry).update(expires_at=NOW - timedelta(seconds=1))
    camera.send("offered too long ago", offered, "take/", status=409)
    clock.move_to(NOW)
    other = make_waiting(Store.objects.get(slug=CORNER))
    left = camera.get("waiting elsewhere", "/" + waiting_url(other.reference).split("/", 3)[3])
    camera.send("left", left, "leave/")
    camera.get("waiting, not open", "/w/00000000/", status=404)


def _join(camera: Camera, title: str, shot: Shot, /, **typed: Any) -> Shot:
    """Join the waiting list; in simple words, answer one question after the other, and check everything."""
    while asked := next((form["ask"] for form in shot.page.forms.values() if "ask" in form), ""):
        shot = camera.send(f"{title}, {asked}", shot, "wait/", **typed)
    if "simple" in camera.reader:
        return camera.send(title, shot, "wait/")
    return camera.send(title, shot, "wait/", **typed)


def _lose_the_link(camera: Camera) -> None:
    ask = camera.get("lost link", "/my-visits/")
    camera.send("lost link, errors", ask, "my-visits/", status=400, contact="12")
    camera.send("lost link, asked", ask, "my-visits/", contact="06 12 34 56 50")
    camera.get("visits, not open", "/v/", status=404)
    visits.book_behind(0, day=25)
    link = visits_url(visits.book_behind(0, day=26), contact="phone", hour=int(NOW.timestamp() // 3600) + 1)
    camera.get("visits", "/" + link.split("/", 3)[3])


def _fail(camera: Camera) -> None:
    with override_settings(RATE_LIMITS=True):
        for _ in range(STORE_NORMAL + 1):
            check({}, BUSY, now=NOW)
        _hold(camera, "a moment", store=BUSY, status=428)
        limits._limiter().storage.reset()
    camera.get("404", "/nothing/", status=404)
    camera.get("404 of a store", f"/s/{CORNER}/nothing/", status=404)
    camera.get("405", f"/s/{CORNER}/book/hold/", status=405)
    request = RequestFactory().get("/")
    request.reader = read_prefix(f"{camera.reader}/")[0]  # type: ignore[attr-defined]
    with translation.override(camera.reader.rpartition("/")[2]):
        camera.keep("400", middleware.bad_request(request, BadRequest()), 400)
        camera.keep("429", middleware.rate_limited(request, limits.RateLimited(90)), 429)
        camera.keep("500", middleware.server_error(request), 500)
        camera.keep("503", middleware.fault_response(request, OperationalError()), 503)
