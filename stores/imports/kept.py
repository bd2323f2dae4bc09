"""What a line of an import says of values that people changed by hand. Pure."""

from collections.abc import Collection


def kept_in_words(kept: Collection[str]) -> str:
    """Return the end of a line, " kept: name, position"; "" where nothing was kept."""
    names = ["position" if name in ("latitude", "longitude") else name.replace("_", " ") for name in kept]
    return f" kept: {', '.join(dict.fromkeys(names))}" if names else ""
