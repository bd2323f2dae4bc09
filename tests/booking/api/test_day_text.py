"""The text of a day, written by hand, is letter for letter what the encoder makes of the same bookings as objects."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from booking.api.day_text import day_text, dumped
from booking.api.rendering import moment_text, staff_booking_json
from booking.bookings.day_rows import BookingRow, MessageState, read_states
from booking.bookings.day_schedule import DaySchedule, day_schedule
from booking.models import Booking, Source, Status
from booking.models.partial_rows import known, set_related
from notifications.outbox import Delivery
from stores.models import Desk, Store, VisitMode, VisitType
from tests.factories import NOW, at, make_booking, make_store

_WORDS = st.text(max_size=20) | st.sampled_from(
    ['"', "\\", "\u2028", "</script>", "\x00\x1f", "é\U0001f600", "%s{0}{{"]
)
_MOMENTS = st.datetimes(datetime(2026, 3, 28), datetime(2026, 11, 30)).map(lambda one: one.replace(tzinfo=UTC))
_ANSWERS = st.lists(st.fixed_dictionaries({"question": _WORDS, "answer": _WORDS}), max_size=2)


@st.composite
def _bookings(draw: st.DrawFn, number: int, store: Store) -> BookingRow:
    starts_at, desk_id, type_id = draw(_MOMENTS), draw(st.sampled_from([1, 2])), draw(st.sampled_from([1, 2]))
    mode = VisitMode.STORE if type_id == 1 else VisitMode.VIDEO
    return BookingRow(
        answers=draw(_ANSWERS),
        updated_at=starts_at,
        started_at=None,
        completed_at=None,
        erased_at=None,
        phoned_at=None,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=draw(st.sampled_from([15, 40]))),
        answer_until=draw(st.none() | _MOMENTS),
        checked_in_at=draw(st.none() | _MOMENTS),
        desk_id=desk_id,
        visit_type_id=type_id,
        party_size=draw(st.integers(1, 99)),
        status=draw(st.sampled_from(Status.values)),
        source=draw(st.sampled_from(Source.values)),
        locale=draw(st.sampled_from(["fr", "en", "uk"])),
        is_for_someone_else=draw(st.booleans()),
        sequence=draw(st.integers(0, 9)),
        attendance_confirmed=draw(st.booleans()),
        late_minutes=draw(st.none() | st.integers(0, 90)),
        id=number,
        reference=f"REFERE{number:02d}",
        visit_date=starts_at.date(),
        name=draw(_WORDS),
        phone=draw(st.sampled_from(["", "+33612345678", "+33549240039", "+447911123456"])),
        email=draw(_WORDS),
        note=draw(_WORDS),
        is_simple=False,
        desk_was_chosen=draw(st.booleans()),
        minutes_before=0,
        minutes_after=0,
        language=draw(st.sampled_from(["", "ar", "lsf"])),
        is_at_busy_time=draw(st.booleans()),
        desk=known(Desk, id=desk_id, slug=f"desk-{desk_id}", name="Desk"),
        visit_type=known(VisitType, id=type_id, slug=f"type-{type_id}", name="Type", mode=mode, video_url=""),
        store=store,
    )


def _as_booking(row: BookingRow) -> Booking:
    """Return the same booking as the model."""
    related = {"desk": row.desk, "visit_type": row.visit_type, "store": row.store}
    booking = known(Booking, **{name: value for name, value in row._asdict().items() if name not in related})
    set_related(booking, related)
    return booking


@st.composite
def _days(draw: st.DrawFn, schedule: DaySchedule) -> DaySchedule:
    """A day of any bookings and messages, in the frame of a stored one."""
    store = known(
        Store, id=1, slug=schedule.rules.slug, time_zone=schedule.rules.zone.key, change_until_minutes=120
    )  # fmt: skip
    bookings = tuple(draw(_bookings(number, store)) for number in range(draw(st.integers(0, 3))))
    told = st.builds(
        Delivery, kind=_WORDS, channel=st.sampled_from(["sms", "email"]), state=_WORDS, reason=_WORDS, at=_MOMENTS
    )
    deliveries = {one.reference: draw(st.lists(told, max_size=2)) for one in bookings}
    return DaySchedule(
        rules=schedule.rules,
        date=schedule.date,
        now=draw(_MOMENTS),
        slots=schedule.slots,
        bookings=bookings,
        totals=schedule.totals,
        deliveries=deliveries,
        begins_at=schedule.begins_at,
        ends_at=schedule.ends_at,
    )


def _states(day: DaySchedule) -> Iterator[MessageState]:
    for reference, told in day.deliveries.items():
        for one in told:
            yield reference, one.kind, one.channel, one.state, one.at


@pytest.fixture
def schedule(db: None) -> DaySchedule:
    store = make_store(desks=("main", "window"))
    make_booking(store)
    return day_schedule(store=store.slug, date=at(10).date(), now=NOW)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # the stored day is only read
@given(data=st.data())
def test_a_day_reads_as_the_objects_of_its_bookings(schedule: DaySchedule, data: st.DataObject) -> None:
    day = data.draw(_days(schedule))

    text = day_text(day, _states(day))

    bookings = [staff_booking_json(_as_booking(one), now=day.now, deliveries=day.deliveries) for one in day.bookings]
    assert f'"bookings":{dumped(bookings)},"totals":{dumped(day.totals)}}}' in text
    zone = day.rules.zone
    slots = [
        {
            "starts_at": moment_text(slot.starts_at, zone),
            "ends_at": moment_text(slot.ends_at, zone),
            "desk": slot.desk.slug if slot.desk else None,
            "capacity": slot.capacity,
            "places_taken": slot.places_taken,
            "places_left": slot.places_left,
            "closed": slot.closed,
        }
        for slot in day.slots
    ]
    head = {"store": day.rules.slug, "date": day.date.isoformat(), "time_zone": day.rules.time_zone}
    head |= {"now": moment_text(day.now, zone)}
    assert text.startswith(f'{dumped(head)[:-1]},"slots":{dumped(slots)},"bookings":')


def test_a_stored_day_reads_as_its_bookings_read_one_by_one(schedule: DaySchedule) -> None:
    rows: list[Any] = list(Booking.objects.select_related("store", "desk", "visit_type"))

    bookings = [staff_booking_json(one, now=NOW, deliveries=schedule.deliveries) for one in rows]

    assert rows
    assert list(read_states(schedule.rules.id, schedule.date)) == list(_states(schedule))
    assert f'"bookings":{dumped(bookings)}' in day_text(schedule, _states(schedule))
    assert ZoneInfo(rows[0].store.time_zone) == schedule.rules.zone
