"""Subjects: what a message, or a stored answer to a form or a request, is about; the database has them in one column.

A subject is written as a prefix and a key: `ticket/12`, `wait-K7Q29X4M`. The subject of a booking is its reference
alone.
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Self


class About(StrEnum):
    """The kind of thing that a subject names; the value is the subject's prefix. No booking's reference begins so."""

    BOOKING = ""
    WAITING_LIST_ENTRY = "wait-"
    HOLD = "hold:"
    TICKET = "ticket/"
    TEXT = "text/"
    DAY_SHEET = "day/"
    DAY_SHEET_ADDRESS = "question/"
    INVITATION = "invitation/"
    USER = "user/"
    BOOKING_NOTICE = "notice/"


_NUMBERED = (About.TICKET, About.TEXT, About.DAY_SHEET_ADDRESS, About.INVITATION, About.USER)


@dataclass(frozen=True, slots=True)
class Subject:
    """What something is about; `str()` of it is what the database stores."""

    about: About
    key: str

    def __str__(self) -> str:
        return f"{self.about}{self.key}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the subject that a text names. A text with none of the prefixes names a booking."""
        for about in About:
            if about != About.BOOKING and text.startswith(about):
                return cls(about, text.removeprefix(about))
        return cls(About.BOOKING, text)

    @classmethod
    def booking(cls, reference: str) -> Self:
        return cls(About.BOOKING, reference)

    @classmethod
    def waiting_list_entry(cls, reference: str) -> Self:
        return cls(About.WAITING_LIST_ENTRY, reference)

    @classmethod
    def hold(cls, public_id: str) -> Self:
        return cls(About.HOLD, public_id)

    @classmethod
    def ticket(cls, ticket_id: int) -> Self:
        return cls(About.TICKET, str(ticket_id))

    @classmethod
    def text(cls, text_id: int) -> Self:
        """Return the subject of a reply to a customer's text."""
        return cls(About.TEXT, str(text_id))

    @classmethod
    def day_sheet(cls, store_id: int, day: date) -> Self:
        """Return the subject of the list of a store's visits on a day."""
        return cls(About.DAY_SHEET, f"{store_id}/{day.isoformat()}")

    @classmethod
    def day_sheet_address(cls, change_id: int) -> Self:
        """Return the subject of the question whether the day sheet may go to the address of a change of set-up."""
        return cls(About.DAY_SHEET_ADDRESS, str(change_id))

    @classmethod
    def invitation(cls, invitation_id: int) -> Self:
        """Return the subject of an invitation to work at a store."""
        return cls(About.INVITATION, str(invitation_id))

    @classmethod
    def user(cls, user_id: int) -> Self:
        """Return the subject of a link for a new password; 0 stands for nobody."""
        return cls(About.USER, str(user_id))

    @classmethod
    def booking_notice(cls, notice_id: int, *, after: int, until: int) -> Self:
        """Return the subject of a notice of the bookings whose primary keys are in a half-open range."""
        return cls(About.BOOKING_NOTICE, f"{notice_id}/{after}-{until}")

    def notice_and_range(self) -> tuple[int, int, int] | None:
        """Return the notice's primary key, and the range of bookings; None where the subject is no notice."""
        found = re.fullmatch(r"(\d+)/(\d+)-(\d+)", self.key, re.ASCII) if self.about == About.BOOKING_NOTICE else None
        return (int(found[1]), int(found[2]), int(found[3])) if found else None

    def number(self) -> int | None:
        """Return the primary key that the subject names, None where it names none."""
        is_number = self.about in _NUMBERED and self.key.isdecimal()
        return int(self.key) if is_number else None

    def store_and_day(self) -> tuple[int, date] | None:
        """Return the store's primary key and the day of a day sheet, None where the subject is not a day sheet."""
        store_id, _slash, day = self.key.partition("/")
        if self.about != About.DAY_SHEET or not store_id.isdecimal():
            return None
        try:
            return int(store_id), date.fromisoformat(day)
        except ValueError:
            return None
