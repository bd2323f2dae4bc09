"""The picture beside a shared link (og:image), 1200 × 630 PNG: a store's name and town, and what the link is for.

Noto Sans comes along (`fonts/`) and writes Latin, Greek, Cyrillic and Arabic. Other letters are left out, as an empty
box would only confuse; so are Arabic ones on a machine without the library FriBiDi, which Pillow loads to join them and
to write them from the right.
"""

import secrets
import unicodedata
from contextlib import suppress
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path

from django.conf import settings
from PIL import Image, ImageDraw, ImageFont, features

SIZE = (1200, 630)
PAPER, INK, SOFT, GO, ON_GO, BRASS = "#fffdf9", "#1c2430", "#4a5565", "#0f5c4d", "#ffffff", "#8a5a00"
MARGIN = 90
BELL = 64
LOOK = 2  # raised with every change of the drawing
CARDS_KEPT = timedelta(days=60)
LARGEST, LARGEST_OF_TWO_LINES, SMALLEST = 96, 84, 44
_FONT = Path(__file__).with_name("fonts") / "noto-sans-medium.ttf"
# Characters of the font that Pillow draws correctly by itself: letters, digits, and separators of words.
LETTERS_EVERYWHERE = frozenset(
    map(
        chr,
        (
            *(*range(0x20, 0x7F), *range(0xA0, 0x180), *range(0x218, 0x21C)),
            *(*range(0x388, 0x38B), *range(0x38E, 0x3A2), *range(0x3A3, 0x3CF)),
            *range(0x400, 0x460),
        ),
    )
) | set("ґҐʼ‘’‚“”„†•–—…′″‹›€№™ẞΆΌ")
# Arabic characters of the font, which Pillow can join and order only with FriBiDi.
LETTERS_JOINED = frozenset(map(chr, (*range(0x600, 0x700), 0x200C, 0x200D)))
_PLAIN_HYPHENS = {0x2010: "-", 0x2011: "-"}


@lru_cache(maxsize=256)
def store_card(name: str, town: str, call: str) -> bytes:
    """Return the picture for a store; `call` says in the reader's language what the link is for.

    It is drawn once and then read from DATA_DIR: drawing takes ten times as long as any other page.
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
    """Delete pictures drawn a while ago, and return how many; stores with the same name draw theirs anew."""
    old = [one for one in _folder().glob("*") if one.stat().st_mtime < (now - CARDS_KEPT).timestamp()]
    for one in old:
        one.unlink(missing_ok=True)
    return len(old)


def _folder() -> Path:
    return Path(settings.DATA_DIR) / "cards"


def _drawn(name: str, town: str, call: str) -> bytes:
    card = Image.new("RGB", SIZE, PAPER)
    draw = ImageDraw.Draw(card)
    name, town, call = map(drawable, (name, town, call))
    # A card in a language that is written from the right is laid out from there.
    is_mirrored = _is_written_from_the_right(call)
    edge, side, onward = (SIZE[0] - MARGIN, "r", -1) if is_mirrored else (MARGIN, "l", 1)
    draw.rectangle((0, 0, SIZE[0], 18), fill=GO)
    _bell(draw, edge - BELL if is_mirrored else edge, 84)
    draw.text((edge + onward * 92, 134), "Carillon", font=_font(44), fill=INK, anchor=f"{side}s")
    lines, font = _fitted(name)
    base = 200.0
    for number, line in enumerate(lines):
        base += font.size * (1.2 if number else 0.95)
        draw.text((edge, base), line, font=font, fill=INK, anchor=f"{side}s")
    draw.text((edge, base + 68), town, font=_font(46), fill=SOFT, anchor=f"{side}s")
    if call:
        font_of_call = _font(44)
        ends = sorted((edge, edge + onward * (draw.textlength(call, font=font_of_call) + 80)))
        draw.rounded_rectangle((ends[0], 500, ends[1], 580), radius=16, fill=GO)
        draw.text((sum(ends) / 2, 556), call, font=font_of_call, fill=ON_GO, anchor="ms")
    file = BytesIO()
    card.quantize(64).save(file, "PNG", optimize=True)
    return file.getvalue()


def drawable(text: str) -> str:
    """Return a text without the characters that cannot be drawn; "" if no letter or digit is left."""
    letters = LETTERS_EVERYWHERE | LETTERS_JOINED if features.check("raqm") else LETTERS_EVERYWHERE
    composed = unicodedata.normalize("NFC", text).translate(_PLAIN_HYPHENS)
    left = " ".join("".join(letter for letter in composed if letter in letters).split())
    return left if any(map(str.isalnum, left)) else ""


def _is_written_from_the_right(text: str) -> bool:
    """Tell whether the first letter with a direction belongs to a script written from right to left."""
    directions = map(unicodedata.bidirectional, text)
    return next((one for one in directions if one in ("L", "R", "AL")), "L") != "L"


def _fitted(name: str) -> tuple[list[str], ImageFont.FreeTypeFont]:
    """Return a name in one line, or in two that leave room for the town, as large as fits."""
    room = SIZE[0] - 2 * MARGIN
    for size in range(LARGEST, SMALLEST - 1, -4):
        font = _font(size)
        lines = _broken(name, font, room)
        if len(lines) <= (1 if size > LARGEST_OF_TWO_LINES else 2):
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
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(_FONT, size)


def _bell(draw: ImageDraw.ImageDraw, left: int, top: int) -> None:
    """Draw the bell of the icon, BELL pixels wide."""
    outline = [(10, 50), (16, 40), (16, 28), (20, 16), (32, 10), (44, 16), (48, 28), (48, 40), (54, 50), (10, 50)]
    draw.line([(left + x, top + y) for x, y in outline], fill=BRASS, width=6, joint="curve")
    draw.arc((left + 24, top + 48, left + 40, top + 62), 0, 180, fill=BRASS, width=6)
    draw.line((left + 32, top + 2, left + 32, top + 10), fill=BRASS, width=6)
