"""What clients ask of the limit, turn for turn what `bench/product.py` asks of Carillon."""

import random
from urllib.parse import urlsplit

from bench.http_client import Answer, Visitor
from bench.load import DONE, FULL

SLOTS = 10_000
KEY = b'name="csrfmiddlewaretoken" value="'
KEY_LENGTH = 64


class Limit:
    """A running `bench/limit.py`."""

    def __init__(self) -> None:
        self.chance = random.Random(1)
        self.race_slot = 0

    async def day(self, visitor: Visitor) -> str:
        return _judge(await visitor.get("/free/1"))

    async def fortnight(self, visitor: Visitor) -> str:
        return _judge(await visitor.get("/free/14"))

    async def book(self, visitor: Visitor) -> str:
        return await self._book(visitor, self.chance.randint(1, SLOTS))

    async def book_same(self, visitor: Visitor) -> str:
        return await self._book(visitor, self.race_slot)

    async def _book(self, visitor: Visitor, slot: int) -> str:
        answer = await visitor.post_json("/book", {"slot": slot, "name": "Ada Lovelace", "phone": "+33612345678"})
        return {201: DONE, 409: FULL}.get(answer.status, f"status {answer.status}")

    async def whole_way(self, visitor: Visitor) -> str:
        """Book by three requests: the page with the times and the form, the form, and the page that says it is done."""
        visitor.cookies.clear()
        page = await visitor.get("/choose")
        begin = page.body.index(KEY) + len(KEY)
        fields = {"csrfmiddlewaretoken": page.body[begin : begin + KEY_LENGTH].decode(), "name": "Ada Lovelace",
                  "phone": "+33612345678", "slot": str(self.chance.randint(1, SLOTS))}  # fmt: skip
        answer = await visitor.post_form("/form", fields)
        if answer.status != 302:
            return f"status {answer.status}"
        return _judge(await visitor.get(urlsplit(answer.headers["location"]).path))

    async def busy_json(self, visitor: Visitor) -> str:
        return _judge(await visitor.get("/busy.json"))

    async def busy_html(self, visitor: Visitor) -> str:
        return _judge(await visitor.get("/busy.html"))

    async def one_ics(self, visitor: Visitor) -> str:
        return _judge(await visitor.get("/ics/1"))

    async def whole_feed(self, visitor: Visitor) -> str:
        return _judge(await visitor.get("/ics/500"))


def _judge(answer: Answer) -> str:
    return DONE if answer.status == 200 else f"status {answer.status}"
