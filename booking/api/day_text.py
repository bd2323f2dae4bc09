"""A store's day as JSON text for staff, written by hand: to build and encode objects takes four times as long.

It is the text of an object with the day's slots, `totals`, and each booking as `staff_booking_json` returns it.
"""

import json
from collections.abc import Iterable
from functools import cache
from json.encoder import encode_basestring as text
from typing import Any

from booking.api.rendering import moment_text
from booking.bookings.day_schedule import DaySchedule, DaySlot
from booking.bookings.message_plan import message_channel
from booking.models import Booking
from booking.policy import may_cancel, may_change
from notifications.outbox import Delivery

_FLAGS = {True: "true", False: "false"}


def day_text(day: DaySchedule) -> str:
    """Return a store's day as staff see it."""
    texts = _DayTexts(day)
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

    def __init__(self, day: DaySchedule) -> None:
        zone, rules = day.rules.zone, day.rules
        self.now, self.change_until = day.now, rules.change_until_minutes
        self.deliveries = day.deliveries
        self.store, self.zone = text(rules.slug), text(rules.time_zone)
        self.moment = cache(lambda moment: text(moment_text(moment, zone)) if moment else "null")
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

    def booking(self, one: Booking) -> str:
        """Return a booking as staff see it."""
        moment, flag = self.moment, _FLAGS
        visit_type, mode = self.types[one.visit_type_id]
        status, starts_at, late = one.status, one.starts_at, one.late_minutes
        is_changeable = may_change(
            status=status, starts_at=starts_at, now=self.now, change_until_minutes=self.change_until,
            answer_until=one.answer_until,
        )  # fmt: skip
        is_cancellable = may_cancel(status=status, starts_at=starts_at, now=self.now)
        return (
            f'{{"reference":{text(one.reference)},"status":{text(status)},"store":{self.store},'
            f'"visit_type":{visit_type},"starts_at":{moment(starts_at)},"ends_at":{moment(one.ends_at)},'
            f'"time_zone":{self.zone},"party_size":{one.party_size},"customer":{{"name":{text(one.name)},'
            f'"phone":{text(one.phone)},"email":{text(one.email)},"locale":{text(one.locale)}}},'
            f'"note":{text(one.note)},"sequence":{one.sequence},'
            f'"attendance_confirmed":{flag[one.attendance_confirmed]},"may_change":{flag[is_changeable]},'
            f'"may_cancel":{flag[is_cancellable]},"source":{text(one.source)},"desk":{self.desks[one.desk_id]},'
            f'"checked_in_at":{moment(one.checked_in_at)},"messages":"{message_channel(one.phone, one.email)}",'
            f'"late_minutes":{"null" if late is None else late},'
            f'"answers":{dumped(one.answers) if one.answers else "[]"},'
            f'"for_someone_else":{flag[one.is_for_someone_else]},"visit_mode":{mode},'
            f'"deliveries":[{self._deliveries(self.deliveries.get(one.reference, ()))}]}}'
        )

    def _deliveries(self, told: Iterable[Delivery]) -> str:
        return ",".join(
            [
                f'{{"kind":{text(one.kind)},"channel":{text(one.channel)},"state":{text(one.state)},'
                f'"at":{self.moment(one.at)}}}'
                for one in told
            ]
        )
