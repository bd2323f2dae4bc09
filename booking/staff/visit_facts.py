"""What staff should know of a visit before it begins: how it takes place, for whom, and what was asked and answered."""

from collections.abc import Iterator
from functools import cache

from babel.languages import get_official_languages
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from booking.customer_input import phone_in_words
from booking.formatting import visit_type_name
from booking.models import Booking, Status
from stores.models import VisitMode


@cache
def _icon(name: str) -> SafeString:
    return render_to_string(f"icons/{name}.html")


class VisitFacts:
    """Tells the facts of visits; what a page of many rows shares is made once. Nothing for an ordinary visit."""

    def __init__(self, *, country: str, has_numbers: bool = True) -> None:
        self.country = country
        self.has_numbers = has_numbers
        # What the reader reads or the country speaks is not worth a word.
        self.usual = {(get_language() or settings.LANGUAGE_CODE)[:2], *get_official_languages(country)}
        self.languages = dict(settings.LANGUAGES)

    def said_late(self, booking: Booking) -> SafeString:
        """Return the badge of whoever said that they will be late, as long as they are awaited."""
        if booking.late_minutes is None or booking.status != Status.CONFIRMED:
            return SafeString()
        words = ngettext("said: {count} min late", "said: {count} min late", booking.late_minutes)
        return format_html(
            '<span class="badge badge-brass">{}{}</span>',
            _icon("clock"),
            words.format(count=booking.late_minutes),
        )

    def facts(self, booking: Booking) -> SafeString:
        """Return the list of what is out of the ordinary, "" for nothing."""
        lines = list(self._lines(booking))
        if not lines:
            return SafeString()
        items = format_html_join("", "<li>{}<span>{}</span></li>", lines)
        return format_html('<ul class="visit-facts">{}</ul>', items)

    def _lines(self, booking: Booking) -> Iterator[tuple[str, str]]:
        if booking.answer_until is not None and booking.status == Status.CONFIRMED:
            yield _icon("clock"), _("Was asked to choose another time")
        if booking.visit_type.mode != VisitMode.STORE:
            yield self._way(booking)
        if booking.is_for_someone_else:
            yield _icon("people"), _("Booked by someone else: phone and e-mail are not the visitor's.")
        if booking.desk_was_chosen:
            yield _icon("person"), _("Asked for {desk}").format(desk=visit_type_name(booking.desk.name))
        if booking.is_simple:
            yield _icon("simple"), _("Prefers simple words")
        if booking.locale not in self.usual and booking.locale in self.languages:
            yield _icon("globe"), self._language(booking.locale)
        for told in booking.answers:
            yield _icon("message"), format_html("{} <strong>{}</strong>", told["question"], told["answer"])

    def _way(self, booking: Booking) -> tuple[str, str]:
        """Return how a visit takes place that brings nobody to the store, with what begins it."""
        if booking.visit_type.mode == VisitMode.VIDEO:
            link = format_html(
                '<a href="{}" target="_blank" rel="noopener noreferrer">{}{}</a>',
                booking.visit_type.video_url,
                _("Open the video call"),
                format_html('<span class="visually-hidden">, {}</span>', _("new tab")),
            )
            return _icon("video"), link
        if not booking.phone:
            return _icon("phone"), _("By phone, but no number was left.")
        if not self.has_numbers:
            return _icon("phone"), _("By phone")
        number = phone_in_words(booking.phone, country=self.country)
        link = format_html('<a href="tel:{}">{}</a>', booking.phone, _("Phone {number}").format(number=number))
        return _icon("phone"), link

    def _language(self, code: str) -> SafeString:
        name = format_html('<span lang="{}">{}</span>', code, self.languages[code])
        return format_html(_("Reads {language}"), language=name)
