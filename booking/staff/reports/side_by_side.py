"""An organization's stores side by side, in words: a chart of the largest, and a table of all with their sum."""

from collections.abc import Callable, Iterable
from decimal import Decimal

from django.utils.translation import gettext as _

from booking.formats.bar_charts import Bar
from booking.formats.spreadsheets import Cell
from booking.models import Source
from booking.reports.queries import OrganizationReport, StoreReport
from booking.reports.tallies import Report
from booking.staff.reports.message_costs import amount_in_words, sent_texts
from booking.staff.reports.sections import Part, of, outcomes, share, wait_bar, wait_words
from notifications.models import Channel

SIDE_BY_SIDE = ("stores", "stores-waits", "stores-places", "stores-channels", "stores-messages")
MOST_BARS = 20
Row = tuple[Cell, ...]


def side_by_side(found: OrganizationReport, *, cents: Decimal) -> tuple[Part, ...]:
    """Return the parts that compare the stores, in the order of the page."""
    return (_visits(found), _waits(found), _places(found), _channels(found), _messages(found, cents=cents))


def _visits(found: OrganizationReport) -> Part:
    head = (_("Came"), _("Did not come"), _("Cancelled"), _("Still open"))

    def row(report: Report) -> Row:
        awaited = report.awaited
        return (*outcomes(report.total), share(awaited.no_show, awaited.ended))

    def bar(one: StoreReport) -> Bar:
        values = outcomes(one.report.total)
        return Bar(_name(one), values, str(sum(values)))

    return Part(
        "stores",
        _("Visits by store"),
        _("{came} came, {no_show} did not come, {cancelled} cancelled.").format(
            came=found.total.total.came, no_show=found.total.total.no_show, cancelled=found.total.total.cancelled
        ),
        (_("Store"), *head, _("Did not come, %")),
        _rows(found, row),
        head,
        _bars(found, bar),
        note=_note(found, _("Walk-ins cannot fail to come: the share is counted without them.")),
        foot=_foot(found, row),
    )


def _waits(found: OrganizationReport) -> Part:
    def row(report: Report) -> Row:
        waits = report.waits
        return (waits.count, *((waits.median, waits.ninetieth) if waits.count else ("–", "–")))

    waits = found.total.waits
    return Part(
        "stores-waits",
        _("Waits by store"),
        wait_words(waits) if waits.count else _("Nobody's wait was noted."),
        (_("Store"), _("Visits"), _("Half waited at most, minutes"), _("9 of 10 waited at most, minutes")),
        _rows(found, row),
        (_("Half waited at most"), _("9 of 10 waited at most")),
        _bars(found, lambda one: wait_bar(_name(one), one.report.waits)),
        note=_note(found),
        foot=_foot(found, row),
    )


def _places(found: OrganizationReport) -> Part:
    def row(report: Report) -> Row:
        use = report.use
        return use.taken, use.offered, share(use.taken, use.offered)

    def bar(one: StoreReport) -> Bar:
        use = one.report.use
        return Bar(_name(one), (use.taken / use.offered if use.offered else 0,), of(use.taken, use.offered))

    use = found.total.use
    return Part(
        "stores-places",
        _("Use of places by store"),
        _("{share} % of the places were taken: {taken} of {count}.").format(
            share=share(use.taken, use.offered), taken=use.taken, count=use.offered
        )
        if use.offered
        else _("There were no places on these days."),
        (_("Store"), _("Places taken"), _("Places"), _("Share in %")),
        _rows(found, row),
        (_("Places taken"),),
        _bars(found, bar),
        full=1,
        note=_note(found, _("Times that nobody booked are counted by today's hours and desks.")),
        foot=_foot(found, row),
    )


def _channels(found: OrganizationReport) -> Part:
    head = (_("Website or text"), _("Phone or desk"), _("Walk-in"), _("Partner"))

    def row(report: Report) -> tuple[int, ...]:
        count = report.sources
        by_staff = count[Source.PHONE] + count[Source.DESK]
        return count[Source.WEB] + count[Source.SMS], by_staff, count[Source.WALK_IN], count[Source.API]

    def bar(one: StoreReport) -> Bar:
        values = row(one.report)
        return Bar(_name(one), values, str(sum(values)))

    web, by_staff, walk_in, partner = row(found.total)
    return Part(
        "stores-channels",
        _("How visits were booked, by store"),
        _("{web} on the website, {staff} by phone or at the desk, {walk_in} walk-ins, {partner} by partners.").format(
            web=web, staff=by_staff, walk_in=walk_in, partner=partner
        ),
        (_("Store"), *head),
        _rows(found, row),
        head,
        _bars(found, bar),
        note=_note(found),
        foot=_foot(found, row),
    )


def _messages(found: OrganizationReport, *, cents: Decimal) -> Part:
    cost = (_("Cost"),) if cents else ()

    def row(report: Report) -> Row:
        texts = sent_texts(report.messages)
        emails = sum(one.count for one in report.messages if one.channel == Channel.EMAIL and one.has_left)
        return texts.count, texts.segments, emails, *((amount_in_words(texts.segments, cents),) if cents else ())

    def bar(one: StoreReport) -> Bar:
        segments = sent_texts(one.report.messages).segments
        return Bar(_name(one), (segments,), str(segments))

    return Part(
        "stores-messages",
        _("Messages by store"),
        sent_texts(found.total.messages).in_words(cents),
        (_("Store"), _("Text messages"), _("Segments of text messages"), _("E-mails"), *cost),
        _rows(found, row),
        (_("Segments of text messages"),),
        _bars(found, bar),
        note=_note(found, sent_texts(found.total.messages).note(cents)),
        foot=_foot(found, row),
    )


def _rows(found: OrganizationReport, row: Callable[[Report], Row]) -> tuple[Row, ...]:
    return tuple((_name(one), *row(one.report)) for one in found.stores)


def _foot(found: OrganizationReport, row: Callable[[Report], Row]) -> Row:
    return (_("Total"), *row(found.total)) if found.stores else ()


def _bars(found: OrganizationReport, bar: Callable[[StoreReport], Bar]) -> tuple[Bar, ...]:
    """Return the bars of the largest stores, in the order of the table; none where there is nothing to draw."""
    bars = [bar(one) for one in found.stores]
    largest = sorted(range(len(bars)), key=lambda number: (-sum(bars[number].values), number))[:MOST_BARS]
    return tuple(bars[number] for number in sorted(largest)) if any(sum(one.values) for one in bars) else ()


def _note(found: OrganizationReport, *others: str) -> str:
    return " ".join([*filter(None, others), *_cut(len(found.stores))])


def _cut(count: int) -> Iterable[str]:
    if count > MOST_BARS:
        yield _("The chart shows the {count} largest, the table all stores.").format(count=MOST_BARS)


def _name(one: StoreReport) -> str:
    """Return a name that tells a store from others of the same name."""
    is_said = not one.town or one.town.casefold() in one.name.casefold()
    return one.name if is_said else _("{name}, {town}").format(name=one.name, town=one.town)
