"""A list of stores, of all or of one organization. Its address holds the search, the order and the page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from booking.customer.stores.store_cards import sooner_first, store_cards
from booking.web.forms import FormProblem
from stores.queries import COUNTED_MAX, BadCursor, OrganizationDetail, SlugsPage, StoresFound, TownFound, towns

PAGE_SIZE = 12
QUERY_MAX = 100
FREE_SORTED_MAX = 60  # how many stores are looked at to say which has the first free place
TOWNS_SHOWN = 6
NAME, NEAR, FREE = "name", "near", "free"


@dataclass(frozen=True, slots=True)
class SortLink:
    """One order that the list can have; without a `url`, the current one."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class StoreListQuery:
    """The search, order and page that the address asks for."""

    q: str
    sort: str
    near_text: str
    near: tuple[float, float] | None
    cursor: str
    page: int

    def given(self, **changed: str) -> dict[str, str]:
        """Return a copy of the query with some values replaced."""
        same = {"q": self.q, "near": self.near_text if self.near else "", "sort": self.sort}
        return {name: value for name, value in (same | changed).items() if value}


def read_store_list_query(request: HttpRequest) -> StoreListQuery:
    """Return the list that a request asks for; values that cannot be read are ignored."""
    near_text, sort = request.GET.get("near", "").strip(), request.GET.get("sort", "")
    page = request.GET.get("page", "")
    return StoreListQuery(
        q=" ".join(request.GET.get("q", "").replace("\0", " ").split())[:QUERY_MAX],
        sort=sort if sort in (NAME, NEAR, FREE) else "",
        near_text=near_text,
        near=read_position(near_text),
        cursor=request.GET.get("cursor", ""),
        page=int(page) if page.isascii() and page.isdigit() and len(page) < 4 else 1,
    )


def read_position(text: str) -> tuple[float, float] | None:
    """Return latitude and longitude from "46.32,-0.46"; None for anything else."""
    try:
        latitude, longitude = (float(part) for part in text.split(","))
    except ValueError:
        return None
    is_on_earth = -90 <= latitude <= 90 and -180 <= longitude <= 180  # neither comparison is true for "nan"
    return (latitude, longitude) if is_on_earth else None


class StoreList:
    """The page of stores that a request asks for, of all stores or of one organization's."""

    def __init__(self, request: HttpRequest, *, url: str, now: datetime, organization: str = "") -> None:
        self.url, self._now = url, now
        self.asked = read_store_list_query(request)
        self.problems: list[FormProblem] = []
        if self.asked.near_text and self.asked.near is None:
            self._say(_("This position could not be read. Search by town or postal code instead."))
        self._found = StoresFound(q=self.asked.q, organization=organization)
        self.count = self._found.count()
        self._near = self.asked.near
        self.sort = self._sort()
        self._page = self._read_page()
        self.cards = store_cards(self._page.slugs, now=now, distances_km=self._page.distances_km)

    @property
    def context(self) -> Mapping[str, Any]:
        """The context of the list's templates."""
        asked = self.asked
        following = self._page.next_cursor
        return {
            "list": self,
            "q": asked.q,
            "problems": self.problems,
            "cards": self.cards,
            "count_words": self._count_words(),
            "is_alike": self._page.is_alike,
            "sorts": self._sorts(),
            "is_first_page": not self._is_further,
            "first_url": self._address(),
            "next_url": self._address(**{"page" if self.sort == FREE else "cursor": following}) if following else "",
            "nearby_url": self._address(sort=NEAR) if asked.q and self.cards and self.sort != NEAR else "",
        }

    @property
    def is_near(self) -> bool:
        """Whether the list begins with the nearest stores."""
        return self.sort == NEAR

    @property
    def organizations(self) -> list[OrganizationDetail]:
        """The towns and chains of the stores on this page, each once."""
        return list({one.slug: one for card in self.cards for one in card.organizations}.values())

    def suggestions(self) -> list[tuple[str, str]]:
        """Return the typed words that some store has, with the addresses that search for each alone."""
        known = self._found.words.known
        return [(word, f"{self.url}?{urlencode({'q': word})}") for word in known if word != self.asked.q]

    def towns(self) -> list[tuple[TownFound, str]]:
        """Return the towns with the most stores, with the addresses that search for them."""
        return [(town, f"{self.url}?{urlencode({'q': town.name})}") for town in towns(limit=TOWNS_SHOWN)]

    def _sort(self) -> str:
        """Return the order: by name where "nearest" has no position, or "first free time" has too many stores."""
        asked = self.asked
        if asked.sort == NEAR and self._near is None and asked.q:
            self._near = self._found.middle()
            if self._near is None:
                self._say(_("Say which town you are near, by its name or postal code."))
            else:
                self._found = StoresFound()
        if asked.sort == FREE:
            if self.count <= FREE_SORTED_MAX:
                return FREE
            self._say(_("These are too many stores to sort by the first free time. Search for a town or a name first."))
        return NEAR if self._near is not None and asked.sort != NAME else NAME

    def _read_page(self) -> SlugsPage:
        try:
            return self._read(self.asked.cursor)
        except BadCursor:
            self._say(_("This page of the list does not exist. Here is the first one."))
            return self._read("")

    def _read(self, cursor: str) -> SlugsPage:
        self._is_further = bool(cursor)
        if self.sort == FREE:
            return self._by_first_free()
        if self.sort == NEAR and self._near is not None:
            return self._found.nearest(self._near, page_size=PAGE_SIZE, cursor=cursor)
        return self._found.by_name(page_size=PAGE_SIZE, cursor=cursor)

    def _by_first_free(self) -> SlugsPage:
        slugs = sooner_first(self._found.slugs(limit=FREE_SORTED_MAX), now=self._now)
        end = PAGE_SIZE * max(1, self.asked.page)
        self._is_further = end > PAGE_SIZE
        return SlugsPage(tuple(slugs[end - PAGE_SIZE : end]), str(self.asked.page + 1) if len(slugs) > end else None)

    def _sorts(self) -> list[SortLink]:
        """Return the orders to choose from; the nearest only where a position is known."""
        if self.count < 2 and self.sort != NEAR:
            return []
        named = {NAME: _("By name")}
        if self._near is not None:
            named[NEAR] = _("Nearest first")
        if self.count <= FREE_SORTED_MAX:
            named[FREE] = _("First free time")
        if len(named) < 2:
            return []
        return [SortLink(name, "" if sort == self.sort else self._address(sort=sort)) for sort, name in named.items()]

    def _count_words(self) -> str:
        if self.asked.sort == NEAR and self.asked.near is None and self._near is not None:
            return ""  # all stores, from that position
        if self.count > COUNTED_MAX:
            return _("More than {count} stores").format(count=COUNTED_MAX)
        return ngettext("{count} store", "{count} stores", self.count).format(count=self.count)

    def _address(self, **changed: str | None) -> str:
        query = urlencode(self.asked.given(**{name: value or "" for name, value in changed.items()}))
        return f"{self.url}?{query}" if query else self.url

    def _say(self, text: str) -> None:
        self.problems.append(FormProblem(text, "id_q"))
