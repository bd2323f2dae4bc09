"""A store's day as JSON text for staff, written by hand: to build and encode objects takes four times as long.

It is the text of an object with the day's slots, `totals`, and each booking as `staff_booking_json` returns it.
"""

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from json.encoder import encode_basestring as text
from typing import Any

from booking.api.rendering import moment_text
from booking.bookings.day_rows import SHARED, BookingRow, MessageState
from booking.bookings.day_schedule import DaySchedule, DaySlot
from booking.bookings.message_plan import message_channel
from booking.policy import may_cancel, may_change

_FLAGS = {True: "true", False: "false"}


def day_text(day: DaySchedule, messages: Iterable[MessageState]) -> str:
    """Return a store's day as staff see it; `messages` are those about its bookings, oldest first."""
    texts = _DayTexts(day, messages)
    slots = ",".join([texts.slot(slot) for slot in day.slots])
    bookings = ",".join([texts.booking(booking) for booking in day.bookings])
    return (
        f'{{"store":{texts.store},"date":"{day.date.isoformat()}","time_zone":{texts.zone},'
        f'"now":{texts.moment(day.now)},"slots":[{slots}],"bookings":[{bookings}],"totals":{dumped(day.totals)}}}'
    )


def dumped(value: Any) -> str:
    """Return a value as JSON, as all answers have it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


class _DayTexts:
    """Writes the slots and bookings of one day; what many of them share is written once."""

    def __init__(self, day: DaySchedule, messages: Iterable[MessageState]) -> None:
        zone, rules = day.rules.zone, day.rules
        self.now, self.change_until = day.now, rules.change_until_minutes
        self.store, self.zone = text(rules.slug), text(rules.time_zone)
        self.moment = cache(lambda moment: text(moment_text(moment, zone)) if moment else "null")
        self.shared = cache(self._shared)
        self.deliveries: dict[str, list[str]] = defaultdict(list)
        told = cache(self._told)
        for subject, *state in messages:
            self.deliveries[subject].append(told(*state))
        self.types: dict[int, tuple[str, str]] = {}
        self.desks: dict[int, str] = {}
        for one in day.bookings:
            if one.visit_type_id not in self.types:
                self.types[one.visit_type_id] = text(one.visit_type.slug), text(one.visit_type.mode)
            if one.desk_id not in self.desks:
                self.desks[one.desk_id] = text(one.desk.slug)

    def slot(self, slot: DaySlot) -> str:
        """Return a slot; its desk is null where that desk no longer serves."""
        desk = text(slot.desk.slug) if slot.desk else "null"
        return (
            f'{{"starts_at":{self.moment(slot.starts_at)},"ends_at":{self.moment(slot.ends_at)},"desk":{desk},'
            f'"capacity":{slot.capacity},"places_taken":{slot.places_taken},"places_left":{slot.places_left},'
            f'"closed":{_FLAGS[slot.closed]}}}'
        )

    def booking(self, one: BookingRow) -> str:
        """Return a booking as staff see it."""
        until_name, until_note, until_channel, until_answers, until_told = self.shared(one[SHARED])
        phone, email, told = one.phone, one.email, self.deliveries.get(one.reference)
        return (
            f'{{"reference":{text(one.reference)}{until_name}{text(one.name)},"phone":{text(phone)},'
            f'"email":{text(email)}{until_note}{text(one.note)}{_language(one)}'
            f"{until_channel}{message_channel(phone, email)}"
            f"{until_answers}{dumped(one.answers) if one.answers else '[]'}{until_told}"
            f"{','.join(told) if told else ''}]}}"
        )

    def _shared(self, shared: tuple[Any, ...]) -> tuple[str, str, str, str, str]:
        """Return what stands between a booking's own texts: the same for all that are alike in these."""
        starts_at, ends_at, answer_until, checked_in_at, desk_id, visit_type_id, party_size, *others = shared
        status, source, locale, is_for_someone_else, sequence, attendance_confirmed, late_minutes = others
        flag, moment = _FLAGS, self.moment
        visit_type, mode = self.types[visit_type_id]
        is_changeable = may_change(
            status=status, starts_at=starts_at, now=self.now, change_until_minutes=self.change_until,
            answer_until=answer_until,
        )  # fmt: skip
        is_cancellable = may_cancel(status=status, starts_at=starts_at, now=self.now)
        return (
            f',"status":{text(status)},"store":{self.store},"visit_type":{visit_type},"starts_at":{moment(starts_at)},'
            f'"ends_at":{moment(ends_at)},"time_zone":{self.zone},"party_size":{party_size},"customer":{{"name":',
            f',"locale":{text(locale)}}},"note":',
            f',"sequence":{sequence},"attendance_confirmed":{flag[attendance_confirmed]},'
            f'"may_change":{flag[is_changeable]},"may_cancel":{flag[is_cancellable]},"source":{text(source)},'
            f'"desk":{self.desks[desk_id]},"checked_in_at":{moment(checked_in_at)},"messages":"',
            f'","late_minutes":{"null" if late_minutes is None else late_minutes},"answers":',
            f',"for_someone_else":{flag[is_for_someone_else]},"visit_mode":{mode},"deliveries":[',
        )

    def _told(self, kind: str, channel: str, state: str, at: datetime) -> str:
        return f'{{"kind":{text(kind)},"channel":{text(channel)},"state":{text(state)},"at":{self.moment(at)}}}'


def _language(one: BookingRow) -> str:
    """Return the language that its customer asked to speak, as a part of a booking; most have none."""
    return f',"language":{text(one.language)}' if one.language else ""
