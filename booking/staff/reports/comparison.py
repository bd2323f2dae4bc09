"""A report beside that of the time before, as a table."""

from decimal import Decimal

from django.utils.translation import gettext as _

from booking.formats.spreadsheets import Cell
from booking.formatting import stretch_in_words
from booking.models import Source
from booking.reports.tallies import Report
from booking.staff.reports.message_costs import amount_in_words, sent_texts
from booking.staff.reports.sections import Part, share

_UNKNOWN = "–"


def comparison(report: Report, earlier: Report, *, cents: Decimal) -> Part:
    """Return the main figures of both; a segment of a text costs so many cents, 0 where the price is unknown."""
    return Part(
        "comparison",
        _("Beside the time before"),
        _("{days} beside {days_before}.").format(days=_days(report), days_before=_days(earlier)),
        ("", _("Now"), _("Before"), _("Difference")),
        tuple(
            (words, now, before, _change(now, before))
            for (words, now), (_words, before) in zip(
                _figures(report, cents=cents), _figures(earlier, cents=cents), strict=True
            )
        ),
        (),
        (),
    )


def _days(report: Report) -> str:
    return f"{stretch_in_words(report.from_date, report.to_date)} {report.to_date.year}"


def _figures(report: Report, *, cents: Decimal) -> list[tuple[str, Cell]]:
    """Return each figure with its name; a share of nothing is unknown."""
    total, awaited, sources = report.total, report.awaited, report.sources
    texts = sent_texts(report.messages)
    booked = sum(sources.values())
    figures: list[tuple[str, Cell]] = [
        (_("Came"), total.came),
        (_("Cancelled"), total.cancelled),
        (_("Did not come, in %"), share(awaited.no_show, awaited.ended) if awaited.ended else _UNKNOWN),
        (_("Booked on the website, in %"), share(sources[Source.WEB], booked) if booked else _UNKNOWN),
        (_("Places taken, in %"), share(report.use.taken, report.use.offered) if report.use.offered else _UNKNOWN),
        (_("Text messages sent"), texts.count),
    ]
    if cents:
        figures.append((_("Cost of text messages"), amount_in_words(texts.segments, cents)))
    return figures


def _change(now: Cell, before: Cell) -> Cell:
    """Return a difference with its sign; a dash where one of the two is no number."""
    if not isinstance(now, int) or not isinstance(before, int):
        return _UNKNOWN
    return f"{now - before:+d}".replace("-", "−") if now != before else "0"
