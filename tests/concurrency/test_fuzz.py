"""Eight hands at once, each doing whatever may be done at a shop: nobody is locked out, and the books are right.

Seeded: which hand does what is the same each time, the order between hands is the machine's.
"""

import traceback
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from random import Random

import pytest
from django.db import connection

from booking.bookings import lifecycle, rescheduling
from booking.bookings.audit import differences
from booking.models import Booking
from stores.models import Desk, VisitType
from tests.factories import at, make_store
from tests.shop_life import REFUSALS, Life
from tests.threads import at_once

HANDS = 8
DEEDS = 90  # of each hand; SQLite's one writer does a sixth of them
BEGIN = at(9, 50)
STEP = timedelta(seconds=5)  # from deed to deed, of whichever hand: holds and offers run out meanwhile
OFTEN = ["book", "hold", "hold_and_book", "move", "step", "walk_in", "serve"]
STARTS = [at(10, 15), at(10, 30), at(10, 45), at(11), at(14), at(14, 15), at(10, day=25), at(10, 15, day=25)]


def shop() -> Life:
    store = make_store(
        capacity=4,
        desks=("adviser", "team", "back"),
        open_bookings_per_customer=3,
        minimum_notice_minutes=0,
        change_until_minutes=0,
    )
    for slug, capacity in (("adviser", 1), ("back", 2)):
        Desk.objects.filter(store=store, slug=slug).update(capacity=capacity)
    VisitType.objects.filter(store=store).update(max_party_size=5)
    return Life(store, STARTS)


def lived_at_once(life: Life, *, seed: int, deeds: int, names: Sequence[str]) -> Counter[str]:
    """Let all hands do their deeds, of these kinds; return what went wrong, and where."""
    ticks = count()
    faults: Counter[str] = Counter()

    def live(hand: int) -> None:
        rng = Random(f"{seed} {hand}")
        for _ in range(deeds):
            name = rng.choice(names)
            now: datetime = BEGIN + next(ticks) * STEP
            try:
                life.happenings[name](rng, now)
            except REFUSALS:
                pass
            except Exception as error:  # noqa: BLE001 -- whatever it is, it is told at the end
                faults[f"{name}: {_short(error)}"] += 1

    at_once([partial(live, hand) for hand in range(HANDS)])
    return faults


def _short(error: Exception) -> str:
    own = [frame for frame in traceback.extract_tb(error.__traceback__) if "/booking/" in frame.filename]
    place = f"{own[-1].filename.rsplit('/', 1)[-1]}:{own[-1].lineno}" if own else "tests"
    return f"{type(error.__cause__ or error).__name__} at {place}"


def deeds() -> int:
    return DEEDS if connection.vendor == "postgresql" else DEEDS // 6


def look_without_a_lock(booking_id: int) -> Booking:
    """Read a visit as it is just now, as whoever looks before they think does."""
    return Booking.objects.select_related("store", "desk", "visit_type").get(pk=booking_id)


def test_rig_sees_what_hands_do_to_each_other_where_visits_are_not_locked(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (lifecycle, rescheduling):
        monkeypatch.setattr(module, "lock_booking", look_without_a_lock)
    life = shop()

    faults = lived_at_once(life, seed=1, deeds=deeds(), names=["book", "cancel", "move", "move"])

    is_wrong = bool(faults) or list(differences(now=BEGIN)) != []
    assert is_wrong == (connection.vendor == "postgresql")


def test_eight_hands_lock_nobody_out_and_leave_the_books_right(transactional_db: None) -> None:
    life = shop()

    assert lived_at_once(life, seed=1, deeds=deeds(), names=sorted(life.happenings) + OFTEN * 3) == {}
    assert list(differences(now=BEGIN)) == []
