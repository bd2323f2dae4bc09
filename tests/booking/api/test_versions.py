"""The same version means the same answer: of free times, and of a store's day, whatever holds do on whatever day."""

from datetime import date, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from booking.bookings.day_schedule import day_schedule, day_version
from booking.bookings.lifecycle import cancel_booking
from booking.models import Hold
from booking.places.availability import ask_availability
from booking.places.claims import release_expired_holds
from booking.places.holds import hold_places, release_hold
from booking.refusals import BookingRefused
from booking.tokens import hold_token
from booking.who import Who
from tests.factories import NOW, at, make_booking, make_store

pytestmark = pytest.mark.django_db(transaction=True)

STARTS = [at(10), at(10, day=25), at(11, day=25), at(10, day=26)]
DAYS = [date(2026, 11, 24), date(2026, 11, 25)]


class Undo(Exception):
    """Nothing of one example is left for the next."""


def test_hold_that_ran_out_on_a_day_not_asked_about_hides_none_that_did() -> None:
    store = make_store(capacity=1)
    keep(store, at(10, day=27), now=NOW)
    keep(store, at(10), now=NOW + timedelta(minutes=2))
    first = NOW + timedelta(minutes=6)
    seen = [answer(store, DAYS[0], first)]
    release_expired_holds(store_id=store.pk, now=first)
    seen.append(answer(store, DAYS[0], NOW + timedelta(minutes=8)))
    assert seen[0][1] != seen[1][1]
    assert seen[0][0] != seen[1][0]


def keep(store, starts_at: datetime, *, now: datetime) -> Hold:
    return hold_places(store=store.slug, visit_type="visit", starts_at=starts_at, party_size=1, now=now)


def answer(store, day: date, now: datetime) -> tuple[str, object]:
    asked = ask_availability(store=store.slug, visit_type="visit", from_date=day, to_date=day, party_size=1, now=now)
    return asked.version, asked.answer().days


def schedule(store, day: date, now: datetime) -> tuple[str, object]:
    found = day_schedule(store=store.slug, date=day, now=now)
    rows = [(slot.starts_at, slot.places_taken, slot.places_left, slot.closed) for slot in found.slots]
    return day_version(store=store, date=day, now=now), (rows, [one.status for one in found.bookings])


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("hold"), st.sampled_from(STARTS)),
        st.tuples(st.just("book"), st.sampled_from(STARTS)),
        st.tuples(st.just("wait"), st.integers(1, 6)),
        st.tuples(st.sampled_from(["sweep", "let_go", "cancel"]), st.integers(0, 3)),
    ),
    max_size=14,
)


@settings(max_examples=60, deadline=None)
@given(steps=STEPS)
def test_same_version_means_the_same_answer(steps: list[tuple[str, object]]) -> None:
    with pytest.raises(Undo):
        play_and_undo(steps)


@transaction.atomic
def play_and_undo(steps: list[tuple[str, object]]) -> None:
    play(steps)
    raise Undo


def play(steps: list[tuple[str, object]]) -> None:
    store, now = make_store(capacity=1, open_bookings_per_customer=99, minimum_notice_minutes=0), NOW
    seen: dict[tuple[object, ...], object] = {}
    for what, value in steps:
        now = act(store, what, value, now)
        for day in DAYS:
            for kind, read in (("free", answer), ("day", schedule)):
                version, body = read(store, day, now)
                assert seen.setdefault((kind, day, version), body) == body


def act(store, what: str, value, now: datetime) -> datetime:
    try:
        with transaction.atomic():
            if what == "hold":
                keep(store, value, now=now)
            elif what == "book":
                make_booking(store, starts_at=value, now=now)
            elif what == "sweep":
                release_expired_holds(store_id=store.pk, now=now)
            elif what == "let_go":
                live = Hold.objects.filter(store=store, expires_at__gt=now).order_by("pk")[value : value + 1]
                for one in live:
                    release_hold(token=hold_token(one.public_id), now=now)
            elif what == "cancel":
                for booking in store.bookings.filter(status="confirmed").order_by("pk")[value : value + 1]:
                    cancel_booking(booking_id=booking.pk, who=Who.staff(None, now))
    except BookingRefused:
        pass
    return now + timedelta(minutes=value) if what == "wait" else now
