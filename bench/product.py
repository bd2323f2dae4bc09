"""What clients ask of Carillon: one turn for each thing that is measured, as `bench.load` takes them."""

import html
import random
import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from bench.http_client import Answer, Visitor
from bench.load import DONE, FULL

ZONE = ZoneInfo("Europe/Paris")
STORES = 9  # of the ten: the last has the day of 500
SLOTS_A_DAY = 40
FIRST_DAY_IN, DAYS, RACE_DAY_IN = 2, 36, 61
FORM = re.compile(r'<form[^>]*\bmethod="post"[^>]*\baction="([^"]+)"[^>]*>(.*?)</form>', re.DOTALL)
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
SLOT = re.compile(r'<button class="slot[^"]*" name="starts_at" value="([^"]+)"')


class Product:
    """A running Carillon, as `bench/seed.py` filled it."""

    def __init__(self, port: int, told: dict[str, Any]) -> None:
        self.port = port
        self.token = {"Authorization": f"Token {told['token']}"}
        self.session = {"Cookie": f"sessionid={told['session']}"}
        self.busy_day = told["busy_day"]
        self.today = datetime.now(ZONE).date()
        self.chance = random.Random(1)
        self.phones = _phones()
        self.race_slots = count(3)
        self.race_start = ""
        self.calendar = self.feed = ""
        self.events = 0
        self.bytes: dict[str, int] = {}
        self.requests_of_way = 0

    async def prepare(self) -> None:
        """Book one visit, for its calendar file, and make the feed of the store with the day of 500."""
        visitor = Visitor(self.port)
        booked = await self._send_booking(visitor, 1, self._start(self._day(50), 8))
        feed = await visitor.post_json("/api/v1/staff/stores/s9/feed", {}, self.token)
        self.calendar, self.feed = _path(booked.json()["calendar_url"]), _path(feed.json()["url"])
        self.events = (await visitor.get(self.feed)).body.count(b"BEGIN:VEVENT")
        visitor.close()

    # --- availability ---
    async def day(self, visitor: Visitor) -> str:
        store, day, _ = self._pick()
        return await self._free(visitor, store, day, day, least=20)

    async def fortnight(self, visitor: Visitor) -> str:
        store, day, _ = self._pick()
        return await self._free(visitor, store, day, day + timedelta(days=13), least=280)

    async def _free(self, visitor: Visitor, store: int, first: date, last: date, *, least: int) -> str:
        path = f"/api/v1/stores/s{store}/availability?visit_type=visit&from={first}&to={last}"
        answer = await visitor.get(path)
        return _judge(answer, is_whole=answer.body.count(b'"starts_at"') >= least)

    # --- booking ---
    async def book(self, visitor: Visitor) -> str:
        store, day, slot = self._pick()
        return _outcome(await self._send_booking(visitor, store, self._start(day, slot)))

    async def book_same(self, visitor: Visitor) -> str:
        """Book the slot that all others want as well."""
        return _outcome(await self._send_booking(visitor, STORES - 1, self.race_start))

    def next_race(self) -> datetime:
        """Choose a slot that nobody has booked; return its start."""
        start = self._start(self._day(RACE_DAY_IN), next(self.race_slots) % SLOTS_A_DAY)
        self.race_start = start
        return datetime.fromisoformat(start)

    async def _send_booking(self, visitor: Visitor, store: int, start: str) -> Answer:
        customer = {"name": "Ada Lovelace", "phone": next(self.phones), "locale": "fr"}
        asked = {"store": f"s{store}", "visit_type": "visit", "starts_at": start, "party_size": 1, "customer": customer}
        return await visitor.post_json("/api/v1/bookings", asked)

    async def whole_way(self, visitor: Visitor) -> str:
        """Book through the pages as a new visitor: every request that a browser makes for pages, forms, redirects."""
        store, day, slot = self._pick()
        visitor.cookies.clear()
        page = await visitor.get(f"/s/s{store}/book/?day={day}")
        times = SLOT.findall(page.text)
        if page.status != 200 or not times:
            return FULL if page.status == 200 else f"choose {page.status}"
        where, fields = _form(page, "/book/hold/")
        page = await _send(visitor, where, {**fields, "starts_at": html.unescape(times[slot % len(times)])})
        typed = {"name": "Ada Lovelace", "phone": next(self.phones), "email": "", "note": ""}
        # The page for the details books, or leads through a page on which all is shown once more.
        for _ in range(2):
            if page.status != 200 or not FORM.search(page.text):
                return FULL if page.status == 409 else f"details {page.status}"
            where, fields = _form(page, "/book/check/", "/book/confirm/")
            page = await _send(visitor, where, {**fields, **(typed if 'name="phone"' in page.text else {})})
            if page.headers["path"].endswith("/booked/"):
                return _judge(page)
        return f"not booked: {page.status} {page.headers['path']}"

    # --- staff, calendars ---
    async def busy_json(self, visitor: Visitor) -> str:
        answer = await visitor.get(f"/api/v1/staff/stores/s9/day?date={self.busy_day}", self.token)
        self.bytes["busy_json"] = len(answer.body)
        return _judge(answer, is_whole=answer.body.count(b'"reference"') >= 500)

    async def busy_html(self, visitor: Visitor) -> str:
        answer = await visitor.get(f"/staff/s9/day/?date={self.busy_day}", self.session)
        self.bytes["busy_html"] = len(answer.body)
        return _judge(answer, is_whole=answer.body.count(b"Ada Lovelace") >= 500)

    async def one_ics(self, visitor: Visitor) -> str:
        answer = await visitor.get(self.calendar)
        return _judge(answer, is_whole=b"BEGIN:VEVENT" in answer.body)

    async def whole_feed(self, visitor: Visitor) -> str:
        answer = await visitor.get(self.feed)
        return _judge(answer, is_whole=answer.body.count(b"BEGIN:VEVENT") == self.events)

    # --- all kinds, for the memory ---
    async def anything(self, visitor: Visitor) -> str:
        kind = self.chance.random()
        if kind < 0.5:
            return await self.day(visitor)
        if kind < 0.6:
            return await self.fortnight(visitor)
        if kind < 0.7:
            return await self.one_ics(visitor)
        if kind < 0.72:
            return await self.busy_json(visitor)
        if kind < 0.74:
            return await self.busy_html(visitor)
        store, day, _ = self._pick()
        paths = ("/", f"/s/s{store}/", f"/s/s{store}/book/?day={day}", f"/api/v1/stores/s{store}", "/nothing/here/")
        answer = await visitor.get(self.chance.choice(paths))
        return DONE if answer.status in (200, 404) else f"status {answer.status}"

    def _pick(self) -> tuple[int, date, int]:
        days = FIRST_DAY_IN + self.chance.randrange(DAYS)
        return self.chance.randrange(STORES), self._day(days), self.chance.randrange(SLOTS_A_DAY)

    def _day(self, days: int) -> date:
        return self.today + timedelta(days=days)

    def _start(self, day: date, slot: int) -> str:
        return datetime.combine(day, time(8 + slot // 4, 15 * (slot % 4)), ZONE).isoformat()


async def _send(visitor: Visitor, path: str, fields: dict[str, str]) -> Answer:
    """Send a form and follow its redirect; the answer's header `path` is the address it stands at."""
    answer = await visitor.post_form(path, fields)
    while answer.status in (302, 303):
        path = _path(answer.headers["location"])
        answer = await visitor.get(path)
    answer.headers["path"] = urlsplit(path).path
    return answer


def _form(page: Answer, *ends: str) -> tuple[str, dict[str, str]]:
    """Return the address and the hidden fields of the page's last form that leads to one of these addresses."""
    forms = [form for form in FORM.finditer(page.text) if html.unescape(form[1]).split("?")[0].endswith(ends)]
    return html.unescape(forms[-1][1]), {name: html.unescape(value) for name, value in HIDDEN.findall(forms[-1][2])}


def _judge(answer: Answer, *, is_whole: bool = True) -> str:
    return DONE if answer.status == 200 and is_whole else f"status {answer.status}"


def _outcome(answer: Answer) -> str:
    return {201: DONE, 409: FULL}.get(answer.status, f"status {answer.status} {answer.body[:60]!r}")


def _path(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _phones() -> Iterator[str]:
    """Yield numbers of French mobiles, none twice."""
    for number in count(random.Random().randrange(10**7)):
        yield f"+337{40_000_000 + number % 50_000_000:08d}"
