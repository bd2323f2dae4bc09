"""How long one store's slots of 28 days take to make from its rules, without a database.

.venv/bin/python bench/slots_from_rules.py [--repeats 200]

Forty slots a day, seven days a week, over the day on which the clocks change; with one desk, and with three of
which two have hours of their own. Figure to reach: less than 1 ms.
"""

import argparse
import statistics
import sys
import time as clock
from datetime import date, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from stores.hours import WeeklyInterval
from stores.slots import DeskRule, StoreRules, slots_by_desk

FIRST_DATE = date(2026, 10, 12)
LAST_DATE = FIRST_DATE + timedelta(days=27)
WEEKLY = tuple(
    WeeklyInterval(weekday, opens, closes)
    for weekday in range(7)
    for opens, closes in ((time(8, 30), time(12, 30)), (time(13, 30), time(19, 30)))
)
MORNINGS = tuple(WeeklyInterval(weekday, time(9), time(12)) for weekday in range(7))
MAIN = DeskRule(id=1, slug="main", name="Main desk", capacity=2, kept_back=0, weekly=())
OTHERS = tuple(
    DeskRule(id=number, slug=f"desk-{number}", name=f"Desk {number}", capacity=1, kept_back=0, weekly=MORNINGS)
    for number in (2, 3)
)


def rules(*desks: DeskRule) -> StoreRules:
    return StoreRules(
        id=1,
        slug="corner-shop",
        name="Corner Shop",
        country="FR",
        zone=ZoneInfo("Europe/Paris"),
        slot_minutes=15,
        counts_people=True,
        minimum_notice_minutes=60,
        booking_horizon_days=28,
        change_until_minutes=120,
        open_bookings_per_customer=2,
        keep_days=90,
        hours_version=1,
        offers_desk_choice=False,
        weekly=WEEKLY,
        special={},
        desks=desks,
        visit_types=(),
    )


def median_ms(store: StoreRules, repeats: int) -> tuple[float, int]:
    """Return the median time of making all slots, in ms, and how many they are."""
    taken = []
    for _ in range(repeats):
        started = clock.perf_counter()
        found = slots_by_desk(store, first_date=FIRST_DATE, last_date=LAST_DATE)
        taken.append((clock.perf_counter() - started) * 1000)
    return statistics.median(taken), sum(len(slots) for slots in found.values())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=200)
    repeats = parser.parse_args().repeats
    for what, store in (("one desk", rules(MAIN)), ("three desks", rules(MAIN, *OTHERS))):
        milliseconds, slots = median_ms(store, repeats)
        print(f"{what}: {slots} slots, median of {repeats}: {milliseconds:.2f} ms")


if __name__ == "__main__":
    main()
