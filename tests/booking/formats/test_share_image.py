"""The picture of a shared link: every letter of it is one that its font has, joined and turned as it is written."""

from io import BytesIO

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFont, features

import booking.formats.share_image
from booking.formats.share_image import LETTERS_EVERYWHERE, LETTERS_JOINED, drawable

pytestmark = pytest.mark.plain

joined = pytest.mark.skipif(not features.check("raqm"), reason="Pillow finds no FriBiDi (apt-get install libfribidi0)")


def written(text: str, layout: ImageFont.Layout, *, size: int = 40) -> Image.Image:
    font = ImageFont.truetype(booking.formats.share_image._FONT, size, layout_engine=layout)
    image = Image.new("L", (size * 4, size * 3))
    ImageDraw.Draw(image).text((size // 2, size * 2), text, font=font, fill=255, anchor="ls")
    return image


def are_alike(one: Image.Image, other: Image.Image) -> bool:
    return ImageChops.difference(one, other).getbbox() is None


def test_font_has_every_letter_that_is_drawn() -> None:
    box = written("\uffff", ImageFont.Layout.BASIC)

    assert box.getbbox()
    missing = [
        one for one in LETTERS_EVERYWHERE | LETTERS_JOINED if are_alike(written(one, ImageFont.Layout.BASIC), box)
    ]
    assert missing == []


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Épicerie de l’Œuvre", "Épicerie de l’Œuvre"),
        ("E\N{COMBINING ACUTE ACCENT}picerie", "Épicerie"),
        ("Аптека №1 «Здоров’я» Ґ", "Аптека №1 «Здоров’я» Ґ"),
        ("Φαρμακείο Άλφα", "Φαρμακείο Άλφα"),
        ("Café ☕ Niort", "Café Niort"),
        ("Saint\N{NON-BREAKING HYPHEN}Maixent", "Saint-Maixent"),
        ("日本 - 薬局", ""),
        ("\N{RIGHT-TO-LEFT OVERRIDE}", ""),
        ("", ""),
    ],
)
def test_only_what_the_font_has_is_drawn(text: str, left: str) -> None:
    assert drawable(text) == left


@joined
def test_arabic_is_drawn_joined_and_from_the_right() -> None:
    assert drawable("صيدلية النور") == "صيدلية النور"
    # Each letter's form named by itself, from the left to the right; at this size no width is rounded.
    seen = "\N{ARABIC LETTER REH FINAL FORM}\N{ARABIC LETTER JEEM MEDIAL FORM}"
    seen += "\N{ARABIC LETTER TEH MEDIAL FORM}\N{ARABIC LETTER MEEM INITIAL FORM}"
    drawn = written("متجر", ImageFont.Layout.RAQM, size=1000)
    assert are_alike(drawn, written(seen, ImageFont.Layout.BASIC, size=1000))
    assert not are_alike(drawn, written("متجر", ImageFont.Layout.BASIC, size=1000))


def test_arabic_is_left_out_where_it_cannot_be_joined(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(features, "check", lambda feature: feature != "raqm")

    assert drawable("صيدلية النور") == ""
    assert drawable("Pharmacie النور") == "Pharmacie"


@pytest.mark.parametrize("name", ["ÅÉjgpqy", "ÅÉjgpqy " * 4, "Ünd so weiter " * 9])
def test_name_town_and_button_do_not_touch(name: str) -> None:
    town, call = "Åjgpqy", "Book a visit"

    of_name = where_they_differ(picture(name, "", ""), picture("", "", ""))
    of_town = where_they_differ(picture(name, town, call), picture(name, "", call))
    of_call = where_they_differ(picture(name, town, call), picture(name, town, ""))

    ends = [edge for box in (of_name, of_town, of_call) for edge in (box[1], box[3])]
    assert ends == sorted(ends)


def picture(*texts: str) -> Image.Image:
    return Image.open(BytesIO(booking.formats.share_image._drawn(*texts))).convert("RGB")


def where_they_differ(one: Image.Image, other: Image.Image) -> tuple[int, int, int, int]:
    """Return the box around what only one of two pictures has: left, top, right, bottom."""
    box = ImageChops.difference(one, other).convert("L").point(lambda value: 255 if value > 60 else 0).getbbox()
    assert box
    return box


@joined
def test_card_in_arabic_is_laid_out_from_the_right() -> None:
    in_arabic, in_english = picture("صيدلية", "نيور", "احجز"), picture("صيدلية", "نيور", "Book")

    green, paper = (15, 92, 77), (255, 253, 249)
    assert [in_arabic.getpixel((across, 540)) for across in (100, 1100)] == [paper, green]
    assert [in_english.getpixel((across, 540)) for across in (100, 1100)] == [green, paper]
