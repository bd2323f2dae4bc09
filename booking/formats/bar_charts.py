"""Bar charts as SVG. Patterns tell the parts of a bar apart, so that no color is needed. Pure."""

from dataclasses import dataclass
from itertools import accumulate
from xml.sax.saxutils import escape, quoteattr

WIDTH = 360  # as wide as a narrow phone's column, so that words are not smaller there
ROW, WORDS_AT, BAR_AT, BAR = 44, 15, 22, 14
PATTERNS = ("solid", "stripes", "dots", "bare")
_LEGEND_ROW = 26
_PAINTS = {
    "stripes": '<path class="chart-ink" d="M-2 2 2-2M0 8 8 0M6 10 10 6"/>',
    "dots": '<circle class="chart-dot" cx="2" cy="2" r="1.3"/><circle class="chart-dot" cx="6" cy="6" r="1.3"/>',
}


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar, with its `label`. Its `values` are drawn one after the other; `words` says the amount."""

    label: str
    values: tuple[float, ...]
    words: str


@dataclass(frozen=True, slots=True)
class BarChart:
    """`name` is unique on the page; `parts` says what each value is, one after the other; `full` is a whole bar."""

    name: str
    title: str
    description: str
    parts: tuple[str, ...]
    bars: tuple[Bar, ...]
    full: float = 0


def pieces(bar: Bar, *, full: float) -> list[tuple[float, float]]:
    """Return where each part of a bar begins and how wide it is: never beyond the paper, never one over another."""
    if full <= 0:
        return [(0.0, 0.0)] * len(bar.values)
    ends = [min(WIDTH, round(total / full * WIDTH, 1)) for total in accumulate(max(0, value) for value in bar.values)]
    return [(begin, round(end - begin, 1)) for begin, end in zip([0.0, *ends], ends, strict=False)]


def drawn(chart: BarChart) -> str:
    """Return the chart as SVG, every word escaped."""
    full = chart.full or max((sum(bar.values) for bar in chart.bars), default=0)
    has_legend = len(chart.parts) > 1
    top = _LEGEND_ROW * len(chart.parts) + 6 if has_legend else 0
    height = top + ROW * len(chart.bars)
    body = [_pattern(chart.name, name) for name in PATTERNS[: len(chart.parts)] if name in _PAINTS]
    if has_legend:
        body += [_legend(chart.name, number, part) for number, part in enumerate(chart.parts)]
    body += [_row(chart.name, bar, top + ROW * number, full) for number, bar in enumerate(chart.bars)]
    ids = f"{chart.name}-title", f"{chart.name}-desc"
    return (
        f'<svg class="chart" viewBox="0 0 {WIDTH} {height}" role="img" aria-labelledby={quoteattr(" ".join(ids))}>'
        f"<title id={quoteattr(ids[0])}>{escape(chart.title)}</title>"
        f"<desc id={quoteattr(ids[1])}>{escape(chart.description)}</desc>"
        f"{''.join(body)}</svg>"
    )


def _row(name: str, bar: Bar, top: float, full: float) -> str:
    rects = "".join(
        _rect(name, number, begin, top + BAR_AT, wide)
        for number, (begin, wide) in enumerate(pieces(bar, full=full))
        if wide > 0
    )
    return (
        f'<text x="0" y="{top + WORDS_AT}">{escape(bar.label)}</text>'
        f'<text class="chart-words" x="{WIDTH}" y="{top + WORDS_AT}">{escape(bar.words)}</text>'
        f'<path class="chart-ground" d="M0 {top + BAR_AT + BAR}H{WIDTH}"/>{rects}'
    )


def _legend(name: str, number: int, part: str) -> str:
    top = number * _LEGEND_ROW
    return f'{_rect(name, number, 1, top + 3, 22)}<text x="32" y="{top + WORDS_AT}">{escape(part)}</text>'


def _rect(name: str, number: int, x: float, y: float, width: float) -> str:
    pattern = PATTERNS[number % len(PATTERNS)]
    paint = f' fill="url(#{name}-{pattern})"' if pattern in _PAINTS else ""
    return f'<rect class="chart-{pattern}" x="{x}" y="{y}" width="{width}" height="{BAR}"{paint}/>'


def _pattern(name: str, pattern: str) -> str:
    paint = _PAINTS[pattern]
    return f'<pattern id="{name}-{pattern}" width="8" height="8" patternUnits="userSpaceOnUse">{paint}</pattern>'
