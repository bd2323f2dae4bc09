"""A rush: many visitors within a minute, each of whom goes the whole way to a booking at one store.

    .venv/bin/python -m bench.rush [--visitors 2000] [--seconds 60] [--per-minute 600]

Runs it twice, without the waiting room and with it, on PostgreSQL with two web processes and the worker. Visitors take
their time: two to six seconds to choose, five to twelve to type. In the room they look again when the page says so.
"""

import argparse
import asyncio
import html
import random
import re
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable
from dataclasses import dataclass, field
from pathlib import Path

from bench.http_client import Answer, Visitor
from bench.running import WEB_PROCESSES, postgres
from bench.tables import print_head, print_row
from tests.servers import House, new_database

PLACES = 400  # a slot: nobody is refused because a time is full
LONGEST_SECONDS = 900
REDIRECTS_MOST = 6
CHOOSE_SECONDS, TYPE_SECONDS = (2, 6), (5, 12)
LOOK_AGAIN_SECONDS = "17"
SLOT = re.compile(r'<button class="slot[^"]*" name="starts_at" value="([^"]+)"')
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
FORM = re.compile(r'<form[^>]*action="([^"]+/(?:hold|wait|confirm)/)"(.*?)</form>', re.DOTALL)


@dataclass
class Rush:
    """One rush at a store: what came of each visitor, and how long each page took."""

    port: int
    way: str  # "/en/s/shop/book/"
    ends: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    faults: int = 0  # answers of 5xx, or none
    waited: int = 0
    lasted: float = 0.0

    async def come(self, visitors: int, within: float, chance: random.Random) -> None:
        """Let all visitors come, evenly spread by chance, and wait until the last one is done."""
        begun = time.monotonic()
        each = [self._visit(number, chance.uniform(0, within), chance) for number in range(visitors)]
        await asyncio.wait_for(asyncio.gather(*each), LONGEST_SECONDS)
        self.lasted = time.monotonic() - begun

    async def _visit(self, number: int, at: float, chance: random.Random) -> None:
        await asyncio.sleep(at)
        visitor = Visitor(self.port)
        try:
            self.ends[await self._book(visitor, number, chance)] += 1
        except (OSError, ConnectionError) as error:
            self.faults += 1
            self.ends[type(error).__name__] += 1
        finally:
            visitor.close()

    async def _book(self, visitor: Visitor, number: int, chance: random.Random) -> str:
        page = await self._enter(visitor)
        times = SLOT.findall(page.text)
        if page.status != 200 or not times:
            return f"choose {page.status}"
        await asyncio.sleep(chance.uniform(*CHOOSE_SECONDS))
        wanted = {"visit_type": "visit", "party_size": "1", "starts_at": html.unescape(chance.choice(times))}
        page, _ = await self._send(visitor, f"{self.way}hold/", {**_fields(page, "/hold/"), **wanted})
        fields = _fields(page, "/confirm/")
        if not fields:
            return "time taken" if page.status == 409 else f"details {page.status}"
        await asyncio.sleep(chance.uniform(*TYPE_SECONDS))
        phone = f"06 12 {number // 10_000 % 100:02} {number // 100 % 100:02} {number % 100:02}"
        typed = {"name": "Ada Lovelace", "phone": phone, "email": "", "note": ""}
        page, where = await self._send(visitor, f"{self.way}confirm/", {**fields, **typed})
        return "booked" if where.endswith("/booked/") else f"confirm {page.status} {where}"

    async def _enter(self, visitor: Visitor) -> Answer:
        """Return the page of times: at once, or after the turn in the waiting room."""
        where = f"{self.way}?visit_type=visit"
        page, where = await self._follow(visitor, await self._timed(visitor.get(where)), where)
        self.waited += "/wait/" in where
        while "/wait/" in where:
            fields = _fields(page, "/wait/")
            if fields:  # it is their turn: they press the button
                page, where = await self._send(visitor, f"{self.way}wait/", fields)
            else:
                await asyncio.sleep(int(page.headers.get("refresh", LOOK_AGAIN_SECONDS).partition(";")[0]))
                page, where = await self._follow(visitor, await self._timed(visitor.get(where)), where)
        return page

    async def _send(self, visitor: Visitor, path: str, fields: dict[str, str]) -> tuple[Answer, str]:
        return await self._follow(visitor, await self._timed(visitor.post_form(path, fields)), path)

    async def _follow(self, visitor: Visitor, answer: Answer, where: str) -> tuple[Answer, str]:
        """Return the page that redirects lead to, and its address."""
        for _ in range(REDIRECTS_MOST):
            if answer.status not in (302, 303):
                break
            where = answer.headers["location"]
            answer = await self._timed(visitor.get(where))
        return answer, where.partition("?")[0] if "/wait/" not in where else where

    async def _timed(self, asked: Awaitable[Answer]) -> Answer:
        begun = time.monotonic()
        answer = await asked
        self.seconds.append(time.monotonic() - begun)
        self.faults += answer.status >= 500
        return answer


def _fields(page: Answer, end: str) -> dict[str, str]:
    """Return the hidden fields of the form that goes to an address with this end; nothing where there is none."""
    for action, inner in FORM.findall(page.text):
        if action.endswith(end):
            return {name: html.unescape(value) for name, value in HIDDEN.findall(inner)}
    return {}


def rush(server: str, asked: argparse.Namespace, *, has_room: bool) -> Rush:
    """Run Carillon with one store and let the visitors come."""
    settings = {
        "WEB_WORKERS": str(WEB_PROCESSES),
        "RATE_LIMITS": "off",  # one address asks for everybody
        "WAITING_ROOM_PER_MINUTE": str(asked.per_minute),
    }
    with (
        tempfile.TemporaryDirectory(prefix="carillon-bench-") as name,
        new_database(Path(name), is_migrated=True, server=server) as url,
    ):
        house = House(Path(name), url, settings)
        house.data.mkdir()
        try:
            house.start()
            slug = house.make_store(capacity=PLACES)
            if has_room:
                house.execute("UPDATE stores_store SET has_waiting_room = TRUE")
            seen = Rush(house.port, f"/en/s/{slug}/book/")
            asyncio.run(seen.come(asked.visitors, asked.seconds, random.Random(1)))
            return seen
        finally:
            house.end()


def main() -> None:
    """Print one column without the room, and one with it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--visitors", type=int, default=2000)
    parser.add_argument("--seconds", type=float, default=60, help="within which they come")
    parser.add_argument("--per-minute", type=int, default=600, help="people the room lets in a minute")
    asked = parser.parse_args()
    with postgres() as (server, _postmaster):
        columns = [rush(server, asked, has_room=has_room) for has_room in (False, True)]
    print_head("", "without the room", "with it")
    print_row("what came of them", *(", ".join(f"{end}: {count}" for end, count in one.ends.most_common())
                                     for one in columns))  # fmt: skip
    print_row("answers of 5xx, or none", *(one.faults for one in columns))
    print_row("a page, median / 95 of 100 / worst", *(_spread(one.seconds) for one in columns))
    print_row("waited", *(one.waited for one in columns))
    print_row("the last one is done after", *(f"{one.lasted:.0f} s" for one in columns))


def _spread(seconds: list[float]) -> str:
    ordered = sorted(seconds)
    shown = (ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.95)], ordered[-1])
    return " / ".join(f"{one:.2f} s" for one in shown)


if __name__ == "__main__":
    main()
