"""The place in a call: all that the dialogue remembers, carried in the address that the next key goes to.

Nothing of a call is stored. The provider signs the whole address, so nobody else can name a place.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse

MOST_OFFERED = 3
_LONGEST = 100
_KINDS_LONGEST = 1000
_LATEST = 2**33


class Step(StrEnum):
    """What the caller has been asked."""

    LANGUAGE = "language"
    WISH = "wish"
    KIND = "kind"
    TIME = "time"
    BOOK = "book"
    CHANGE = "change"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a call. `visit` is the reference of the visit that is changed, `hold` the token of a kept place."""

    step: Step
    language: str = ""
    kind: str = ""
    kinds: tuple[str, ...] = ()  # the slugs of those said, in the order of their keys
    times: tuple[datetime, ...] = ()  # those offered, in the order of their keys
    hold: str = ""
    visit: str = ""
    is_repeated: bool = False

    @property
    def url(self) -> str:
        """The address to which the next key goes."""
        said = {
            "step": self.step,
            "language": self.language,
            "kind": self.kind,
            "kinds": ",".join(self.kinds),
            "times": ",".join(f"{moment.timestamp():.0f}" for moment in self.times),
            "hold": self.hold,
            "visit": self.visit,
            "again": "1" if self.is_repeated else "",
        }
        query = urlencode({name: value for name, value in said.items() if value})
        return f"{settings.PUBLIC_URL}{reverse('twilio-voice')}?{query}"

    def repeated(self) -> "Place":
        """Return the same place, where what was asked has been asked twice."""
        return replace(self, is_repeated=True)


def read_place(query: Mapping[str, str]) -> Place | None:
    """Return the place that an address names; None at the beginning of a call."""
    try:
        step = Step(query["step"])
    except (KeyError, ValueError):
        return None
    language = query.get("language", "")
    seconds = [int(one) for one in query.get("times", "")[:_LONGEST].split(",") if one.isascii() and one.isdigit()]
    return Place(
        step=step,
        language=language if language in settings.STAFF_LANGUAGES else "",
        kind=query.get("kind", "")[:_LONGEST],
        kinds=tuple(filter(None, query.get("kinds", "")[:_KINDS_LONGEST].split(","))),
        times=tuple(datetime.fromtimestamp(one, UTC) for one in seconds[:MOST_OFFERED] if one < _LATEST),
        hold=query.get("hold", "")[:_LONGEST],
        visit=query.get("visit", "")[:_LONGEST],
        is_repeated=bool(query.get("again")),
    )
