"""Visits by phone and by video, and who chooses the desk."""

from typing import Any

import pytest

from stores.models import Store
from stores.services import BadValue, save_desk_choice, save_visit_type
from tests.factories import NOW, make_store

pytestmark = pytest.mark.django_db

ADVICE: dict[str, Any] = {"name": "Advice from home", "slot_count": 1, "max_party_size": 1}
LINK = "https://video.example.org/room/4711"


@pytest.fixture
def store() -> Store:
    return make_store()


def test_a_visit_is_in_the_store_unless_told_otherwise(store: Store) -> None:
    made = save_visit_type(store=store, **ADVICE, user=None, now=NOW)

    assert (made.mode, made.video_url) == ("store", "")


def test_a_visit_by_video_keeps_its_link(store: Store) -> None:
    before = store.hours_version

    made = save_visit_type(store=store, **ADVICE, mode="video", video_url=LINK, user=None, now=NOW)

    made.refresh_from_db()
    store.refresh_from_db()
    assert (made.mode, made.video_url, store.hours_version) == ("video", LINK, before + 1)


def test_a_link_that_nobody_needs_is_not_kept(store: Store) -> None:
    made = save_visit_type(store=store, **ADVICE, mode="video", video_url=LINK, user=None, now=NOW)

    save_visit_type(store=store, visit_type=made, **ADVICE, mode="phone", video_url=LINK, user=None, now=NOW)

    made.refresh_from_db()
    assert (made.mode, made.video_url) == ("phone", "")


@pytest.mark.parametrize(
    ("given", "field", "code"),
    [
        ({"mode": "pigeon"}, "mode", "invalid_choice"),
        ({"mode": "video"}, "video_url", "required"),
        ({"mode": "video", "video_url": "http://video.example.org/room"}, "video_url", "invalid"),
        ({"mode": "video", "video_url": "javascript:alert(1)"}, "video_url", "invalid"),
        ({"mode": "video", "video_url": "video.example.org"}, "video_url", "invalid"),
        ({"mode": "video", "video_url": f"https://example.org/{'a' * 500}"}, "video_url", "too_long"),
    ],
)
def test_a_visit_without_a_way_to_hold_it_is_refused(
    store: Store, given: dict[str, Any], field: str, code: str
) -> None:
    with pytest.raises(BadValue) as refused:
        save_visit_type(store=store, **ADVICE, **given, user=None, now=NOW)

    assert (refused.value.field, refused.value.code) == (field, code)
    assert store.visit_types.count() == 2


def test_customers_may_choose_the_desk_and_the_version_tells(store: Store) -> None:
    before = store.hours_version

    save_desk_choice(store=store, is_offered=True, user=None, now=NOW)

    store.refresh_from_db()
    assert (store.offers_desk_choice, store.hours_version) == (True, before + 1)
