"""Sections of the report, in words: each part as a chart, and as a table with the same content."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.dates import WEEKDAYS
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from booking.bookings.feedback import answer_in_words
from booking.formats.bar_charts import Bar, BarChart, drawn
from booking.formats.spreadsheets import Cell
from booking.formatting import day_in_words, stretch_in_words, visit_type_name
from booking.message_kinds import Kind
from booking.models import FeedbackAnswer, Source
from booking.reports.answer_groups import LEAST_SHOWN, answer_groups
from booking.reports.tallies import LEAD_DAYS, MessageCount, Report, VisitOutcome, Waits
from booking.staff.reports.message_costs import message_words, segments_cell, sent_texts, state_words
from notifications.models import State
from stores.hours import ONE_DAY

PARTS = ("visits", "lead", "weekdays", "waits", "places", "channels", "messages")
FEEDBACK = "feedback"  # only where customers were asked after their visit
_TO_COME = (State.DUE, State.SENDING)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the report; the first cell of each row names the row."""

    name: str
    title: str
    words: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    parts: tuple[str, ...]
    bars: tuple[Bar, ...]
    full: float = 0
    note: str = ""
    foot: tuple[Cell, ...] = ()  # the sum of the rows

    @property
    def chart(self) -> SafeString:
        """The chart as SVG; "" where there is nothing to draw."""
        if not self.bars:
            return SafeString()
        chart = BarChart(f"chart-{self.name}", self.title, self.words, self.parts, self.bars, self.full)
        return mark_safe(drawn(chart))  # noqa: S308  # the chart escapes every text in it


def parts_of(report: Report, *, cents: Decimal) -> tuple[Part, ...]:
    """Return all parts, in the order of the page; a segment costs so many cents, 0 where the price is unknown."""
    return (
        _visits(report),
        _no_shows("lead", _("Who did not come, by how long before they booked"), _("Booked"), _by_lead(report)),
        _no_shows("weekdays", _("Who did not come, by weekday"), _("Weekday"), _by_weekday(report)),
        _waits(report),
        _places(report),
        _channels(report.sources),
        _messages(report.messages, cents=cents),
        *_feedback(report),
    )


def _visits(report: Report) -> Part:
    head = (_("Came"), _("Did not come"), _("Cancelled"), _("Still open"))
    total = report.total
    counted = [
        (label, (one.came, one.no_show, one.cancelled, one.open))
        for label, one in zip(_periods(report), report.by_period.values(), strict=True)
    ]
    return Part(
        "visits",
        _("Visits"),
        _("{came} came, {no_show} did not come, {cancelled} cancelled.").format(
            came=total.came, no_show=total.no_show, cancelled=total.cancelled
        ),
        (_("Days"), *head),
        tuple((label, *values) for label, values in counted),
        head,
        tuple(Bar(label, values, str(sum(values))) for label, values in counted) if any(outcomes(total)) else (),
    )


def _no_shows(name: str, title: str, first: str, counted: Iterable[tuple[str, VisitOutcome]]) -> Part:
    rows = [(label, one) for label, one in counted if one.ended]
    missed, ended = sum(one.no_show for _, one in rows), sum(one.ended for _, one in rows)
    return Part(
        name,
        title,
        _("{share} % did not come: {missed} of {count}.").format(share=share(missed, ended), missed=missed, count=ended)
        if ended
        else _("Nothing happened yet."),
        (first, _("Came"), _("Did not come"), _("Share in %")),
        tuple((label, one.came, one.no_show, share(one.no_show, one.ended)) for label, one in rows),
        (_("Did not come"),),
        tuple(Bar(label, (one.no_show / one.ended,), of(one.no_show, one.ended)) for label, one in rows),
        full=1,
        note=_("Walk-ins are not counted here."),
    )


def _waits(report: Report) -> Part:
    rows = [(_hour(hour), one) for hour, one in report.waits_by_hour.items()]
    return Part(
        "waits",
        _("Waits from arriving to being served"),
        wait_words(report.waits) if report.waits.count else _("Nobody's wait was noted."),
        (_("Arrived"), _("Visits"), _("Half waited at most, minutes"), _("9 of 10 waited at most, minutes")),
        tuple((label, one.count, one.median, one.ninetieth) for label, one in rows),
        (_("Half waited at most"), _("9 of 10 waited at most")),
        tuple(wait_bar(label, one) for label, one in rows),
    )


def _places(report: Report) -> Part:
    rows = [(_hour(hour), use) for hour, use in report.use_by_hour.items() if use.offered]
    taken, offered = sum(use.taken for _, use in rows), sum(use.offered for _, use in rows)
    return Part(
        "places",
        _("Use of places by hour"),
        _("{share} % of the places were taken: {taken} of {count}.").format(
            share=share(taken, offered), taken=taken, count=offered
        )
        if offered
        else _("There were no places on these days."),
        (_("Hour"), _("Places taken"), _("Places"), _("Share in %")),
        tuple((label, use.taken, use.offered, share(use.taken, use.offered)) for label, use in rows),
        (_("Places taken"),),
        tuple(Bar(label, (use.taken / use.offered,), of(use.taken, use.offered)) for label, use in rows),
        full=1,
        note=_("Times that nobody booked are counted by today's hours and desks."),
    )


