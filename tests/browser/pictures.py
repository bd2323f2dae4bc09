"""The pictures in docs: `make pictures` takes them anew, of the demo on a Tuesday morning that never changes."""

import logging
import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import django
import time_machine
from django.core.management import call_command
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.browser.driver import open_page
from tests.chromium import ARGUMENTS, find_chromium

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "pictures"
MOMENT = datetime(2026, 11, 24, 10, 52, tzinfo=ZoneInfo("Europe/Paris"))
FULL_DAY, EMPTY_DAY = MOMENT + timedelta(days=9), MOMENT + timedelta(days=27)
STORE = "pharmacie-de-la-breche"
PHONE, TABLET, LAPTOP = (390, 920), (820, 1180), (1280, 960)
COLORS, BYTES_MAX = 64, 60_000
# Who comes today besides: hour, minute, name, visit, people, language.
TODAY = (
    (9, 0, "Amina Test", "visit", 1, "fr"),
    (9, 30, "Bruno Test", "advice", 1, "fr"),
    (10, 15, "Chloé Test", "visit", 2, "fr"),
    (10, 30, "Denis Test", "advice", 1, "fr"),
    (10, 45, "Élise Test", "visit", 1, "fr"),
    (11, 0, "Farid Test", "visit", 1, "en"),
    (11, 0, "Gisèle Test", "visit", 1, "fr"),
    (11, 15, "Hana Test", "advice", 2, "fr"),
    (12, 0, "Inès Test", "visit", 1, "fr"),
    (14, 0, "Joël Test", "visit", 1, "fr"),
    (15, 30, "Kenza Test", "advice", 1, "fr"),
    (17, 15, "Louis Test", "visit", 2, "fr"),
)


def main() -> None:
    """Take every picture."""
    FOLDER.mkdir(exist_ok=True)
    with demo_at(MOMENT) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)

        def page(size: tuple[int, int], language: str, *, scale: int = 1) -> Page:
            width, height = size
            context = browser.new_context(
                base_url=url,
                viewport={"width": width, "height": height},
                locale=language,
                device_scale_factor=scale,
                reduced_motion="reduce",
            )
            return context.new_page()

        _take_customers(page(PHONE, "fr-FR", scale=2))
        _take_other_readers(page(PHONE, "en-GB", scale=2), page(PHONE, "ar", scale=2))
        _take_staff(page(LAPTOP, "en-GB"), page(TABLET, "en-GB"))
        browser.close()


def _take_customers(page: Page) -> None:
    open_page(page, "/?q=niort")
    _take(page, "find")
    open_page(page, f"/s/{STORE}/")
    _take(page, "store")
    open_page(page, f"/s/{STORE}/book/?visit_type=visit&day={MOMENT.date() + timedelta(days=1)}")
    _take(page, "choose")
    page.locator("#times .slot").nth(2).click()
    page.locator("[name=name]").fill("Ada Test")
    page.locator("[name=phone]").fill("06 12 34 56 78")
    page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    _take(page, "details")
    page.locator("form[action$='/confirm/'] .actions .button").first.click()
    page.wait_for_url("**/booked/")
    _take(page, "confirmed")
    open_page(page, page.url.replace("/booked/", "/"))
    _take(page, "manage")


def _take_other_readers(simple: Page, arabic: Page) -> None:
    open_page(simple, f"/simple/s/{STORE}/book/?visit_type=visit")
    _take(simple, "simple")
    open_page(arabic, f"/ar/s/{STORE}/book/?visit_type=visit&day={MOMENT.date() + timedelta(days=1)}")
    _take(arabic, "arabic")


def _take_staff(laptop: Page, tablet: Page) -> None:
    for page in (laptop, tablet):
        sign_in(page)
    open_page(laptop, f"/staff/{STORE}/day/")
    _take(laptop, "day")
    open_page(laptop, f"/staff/{STORE}/day/?date={FULL_DAY.date()}")
    _take(laptop, "day-full")
    open_page(laptop, f"/staff/{STORE}/day/?date={EMPTY_DAY.date()}")
    _take(laptop, "day-empty")
    open_page(laptop, f"/staff/{STORE}/setup/")
    _take(laptop, "setup")
    open_page(tablet, f"/staff/{STORE}/arrivals/")
    tablet.locator("#app[data-is-ready]").wait_for()
    _take(tablet, "arrivals")


def sign_in(page: Page) -> None:
    from booking.operations.demo import MANAGER, demo_password

    open_page(page, "/staff/sign-in/")
    page.locator("[name=username]").fill(MANAGER)
    page.locator("[name=password]").fill(demo_password())
    page.locator("[name=password]").press("Enter")
    page.wait_for_url(lambda url: "/sign-in/" not in url)


