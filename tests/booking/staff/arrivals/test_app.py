import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from django.contrib.staticfiles import finders
from django.test import Client

from booking.arrivals.step_rules import STEPS
from booking.staff.arrivals.app import ASSETS
from booking.staff.arrivals.ui_strings import arrivals_words
from tests.booking.staff.staff_room import ARRIVALS, Room, make_room
from tests.factories import at, make_booking

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(at(10, 7), tick=False) as clock:
        yield clock


@pytest.fixture
def room() -> Room:
    return make_room()


def test_screen_that_is_kept_has_nobody_on_it(room: Room) -> None:
    booking = make_booking(room.store, name="Ada Quincampoix")
    client = room.client(room.staff)

    kept, now = (client.get(path).content.decode() for path in (f"{ARRIVALS}app/", ARRIVALS))

    assert "Quincampoix" in now
    assert not [word for word in ("Quincampoix", "Ada Q", booking.reference) if word in kept]
    assert 'id="app"' in kept
    assert 'id="walk-in"' in kept


def test_browser_is_told_how_to_install_the_screen(room: Room) -> None:
    answer = room.client(room.staff).get(f"{ARRIVALS}app.webmanifest")

    assert answer["Content-Type"] == "application/manifest+json"
    manifest = answer.json()
    assert (manifest["name"], manifest["start_url"], manifest["scope"]) == (
        "Arrivals – Corner Shop",
        ARRIVALS,
        "/staff/",
    )
    assert {icon["sizes"] for icon in manifest["icons"]} == {"192x192", "512x512"}


def test_worker_knows_files_that_exist_and_no_store() -> None:
    answer = Client().get("/staff/worker.js")
    literal = re.search(r'JSON\.parse\(("[^"]*")\)', answer.content.decode())
    assert literal is not None
    settings = json.loads(json.loads(literal[1]))

    assert answer["Content-Type"].startswith("text/javascript")
    assert answer["Cache-Control"] == "no-cache"
    assert settings["assets"] == [f"/static/{name}" for name in ASSETS]
    assert [name for name in ASSETS if finders.find(name) is None] == []
    last_script = finders.find(ASSETS[-2])
    assert last_script is not None
    scripts = {f"booking/staff/arrivals/{path.name}" for path in Path(last_script).parent.glob("*.js")}
    assert scripts <= set(ASSETS)


def test_page_hands_over_the_rules_of_a_visit_and_the_kept_screen_does_too(room: Room) -> None:
    client = room.client(room.staff)

    for address in (ARRIVALS, f"{ARRIVALS}app/"):
        handed = re.search(r'<script id="arrivals-rules"[^>]*>(.*?)</script>', client.get(address).content.decode())
        assert handed is not None
        assert [step["name"] for step in json.loads(handed[1])["steps"]] == list(STEPS)


def test_every_step_state_and_reason_has_its_words() -> None:
    words = arrivals_words()

    assert set(words["sign_out_anyway"]) == set(words["waiting_taps"]) == {"one", "other"}

    assert {"check_in", "start", "complete", "no_show", "undo", "walk_in"} <= set(words["steps"])
    assert {"confirmed", "late", "checked_in", "in_service", "completed", "no_show", "cancelled"} == set(
        words["states"]
    )
    assert {"wrong_status", "moved", "not_found", "not_permitted", "slot_full", "slot_closed", "invalid"} <= set(
        words["reasons"]
    )
