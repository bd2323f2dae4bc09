"""Versions of a store's days: whatever changes free times says so in the transaction that changes them.

Each process keeps free times under these versions, so one that is not raised would show a place that is gone.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from datetime import date, time

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory

from booking.api.public.kept_answers import kept_answer, read_question
from booking.api.rendering import availability_text
from booking.places.availability import availability
from booking.places.days_state import Wish
from booking.places.free_times import kept_availability
from booking.refusals import UnknownVisitType
from stores.bounded_cache import forget_kept
from stores.models import Store
from stores.queries import UnknownStore
from tests.factories import NOW, make_store
from tests.free_time_changes import EVENING, SCENES, Scene

QUESTIONS = (
    "visit_type=visit&from=2026-11-23&to=2026-11-27",
    "visit_type=advice&from=2026-11-24&to=2026-11-24&party_size=2",
    "visit_type=visit&from=2026-11-25&to=2026-12-25&party_size=2",
)
FIRST, LAST = date(2026, 11, 23), date(2026, 11, 27)


class Watch:
    """What a process keeps, compared with what is true after each commit."""

    def __init__(self, store: Store) -> None:
        self.store, self.now, self.commits = store, NOW, 0
        self.answers = self.kept()
        self.look_at_pages()

    def kept(self) -> list[bytes]:
        """Return the answers as a process gives them that has answered before."""
        given = []
        for question in QUESTIONS:
            answer = kept_answer(RequestFactory().get("/", QUERY_STRING=question), self.store.slug, now=self.now)
            assert isinstance(answer, HttpResponse)
            given.append(answer.content)
        return given

    def anew(self) -> list[bytes]:
        """Return the answers worked out from the tables."""
        given = []
        for question in QUESTIONS:
            asked = read_question(self.store.slug, question)
            assert asked is not None
            found = availability(
                store=self.store.slug,
                visit_type=asked.wish.visit_type,
                from_date=asked.from_date,
                to_date=asked.to_date,
                party_size=asked.wish.party_size,
                now=self.now,
            )
            given.append(availability_text(found).encode())
        return given

    def look_at_pages(self) -> None:
        """Compare what pages ask for in other ways: staff, one desk, a visit that is moved, somebody with a hold."""
        own = self.store.holds.order_by("pk").values_list("public_id", flat=True).first() or ""
        for wish in (
            Wish(self.store.slug, "visit", by_staff=True),
            Wish(self.store.slug, "visit", desk="side"),
            Wish(self.store.slug, "advice", 3, is_booked=True),
            Wish(self.store.slug, "visit", own_hold=own),
        ):
            with suppress(UnknownStore, UnknownVisitType):
                anew = availability(**asdict(wish), from_date=FIRST, to_date=LAST, now=self.now)
                kept = kept_availability(wish, FIRST, LAST, now=self.now)
                assert (kept.days, kept.first_free) == (anew.days, anew.first_free)

    def look(self) -> None:
        """Compare what is kept with what is true, after a commit."""
        self.commits += 1
        self.answers = self.kept()
        assert self.answers == self.anew()
        self.look_at_pages()


@contextmanager
def watched(store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watch]:
    """Watch each commit, before what is to be done after it."""
    forget_kept()
    watch = Watch(store)
    run_hooks = connection.run_and_clear_commit_hooks

    def look_and_run() -> None:
        watch.look()
        run_hooks()

    with monkeypatch.context() as patched:
        patched.setattr(connection, "run_and_clear_commit_hooks", look_and_run)
        yield watch


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
def test_after_each_commit_what_is_kept_is_true(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    store = make_store(
        hours=((time(8), time(11)), EVENING),
        days=(0, 1, 2, 3, 4, 5, 6),
        desks=("main", "side"),
        open_bookings_per_customer=99,
        minimum_notice_minutes=0,
        source_id="node/1",
    )
    act = scene(store)
    with watched(store, monkeypatch) as watch:
        before = watch.answers
        act()

    assert watch.commits
    assert watch.answers != before, "the change changed no free time: it tries nothing"
