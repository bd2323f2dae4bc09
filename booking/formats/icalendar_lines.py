r"""Lines of a calendar file as text: escaped, and folded at 75 octets (RFC 5545, 3.1 and 3.3). Pure.

They are written here and not by icalendar, whose objects take fifty times as long for a feed of hundreds of visits; the
tests hold them against its lines, letter by letter.
"""

import unicodedata
from datetime import UTC, datetime
from functools import lru_cache
from urllib.parse import quote
from zoneinfo import ZoneInfo

from icalendar import vDatetime

LINE_END = "\r\n"
_LONGEST = 75
_ADDRESS_SAFE = "@!$&'*+-._~="
_QUOTED = frozenset(" ',;:\N{RIGHT SINGLE QUOTATION MARK}")


def written_line(name: str, value: str) -> str:
    """Return a line with its end; `value` is escaped already, `name` may hold parameters."""
    line = f"{name}:{value}"
    if len(line) <= _LONGEST and (line.isascii() or len(line.encode()) <= _LONGEST):
        return line + LINE_END
    return _folded(line) + LINE_END


def text_line(name: str, text: str) -> str:
    """Return a line whose value is a text, with its end."""
    return written_line(name, escaped(on_one_line(text)))


def address_line(name: str, email: str) -> str:
    """Return a line whose value is an e-mail address, with its end; `name` may hold parameters."""
    return written_line(name, mailto(email))


def mailto(email: str) -> str:
    """Return an e-mail address as the value of a property or parameter."""
    return f"mailto:{quote(email, safe=_ADDRESS_SAFE)}"


def named(text: str) -> str:
    """Return the parameter CN, where a quotation mark would end the name and "^" begins an escape (RFC 6868)."""
    name = on_one_line(text).replace('"', "'").replace("^", " ").strip()
    return f'CN="{name}"' if _QUOTED.intersection(name) else f"CN={name}"


def escaped(text: str) -> str:
    """Return a text on one line, without backslashes, as a value."""
    return text.replace(";", r"\;").replace(",", r"\,")


def on_one_line(text: str) -> str:
    """Return text on one line, without line breaks and control characters, which icalendar lets through.

    A backslash becomes a slash: programs would read a backslash before an N as a new line.
    """
    if not text.isprintable():
        kept = (" " if character.isspace() else character for character in text if not _is_control(character))
        text = "".join(kept)
    return text.replace("\\", "/")


def utc_text(moment: datetime) -> str:
    """Return an instant as a value in UTC."""
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


class WallTimes:
    """Writes the times of a store's visits, each of them once however many share it."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
        self.parameter, self.end = _zone_parts(zone)
        self._known: dict[datetime, tuple[str, bool]] = {}

    def lines(self, starts_at: datetime, ends_at: datetime) -> str:
        """Return start and end on the store's clock; in UTC where that clock shows one of them twice that night.

        A local time in a calendar file always means its first occurrence (RFC 5545, 3.3.5).
        """
        start, start_is_twofold = self._known.get(starts_at) or self._read(starts_at)
        end, end_is_twofold = self._known.get(ends_at) or self._read(ends_at)
        if start_is_twofold or end_is_twofold:
            return f"DTSTART:{utc_text(starts_at)}\r\nDTEND:{utc_text(ends_at)}\r\n"
        return f"DTSTART{self.parameter}:{start}{self.end}\r\nDTEND{self.parameter}:{end}{self.end}\r\n"

    def _read(self, moment: datetime) -> tuple[str, bool]:
        local = moment.astimezone(self.zone)
        is_twofold = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
        self._known[moment] = read = f"{local:%Y%m%dT%H%M%S}", is_twofold
        return read


@lru_cache(maxsize=1024)
def _zone_parts(zone: ZoneInfo) -> tuple[str, str]:
    """Return what stands before and behind a local time of a zone: its name as a parameter, or the Z of UTC."""
    moment = vDatetime(datetime(2026, 1, 1, tzinfo=zone))
    parameters = moment.params.to_ical().decode()
    return f";{parameters}" if parameters else "", "Z" if moment.is_utc() else ""


def _is_control(character: str) -> bool:
    """Tell whether a character is a control or half of a pair, white space aside."""
    return unicodedata.category(character) in ("Cc", "Cs") and not character.isspace()


def _folded(line: str) -> str:
    """Return a line in parts of fewer than 75 octets; no part ends with the first character of an escape."""
    parts: list[str] = []
    part, octets = "", 0
    for character in line:
        size = len(character.encode())
        if part and octets + size >= _LONGEST:
            kept = part[-1] if len(part) > 1 and part[-1] in "\\^" else ""
            parts.append(part[: len(part) - len(kept)])
            part, octets = kept, len(kept)
        part += character
        octets += size
    return f"{LINE_END} ".join([*parts, part])
