"""Versions of a store's days: whatever changes free times says so in the transaction that changes them.

Each process keeps free times under these versions, so one that is not raised would show a place that is gone.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import time

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory

from booking.api.public.kept_answers import kept_answer, read_wish
from booking.api.rendering import availability_text
from booking.places.availability import availability
from stores.bounded_cache import forget_kept
from stores.models import Store
from tests.factories import NOW, make_store
from tests.free_time_changes import EVENING, SCENES, Scene

QUESTIONS = (
    "visit_type=visit&from=2026-11-23&to=2026-11-27",
    "visit_type=advice&from=2026-11-24&to=2026-11-24&party_size=2",
    "visit_type=visit&from=2026-11-25&to=2026-12-25&party_size=2",
)


class Watch:
    """What a process keeps, compared with what is true after each commit."""

    def __init__(self, store: Store) -> None:
        self.store, self.now, self.commits = store, NOW, 0
        self.answers = self.kept()

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
            wish = read_wish(self.store.slug, question)
            assert wish is not None
            found = availability(
                store=wish.store,
                visit_type=wish.visit_type,
                from_date=wish.from_date,
                to_date=wish.to_date,
                party_size=wish.party_size,
                now=self.now,
            )
            given.append(availability_text(found).encode())
        return given

    def look(self) -> None:
        """Compare what is kept with what is true, after a commit."""
        self.commits += 1
        self.answers = self.kept()
        assert self.answers == self.anew()


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
