"""Composition of messages: the table of their kinds, and the replies to people who answer one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Generic, Protocol, TypeVar

from booking.bookings.queries import bookings_by_reference
from booking.message_kinds import Kind
from booking.messages.booking_messages import (
    ATTENDANCE_CONFIRMED,
    CANCELLATION,
    CHANGE,
    CHOOSE_AGAIN,
    CONFIRMATION,
    NEW_HOURS,
    NOT_COMING,
    OTHER_DESK,
    REMINDER,
    BookingMessage,
    choose_change_text,
    find_reason_against_change,
    find_reason_against_reminder,
    read_booking,
    unless_erased,
)
from booking.messages.booking_notices import read_notice, write_notice
from booking.messages.day_sheet import read_day_sheet, write_day_sheet
from booking.messages.feedback import write_feedback
from booking.messages.inbound import answer_text, keep_unanswered
from booking.messages.inbox import read_reply, write_reply
from booking.messages.invitations import read_invitation, write_invitation
from booking.messages.mail_answers import DECLINED, NOT_READ, write_mail_answer
from booking.messages.nearly_turn import read_ticket, write_nearly_turn
from booking.messages.password_links import read_user, write_password_link
from booking.messages.place_offered import answer_about_offer, read_entry, write_offer
from booking.messages.visits_list import write_visits_list
from booking.models import Booking
from booking.subjects import About, Subject
from notifications.content import Content, Skip
from notifications.models import OutboxMessage

Found = TypeVar("Found")
FoundBy = TypeVar("FoundBy", covariant=True)
WrittenOf = TypeVar("WrittenOf", contravariant=True)


class UnknownKind(Exception):
    """The kind of a message has no entry in COMPOSERS: it waits for a version of Carillon that knows it."""


class Reader(Protocol[FoundBy]):
    """A function that reads the subject of a message from the database; it returns None if that is gone."""

    def __call__(self, subject: Subject, /) -> FoundBy | None: ...


class Writer(Protocol[WrittenOf]):
    """A function that returns what to send, or why nothing is sent now or at all."""

    def __call__(self, found: WrittenOf, message: OutboxMessage, /, *, now: datetime) -> Content: ...


class Replier(Protocol):
    """A function that returns the reply to somebody who texted yes or no; None if there is nothing to say."""

    def __call__(self, subject: Subject, word: str, /, *, now: datetime) -> str | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Composer(Generic[Found]):
    """The functions that compose messages of one kind, and the templates they use."""

    read: Reader[Found]
    write: Writer[Found]
    if_gone: str  # why nothing is sent if there is nothing to read
    texts: tuple[str, ...] = ()  # templates/sms/NAME.txt
    email_files: tuple[str, ...] = ()  # in templates/email, besides the frames that several kinds share


@dataclass(frozen=True, slots=True, kw_only=True)
class Answerer:
    """The function that replies to answers about one sort of subject that is no visit."""

    reply: Replier


def _about_booking(write: BookingMessage) -> Composer[Booking]:
    return Composer(
        read=read_booking,
        write=write,
        if_gone="erased",
        texts=tuple(text.name for text in write.texts),
        email_files=tuple(f"{text.name}.{part}.txt" for text in write.texts for part in ("subject", "heading")),
    )


COMPOSERS: Mapping[Kind, Composer[Any]] = {
    Kind.CONFIRMATION: _about_booking(BookingMessage(texts=(CONFIRMATION,))),
    Kind.REMINDER: _about_booking(
        BookingMessage(texts=(REMINDER,), find_reason_against=find_reason_against_reminder, is_held_when_late=True)
    ),
    Kind.CHANGE: _about_booking(
        BookingMessage(
            texts=(CHANGE, OTHER_DESK, NEW_HOURS, CHOOSE_AGAIN),
            choose_text=choose_change_text,
            find_reason_against=find_reason_against_change,
        )
    ),
    Kind.CANCELLATION: _about_booking(BookingMessage(texts=(CANCELLATION,))),
    Kind.PLACE_OFFERED: Composer(
        read=read_entry,
        write=write_offer,
        if_gone="erased",
        texts=("place_offered",),
        email_files=("place_offered.subject.txt", "place_offered.txt", "place_offered.html"),
    ),
    Kind.VISITS_LIST: Composer(
        read=read_booking,
        write=write_visits_list,
        if_gone="no_visits",
        texts=("visits_list",),
        email_files=(
            *("visits_list.subject.txt", "visits_list.heading.txt"),
            *("visits_list.txt", "visits_list.html"),
        ),
    ),
    Kind.DAY_SHEET: Composer(
        read=read_day_sheet,
        write=write_day_sheet,
        if_gone="not_wanted",
        email_files=("day_sheet.txt", "day_sheet.html", "day_sheet_address.txt", "day_sheet_address.html"),
    ),
    Kind.NEARLY_TURN: Composer(read=read_ticket, write=write_nearly_turn, if_gone="erased", texts=("nearly_turn",)),
    Kind.MAIL_ANSWER: Composer(
        read=read_booking,
        write=write_mail_answer,
        if_gone="erased",
        email_files=tuple(f"{text}.{part}.txt" for text in (DECLINED, NOT_READ) for part in ("subject", "heading")),
    ),
    Kind.REPLY: Composer(read=read_reply, write=write_reply, if_gone="erased"),
    Kind.INVITATION: Composer(
        read=read_invitation,
        write=write_invitation,
        if_gone="not_wanted",
        email_files=("invitation.txt", "invitation.html"),
    ),
    Kind.NEW_BOOKINGS: Composer(
        read=read_notice,
        write=write_notice,
        if_gone="not_wanted",
        email_files=("new_bookings.txt", "new_bookings.html"),
    ),
    Kind.PASSWORD_LINK: Composer(
        read=read_user,
        write=write_password_link,
        if_gone="not_wanted",
        email_files=("password_link.txt", "password_link.html"),
    ),
    Kind.FEEDBACK: Composer(
        read=read_booking,
        write=write_feedback,
        if_gone="erased",
        texts=("feedback",),
        email_files=("feedback.subject.txt", "feedback.txt", "feedback.html"),
    ),
}
ANSWERERS: Mapping[About, Answerer] = {
    About.WAITING_LIST_ENTRY: Answerer(reply=answer_about_offer),
}
SMS_TEXTS: tuple[str, ...] = (
    *(text for composer in COMPOSERS.values() for text in composer.texts),
    *(ATTENDANCE_CONFIRMED, NOT_COMING),
)
EMAIL_FILES: tuple[str, ...] = tuple(name for composer in COMPOSERS.values() for name in composer.email_files)


def read_ahead(messages: Sequence[OutboxMessage]) -> Callable[..., Content]:
    """Return `compose` for these messages: the bookings they are about are read now, with one statement."""
    subjects = [Subject.parse(message.subject) for message in messages]
    bookings = bookings_by_reference(subject.key for subject in subjects if subject.about == About.BOOKING)

    def compose_read(message: OutboxMessage, *, now: datetime) -> Content:
        return compose(message, now=now, bookings=bookings)

    return compose_read


def compose(message: OutboxMessage, *, now: datetime, bookings: Mapping[str, Booking] | None = None) -> Content:
    """Return what to send for a message in the outbox, or why nothing is sent. Raises UnknownKind.

    `bookings` are those that were read ahead, by reference.
    """
    composer, subject = find_composer(message.kind), Subject.parse(message.subject)
    if bookings is not None and composer.read is read_booking:
        found = unless_erased(bookings.get(subject.key))
    else:
        found = composer.read(subject)
    return Skip(composer.if_gone) if found is None else composer.write(found, message, now=now)


def find_composer(kind: str) -> Composer[Any]:
    """Return the composer of a kind of messages. Raises UnknownKind."""
    if kind not in Kind.values or Kind(kind) not in COMPOSERS:
        raise UnknownKind(f"No entry in COMPOSERS for messages of the kind {kind!r}.")
    return COMPOSERS[Kind(kind)]


def answer(*, phone: str, body: str, now: datetime) -> str:
    """Return the reply to a text from a number, "" for none; do what it says, or keep it for a person."""
    return answer_text(phone=phone, body=body, answer_otherwise=partial(answer_by_word, now=now), now=now)


def keep_for_person(*, phone: str, body: str, now: datetime) -> None:
    """Keep a text for a person to read, without an answer."""
    keep_unanswered(phone=phone, body=body, now=now)


def answer_by_word(subject: str, word: str, *, now: datetime) -> str | None:
    """Return the reply to a yes or no about what is no visit; None if there is nothing to say."""
    about = Subject.parse(subject)
    answerer = ANSWERERS.get(about.about)
    return answerer.reply(about, word, now=now) if answerer else None
