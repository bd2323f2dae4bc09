"""Rendering of pages for their reader: the template in simple words where there is one, and the links to others."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from booking.web.inline_styles import is_first_page, style_sources
from booking.web.reader_prefix import ReaderChoice, is_right_to_left


@dataclass(frozen=True, slots=True)
class LanguageChoice:
    """One language a page can be read in, and the address of the same page in it."""

    code: str
    name: str
    url: str
    is_active: bool


def reader_choice_of(request: HttpRequest) -> ReaderChoice:
    """Return the choice of a request's reader; the default where the middleware has not run."""
    reader: ReaderChoice = getattr(request, "reader", ReaderChoice())
    return reader


def customer_page(
    request: HttpRequest, name: str, context: Mapping[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """Render a page for customers, in simple words for readers who chose them; `name` has no folder and no ending."""
    folders = ("simple", "customer") if reader_choice_of(request).is_simple else ("customer",)
    is_first = is_first_page(request)
    context = {**(context or {}), "has_styles_within": is_first}
    response = render(request, [f"{folder}/{name}.html" for folder in folders], context, status=status)
    if is_first:
        response._csp_replace = {"style-src": style_sources()}  # type: ignore[attr-defined]
    return response


def reader(request: HttpRequest) -> dict[str, Any]:
    """Return the template variables about the reader of a page (a context processor)."""
    choice = reader_choice_of(request)
    active = getattr(request, "LANGUAGE_CODE", settings.LANGUAGE_CODE)
    # One slash, or a browser would take what follows for another host.
    path = "/" + request.get_full_path().removeprefix(choice.prefix).lstrip("/")
    offered = dict(settings.LANGUAGES)
    is_for_staff = request.path_info.startswith("/staff/")
    if is_for_staff:
        offered = {code: offered[code] for code in settings.STAFF_LANGUAGES}
    choices = [
        LanguageChoice(code, name, ReaderChoice(code, choice.is_simple).prefix + path, code == active)
        for code, name in offered.items()
    ]
    return {
        "reader": choice,
        "is_part": "HX-Request" in request.headers,  # asked for by static/booking/customer/parts.js
        "direction": "rtl" if is_right_to_left(active) else "ltr",
        "languages": choices,
        "other_words_url": "" if is_for_staff else ReaderChoice(choice.language, not choice.is_simple).prefix + path,
    }
