"""The facts of a visit in words for staff: as text for the tablet, with links and icons for the pages."""

from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from booking.bookings.visit_facts import Fact, FactKind, VisitFacts, usual_languages
from booking.customer_input import phone_in_words
from booking.formatting import spoken_language, visit_type_name

_TEXTS: dict[FactKind, Callable[[Fact], str]] = {
    FactKind.ASKED_TO_MOVE: lambda _fact: _("Was asked to choose another time"),
    FactKind.DESK_IS_BUSY: lambda fact: _("By the calendar, {desk} is busy then").format(
        desk=visit_type_name(fact.value)
    ),
    FactKind.BY_VIDEO: lambda _fact: _("By video"),
    FactKind.BY_PHONE: lambda fact: _("By phone") if fact.value else _("By phone, but no number was left."),
    FactKind.FOR_SOMEONE_ELSE: lambda _fact: _("Booked by someone else"),
    FactKind.DESK: lambda fact: _("Asked for {desk}").format(desk=visit_type_name(fact.value)),
    FactKind.SIMPLE: lambda _fact: _("Prefers simple words"),
    FactKind.LANGUAGE: lambda fact: _("Reads {language}").format(language=dict(settings.LANGUAGES)[fact.value]),
    FactKind.SPEAKS: lambda fact: _("Asked for somebody who speaks {language}").format(
        language=spoken_language(fact.value)
    ),
    FactKind.ANSWER: lambda fact: f"{fact.question} {fact.value}",
}
FACT_ICONS = {
    FactKind.ASKED_TO_MOVE: "clock",
    FactKind.DESK_IS_BUSY: "calendar",
    FactKind.BY_VIDEO: "video",
    FactKind.BY_PHONE: "phone",
    FactKind.FOR_SOMEONE_ELSE: "people",
    FactKind.DESK: "person",
    FactKind.SIMPLE: "simple",
    FactKind.LANGUAGE: "globe",
    FactKind.SPEAKS: "person",
    FactKind.ANSWER: "message",
}


def fact_in_words(fact: Fact) -> str:
    """Return a fact as plain text, short enough for a row of the tablet."""
    return _TEXTS[fact.kind](fact)


def late_in_words(minutes: int) -> str:
    """Return how late a customer said they would be."""
    return ngettext("said: {count} min late", "said: {count} min late", minutes).format(count=minutes)


@cache
def _icon(name: str) -> SafeString:
    return render_to_string(f"icons/{name}.html")


class FactsAsHtml:
    """Writes the facts of visits as HTML; what a page of many rows shares is built once.

    Without `has_numbers`, for a page on a tablet, it shows no phone number. `icon` draws a sign by its name.
    """

    def __init__(self, *, country: str, has_numbers: bool = True, icon: Callable[[str], SafeString] = _icon) -> None:
        self.country = country
        self.icon = icon
        self.has_numbers = has_numbers
        self.usual = usual_languages(country)
        self.written: dict[FactKind, Callable[[Fact], str]] = {
            FactKind.BY_VIDEO: _video_link,
            FactKind.BY_PHONE: self._phone_link,
            FactKind.FOR_SOMEONE_ELSE: lambda _fact: _(
                "Booked by someone else: phone and e-mail are not the visitor's."
            ),
            FactKind.LANGUAGE: _language,
            FactKind.ANSWER: lambda fact: format_html("{} <strong>{}</strong>", fact.question, fact.value),
        }

    def said_late(self, facts: VisitFacts) -> SafeString:
        """Return the badge of customers who said that they will be late, as long as they are awaited."""
        if not facts.said_late:
            return SafeString()
        words = late_in_words(facts.said_late)
        return format_html('<span class="badge badge-brass">{}{}</span>', self.icon("clock"), words)

    def facts(self, facts: VisitFacts) -> SafeString:
        """Return the list of unusual facts, "" for none."""
        lines = [
            (self.icon(FACT_ICONS[fact.kind]), self.written.get(fact.kind, fact_in_words)(fact))
            for fact in facts.told(self.usual)
        ]
        if not lines:
            return SafeString()
        items = format_html_join("", "<li>{}<span>{}</span></li>", lines)
        return format_html('<ul class="visit-facts">{}</ul>', items)

    def _phone_link(self, fact: Fact) -> str:
        """Return the phone number as a link."""
        if not fact.value or not self.has_numbers:
            return fact_in_words(fact)
        number = phone_in_words(fact.value, country=self.country)
        return format_html('<a href="tel:{}">{}</a>', fact.value, _("Phone {number}").format(number=number))


def _video_link(fact: Fact) -> SafeString:
    return format_html(
        '<a href="{}" target="_blank" rel="noopener noreferrer">{}{}</a>',
        fact.value,
        _("Open the video call"),
        format_html('<span class="visually-hidden">, {}</span>', _("new tab")),
    )


def _language(fact: Fact) -> SafeString:
    name = format_html('<span lang="{}">{}</span>', fact.value, dict(settings.LANGUAGES)[fact.value])
    return format_html(_("Reads {language}"), language=name)
