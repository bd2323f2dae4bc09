"""Links to a store on a map: in the visitor's map app, or on the web. Our pages load nothing from them."""

from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote

_MAP = "https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude}#map=18/{latitude}/{longitude}"


class HasPosition(Protocol):
    """A store with a position: a model, or the result of a query."""

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
    """Return the links by which a visitor can look up the way to a store."""
    place = f"{store.latitude},{store.longitude}"
    return Directions(
        app_url=f"geo:{place}?q={place}({quote(store.name, safe='')})",
        map_url=_MAP.format(latitude=store.latitude, longitude=store.longitude),
    )
