"""How long a way on a phone takes a person, predicted by the keystroke-level model.

Card, Moran and Newell (1980) add up what each step of a way costs: a key, a point at something, a thought before it.
The model knows no doubts, no interruptions and no small print: it compares ways, it does not promise seconds.
"""

from dataclasses import dataclass, replace

KEY_SECONDS = 0.2
POINT_SECONDS = 1.1
THOUGHT_SECONDS = 1.2
SLOWNESS = 2.5  # of a person who does each step slowly


@dataclass(frozen=True)
class Way:
    """The steps of a person from the first page to the last one."""

    taps: int = 0
    fields: int = 0
    pages: int = 0
    letters: int = 0
    scrolls: int = 0

    def tap(self, *, is_in_sight: bool) -> "Way":
        """Return the way with a tap more, after a scroll where the button is not in sight."""
        return replace(self, taps=self.taps + 1, scrolls=self.scrolls + (not is_in_sight))

    def fill(self, text: str, *, is_in_sight: bool) -> "Way":
        """Return the way with a field more, typed letter by letter."""
        return replace(
            self, fields=self.fields + 1, letters=self.letters + len(text), scrolls=self.scrolls + (not is_in_sight)
        )

    def open_page(self) -> "Way":
        """Return the way with a page more."""
        return replace(self, pages=self.pages + 1)

    @property
    def hand_seconds(self) -> float:
        """The seconds of hand and head: before each tap and field a thought and a point, before each scroll a point.

        Nothing is filled in by the phone: a person whose phone does that is faster.
        """
        aimed = self.taps + self.fields
        points = aimed + self.scrolls
        return aimed * THOUGHT_SECONDS + points * POINT_SECONDS + (self.taps + self.letters) * KEY_SECONDS

    def seconds(self, machine_seconds: float, *, slowness: float = 1.0) -> float:
        """Return the predicted seconds of a person, with those in which they wait for the machine."""
        return self.hand_seconds * slowness + machine_seconds
