"""The way to a store: addresses that the visitor's own map app or a map on the web understands. Nothing asks them."""

from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote

_MAP = "https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude}#map=18/{latitude}/{longitude}"


class HasPosition(Protocol):
    """A store as a model or as what a query returns."""

    @property
    def name(self) -> str: ...
    @property
    def latitude(self) -> float: ...
    @property
    def longitude(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Directions:
    """`app_url` opens the app a phone has for maps (RFC 5870), `map_url` a page on the web."""

    app_url: str
    map_url: str


def directions(store: HasPosition) -> Directions:
    """Return where a visitor may look up the way, who chooses whether and where."""
    place = f"{store.latitude},{store.longitude}"
    return Directions(
        app_url=f"geo:{place}?q={place}({quote(store.name, safe='')})",
        map_url=_MAP.format(latitude=store.latitude, longitude=store.longitude),
    )
