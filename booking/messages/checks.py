"""System checks of text messages: each must fit its segments in every language, with the configured PUBLIC_URL."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.template import TemplateDoesNotExist
from django.template.loader import get_template
from django.utils import translation

from booking.formatting import weekday_and_time_in_words
from booking.links import short_manage_url
from booking.message_kinds import KINDS, Kind
from booking.messages.compose import COMPOSERS, EMAIL_FILES, SMS_TEXTS
from booking.messages.sms_texts import (
    LONGEST_TIME,
    UNTIL_ANOTHER_DAY,
    alphabet_in_use,
    least_name,
    room_for_name,
    shortest_moment,
    text_language,
)
from notifications.gsm7 import is_gsm7

REFERENCE = "00000000"
# No shorter address than this can be expected: if a text does not fit with it, the text is too long.
FAIR_URL_LENGTH = 32


@register("texts")
def check_texts(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report a PUBLIC_URL, or a template, with which a text message would need too many segments."""
    link = short_manage_url(REFERENCE)
    if not is_gsm7(link):
        return [_url_error("it has characters that a text message cannot carry.")]
    lacking = {
        (language, template): _lacking(template, language, link)
        for language, _ in settings.LANGUAGES
        for template in SMS_TEXTS
        if not list(missing_templates([f"sms/{template}.txt"]))
    }
    longest_url = len(settings.PUBLIC_URL) - max(lacking.values())
    if len(settings.PUBLIC_URL) > longest_url >= FAIR_URL_LENGTH:
        return [_url_error(f"at most {longest_url} characters leave a text message room for the store's name.")]
    return [_text_error(*text, septets_over=over) for text, over in lacking.items() if over > 0]


@register("texts")
def check_kinds(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report kinds of messages without facts, composer or template: their messages could never be sent."""
    tables = {"KINDS in booking/message_kinds.py": KINDS, "COMPOSERS in booking/messages/compose.py": COMPOSERS}
    templates = [*(f"sms/{name}.txt" for name in SMS_TEXTS), *(f"email/{name}" for name in EMAIL_FILES)]
    return [
        *(Error(line, id="booking.E103") for line in missing_entries(Kind.values, tables)),
        *(Error(line, id="booking.E104") for line in missing_templates(templates)),
    ]


def missing_entries(kinds: Iterable[str], tables: Mapping[str, Collection[str]]) -> Iterator[str]:
    """Yield a line for each kind that is missing in a table; tables are given by name."""
    for kind in kinds:
        lacking = [name for name, table in tables.items() if kind not in table]
        yield from (f"The kind of message {kind!r} has no entry in {name}." for name in lacking)


def missing_templates(paths: Iterable[str]) -> Iterator[str]:
    """Yield a line for each missing template of messages."""
    for path in paths:
        try:
            get_template(path)
        except TemplateDoesNotExist:
            yield f"Messages are made of templates/{path}, which is not there."


def _url_error(reason: str) -> CheckMessage:
    return Error(f"PUBLIC_URL: {settings.PUBLIC_URL} cannot be used, {reason}", id="booking.E101")


def _text_error(language: str, template: str, *, septets_over: int) -> CheckMessage:
    return Error(
        f"templates/sms/{template}.txt in {language!r}: {septets_over} characters too long for its segments.",
        id="booking.E102",
    )


def _lacking(template: str, language: str, link: str) -> int:
    """Return how much room a text lacks for the least of the store's name, on the day with the longest name."""
    with translation.override(language):
        spoken = text_language(template)
    with translation.override(spoken):
        until = _widest_until(spoken) if template in UNTIL_ANOTHER_DAY else LONGEST_TIME
        return least_name() - room_for_name(template, when=_widest_moment(spoken), link=link, until=until)


@cache
def _widest_until(language: str) -> str:
    """Return the longest way to say a weekday and a time in a language, which is the active one."""
    alphabet = alphabet_in_use()
    moments = [weekday_and_time_in_words(at, ZoneInfo("UTC")) for at in _moments()]
    return max(moments, key=lambda when: alphabet.length(alphabet.written(when)))


@cache
def _widest_moment(language: str) -> str:
    """Return the longest way to say a day and a time in a language, which is the active one."""
    alphabet = alphabet_in_use()
    moments = [shortest_moment(at, ZoneInfo("UTC")) for at in _moments()]
    return max(moments, key=lambda when: alphabet.length(alphabet.written(when)))


def _moments() -> list[datetime]:
    """Return a late evening of each weekday and month, on a day of the month with two digits."""
    first = datetime(2026, 1, 20, 22, 45, tzinfo=UTC)
    return [first.replace(month=month) + timedelta(days=day) for month in range(1, 13) for day in range(7)]