def _channels(sources: Mapping[str, int]) -> Part:
    words = {
        Source.WEB: _("Website"),
        Source.API: _("Partner"),
        Source.SMS: _("Text message"),
        Source.PHONE: _("Phone"),
        Source.DESK: _("At the desk"),
        Source.WALK_IN: _("Walk-in"),
    }
    total = sum(sources.values())
    rows = [(words[Source(source)], count) for source, count in sources.items()]
    return Part(
        "channels",
        _("How visits were booked"),
        ngettext("{count} visit, cancelled ones too.", "{count} visits, cancelled ones too.", total).format(
            count=total
        ),
        (_("Way"), _("Visits"), _("Share in %")),
        tuple((label, count, share(count, total)) for label, count in rows),
        (_("Visits"),),
        tuple(Bar(label, (count,), str(count)) for label, count in rows) if total else (),
    )


def _messages(messages: Sequence[MessageCount], *, cents: Decimal) -> Part:
    rows = [(message_words(one), state_words(one.state), one.count, segments_cell(one)) for one in messages]
    sums: dict[str, list[int]] = {}
    for one in messages:
        place = 0 if one.has_left else 1 if one.state in _TO_COME else 2
        sums.setdefault(message_words(one), [0, 0, 0])[place] += one.count
    texts = sent_texts(messages)
    return Part(
        "messages",
        _("Messages"),
        texts.in_words(cents),
        (_("Message"), _("State"), _("Count"), _("Segments of text messages")),
        tuple(rows),
        (_("Sent"), _("Still to send"), _("Not sent")),
        tuple(Bar(label, tuple(values), str(sum(values))) for label, values in sums.items()),
        note=texts.note(cents),
    )


def _feedback(report: Report) -> Iterable[Part]:
    """Yield what customers answered after their visits; nothing where nobody was asked."""
    asked = sum(one.count for one in report.messages if one.kind == Kind.FEEDBACK and one.has_left)
    groups = answer_groups(report.feedback)
    total = sum((answers for _names, answers in groups), Counter())
    answered = sum(sum(answers.values()) for answers in report.feedback.values())
    if not asked and not answered:
        return
    said = _("{answered} of {asked} people who were asked have answered.").format(
        answered=answered, asked=max(asked, answered)
    )
    if groups:
        yes, partly, no = (share(total[answer], answered) for answer in FeedbackAnswer)
        shares = _("{yes} % said yes, {partly} % partly, {no} % no.").format(yes=yes, partly=partly, no=no)
    else:
        shares = _("What they said is shown from {count} answers on.").format(count=LEAST_SHOWN)
    rows = [
        (", ".join(map(visit_type_name, names)), tuple(answers[answer] for answer in FeedbackAnswer))
        for names, answers in groups
    ]
    heads = tuple(map(answer_in_words, FeedbackAnswer))
    yield Part(
        FEEDBACK,
        _("Did the visit give what people came for?"),
        f"{said} {shares}",
        (_("Kind of visit"), *heads, _("Answers")),
        tuple((label, *values, sum(values)) for label, values in rows),
        heads,
        tuple(Bar(label, values, str(sum(values))) for label, values in rows),
        note=_("Kinds of visits with fewer than {count} answers stand together, so that nobody is named.").format(
            count=LEAST_SHOWN
        ),
        foot=(_("Total"), *(total[answer] for answer in FeedbackAnswer), answered) if len(rows) > 1 else (),
    )


def _periods(report: Report) -> list[str]:
    """Return the name of each period: a day by its date, a week or a month by its ends."""
    starts = list(report.by_period)
    days = (report.to_date - report.from_date).days + 1
    if len(starts) == days:
        return [capfirst(day_in_words(day)) for day in starts]
    ends = [day - ONE_DAY for day in starts[1:]] + [report.to_date]
    return [f"{stretch_in_words(first, last)} {last.year}" for first, last in zip(starts, ends, strict=True)]


def _by_lead(report: Report) -> list[tuple[str, VisitOutcome]]:
    words = []
    for first, following in zip(LEAD_DAYS, (*LEAD_DAYS[1:], None), strict=True):
        if first == 0:
            words.append(_("the same day"))
        elif following is None:
            words.append(_("{count} days before or more").format(count=first))
        elif following == first + 1:
            words.append(ngettext("{count} day before", "{count} days before", first).format(count=first))
        else:
            words.append(_("{first} to {last} days before").format(first=first, last=following - 1))
    return list(zip(map(capfirst, words), report.by_lead.values(), strict=True))


def _by_weekday(report: Report) -> list[tuple[str, VisitOutcome]]:
    return [(capfirst(str(WEEKDAYS[weekday])), one) for weekday, one in report.by_weekday.items()]


def wait_bar(label: str, waits: Waits) -> Bar:
    """Return the bar of a wait: its median, and from there to the ninetieth percentile."""
    words = _("{median} min, {ninetieth} min").format(median=waits.median, ninetieth=waits.ninetieth)
    return Bar(label, (waits.median, waits.ninetieth - waits.median), words)


def wait_words(waits: Waits) -> str:
    """Return how long people waited, in words."""
    return _("Half waited at most {median} min, 9 of 10 at most {ninetieth} min.").format(
        median=waits.median, ninetieth=waits.ninetieth
    )


def _hour(hour: int) -> str:
    return _("{hour}:00–{last}:59").format(hour=hour, last=hour)


def of(part: int, whole: int) -> str:
    """Return a share in words."""
    return _("{share} % ({part} of {whole})").format(share=share(part, whole), part=part, whole=whole)


def share(part: int, whole: int) -> int:
    """Return a percentage; 0 of nothing."""
    return round(100 * part / whole) if whole else 0


def outcomes(one: VisitOutcome) -> tuple[int, ...]:
    """Return the columns of how visits ended."""
    return one.came, one.no_show, one.cancelled, one.open
