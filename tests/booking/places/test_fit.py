"""Who has a place: held minute by minute against what the hours and the slots have to give."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from booking.places.fit import OpenTime, Order, SlotPlaces, Taking, Window, narrowed, without_place
from stores.hours import Interval, joined

BEGIN = datetime(2026, 11, 24, 8, tzinfo=UTC)
STEP = timedelta(minutes=5)
LAST = 24
DESKS = (1, 2)
ZONE = ZoneInfo("Europe/Paris")


def when(steps: int) -> datetime:
    return BEGIN + steps * STEP


@st.composite
def stretches(draw, most: int = 3) -> list[Interval]:
    pairs = draw(st.lists(st.tuples(st.integers(0, LAST - 1), st.integers(1, 12)), max_size=most))
    return joined(Interval(when(first), when(first + length)) for first, length in pairs)


@st.composite
def takings(draw) -> list[Taking]:
    found = []
    for key in range(draw(st.integers(0, 8))):
        first = draw(st.integers(0, LAST - 1))
        found.append(
            Taking(
                order=draw(st.sampled_from(Order)),
                key=key,
                desk_id=draw(st.sampled_from(DESKS)),
                starts_at=when(first),
                ends_at=when(first + draw(st.integers(1, 6))),
                places=draw(st.integers(1, 3)),
                rank=(key,),
            )
        )
    return found


@st.composite
def open_times(draw) -> OpenTime:
    length = draw(st.integers(2, 4))
    slots = [
        SlotPlaces(desk_id, when(first), when(first + length), draw(st.integers(0, 4)), draw(st.integers(0, 5)) == 0)
        for desk_id in DESKS
        for first in range(0, LAST + 8, length)
        if draw(st.booleans())
    ]
    return OpenTime(draw(stretches()), {desk_id: draw(stretches()) for desk_id in DESKS}, slots)


def there(one: Taking | SlotPlaces, steps: int) -> bool:
    return one.starts_at <= when(steps) < one.ends_at


def steps_of(one: Taking) -> list[int]:
    return [steps for steps in range(LAST + 8) if there(one, steps)]


def is_open(time: OpenTime, one: Taking) -> bool:
    hours = time.desks[one.desk_id]
    slots = [slot for slot in time.slots if slot.desk_id == one.desk_id]
    return all(
        any(span.starts_at <= when(steps) < span.ends_at for span in hours)
        and not any(there(slot, steps) and (slot.closed or slot.capacity == 0) for slot in slots)
        for steps in steps_of(one)
    )


def too_many_with(time: OpenTime, one: Taking, others: list[Taking]) -> bool:
    return any(
        there(slot, steps)
        and slot.desk_id == one.desk_id
        and sum(other.places for other in [*others, one] if there(other, steps)) > slot.capacity
        for slot in time.slots
        for steps in steps_of(one)
    )


@given(time=open_times(), everybody=takings())
def test_places_go_by_turn(time: OpenTime, everybody: list[Taking]) -> None:
    gone = without_place(time, everybody)
    placed: list[Taking] = []
    for one in sorted(everybody, key=lambda one: (one.order, one.rank)):
        others = [other for other in placed if other.desk_id == one.desk_id]
        has_room = one.order == Order.HERE or not too_many_with(time, one, others)
        assert (one in gone) == (not is_open(time, one) or not has_room)
        if one not in gone:
            placed.append(one)


@given(time=open_times(), everybody=takings())
def test_who_comes_does_not_depend_on_what_is_only_held(time: OpenTime, everybody: list[Taking]) -> None:
    comes = [one for one in everybody if one.order in (Order.HERE, Order.VISIT)]
    gone = without_place(time, everybody)
    assert {one for one in gone if one in comes} == without_place(time, comes)


@given(before=open_times(), after=open_times())
def test_windows_are_whole_days_where_open_time_was_lost(before: OpenTime, after: OpenTime) -> None:
    day = BEGIN.date()
    windows = narrowed(
        OpenTime(before.store, before.desks, ()), OpenTime(after.store, after.desks, ()), days=[day], zone=ZONE
    )
    was_open: Mapping[int | None, Sequence[Interval]] = {None: before.store} | dict(before.desks)
    is_open_now: Mapping[int | None, Sequence[Interval]] = {None: after.store} | dict(after.desks)
    for desk_id, hours in was_open.items():
        lost = any(
            any(span.starts_at <= when(steps) < span.ends_at for span in hours)
            and not any(span.starts_at <= when(steps) < span.ends_at for span in is_open_now[desk_id])
            for steps in range(LAST + 14)
        )
        assert any(window.desk_id == desk_id for window in windows) == lost


@given(time=open_times())
def test_nothing_changed_is_no_window(time: OpenTime) -> None:
    assert narrowed(time, time, days=[BEGIN.date(), date(2026, 11, 25)], zone=ZONE) == []


def test_slot_with_less_to_give_is_a_window_of_its_own() -> None:
    slot = SlotPlaces(1, when(0), when(3), 2, closed=False)
    for now in (SlotPlaces(1, when(0), when(3), 1, closed=False), SlotPlaces(1, when(0), when(3), 2, closed=True)):
        windows = narrowed(OpenTime((), {}, [slot]), OpenTime((), {}, [now]), days=[], zone=ZONE)
        assert windows == [Window(1, when(0), when(3))]
        assert narrowed(OpenTime((), {}, [now]), OpenTime((), {}, [slot]), days=[], zone=ZONE) == []
