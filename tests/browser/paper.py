"""What comes out of the printer: the sheets of a PDF as text, and as gray pictures."""

from dataclasses import dataclass

import pypdfium2
from PIL import Image

DOTS = 2  # a point
WHITE = 250  # and lighter


@dataclass(frozen=True)
class Sheet:
    """One sheet; its size is in points."""

    size: tuple[int, int]
    text: str
    picture: Image.Image

    @property
    def ink(self) -> float:
        """Return the share of the sheet that is not white."""
        light = sum(self.picture.histogram()[WHITE:])
        return 1 - light / (self.picture.width * self.picture.height)

    @property
    def margins(self) -> tuple[float, float, float, float]:
        """Return how many points stay white on the left, on top, on the right and at the bottom."""
        box = self.picture.point(lambda gray: 255 if gray < WHITE else 0).getbbox()
        assert box, "an empty sheet"
        left, top, right, bottom = (side / DOTS for side in box)
        return left, top, self.picture.width / DOTS - right, self.picture.height / DOTS - bottom


def sheets(pdf: bytes) -> list[Sheet]:
    """Return the sheets of a PDF in their order."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [
            Sheet(
                size=(round(page.get_width()), round(page.get_height())),
                text=page.get_textpage().get_text_bounded(),
                picture=page.render(scale=DOTS).to_pil().convert("L"),
            )
            for page in document
        ]
    finally:
        document.close()
