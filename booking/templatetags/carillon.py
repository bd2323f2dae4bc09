"""Template filters and tags around `booking.formatting`; they contain no rules."""

from datetime import date, datetime
from typing import Protocol
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from booking import formatting, links
from booking.customer_input import phone_in_words
from booking.formats import qr_codes
from booking.models import Booking
from booking.web.inline_styles import inline_style
from booking.web.reader_prefix import canonical

register = template.Library()


class HasAddress(Protocol):
    """A store as a model or as what a query returns."""

    name: str
    street: str
    postal_code: str
    town: str


@register.filter
def address_line(store: HasAddress) -> str:
    """Show "12 rue Ricard, 79000 Niort"."""
    return formatting.store_address(store)  # type: ignore[arg-type]


@register.filter
def name_and_address(store: HasAddress) -> str:
    """Show "Corner Shop, 12 rue Ricard, 79000 Niort"; only the name where no address is known."""
    return ", ".join(part for part in (store.name, address_line(store)) if part)


@register.filter
def spoken(language: str) -> str:
    """Show the name of a language that is spoken at desks."""
    return formatting.spoken_language(language)


@register.filter
def unbroken(words: str) -> str:
    """Keep « 10 h 15 » or a phone number on one line."""
    return formatting.unbroken(words)


@register.filter
def phone(number: str, country: str) -> str:
    """Show a number in E.164 as people of `country` write it."""
    return phone_in_words(number, country=country)


@register.filter
def reference(plain: str) -> str:
    """Show "ABCD-1234"."""
    return f"{plain[:4]}-{plain[4:]}"


@register.filter
def day(value: date) -> str:
    """Show "Tuesday 4 March"."""
    return formatting.day_in_words(value)


@register.filter
def clock(moment: datetime, zone: ZoneInfo) -> str:
    """Show "10:15" in the store's zone."""
    return formatting.time_in_words(moment, zone)


@register.filter
def said_clock(moment: datetime, zone: ZoneInfo) -> str:
    """Show "10:15" in the store's zone as a sentence has it: « 9 h » on the hour."""
    return formatting.said_time_in_words(moment, zone)


@register.filter
def day_at(value: datetime, zone: ZoneInfo) -> str:
    """Show "Tuesday 4 March", the day of a moment in the store's zone."""
    return formatting.day_in_words(value.astimezone(zone).date())


@register.filter
def moment(value: datetime, zone: ZoneInfo) -> str:
    """Show "Tuesday 4 March, 10:15" in the store's zone."""
    return formatting.moment_in_words(value, zone)


@register.filter
def dated_moment(value: datetime, zone: ZoneInfo) -> str:
    """Show "Tuesday 4 March 2027, 10:15" in the store's zone."""
    return formatting.dated_moment_in_words(value, zone)


@register.filter
def dated_day(value: datetime, zone: ZoneInfo) -> str:
    """Show "Monday 22 February 2027" in the store's zone."""
    return formatting.dated_day_in_words(value.astimezone(zone).date())


@register.filter
def fact_and_advice(text: object) -> tuple[str, str]:
    """Split "This time has just been taken. Please choose another one." into a title and what to do."""
    return formatting.fact_and_advice(str(text))


@register.filter
def places(count: int) -> str:
    """Show "2 places left"."""
    return formatting.places_in_words(count)


@register.filter
def visit_type(name: str) -> str:
    """Show the name of a visit type or a desk; default names are in the active language."""
    return formatting.visit_type_name(name)


@register.inclusion_tag("includes/head_of_page.html", takes_context=True)
def head_of_page(context: template.Context, title: str, description: str, picture_url: str = "") -> dict[str, object]:
    """Return what search engines and shared links show of a page."""
    request = context["request"]
    return {
        "title": title,
        "description": description,
        "picture_url": picture_url,
        "canonical": canonical(request.reader, request.path_info),
    }


@register.simple_tag
def card_url(store: str) -> str:
    """Return the address of the picture beside a store's link."""
    return links.store_card_url(store)


@register.filter
def visit_code(reference: str) -> str:
    """Draw the code that a customer shows on arrival."""
    return qr_codes.visit_code(reference)


@register.simple_tag
def visit_on_day(store: str, visit: Booking) -> str:
    """Return the address of a visit's row on its day; the page knows where a night past midnight belongs."""
    day, reference = visit.visit_date.isoformat(), visit.reference
    return f"{reverse('staff-day', args=[store])}?date={day}&visit={reference}#visit-{reference}"


@register.simple_tag
def style_within(name: str) -> SafeString:
    """Return a style sheet of ours as a part of the page: `style_sources` must be in its policy."""
    return mark_safe(f"<style>{inline_style(name)}</style>")  # noqa: S308 -- a file of ours


@register.simple_tag
def query(**values: object) -> str:
    """Return the query of an address, the part after its question mark: "visit_type=visit&party_size=2"."""
    return urlencode(values)
