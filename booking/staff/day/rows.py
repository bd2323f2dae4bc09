"""One visit as a row of the day schedule, as HTML: built here, as a template took twenty times as long.

User input goes through `escape`; everything else is texts and addresses of our own. A day has hundreds of rows, so what
all of them share stands once on the page: their form, and the signs that `sprite` draws.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from html import escape
from urllib.parse import quote

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from booking.bookings.status_wording import status_words
from booking.staff.visit_cards import Action, VisitCard
from booking.staff.wording import BADGES
from booking.templatetags.carillon import reference as reference_in_words
from booking.templatetags.carillon import unbroken

_ICON = '<svg class="icon" aria-hidden="true"><use href="#sign-{}"/></svg>'
_GRIP = '<path d="M5 8h14M5 12h14M5 16h14"/>'
_ADDRESS_SAFE = "@!$'*+="
_SYMBOL = '<symbol id="sign-{}" viewBox="0 0 24 24">{}</symbol>'


@cache
def sprite() -> SafeString:
    """Return the drawings behind the signs of the rows, for the page to hold once."""
    drawings = {status: _drawing(icon) for status, (icon, _tone) in BADGES.items()} | {"grip": _GRIP}
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
    """Builds the rows of one day; `done_words` are shown under the visit that was just changed."""

    def __init__(self, *, done_words: str = "") -> None:
        self.just = f'<p class="last-step" role="status">{escape(done_words)}</p>' if done_words else ""
        self.badges = {
            status: f'<span class="badge {BADGES[status][1]}">{_ICON.format(status)}{escape(word)}</span>'
            for status, word in status_words().items()
        }
        self.more = escape(_("More"))
        self.until = escape(_("until {time}"))
        self.reference = escape(_("Reference {reference}"))
        self.gets_no_messages = _fact(_("Gets no messages: please phone if something changes."))
        self.left_no_contact = _fact(_("Left no phone number and no e-mail address."))
        will_come = escape(_("will come"))
        self.will_come = f' · <span class="will-come">{will_come}</span>'
        self.move, self.cancel = escape(_("Move")), escape(_("Cancel the visit"))
        self.grip = _ICON.format("grip")

    def rows(self, visits: Iterable[VisitCard], *, with_time: bool = False) -> SafeString:
        """Return the rows of some visits, one after the other."""
        rows = "".join([self._row(visit, with_time=with_time) for visit in visits])
        return mark_safe(rows)  # noqa: S308 -- user input is escaped where it is inserted

    def _row(self, visit: VisitCard, *, with_time: bool) -> str:
        booking, name = visit.booking, escaped(visit.name)
        noted = f'<p class="visit-note">{escaped(booking.note)}</p>' if booking.note else ""
        changed, focus, just = (" is-changed", ' tabindex="-1"', self.just) if visit.is_changed else ("", "", "")
        time = f'<span class="visit-time">{visit.time}</span> ' if with_time else ""
        parts = [visit.people, escaped(visit.visit_type)]
        if visit.until:
            parts.append(self.until.format(time=unbroken(visit.until)))
        if visit.source:
            parts.append(escaped(visit.source))
        what = " · ".join(parts) + (self.will_come if booking.attendance_confirmed else "")
        return (
            f'<li class="visit visit-{visit.state}{changed}" id="visit-{visit.reference}"{focus}>'
            f'<div class="visit-main"><div class="visit-who">{time}<strong>{name}</strong> '
            f'{self.badges[visit.state]}{visit.said_late}</div><div class="visit-what">{what}</div></div>'
            f'<div class="visit-side"><div class="visit-how">{_how(visit)}'
            f'<span class="print-only">{visit.reference}</span></div>{visit.facts}'
            f'{noted}</div><div class="visit-acts">{"".join(self._acts(visit, name))}</div>{just}</li>'
        )

    def _acts(self, visit: VisitCard, name: str) -> Iterator[str]:
        is_movable, undo = visit.is_movable, visit.undo
        if is_movable:
            yield f'<a class="grip" href="{visit.url}move/" aria-label="{self.move}, {name}">{self.grip}</a>'
        if visit.main:
            yield self._button(visit.main, kind="act act-main", whose=name)
        if visit.is_changed and undo:
            yield self._button(undo, whose=name)
        if not visit.has_more:
            return
        yield f'<details class="more"><summary aria-label="{self.more}, {name}">{self.more}</summary><div>'
        for act in visit.others:
            yield self._button(act)
        if undo and not visit.is_changed:
            yield self._button(undo)
        if is_movable:
            yield f'<a class="act" href="{visit.url}move/">{self.move}</a>'
            yield f'<a class="act act-stop" href="{visit.url}cancel/">{self.cancel}</a>'
        yield f'<ul class="news-list"><li>{self.reference.format(reference=reference_in_words(visit.reference))}</li>'
        for line in visit.messages:
            yield f'<li class="is-trouble">{line.html}</li>' if line.is_trouble else f"<li>{line.html}</li>"
        if visit.has_no_messages:
            yield self.gets_no_messages if visit.phone else self.left_no_contact
        yield "</ul></div></details>"

    def _button(self, act: Action, *, kind: str = "act", whose: str = "") -> str:
        """Return a button of the form around the board; `whose` is the name that a screen reader adds, escaped."""
        label = escaped(act.label)
        named = f' aria-label="{label}, {whose}"' if whose else ""
        address = f'formaction="{act.url}" name="action_id" value="{act.action_id}"'
        return f'<button class="{kind}" {address}{named}>{label}</button>'


def _fact(words: str) -> str:
    return f"<li>{escape(words)}</li>"


def _how(visit: VisitCard) -> str:
    """Return how to reach the visitor, and the last message to them."""
    booking, told = visit.booking, visit.last_message
    phone = f'<a href="tel:{escaped(booking.phone)}">{escaped(visit.phone)}</a> ' if visit.phone else ""
    # A question mark would end the address and begin further fields of the e-mail.
    address = escaped(quote(booking.email, safe=_ADDRESS_SAFE))
    mail = f'<a href="mailto:{address}">{escaped(booking.email)}</a> ' if address else ""
    news = f'<span class="news{" is-trouble" if told.is_trouble else ""}">{told.html}</span>' if told else ""
    return phone + mail + news
