"""What customers see of a visit once it is booked: its own pages, their visits on this device, and the question after.

The device's own list is made by a script; it is shown here as the script would.
"""

import re
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import time_machine

from booking.arrivals.steps import take_step
from booking.links import feedback_end_url, manage_url, short_feedback_url
from booking.models import Booking
from booking.who import Who
from stores.models import Store
from tests.browser.pages.camera import Camera, Shot
from tests.browser.pages.town import CORNER, fill
from tests.factories import NOW, at, make_booking


def book_behind(number: int = 5, *, day: int = 24, **customer: Any) -> str:
    """Book behind the scenes; return the reference."""
    store, phone = Store.objects.get(slug=CORNER), f"+3361234565{number}"
    booked = make_booking(store, starts_at=at(17, day=day), phone=phone, email=f"ada{number}@example.org", **customer)
    return booked.reference


def own(camera: Camera, name: str, reference: str) -> Shot:
    """Open a booking's page by its link."""
    number = Booking.objects.get(reference=reference).link_number
    return camera.get(name, "/" + manage_url(reference, number).split("/", 3)[3])


def manage(camera: Camera, clock: time_machine.Traveller) -> None:
    """See a visit's own pages, from its link to what is left of it."""
    camera.get("not open", "/b/00000000/", status=404)
    reference = book_behind(note="Second floor")
    path = f"/b/{reference}/"
    own(camera, "manage", reference)
    _change(camera, path)
    camera.post("will come", f"{path}confirm/", {})
    camera.get("kept about me", f"{path}kept/")
    _correct(camera, path)
    clock.move_to(at(13, 30, day=26))
    own(camera, "manage, soon", reference)
    camera.get("late", f"{path}late/")
    camera.post("late, not read", f"{path}late/", {"other": "soon"}, status=400)
    camera.post("late, said", f"{path}late/", {"minutes": "10"})
    camera.get("cancel", f"{path}cancel/")
    camera.post("cancelled", f"{path}cancel/", {})
    camera.get("erase", f"{path}erase/")
    camera.post("erased", f"{path}erase/", {})
    clock.move_to(NOW)
    over = book_behind(6)
    clock.move_to(at(18, 30))
    own(camera, "manage, over", over)
    camera.get("new link", f"/b/{over}/link/")
    camera.post("new link, made", f"/b/{over}/link/", {})
    clock.move_to(NOW)


def _change(camera: Camera, path: str) -> None:
    camera.get("change", f"{path}change/")
    camera.get("change, later", f"{path}change/", {"from": "2026-12-07"})
    camera.get("change, part of the day", f"{path}change/", {"day": "2026-11-26"})
    camera.get("change, day not read", f"{path}change/", {"from": "nonsense"}, status=400)
    fill(CORNER, 26, 9)
    camera.post("change, just taken", f"{path}change/", {"starts_at": at(9, day=26).isoformat()}, status=409)
    wanted = {"starts_at": at(14, day=26).isoformat()}
    camera.get("change, to be confirmed", f"{path}change/", wanted)
    camera.post("changed", f"{path}change/", wanted)


def _correct(camera: Camera, path: str) -> None:
    """Correct the details: wrongly, and so that the link ends."""
    shown = camera.get("put right", f"{path}details/")
    if "simple" in camera.reader:  # there what is wrong is chosen first
        for question in ("name", "email", "note", "phone"):
            shown = camera.get(f"put right, {question}", f"{path}details/", {"ask": question})
    camera.send("put right, errors", shown, "details/", status=400, name="", phone="12", email="ada")
    shown = camera.get("put right again", f"{path}details/", {"ask": "phone"})
    camera.send("put right, another phone", shown, "details/", phone="06 12 34 56 58")


def answer_afterwards(camera: Camera, clock: time_machine.Traveller) -> None:
    """See the question after a visit, its thanks, and words that are too long."""
    Store.objects.filter(slug=CORNER).update(feedback_when="hours")
    reference = book_behind(7)
    booking = Booking.objects.get(reference=reference)
    for step, minutes in (("check_in", 0), ("complete", 20)):
        take_step(booking_id=booking.pk, step=step, who=Who.staff(None, at(17, minutes)))
    clock.move_to(at(18, 30))
    path = f"/b/{reference}/feedback/"
    camera.get("question after the visit", urlsplit(short_feedback_url(reference)).path)
    camera.post("question answered", f"{path}answer/", {"answer": "partly"})
    camera.post("words too long", f"{path}words/", {"words": "ab " * 2000}, status=400)
    camera.post("words sent", f"{path}words/", {"words": "The door was closed."})
    camera.get("another answer", path, {"done": "change"})
    own(camera, "manage, answered", reference)
    path = urlsplit(feedback_end_url(booking.store_id, "ada@example.org")).path
    camera.get("no more questions", path)
    camera.post("no more questions, pressed", path, {"questions": "stop"})
    camera.post("questions again", path, {"questions": "resume"})
    camera.get("no more questions, not ours", "/feedback/a/", status=404)
    clock.move_to(NOW)


def keep_on_device(camera: Camera) -> None:
    """See the list of the visits kept on this device as its script makes it."""
    shown = camera.get("my visits", "/my-visits/")
    html = shown.html.decode()
    before, _, after = html.partition('<ul class="rows"></ul>')
    row, _, after = after.partition("<template>")[2].partition("</template>")
    for part, words in (("when", "Tuesday 24 November, 17:00"), ("store", "Corner Shop in the long Street of Niort")):
        row, count = re.subn(rf'(data-part="{part}"\s*>)', rf"\g<1>{words}", row)
        assert count
    start, section, rest = f'{before}<ul class="rows">{row * 2}</ul>{after}'.partition('<section id="device-visits"')
    opening, _, rest = rest.partition(">")
    opened = opening.replace(" hidden", "")
    assert opened != opening
    seen = f"{start}{section}{opened}>{rest}"
    camera.shots.append(replace(shown, name="my visits on this device", html=seen.encode()))
