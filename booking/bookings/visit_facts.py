"""What staff should know of a visit besides who comes and when, as plain values: pages, tablets and programs word it.

An ordinary visit has no facts. What kind of fact is worth telling, and in which order, is decided here alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from babel.languages import get_official_languages
from django.conf import settings
from django.utils.translation import get_language

from booking.models import Booking, Status
from stores.models import VisitMode


class FactKind(StrEnum):
    """What a fact is about, in the order in which the facts of one visit are told."""

    ASKED_TO_MOVE = "asked_to_move"
    BY_VIDEO = "by_video"  # value: the address of the call
    BY_PHONE = "by_phone"  # value: the number, "" where none was left
    FOR_SOMEONE_ELSE = "for_someone_else"
    DESK = "desk"  # value: the name of the desk that was asked for
    SIMPLE = "simple"
    LANGUAGE = "language"  # value: its code
    ANSWER = "answer"  # value: the answer


class Fact(NamedTuple):
    """One fact; `question` is what an answer answers, as it was worded then."""

    kind: FactKind
    value: str = ""
    question: str = ""


class VisitFacts(NamedTuple):
    """The facts of one visit; `late_minutes` is what was said, whether or not they have come since."""

    status: str
    mode: str
    video_url: str
    phone: str
    late_minutes: int | None
    was_asked_to_move: bool
    is_for_someone_else: bool
    desk: str
    is_simple: bool
    locale: str
    answers: Sequence[Mapping[str, str]]

    @property
    def said_late(self) -> int:
        """By how many minutes they will be late, as they said; 0 for nothing said, or for somebody not awaited."""
        return (self.late_minutes or 0) if self.status == Status.CONFIRMED else 0

    def told(self, usual_languages: frozenset[str]) -> Iterator[Fact]:
        """Yield what is out of the ordinary now, in order; a language only where it is none of the usual ones."""
        if self.was_asked_to_move and self.status == Status.CONFIRMED:
            yield Fact(FactKind.ASKED_TO_MOVE)
        yield from self.lasting(usual_languages)

    def lasting(self, usual_languages: frozenset[str]) -> Iterator[Fact]:
        """Yield what stays true whatever step the visit takes: a tablet takes steps while it is offline."""
        if self.mode == VisitMode.VIDEO:
            yield Fact(FactKind.BY_VIDEO, self.video_url)
        elif self.mode != VisitMode.STORE:
            yield Fact(FactKind.BY_PHONE, self.phone)
        if self.is_for_someone_else:
            yield Fact(FactKind.FOR_SOMEONE_ELSE)
        if self.desk:
            yield Fact(FactKind.DESK, self.desk)
        if self.is_simple:
            yield Fact(FactKind.SIMPLE)
        if self.locale not in usual_languages and self.locale in dict(settings.LANGUAGES):
            yield Fact(FactKind.LANGUAGE, self.locale)
        for told in self.answers:
            yield Fact(FactKind.ANSWER, told["answer"], told["question"])


def booking_facts(booking: Booking) -> VisitFacts:
    """Return the facts of a booking; its visit type and, where one was asked for, its desk should be loaded."""
    return VisitFacts(
        status=booking.status,
        mode=booking.visit_type.mode,
        video_url=booking.visit_type.video_url,
        phone=booking.phone,
        late_minutes=booking.late_minutes,
        was_asked_to_move=booking.answer_until is not None,
        is_for_someone_else=booking.is_for_someone_else,
        desk=booking.desk.name if booking.desk_was_chosen else "",
        is_simple=booking.is_simple,
        locale=booking.locale,
        answers=booking.answers,
    )


def usual_languages(country: str) -> frozenset[str]:
    """Return the languages not worth a word: the one of whoever reads, and those that the store's country speaks."""
    reader = (get_language() or settings.LANGUAGE_CODE)[:2]
    return frozenset({reader, *get_official_languages(country)})
