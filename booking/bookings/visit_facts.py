"""Facts about a visit that staff should know, besides people and time, as plain values without wording.

Pages, tablets and programs put them into words. An ordinary visit has no facts. Only this module decides which kinds of
facts are worth telling, and in which order.
"""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cache
from typing import NamedTuple

from babel.languages import get_official_languages
from django.conf import settings
from django.utils.translation import get_language

from booking.bookings.day_rows import ListedBooking
from booking.models import Status
from stores.models import VisitMode

_NOT_SERVED_YET = frozenset({Status.CONFIRMED, Status.CHECKED_IN})


class FactKind(StrEnum):
    """The kinds of facts, in the order in which the facts of one visit are shown."""

    ASKED_TO_MOVE = "asked_to_move"
    DESK_IS_BUSY = "desk_is_busy"  # value: the name of the desk whose calendar says so
    BY_VIDEO = "by_video"  # value: the address of the call
    BY_PHONE = "by_phone"  # value: the number, "" if none was given
    FOR_SOMEONE_ELSE = "for_someone_else"
    DESK = "desk"  # value: the name of the requested desk
    SIMPLE = "simple"
    LANGUAGE = "language"  # value: its code
    SPEAKS = "speaks"  # value: the code of the language that they asked to speak
    ANSWER = "answer"  # value: the answer


class Fact(NamedTuple):
    """One fact; `question` is the question of an answer, in its wording at that time."""

    kind: FactKind
    value: str = ""
    question: str = ""


class VisitFacts(NamedTuple):
    """The facts of one visit; `late_minutes` is what the customer said, even if they have arrived since.

    `busy_desk` is the name of its desk, where the calendar of that desk says that it is busy then.
    """

    status: str
    mode: str
    video_url: str
    phone: str
    late_minutes: int | None
    was_asked_to_move: bool
    busy_desk: str
    is_for_someone_else: bool
    desk: str
    is_simple: bool
    locale: str
    answers: Sequence[Mapping[str, str]]
    language: str = ""

    @property
    def said_late(self) -> int:
        """The announced lateness in minutes; 0 if none was announced or the customer is not expected."""
        return (self.late_minutes or 0) if self.status == Status.CONFIRMED else 0

    def told(self, usual_languages: frozenset[str]) -> Iterator[Fact]:
        """Yield what is unusual now, in order; a language only if it is none of the usual ones."""
        if self.was_asked_to_move and self.status == Status.CONFIRMED:
            yield Fact(FactKind.ASKED_TO_MOVE)
        yield from self.lasting(usual_languages)

    def lasting(self, usual_languages: frozenset[str]) -> Iterator[Fact]:
        """Yield the facts that hold after any step of the visit: a tablet takes steps while it is offline."""
        if self.busy_desk and self.status in _NOT_SERVED_YET:
            yield Fact(FactKind.DESK_IS_BUSY, self.busy_desk)
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
        if self.language:
            yield Fact(FactKind.SPEAKS, self.language)
        for told in self.answers:
            yield Fact(FactKind.ANSWER, told["answer"], told["question"])


def booking_facts(booking: ListedBooking) -> VisitFacts:
    """Return the facts of a booking; its visit type and, if one was requested, its desk should be loaded."""
    visit_type = booking.visit_type
    return VisitFacts(
        status=booking.status,
        mode=visit_type.mode,
        video_url=visit_type.video_url,
        phone=booking.phone,
        late_minutes=booking.late_minutes,
        was_asked_to_move=booking.answer_until is not None,
        busy_desk=booking.desk.name if booking.is_at_busy_time else "",
        is_for_someone_else=booking.is_for_someone_else,
        desk=booking.desk.name if booking.desk_was_chosen else "",
        is_simple=booking.is_simple,
        locale=booking.locale,
        answers=booking.answers,
        language=booking.language,
    )


def has_facts(booking: ListedBooking, usual_languages: frozenset[str]) -> bool:
    """Tell whether there may be facts about a booking, or an announced lateness: most of a day's have none."""
    return bool(
        booking.answer_until
        or booking.late_minutes
        or booking.is_for_someone_else
        or booking.desk_was_chosen
        or booking.is_simple
        or booking.answers
        or booking.is_at_busy_time
        or booking.language
        or booking.locale not in usual_languages
        or booking.visit_type.mode != VisitMode.STORE
    )


def usual_languages(country: str) -> frozenset[str]:
    """Return the usual languages, which are not mentioned: the reader's, and those of the store's country."""
    reader = (get_language() or settings.LANGUAGE_CODE)[:2]
    return frozenset({reader, *_official_languages(country)})


@cache
def _official_languages(country: str) -> tuple[str, ...]:
    return get_official_languages(country)
