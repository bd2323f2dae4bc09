"""One visit as a row of the day schedule, as HTML: built here, as a template took twenty times as long.

User input goes through `escape`; everything else is texts and addresses of our own. A day has hundreds of rows, so a
row shows a visit on one line, and what is unusual about it below. All else stands on the visit's own page, to which its
name leads. What rows share stands once on the page: their form, and the signs that `sprite` draws.
"""

import re
from collections.abc import Iterable
from datetime import date
from functools import cache
from html import escape
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from booking.arrivals.step_rules import next_step
from booking.bookings.day_rows import SHARED, BookingRow
from booking.bookings.day_schedule import DaySchedule
from booking.bookings.status_wording import LATE, status_words
from booking.bookings.visit_facts import booking_facts, has_facts
from booking.models import Status
from booking.staff.visit_cards import Action, CardMaker
from booking.staff.visit_facts import FACT_ICONS, FactsAsHtml
from booking.staff.visit_messages import MessageLines
from booking.staff.wording import BADGES
from booking.templatetags.carillon import unbroken

_ICON = '<svg class="icon" aria-hidden="true"><use href="#sign-{}"/></svg>'
_GRIP = '<path d="M5 8h14M5 12h14M5 16h14"/>'
_SYMBOL = '<symbol id="sign-{}" viewBox="0 0 24 24">{}</symbol>'
_TIME = '<span class="visit-time">{}</span> '


@cache
def sprite() -> SafeString:
    """Return the drawings behind the signs of the rows, for the page to hold once."""
    icons = sorted({icon for icon, _tone in BADGES.values()} | set(FACT_ICONS.values()))
    drawings = {icon: _drawing(icon) for icon in icons} | {"grip": _GRIP}
    symbols = "".join([_SYMBOL.format(name, drawing) for name, drawing in drawings.items()])
    return mark_safe(f"<div hidden><svg>{symbols}</svg></div>")  # noqa: S308 -- files of our own


def _drawing(icon: str) -> str:
    """Return what is drawn in an icon's frame."""
    return render_to_string(f"icons/{icon}.html").partition(">")[2].rpartition("</svg>")[0].strip()


_needs_escape = re.compile("[&<>\"']").search


def escaped(text: str) -> str:
    """Return text as HTML; most of it needs no change, and to look for that takes a third of the time."""
    return escape(text) if _needs_escape(text) else text


class VisitRows:
    """Builds the rows of one day; `done_words` are shown under the visit `changed`.

    `visits_url` is the address under which the visits' own pages stand, as seen from the page that is built.
    """

    def __init__(self, schedule: DaySchedule, *, visits_url: str, changed: str = "", done_words: str = "") -> None:
        self.made = CardMaker(schedule)
        self.schedule, self.visits_url, self.changed = schedule, visits_url, changed
        self.just = f'<p class="last-step" role="status">{escape(done_words)}</p>' if done_words else ""
        self.facts = FactsAsHtml(country=schedule.rules.country, icon=_icon)
        self.lines = MessageLines()
        self.shared = cache(self._shared)
        words = {status: escape(word) for status, word in status_words().items()}
        # The usual state has no sign: what differs is seen at once.
        self.states = {
            status: f'<b class="badge {tone}">{_ICON.format(icon)}{words[status]}</b> '
            for status, (icon, tone) in BADGES.items()
        } | {str(Status.CONFIRMED): f"{words[Status.CONFIRMED]} · "}
        self.until = escape(_("until {time}"))
        will_come = escape(_("will come"))
        self.will_come = f' · <span class="will-come">{will_come}</span>'

    def rows(self, visits: Iterable[BookingRow], *, with_time: bool = False) -> SafeString:
        """Return the rows of some visits, one after the other."""
        rows = "".join([self._row(visit, with_time=with_time) for visit in visits])
        return mark_safe(rows)  # noqa: S308 -- user input is escaped where it is inserted

    def _row(self, visit: BookingRow, *, with_time: bool) -> str:
        made, reference = self.made, visit.reference
        name = escaped(made.name(visit))
        state, what, step = self.shared(visit[SHARED], visit.visit_date, visit.visit_type.name)
        below = f'<p class="visit-note">{escaped(visit.note)}</p>' if visit.note else ""
        late = ""
        if has_facts(visit, self.facts.usual):
            facts = booking_facts(visit)
            late, below = self.facts.said_late(facts), self.facts.facts(facts) + below
        if reference in self.schedule.deliveries:
            below = self._trouble(visit) + below
        kind, focus = "visit" if visit.status == Status.CONFIRMED else "visit is-fixed", ""
        if reference == self.changed:
            kind, focus = f"{kind} is-changed", ' tabindex="-1"'
            below += f'<div class="visit-just">{self.just}{self._undo(visit, name)}</div>'
        phone = f'<a href="tel:{escaped(visit.phone)}">{escaped(made.phone(visit.phone))}</a>' if visit.phone else ""
        main = made.main_step(visit) if step else None
        time = _TIME.format(made.time(visit.starts_at)) if with_time else ""
        return (
            f'<li class="{kind}" id="visit-{reference}"{focus}>'
            f'<a href="{self.visits_url}{reference}/">{time}{name}</a> '
            f"<span>{state}{what}{late}</span> {phone} <i>{reference}</i>"
            f"{self._button(main, reference, kind='act act-main', whose=name) if main else ''}{below}</li>"
        )

    def _shared(self, shared: tuple[Any, ...], visit_date: date, visit_type: str) -> tuple[str, str, bool]:
        """Return state and kind of a visit, and whether there is a next step: the same for all alike in these."""
        made = self.made
        starts_at, ends_at, _until, _in, _desk, _type, people, status, source, *_others, will_come, minutes = shared
        parts = [escape(made.people(people)), escape(made.kind(visit_type))]
        if ends_at - starts_at > made.one_slot:
            parts.append(self.until.format(time=escape(unbroken(made.time(ends_at)))))
        if source in made.sources:
            parts.append(escape(made.sources[source]))
        what = " · ".join(parts) + (self.will_come if will_come else "")
        state = LATE if made.is_late(status, starts_at, minutes, visit_date) else status
        return self.states[state], what, next_step(status) in made.step_names(status, starts_at, minutes, visit_date)

    def _trouble(self, visit: BookingRow) -> str:
        """Return the message that did not arrive and calls for a phone call, if there is one."""
        lines = self.lines.of(self.schedule.deliveries[visit.reference], phoned_at=visit.phoned_at)
        return next((f'<p class="news is-trouble">{line.html}</p>' for line in lines if line.is_trouble), "")

    def _undo(self, visit: BookingRow, name: str) -> str:
        undo = self.made.undo_step(visit)
        return self._button(undo, visit.reference, whose=name) if undo else ""

    def _button(self, act: Action, reference: str, *, kind: str = "act", whose: str) -> str:
        """Return a button of the form around the board; `whose` is the name that a screen reader adds, escaped."""
        label = escaped(act.label)
        address = f'formaction="{self.visits_url}{reference}/{act.path}/" name="action_id" value="{act.action_id}"'
        return f'<button class="{kind}" {address} aria-label="{label}, {whose}">{label}</button>'


def _icon(name: str) -> SafeString:
    return mark_safe(_ICON.format(name))  # noqa: S308 -- names of our own
