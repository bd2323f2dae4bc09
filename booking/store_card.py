"""The picture that stands beside a shared link: a store's name and town, and what can be done there. PNG, 1200 × 630.

Roboto comes along and writes Latin, Greek and Cyrillic. Other letters are drawn with DejaVu where the machine has it,
and left out where it has not, as an empty box would say less than nothing.
"""

import secrets
from contextlib import suppress
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path

from django.conf import settings
from font_roboto import RobotoMedium
from PIL import Image, ImageDraw, ImageFont

SIZE = (1200, 630)
PAPER, INK, SOFT, GO, ON_GO, BRASS = "#fffdf9", "#1c2430", "#4a5565", "#0f5c4d", "#ffffff", "#8a5a00"
MARGIN = 90
LOOK = 1  # raised with every change of how it is drawn
CARDS_KEPT = timedelta(days=60)
LARGEST, SMALLEST = 96, 44
_WIDE_LETTERS = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
_OWN_LETTERS = frozenset(map(chr, (*range(0x20, 0x7F), *range(0xA0, 0x180), *range(0x400, 0x460)))) | set("ґҐ’‘“”–—…€")


@lru_cache(maxsize=256)
def store_card(name: str, town: str, call: str) -> bytes:
    """Return the picture for a store; `call` says in the reader's language what the link is for.

    Drawn once and then read from DATA_DIR: to draw it takes ten times as long as any other page.
    """
    kept = _folder() / f"{sha256(repr((LOOK, name, town, call)).encode()).hexdigest()[:32]}.png"
    with suppress(OSError):
        return kept.read_bytes()
    drawn = _drawn(name, town, call)
    with suppress(OSError):  # a full disk: it is drawn again next time
        kept.parent.mkdir(mode=0o700, exist_ok=True)
        fresh = kept.with_name(f".{secrets.token_hex(8)}")
        fresh.write_bytes(drawn)
        fresh.replace(kept)
    return drawn


def drop_old_cards(*, now: datetime) -> int:
    """Delete pictures drawn a while ago: a store that still has this name draws its own anew. Return how many."""
    old = [one for one in _folder().glob("*") if one.stat().st_mtime < (now - CARDS_KEPT).timestamp()]
    for one in old:
        one.unlink(missing_ok=True)
    return len(old)


def _folder() -> Path:
    return Path(settings.DATA_DIR) / "cards"


def _drawn(name: str, town: str, call: str) -> bytes:
    card = Image.new("RGB", SIZE, PAPER)
    draw = ImageDraw.Draw(card)
    draw.rectangle((0, 0, SIZE[0], 18), fill=GO)
    _bell(draw, MARGIN, 84)
    draw.text((MARGIN + 92, 92), "Carillon", font=_font("Carillon", 44), fill=INK)
    lines, font = _fitted(name)
    top = 210.0
    for line in lines:
        draw.text((MARGIN, top), line, font=font, fill=INK)
        top += font.size * 1.2
    if _can_be_drawn(town):
        draw.text((MARGIN, top + 12), town, font=_font(town, 46), fill=SOFT)
    if _can_be_drawn(call):
        font_of_call = _font(call, 44)
        width = draw.textlength(call, font=font_of_call)
        draw.rounded_rectangle((MARGIN, 500, MARGIN + width + 80, 580), radius=16, fill=GO)
        draw.text((MARGIN + 40, 540), call, font=font_of_call, fill=ON_GO, anchor="lm")
    file = BytesIO()
    card.quantize(64).save(file, "PNG", optimize=True)
    return file.getvalue()


def _fitted(name: str) -> tuple[list[str], ImageFont.FreeTypeFont]:
    """Return a name in one or two lines, as large as fits."""
    if not _can_be_drawn(name):
        return [], _font("", SMALLEST)
    room = SIZE[0] - 2 * MARGIN
    for size in range(LARGEST, SMALLEST - 1, -4):
        font = _font(name, size)
        lines = _broken(name, font, room)
        if len(lines) <= 2:
            return lines, font
    return [*lines[:1], lines[1].rstrip() + "…"], font


def _broken(text: str, font: ImageFont.FreeTypeFont, room: int) -> list[str]:
    """Break a text between words into lines that fit; a word that is too long is cut."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if font.getlength(longer) <= room:
            lines[-1] = longer
            continue
        while font.getlength(word) > room:
            word = word[:-1]
        lines.append(word)
    return [line for line in lines if line]


@lru_cache(maxsize=64)
def _font_of(size: int, is_wide: bool) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(_WIDE_LETTERS if is_wide else RobotoMedium, size)


def _font(text: str, size: int) -> ImageFont.FreeTypeFont:
    return _font_of(size, is_wide=not set(text) <= _OWN_LETTERS)


def _can_be_drawn(text: str) -> bool:
    return bool(text) and (set(text) <= _OWN_LETTERS or _WIDE_LETTERS.exists())


def _bell(draw: ImageDraw.ImageDraw, left: int, top: int) -> None:
    """Draw the bell of the icon, 64 pixels wide."""
    outline = [(10, 50), (16, 40), (16, 28), (20, 16), (32, 10), (44, 16), (48, 28), (48, 40), (54, 50), (10, 50)]
    draw.line([(left + x, top + y) for x, y in outline], fill=BRASS, width=6, joint="curve")
    draw.arc((left + 24, top + 48, left + 40, top + 62), 0, 180, fill=BRASS, width=6)
    draw.line((left + 32, top + 2, left + 32, top + 10), fill=BRASS, width=6)