def _take(page: Page, name: str) -> None:
    """Take a picture, in few colors: these pages have no more."""
    file = FOLDER / f"{name}.png"
    page.screenshot(path=file)
    with Image.open(file) as picture:
        few = picture.convert("RGB").quantize(COLORS, Image.Quantize.MAXCOVERAGE, kmeans=1, dither=Image.Dither.NONE)
    few.save(file, optimize=True)
    size = file.stat().st_size
    print(f"{file.name} {size // 1000} kB", flush=True)
    assert size <= BYTES_MAX, file


# Below, what Django knows is imported where it is used: it must be told first which folder is meant.


@contextmanager
def demo_at(moment: datetime) -> Iterator[str]:
    """Serve the demo as it is at a moment, which goes on from there; yield where it is."""
    with tempfile.TemporaryDirectory() as folder, time_machine.travel(moment) as clock:
        os.environ.update(DATA_DIR=folder, RATE_LIMITS="off", DJANGO_SETTINGS_MODULE="booking.settings")
        # A browser driven from here leaves an event loop in this thread, which Django takes for asynchronous code.
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
        django.setup()
        logging.disable(logging.INFO)
        _fill(clock, moment)
        with _served() as url:
            yield url


def _fill(clock: time_machine.Traveller, moment: datetime) -> None:
    from booking.operations.launcher.preparation import prepare
    from notifications.models import OutboxMessage
    from notifications.tasks import deliver_due

    prepare()
    call_command("seed_demo")
    OutboxMessage.objects.all().delete()  # of the demo, which sends nothing
    bookings = []
    for number, visit in enumerate(TODAY):
        clock.move_to(moment - timedelta(days=4, minutes=10 * number))
        bookings.append(_book(number, *visit))
        deliver_due()
    _fill_a_day(clock, moment)
    for hours in (72, 24, 0):
        clock.move_to(moment - timedelta(hours=hours))
        deliver_due()
    for booking_id in filter(None, bookings):
        _live_until(booking_id, moment)


def _book(number: int, hour: int, minute: int, name: str, visit_type: str, people: int, language: str) -> int | None:
    from booking.bookings.lifecycle import book_visit
    from booking.customer_input import CustomerDetails
    from booking.models import Source
    from booking.refusals import BookingRefused
    from stores.models import Store

    store = Store.objects.get(slug=STORE)
    try:
        return book_visit(
            store=store.slug,
            visit_type=visit_type,
            starts_at=MOMENT.replace(hour=hour, minute=minute),
            party_size=people,
            customer=CustomerDetails(name=name, phone=f"+336123457{number:02d}", email="", locale=language),
            note="",
            source=(Source.WEB, Source.WEB, Source.PHONE)[number % 3],
            now=datetime.now(MOMENT.tzinfo),
        ).pk
    except BookingRefused:  # the demo has somebody there already
        return None


def _fill_a_day(clock: time_machine.Traveller, moment: datetime) -> None:
    """Book every place that one day still has."""
    from booking.bookings.lifecycle import book_visit
    from booking.customer_input import CustomerDetails
    from booking.models import Source
    from booking.places.availability import availability

    clock.move_to(moment - timedelta(days=1))
    day, now, names = FULL_DAY.date(), moment - timedelta(days=1), sorted({visit[2] for visit in TODAY})
    answer = availability(
        store=STORE, visit_type="visit", from_date=day, to_date=day, party_size=1, now=now, by_staff=True
    )
    starts = [slot.starts_at for slot in answer.days[0].slots for _place in range(slot.places_left)]
    for number, starts_at in enumerate(starts):
        book_visit(
            store=STORE,
            visit_type="visit",
            starts_at=starts_at,
            party_size=1,
            customer=CustomerDetails(
                name=names[number % len(names)], phone=f"+33612346{number:03d}", email="", locale="fr"
            ),
            note="",
            source=(Source.WEB, Source.PHONE)[number % 2],
            now=now,
        )


def _live_until(booking_id: int, moment: datetime) -> None:
    """Let a visit be where it would be by now."""
    from booking.arrivals.steps import take_step
    from booking.models import Booking
    from booking.who import Who
    from stores.models import StoreMembership

    booking = Booking.objects.get(pk=booking_id)
    user = StoreMembership.objects.filter(store=booking.store).select_related("user")[0].user
    starts_at, ends_at = booking.starts_at, booking.ends_at
    if starts_at <= moment:
        take_step(booking_id=booking_id, step="check_in", who=Who.staff(user, starts_at - timedelta(minutes=4)))
        take_step(booking_id=booking_id, step="start", who=Who.staff(user, starts_at))
    if ends_at <= moment:
        take_step(booking_id=booking_id, step="complete", who=Who.staff(user, ends_at))
    if moment < starts_at <= moment + timedelta(minutes=8):
        take_step(booking_id=booking_id, step="check_in", who=Who.staff(user, moment - timedelta(minutes=3)))


@contextmanager
def _served() -> Iterator[str]:
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler

    from booking.wsgi import application

    class Quiet(WSGIRequestHandler):
        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
    server.set_app(application)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()


if __name__ == "__main__":
    main()
