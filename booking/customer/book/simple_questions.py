"""What the simple version asks on the way to a time, one question a page."""

from dataclasses import dataclass
from enum import StrEnum

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from booking import formatting
from booking.customer.book.booking_step import BookingStep
from booking.customer.chooser import Chooser
from booking.customer.simple_times import TimeStep, time_step


class WishQuestion(StrEnum):
    """What is asked before the day: always what the visit is for, the others on wish."""

    KIND = "kind"
    PEOPLE = "people"
    DESK = "desk"
    LANGUAGE = "language"


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer, which leads to the next question."""

    words: str
    url: str
    mode: str = ""


@dataclass(frozen=True, slots=True)
class SimplePage:
    """One page: a question before the day with its answers, or else a step on the way to a time."""

    before_url: str
    times: TimeStep
    question: WishQuestion | None = None
    choices: tuple[Choice, ...] = ()


def simple_page(request: HttpRequest, step: BookingStep, shown: Chooser) -> SimplePage:
    """Return the question that comes next for what the address has answered already."""
    asked, query = step.asked, request.GET
    times = time_step(
        shown,
        part=query.get("part", ""),
        is_day_chosen=asked.day is not None or asked.starts_at is not None,
        chosen=step.local_start,
    )
    store_url = reverse("store", args=[step.store.slug])
    days_url = step.url_of("book", form=step.known_key)
    match query.get("ask", ""):
        case WishQuestion.PEOPLE if asked.visit_type.max_party_size > 1:
            return SimplePage(days_url, times, WishQuestion.PEOPLE, _people(step))
        case WishQuestion.DESK if step.rules.offers_desk_choice and len(step.rules.desks) > 1:
            return SimplePage(days_url, times, WishQuestion.DESK, _desks(step))
        case WishQuestion.LANGUAGE if step.rules.languages(asked.visit_type):
            return SimplePage(days_url, times, WishQuestion.LANGUAGE, _languages(step))
    is_kind_open = len(step.store.visit_types) > 1 and not ({"visit_type", "starts_at"} & query.keys())
    if is_kind_open:
        return SimplePage(store_url, times, WishQuestion.KIND, _kinds(step))
    return SimplePage(store_url, times)


def _kinds(step: BookingStep) -> tuple[Choice, ...]:
    return tuple(
        Choice(
            formatting.visit_type_name(kind.name),
            step.url_of("book", visit_type=kind.slug, party_size="1", form=step.known_key),
            kind.mode,
        )
        for kind in step.store.visit_types
    )


def _people(step: BookingStep) -> tuple[Choice, ...]:
    sizes = range(1, step.asked.visit_type.max_party_size + 1)
    return tuple(Choice(str(size), step.url_of("book", party_size=str(size), form=step.known_key)) for size in sizes)


def _desks(step: BookingStep) -> tuple[Choice, ...]:
    named = [("", _("Anyone")), *((desk.slug, formatting.visit_type_name(desk.name)) for desk in step.rules.desks)]
    return tuple(Choice(words, step.url_of("book", desk=slug, form=step.known_key)) for slug, words in named)


def _languages(step: BookingStep) -> tuple[Choice, ...]:
    codes = step.rules.languages(step.asked.visit_type)
    named = [("", _("Any language")), *((code, formatting.spoken_language(code)) for code in codes)]
    return tuple(Choice(words, step.url_of("book", language=code, form=step.known_key)) for code, words in named)
