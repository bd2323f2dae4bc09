"""One visit as a row of the day schedule, as HTML: built here, as a template took twenty times as long.

User input goes through `escape`; everything else is texts and addresses of our own.
"""

from collections.abc import Iterable, Iterator
from html import escape

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from booking.staff.visit_cards import Action, VisitCard
from booking.templatetags.carillon import reference as reference_in_words
from booking.templatetags.carillon import unbroken

_ACT = 'form="steps" formaction="{}" name="action_id" value="{}"'

_GRIP = (
    '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">'
    '<path d="M5 8h14M5 12h14M5 16h14"/></svg>'
)


class VisitRows:
    """Builds the rows of one day; `done_words` are shown under the visit that was just changed."""

    def __init__(self, *, done_words: str = "") -> None:
        self.just = f'<p class="last-step" role="status">{escape(done_words)}</p>\n' if done_words else ""
        self.more = escape(_("More"))
        self.until = escape(_("until {time}"))
        self.reference = escape(_("Reference {reference}"))
        self.gets_no_messages = _fact(_("Gets no messages: please phone if something changes."))
        self.left_no_contact = _fact(_("Left no phone number and no e-mail address."))
        will_come = escape(_("will come"))
        self.will_come = f' · <span class="will-come">{will_come}</span>'
        self.grip = escape(_("Move, by pulling or on a page of its own"))
        self.move, self.cancel = escape(_("Move")), escape(_("Cancel the visit"))

    def rows(self, visits: Iterable[VisitCard], *, with_time: bool = False) -> SafeString:
        """Return the rows of some visits, one after the other."""
        rows = "".join([self._row(visit, with_time=with_time) for visit in visits])
        return mark_safe(rows)  # noqa: S308 -- user input is escaped where it is inserted

    def _row(self, visit: VisitCard, *, with_time: bool) -> str:
        name = escape(visit.name)
        changed, focus = (" is-changed", ' tabindex="-1"') if visit.is_changed else ("", "")
        time = f'<span class="visit-time">{visit.time}</span> ' if with_time else ""
        note = visit.booking.note
        return f"""<li class="visit visit-{visit.state}{changed}" id="visit-{visit.reference}"{focus}>
<div class="visit-main"><div class="visit-who">{time}<strong>{name}</strong> {visit.badge}{visit.said_late}</div>
<div class="visit-what">{self._what(visit)}</div></div>
<div class="visit-side"><div class="visit-how">{_how(visit)}<span class="print-only">{visit.reference}</span></div>
{visit.facts}{f'<p class="visit-note">{escape(note)}</p>' if note else ""}</div>
<div class="visit-acts no-print">{"".join(self._acts(visit, name))}</div>
{self.just if visit.is_changed else ""}</li>
"""

    def _what(self, visit: VisitCard) -> str:
        parts = [visit.people, escape(visit.visit_type)]
        if visit.until:
            parts.append(self.until.format(time=unbroken(visit.until)))
        if visit.source:
            parts.append(escape(visit.source))
        return " · ".join(parts) + (self.will_come if visit.booking.attendance_confirmed else "")

    def _acts(self, visit: VisitCard, name: str) -> Iterator[str]:
        whose = f'<span class="visually-hidden">, {name}</span>'
        if visit.is_movable:
            yield f'<a class="grip" href="{visit.url}move/" draggable="false" title="{self.grip}">{_GRIP}'
            yield f'<span class="visually-hidden">{self.move}{whose}</span></a>'
        if visit.main:
            yield _button(visit.main, classes="act act-main", more=whose)
        if visit.is_changed and visit.undo:
            yield _button(visit.undo, more=whose)
        if not visit.has_more:
            return
        yield f'<details class="more"><summary>{self.more}{whose}</summary><div>'
        for act in visit.others:
            yield _button(act)
        if visit.undo and not visit.is_changed:
            yield _button(visit.undo)
        if visit.is_movable:
            yield f'<a class="act" href="{visit.url}move/">{self.move}</a>'
            yield f'<a class="act act-stop" href="{visit.url}cancel/">{self.cancel}</a>'
        yield f'<ul class="news-list"><li>{self.reference.format(reference=reference_in_words(visit.reference))}</li>'
        for line in visit.messages:
            yield f'<li class="is-trouble">{line.html}</li>' if line.is_trouble else f"<li>{line.html}</li>"
        if visit.has_no_messages:
            yield self.gets_no_messages if visit.phone else self.left_no_contact
        yield "</ul></div></details>"


def _fact(words: str) -> str:
    return f"<li>{escape(words)}</li>"


def _how(visit: VisitCard) -> str:
    """Return how to reach the visitor, and the last message to them."""
    booking, told = visit.booking, visit.last_message
    phone = f'<a href="tel:{escape(booking.phone)}">{escape(visit.phone)}</a> ' if visit.phone else ""
    email = escape(booking.email)
    mail = f'<a href="mailto:{email}">{email}</a> ' if email else ""
    news = f'<span class="news{" is-trouble" if told.is_trouble else ""}">{told.html}</span>' if told else ""
    return phone + mail + news


def _button(act: Action, *, classes: str = "act", more: str = "") -> str:
    return f'<button class="{classes}" {_ACT.format(act.url, act.action_id)}>{escape(act.label)}{more}</button>'
