"""What may be booked at desks that do not serve all, of kinds with rules of their own, against a slow oracle.

The oracle looks at each desk and each minute at which a visit could begin, and asks each rule by itself: it knows no
rows, no runs and no counters, only the settings that were drawn and the visits that are in the books.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from booking.bookings.audit import differences
from booking.models import Booking, Source, Status
from booking.places.availability import availability
from booking.places.explain import explain_slot
from booking.places.first_free import first_free_of
from booking.places.holds import hold_places
from booking.places.lookup import WantedSlot, lookup
from booking.refusals import BookingRefused
from stores.absences import Absence
from stores.hours import WeeklyInterval
from stores.models import Store, VisitType
from stores.queries import rules_around
from stores.services import KindRules, add_absence, save_desk, save_visit_type
from tests.factories import NOW, PARIS, at, make_booking, make_store

DAY = date(2026, 11, 24)  # a Tuesday, the day after NOW
OPEN = ((time(9), time(11)), (time(11, 30), time(13)))
MINUTE = timedelta(minutes=1)
SLOT = timedelta(minutes=15)


@dataclass(frozen=True)
class Kind:
    """The drawn settings of a kind of visit."""

    slug: str
    slots: int
    party: int
    own: KindRules


@dataclass(frozen=True)
class Advisor:
    """The drawn settings of a desk; `serves` are slugs, none for all."""

    slug: str
    capacity: int
    kept_back: int
    serves: tuple[str, ...]
    hours: tuple[time, time] | None
    languages: tuple[str, ...]
    away: tuple[time, time] | None
    is_away_weekly: bool


@dataclass(frozen=True)
class Wanted:
    """Somebody who tries to book before the question is asked."""

    minutes: int
    kind: str
    party: int
    source: Source


@dataclass(frozen=True)
class Scene:
    """One drawn store, what people book there, and the moment of the question."""

    kinds: tuple[Kind, Kind]
    desks: tuple[Advisor, ...]
    counts_people: bool
    wanted: list[Wanted]
    now: datetime


def clock(first: int, last: int) -> st.SearchStrategy[time]:
    return st.integers(first * 12, last * 12).map(lambda fives: time(fives // 12, fives % 12 * 5))


def hours(first: int, last: int) -> st.SearchStrategy[tuple[time, time]]:
    return st.tuples(clock(first, last), clock(first, last)).filter(lambda pair: pair[0] < pair[1])


NOTICES = st.one_of(
    st.just((None, None)),
    st.sampled_from([0, 60, 24 * 60, 26 * 60]).map(lambda minutes: (minutes, None)),
    clock(7, 20).map(lambda until: (None, until)),
)
WEEKS = st.one_of(
    st.just(()),
    st.tuples(st.sampled_from([0, 1, 1, 1]), hours(8, 14)).map(lambda one: (WeeklyInterval(one[0], *one[1]),)),
)


@st.composite
def rules_of_kinds(draw: st.DrawFn) -> KindRules:
    minutes, until = draw(NOTICES)
    return KindRules(
        notice_minutes=minutes,
        notice_until=until,
        weekly=draw(WEEKS),
        minutes_before=draw(st.sampled_from([0, 0, 5, 15, 20])),
        minutes_after=draw(st.sampled_from([0, 0, 10, 15, 40])),
        most_at_once=draw(st.sampled_from([None, None, 1, 2])),
    )


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    kinds = tuple(
        Kind(slug, draw(st.integers(1, 3)), draw(st.integers(1, 3)), draw(rules_of_kinds()))
        for slug in ("visit", "advice")
    )
    desks = []
    for slug in ("left", "right")[: draw(st.integers(1, 2))]:
        capacity = draw(st.integers(1, 3))
        serves = draw(st.sampled_from([(), (), ("visit",), ("advice",), ("visit", "advice")]))
        spoken = draw(st.sampled_from([(), ("fr",), ("ar",), ("fr", "ar")]))
        kept_back, own = draw(st.integers(0, capacity)), draw(st.none() | hours(8, 13))
        away = draw(st.none() | st.none() | hours(8, 13))
        desks.append(Advisor(slug, capacity, kept_back, serves, own, spoken, away, draw(st.booleans())))
    wanted = st.builds(
        Wanted,
        minutes=st.integers(0, 15).map(lambda number: number * 15),
        kind=st.sampled_from(["visit", "advice"]),
        party=st.integers(1, 2),
        source=st.sampled_from([Source.API, Source.PHONE]),
    )
    now = NOW + timedelta(minutes=draw(st.integers(-60, 26 * 60)))
    return Scene(kinds, tuple(desks), draw(st.booleans()), draw(st.lists(wanted, max_size=6)), now)  # type: ignore[arg-type]


def made(scene: Scene) -> Store:
    """Make the drawn store by the services, and book what can be booked."""
    store = make_store(
        hours=OPEN,
        desks=tuple(desk.slug for desk in scene.desks),
        capacity_counts="people" if scene.counts_people else "visits",
        open_bookings_per_customer=99,
    )
    for kind in scene.kinds:
        save_visit_type(
            store=store,
            visit_type=store.visit_types.get(slug=kind.slug),
            name=kind.slug,
            slot_count=kind.slots,
            max_party_size=kind.party,
            own=kind.own,
            user=None,
            now=NOW,
        )
    for desk in scene.desks:
        weekly = [WeeklyInterval(day, *desk.hours) for day in range(7)] if desk.hours else []
        save_desk(
            store=store,
            desk=store.desks.get(slug=desk.slug),
            name=desk.slug,
            capacity=desk.capacity,
            kept_back=desk.kept_back,
            weekly=weekly,
            languages=desk.languages,
            visit_types=list(VisitType.objects.filter(store=store, slug__in=desk.serves)),
            user=None,
            now=NOW,
        )
        if desk.away:
            absence = Absence(DAY, DAY, *desk.away)
            if desk.is_away_weekly:
                absence = Absence(DAY - timedelta(days=14), None, *desk.away, weekdays=(DAY.weekday(),))
            samir = store.desks.get(slug=desk.slug)
            add_absence(store=store, desk=samir, absence=absence, user=None, now=NOW)
    for one in scene.wanted:
        try:
            make_booking(
                store,
                starts_at=at(9) + timedelta(minutes=one.minutes),
                visit_type=one.kind,
                party_size=one.party,
                source=one.source,
                now=NOW,
            )
        except BookingRefused:
            continue
    return store


# --- The oracle ------------------------------------------------------------------------------------


def local(moment: time) -> datetime:
    return datetime.combine(DAY, moment, PARIS)


def inside(start: datetime, end: datetime, spans: list[tuple[datetime, datetime]]) -> bool:
    return any(opens <= start and end <= closes for opens, closes in spans)


def is_allowed(scene: Scene, kind: Kind, desk: Advisor, start: datetime, *, by_staff: bool) -> bool:
    """Tell whether the rules, without the places, let a visit begin at this desk."""
    end = start + SLOT * kind.slots
    openings = [(local(opens), local(closes)) for opens, closes in OPEN]
    on_grid = any((start - opens) % SLOT == timedelta() for opens, closes in openings if opens <= start < closes)
    if not on_grid or not inside(start, end, openings):
        return False
    if desk.serves and kind.slug not in desk.serves:
        return False
    if desk.hours and not inside(start, end, [(local(desk.hours[0]), local(desk.hours[1]))]):
        return False
    if is_away(desk, start, end):
        return False
    own = [(local(one.opens), local(one.closes)) for one in kind.own.weekly if one.weekday == DAY.weekday()]
    if kind.own.weekly and not inside(start, end, own):
        return False
    return start >= scene.now if by_staff else is_in_time(kind, start, scene.now)


def is_away(desk: Advisor, start: datetime, end: datetime) -> bool:
    return desk.away is not None and start < local(desk.away[1]) and end > local(desk.away[0])


def is_in_time(kind: Kind, start: datetime, now: datetime) -> bool:
    if kind.own.notice_until is not None:
        return now < datetime.combine(DAY - timedelta(days=1), kind.own.notice_until, PARIS)
    minutes = 60 if kind.own.notice_minutes is None else kind.own.notice_minutes
    return now <= start - timedelta(minutes=minutes)


def slots_of(desk: Advisor) -> list[datetime]:
    """Return where the quarters of an hour of a desk begin."""
    found = []
    for opens, closes in OPEN:
        start = local(opens)
        while start + SLOT <= local(closes):
            is_served = not desk.hours or (local(desk.hours[0]) <= start and start + SLOT <= local(desk.hours[1]))
            if is_served and not is_away(desk, start, start + SLOT):
                found.append(start)
            start += SLOT
    return found


def places_free(desk: Advisor, kind: Kind, start: datetime, visits: list[Booking], *, by_staff: bool) -> int:
    """Return the fewest places left in any quarter of an hour that the visit touches, with what is kept beside it."""
    taken_from = start - MINUTE * kind.own.minutes_before
    taken_until = start + SLOT * kind.slots + MINUTE * kind.own.minutes_after
    fewest = desk.capacity
    for first in slots_of(desk):
        if first + SLOT <= taken_from or first >= taken_until:
            continue
        here = [
            one
            for one in visits
            if one.starts_at - MINUTE * one.minutes_before < first + SLOT
            and one.ends_at + MINUTE * one.minutes_after > first
        ]
        left = desk.capacity - sum(one.places for one in here)
        if not by_staff:
            web = sum(one.places for one in here if one.takes_web_places)
            left = min(left, desk.capacity - desk.kept_back - web)
        fewest = min(fewest, left)
    return fewest


def more_at_once(kind: Kind, start: datetime, visits: list[Booking]) -> int:
    """Return how many more visits of a kind may go on in every minute of a new one."""
    if kind.own.most_at_once is None:
        return 99
    own = [one for one in visits if one.visit_type.slug == kind.slug]
    minutes = [start + MINUTE * number for number in range(15 * kind.slots)]
    return kind.own.most_at_once - max(sum(one.starts_at <= now < one.ends_at for one in own) for now in minutes)


def oracle(scene: Scene, kind: Kind, party: int, *, by_staff: bool, language: str = "") -> dict[datetime, int]:
    """Return every start of the day at which some desk takes the whole party, with the places of all desks."""
    if party > kind.party:
        return {}
    needed = party if scene.counts_people else 1
    found: dict[datetime, int] = {}
    visits = list(Booking.objects.exclude(status=Status.CANCELLED).select_related("desk", "visit_type"))
    start = local(time(7))
    while start < local(time(15)):
        free = []
        for desk in scene.desks:
            is_spoken = not language or language in desk.languages
            if is_spoken and is_allowed(scene, kind, desk, start, by_staff=by_staff):
                taken = [visit for visit in visits if visit.desk.slug == desk.slug]
                free.append(places_free(desk, kind, start, taken, by_staff=by_staff))
        more = more_at_once(kind, start, visits)
        if more > 0 and any(places >= needed for places in free):
            places = sum(max(0, places) for places in free)
            found[start] = places if scene.counts_people else min(places, more)
        start += 5 * MINUTE
    return found


# --- The comparison --------------------------------------------------------------------------------


@pytest.mark.django_db
@given(data=st.data())
@settings(max_examples=500, deadline=None, derandomize=True)
def test_what_can_be_booked_is_what_each_rule_allows(data: st.DataObject) -> None:
    scene = data.draw(scenes())
    with transaction.atomic():
        compare(made(scene), scene, data)
        transaction.set_rollback(True)


def compare(store: Store, scene: Scene, data: st.DataObject) -> None:
    kind, party = data.draw(st.sampled_from(scene.kinds)), data.draw(st.integers(1, 2))
    by_staff, language = data.draw(st.booleans()), data.draw(st.sampled_from(["", "", "fr", "ar"]))
    expected = oracle(scene, kind, party, by_staff=by_staff, language=language)
    for one in first_of_list(store, scene):
        assert one == min(oracle(scene, scene.kinds[0], 1, by_staff=False), default=one)

    asked: dict[str, Any] = {"store": store.slug, "visit_type": kind.slug, "party_size": party, "now": scene.now}
    asked["language"] = language
    found = availability(**asked, from_date=DAY, to_date=DAY, by_staff=by_staff)
    assert {slot.starts_at: slot.places_left for day in found.days for slot in day.slots} == expected

    start = data.draw(st.sampled_from([*expected, *(at(9) + SLOT * number for number in range(16))]))
    explained = explain_slot(**asked, starts_at=start, by_staff=by_staff)
    assert explained.can_be_booked == (start in expected)
    if not by_staff:
        wanted = WantedSlot(store.slug, kind.slug, start, party, language=language)
        assert lookup(wanted=[wanted], now=scene.now) == [start in expected]
        assert holds(store, kind, start, party, language, scene.now) == (start in expected)
    else:
        assert books(store, kind, start, party, language, scene.now) == (start in expected)
    assert list(differences(now=scene.now)) == []


def first_of_list(store: Store, scene: Scene) -> list[datetime]:
    """Return the first start that a list of stores shows, if it is on the day of the oracle."""
    found = first_free_of([rules_around(store.slug, scene.now)], now=scene.now)[store.slug].starts_at
    return [found] if found is not None and found.astimezone(PARIS).date() == DAY else []


def holds(store: Store, kind: Kind, start: datetime, party: int, language: str, now: datetime) -> bool:
    try:
        wish: dict[str, Any] = {"visit_type": kind.slug, "starts_at": start, "party_size": party, "language": language}
        hold_places(store=store.slug, **wish, now=now)
    except BookingRefused:
        return False
    return True


def books(store: Store, kind: Kind, start: datetime, party: int, language: str, now: datetime) -> bool:
    try:
        wish: dict[str, Any] = {"visit_type": kind.slug, "starts_at": start, "party_size": party, "language": language}
        make_booking(store, **wish, source=Source.PHONE, now=now)
    except BookingRefused:
        return False
    return True
